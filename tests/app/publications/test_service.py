"""A dataset goes out: frozen, numbered, hashed; back and forth between its versions; withdrawn."""

from __future__ import annotations

import hashlib

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from app.errors import AppError, Conflict
from app.publications import hooks, service, store
from exporters.formats import available
from tests.app.publications.conftest import Press


def test_a_version_is_the_valid_lines_as_they_are_then(press: Press) -> None:
    press.add("A4", "")  # à corriger
    made = press.publish()
    assert (made.state, made.is_current, made.number) == ("published", True, 1)
    assert (made.rows, made.left_out, made.added, made.changed, made.removed) == (3, 1, 3, 0, 0)
    told = press.reference(1)
    assert told.decode() == 'code,nom,jour,rang\r\nA1,École,,\r\nA2,Mairie,,\r\nA3,"Stade, nord",,\r\n'
    assert made.sha256 == hashlib.sha256(told).hexdigest()
    assert made.size == len(told)
    assert made.verdict is not None
    assert made.verdict["valid"]
    assert press.dataset.published_at is not None


def test_every_format_is_written_and_hashed(press: Press) -> None:
    press.publish()
    made = press.held(1)
    assert set(made.files) == {form.name for form in available(press.view.schema)}
    for form, kept in made.files.items():
        path = store.path_of(made, form)
        assert path is not None
        assert hashlib.sha256(path.read_bytes()).hexdigest() == kept["sha256"]
        assert path.stat().st_size == kept["size"]
    table = pq.read_table(store.path_of(made, "parquet"))
    assert table.column("nom").to_pylist() == ["École", "Mairie", "Stade, nord"]


def test_what_changes_is_counted_and_nothing_of_the_first_version_moves(press: Press) -> None:
    press.publish()
    before = press.reference(1)
    press.add("B1")
    press.change(2, nom="Hôtel de ville")
    press.trash(1)
    made = press.publish()
    assert (made.number, made.added, made.changed, made.removed) == (2, 1, 1, 1)
    assert press.reference(1) == before
    assert press.current == 2


def test_what_was_proposed_of_the_territory_is_said_by_the_next_version_too(press: Press) -> None:
    first = press.publish()
    press.change(2, nom="Hôtel de ville")
    second = press.publish()
    assert first.description["granularity"] == "fr:commune"
    assert second.description == first.description


def test_back_and_forth(press: Press) -> None:
    press.publish()
    press.change(2, nom="Hôtel de ville")
    press.publish()
    with press.session() as session:
        service.roll_back(session, press.dataset, press.held(1), account=press.account.id)
    assert press.current == 1
    with press.session() as session, pytest.raises(Conflict):
        service.roll_back(session, press.dataset, press.held(1), account=press.account.id)
    made = press.publish()
    assert (made.number, made.changed) == (3, 1)  # against the one people read


def test_a_withdrawn_version_has_no_file_left_and_the_one_before_is_read(press: Press) -> None:
    press.publish()
    press.change(2, nom="Hôtel de ville")
    press.publish()
    press.trash(2)
    press.get("/publier")  # keeps what would change: a line of the version
    with press.session() as session, pytest.raises(AppError):
        service.withdraw(session, press.dataset, press.held(2), " ", account=press.account.id)
    with press.session() as session:
        service.withdraw(session, press.dataset, press.held(2), "Une erreur", account=press.account.id)
    assert press.current == 1
    press.work()
    assert [name for name in press.files() if "-2." in name] == []
    held = press.held(2)
    assert (held.state, held.files, held.reason) == ("withdrawn", {}, "Une erreur")
    with press.session() as session:
        service.withdraw(session, press.dataset, press.held(1), "Aussi", account=press.account.id)
    press.work()
    assert press.current is None
    assert press.files() == []


def test_nothing_overwrites_what_was_published(press: Press) -> None:
    """The database refuses it, to its own superuser too."""
    press.publish()
    for change in (
        "rows = 4",
        "sha256 = ''",
        "title = 'Autre'",
        "description = '{}'::jsonb",
        "files = '{}'::jsonb",
        "state = 'preparing', is_current = false",
        "published_at = now()",
        "version_id = version_id + 1",
    ):
        with (
            press.make.engine.begin() as connection,
            pytest.raises((IntegrityError, StatementError), match="published"),
        ):
            connection.execute(text(f"UPDATE publication SET {change}"))  # noqa: S608 (the sentences above)
    with press.make.engine.begin() as connection, pytest.raises(IntegrityError, match="never deleted"):
        connection.execute(text("DELETE FROM publication"))


def test_nothing_to_publish_is_said_for_a_period(press: Press) -> None:
    with press.session() as session:
        service.declare_nothing(session, press.dataset, "1er trimestre 2026", account=press.account.id)
    press.work()
    made = press.held(1)
    assert (made.is_empty, made.period, made.rows, made.is_current) == (True, "1er trimestre 2026", 0, True)
    assert press.reference(1) == b"code,nom,jour,rang\r\n"
    press.publish()
    assert press.current == 2
    with press.session() as session:
        service.declare_nothing(session, press.dataset, "2e trimestre 2026", account=press.account.id)
    press.work()
    assert press.held(3).state == "published"
    assert press.current == 2  # the lines stay readable


def test_a_proposal_waits_and_is_published_or_refused(press: Press) -> None:
    with press.session() as session:
        service.propose(session, press.dataset, account=press.account.id)
    press.work()
    assert press.held(1).state == "proposed"
    assert press.current is None
    with press.session() as session, pytest.raises(Conflict, match="attend"):
        service.publish_now(session, press.dataset, account=press.account.id)
    with press.session() as session:
        service.refuse(session, press.dataset, press.held(1), "Il manque mai", account=press.account.id)
    press.work()
    assert press.held(1).state == "refused"
    assert press.files() == []
    with press.session() as session:
        service.propose(session, press.dataset, account=press.account.id)
    press.work()
    with press.session() as session:
        service.approve(session, press.dataset, press.held(2), account=press.account.id)
    assert press.current == 2


def test_a_sandbox_publishes_nothing(press_on) -> None:
    press = press_on(is_sandbox=True)
    press.add("A1")
    with press.session() as session, pytest.raises(Conflict, match="bac à sable"):
        service.publish_now(session, press.dataset, account=press.account.id)


def test_nothing_valid_is_no_version(press_on) -> None:
    press = press_on()
    press.add("A1", "")
    with press.session() as session, pytest.raises(Conflict, match="néant"):
        service.publish_now(session, press.dataset, account=press.account.id)


def test_others_are_told_of_what_becomes_current_and_of_what_is_withdrawn(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str, bool]] = []
    monkeypatch.setattr(
        hooks, "AFTER", [lambda _, made: told.append((made.number, str(made.state), made.is_current))]
    )
    press.publish()
    press.publish()
    with press.session() as session:
        service.roll_back(session, press.dataset, press.held(1), account=press.account.id)
        service.withdraw(session, press.dataset, press.held(1), "Une erreur", account=press.account.id)
    assert told == [
        (1, "published", True),
        (2, "published", True),
        (1, "published", True),
        (1, "withdrawn", False),
        (2, "published", True),
    ]
