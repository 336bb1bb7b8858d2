"""The viewer of a request: looked up in few round trips, and never by what was true a request ago."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from app import auth, db
from app.access import member
from app.auth import Viewer, load_viewer, token_hash
from app.errors import NotFound, SignInNeeded
from app.models import Account, Establishment
from app.provision import Database
from app.tenancy import Role, Scope, scope_of
from tests.factories import Make

FOURTH = "INSERT INTO establishment (slug, name, is_sandbox) VALUES ('quatre', 'Quatre', true)"

JOIN_FOURTH = """
    INSERT INTO membership (establishment_id, account_id, role)
    SELECT establishment.id, account.id, 'editor' FROM establishment, account WHERE slug = 'quatre'
"""
MOVE_TO_FOURTH = """
    UPDATE membership SET establishment_id = (SELECT id FROM establishment WHERE slug = 'quatre') WHERE role = 'reader'
"""


def seen(token: str, slug: str | None = None) -> Viewer | None:
    with db.in_transaction(Scope()) as session:
        viewer = load_viewer(session, token, slug)
        assert scope_of(session) == Scope("tab_web", None if viewer is None else viewer.id)
        said = session.execute(
            text("SELECT app.account(), app.ids('read'), app.ids('write'), app.ids('manage')")
        )
        assert said.one() == (None if viewer is None else viewer.id, [], [], [])
    return viewer


def seats(token: str, slug: str | None = None) -> dict[str, str]:
    viewer = seen(token, slug)
    assert viewer is not None
    return {seat.slug: str(seat.role) for seat in viewer.seats}


@pytest.fixture
def ada(make: Make, database: Database) -> tuple[Account, str, list[Establishment]]:
    """An account that reads one establishment and manages another, signed in and seen before."""
    account, places = (
        make.account(),
        [make.establishment(slug=slug, name=slug.title()) for slug in ("un", "deux")],
    )
    make.member(account, places[0], "reader")
    make.member(account, places[1], "manager")
    token = make.signed_in(account)
    assert seats(token) == seats(token) == {"deux": "manager", "un": "reader"}
    return account, token, places


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("DELETE FROM membership WHERE role = 'manager'", {"un": "reader"}),
        ("DELETE FROM membership", {}),
        ("UPDATE membership SET role = 'editor'", {"deux": "editor", "un": "editor"}),
        ("UPDATE establishment SET slug = 'trois' WHERE slug = 'un'", {"deux": "manager", "trois": "reader"}),
        ("DELETE FROM establishment WHERE slug = 'un'", {"deux": "manager"}),
        (
            JOIN_FOURTH,
            {"deux": "manager", "quatre": "editor", "un": "reader"},
        ),
        (
            MOVE_TO_FOURTH,
            {"deux": "manager", "quatre": "reader"},
        ),
    ],
)
def test_a_change_is_seen_by_the_next_request(ada, make: Make, change: str, expected: dict[str, str]) -> None:
    with make.engine.begin() as connection:
        if "quatre" in change:
            connection.execute(text(FOURTH))
        connection.execute(text(change))
    assert seats(ada[1]) == expected
    assert seats(ada[1]) == expected


def test_a_name_and_an_administrator_are_seen_at_once(ada, make: Make) -> None:
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE account SET name = 'Ada Martin', is_administrator = true"))
        connection.execute(text("UPDATE establishment SET name = 'Aa', accent = '#00aa00' WHERE slug = 'un'"))
    viewer = seen(ada[1])
    assert viewer is not None
    assert (viewer.name, viewer.is_administrator) == ("Ada Martin", True)
    assert [(seat.name, seat.accent) for seat in viewer.seats] == [("Aa", "#00aa00"), ("Deux", None)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM login_session",
        "UPDATE login_session SET expires_at = now()",
        "UPDATE account SET is_active = false",
    ],
)
def test_what_ended_has_ended(ada, make: Make, change: str) -> None:
    with make.engine.begin() as connection:
        connection.execute(text(change))
    assert seen(ada[1]) is None
    assert token_hash(ada[1]) not in auth._seen


def test_what_is_remembered_is_not_believed(ada, make: Make) -> None:
    """Were the memory wrong, or another's, it shows nothing that the account may not see."""
    account, token, places = ada
    hidden, neighbour = make.establishment(slug="cachee"), make.account()
    make.member(neighbour, hidden, "manager")
    for told in (
        auth._Seen(account.id, frozenset([places[0].id, places[1].id, hidden.id])),
        auth._Seen(account.id, frozenset([hidden.id])),
        auth._Seen(neighbour.id, frozenset([hidden.id])),
        auth._Seen(neighbour.id, frozenset()),
        auth._Seen(account.id, frozenset()),
        auth._Seen(0, frozenset([10**12])),
    ):
        auth._seen[token_hash(token)] = told
        assert seats(token, "cachee") == {"deux": "manager", "un": "reader"}
    request = Asked(token)
    auth._seen[token_hash(token)] = auth._Seen(account.id, frozenset([places[0].id, hidden.id]))
    with db.in_transaction(Scope()) as session, pytest.raises(NotFound):
        member("reader")(request, "cachee", session)  # type: ignore[arg-type]
    assert scope_of(session) == Scope("tab_web", account.id)


def test_of_many_places_some_are_shown_and_that_of_the_address_is(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "SEATS_SHOWN", 3)
    account = make.account()
    for n in range(7):
        make.member(account, make.establishment(slug=f"s{n}", name=f"S{n}"), "reader")
    token = make.signed_in(account)
    for slug in (None, None, "s0", "s6", "s6", "s5", None, "absent", "s6"):
        viewer = seen(token, slug)
        assert viewer is not None
        assert (len(viewer.seats), viewer.seat_count) == (3, 7)
        if slug is not None and slug != "absent":
            assert viewer.seat(slug) is not None


class Asked:
    """As much of a request as the rules of access look at."""

    def __init__(self, token: str) -> None:
        self.cookies = {auth.cookie_name(): token}
        self.state = type("State", (), {})()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile: the statements of SQLAlchemy, and each change of scope."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    with pytest.MonkeyPatch.context() as patch:
        from app import tenancy

        applied = tenancy.apply

        def apply(connection, scope) -> None:
            sent.append(scope.statements())
            applied(connection, scope)

        patch.setattr(tenancy, "apply", apply)
        event.listen(db.engine(), "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine(), "before_cursor_execute", note)


@pytest.mark.parametrize("first", [True, False])
def test_a_member_s_request_asks_who_it_is_in_three_round_trips(ada, database: Database, first: bool) -> None:
    if first:
        auth._seen.clear()
    with statements(database) as sent, db.in_transaction(Scope()) as session:
        me = member("reader")(Asked(ada[1]), "un", session)  # type: ignore[arg-type]
        assert me.role == Role.reader
        assert scope_of(session) == Scope.of(me.establishment.id, Role.reader, account=ada[0].id)
    assert len(sent) <= (7 if first else 3), sent


def test_a_scope_opens_its_transaction(database: Database, make: Make) -> None:
    """The scope is set with the BEGIN, and goes with it: nothing of it stays on the connection."""
    place = make.establishment()
    with db.in_transaction(Scope.of(place.id, Role.manager, account=7)) as session:
        assert session.execute(text("SELECT app.account(), current_user")).one() == (7, "tab_web")
    raw = db.engine().raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SELECT current_user = session_user, app.account(), app.ids('read')")
        assert cursor.fetchone() == (True, None, [])
    finally:
        raw.close()


def test_a_connection_whose_server_went_away_is_replaced(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "ASKED_AFTER", 0)
    with db.in_transaction(Scope()) as session:
        process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with make.engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with db.in_transaction(Scope()) as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != process


def test_a_connection_just_used_is_not_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(db.engine().dialect, "do_ping", lambda driver: asked.append(1))
    for after, expected in ((60.0, 0), (0.0, 1)):
        monkeypatch.setattr(db, "ASKED_AFTER", after)
        with db.in_transaction(Scope()) as session:
            session.execute(text("SELECT 1"))
        with db.in_transaction(Scope()) as session:
            session.execute(text("SELECT 1"))
        assert len(asked) >= expected
        if not expected:
            assert asked == []


def test_nobody_is_nobody(database: Database) -> None:
    assert seen("unknown") is None
    assert seen("") is None
    with db.in_transaction(Scope()) as session, pytest.raises(SignInNeeded):
        member("reader")(Asked("unknown"), "un", session)  # type: ignore[arg-type]
