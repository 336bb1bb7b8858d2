"""Keeping, correcting, trashing and restoring records: what a person would notice, and what the tables then hold."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from app import db
from app.datasets import service as datasets
from app.errors import Conflict, NotFound
from app.models import RecordChange, RecordIndex
from app.records import queries, service
from app.tenancy import Role, Scope
from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.records.rows import PLACES, descriptor

DeskOn = Callable[..., Desk]
ROW = {
    "code": "A1",
    "nom": "École du Lac",
    "genre": "école",
    "ouvert": "oui",
    "jour": "2024-03-12",
    "prix": "12.50",
}


@pytest.fixture
def places(desk_on: DeskOn) -> Desk:
    return desk_on("test/lieux", descriptor())


def create(desk: Desk, **row: str) -> int:
    with desk.session() as session:
        return service.create(session, desk.dataset, {**ROW, **row}, account=desk.account.id).number


def state(desk: Desk, number: int) -> str:
    with desk.session() as session:
        record = service.get(session, desk.dataset, number)
        line = session.scalar(
            select(RecordIndex.state).where(
                RecordIndex.dataset_id == desk.dataset.id, RecordIndex.number == number
            )
        )
        assert line in (record.state, None)
        return record.state


def faults(desk: Desk, number: int) -> list[str]:
    with desk.session() as session:
        return [fault["code"] for fault in service.get(session, desk.dataset, number).faults or ()]


def acts(desk: Desk, number: int) -> list[str]:
    with desk.session() as session:
        return [change.act for change in service.history(session, desk.dataset, number)]


# --- keeping --------------------------------------------------------------------------------------------------------


def test_a_record_is_kept_with_its_index_its_history_and_its_number(places: Desk) -> None:
    one, other = create(places), create(places, code="A2", prix="abc")
    assert (one, other) == (1, 2)
    with places.session() as session:
        record = service.get(session, places.dataset, one)
        assert record.cells == ROW
        assert (record.state, record.version, record.created_by) == ("valid", 1, places.account.id)
        (change,) = service.history(session, places.dataset, one)
        assert (change.act, change.before, change.after) == ("created", None, ROW)
        line = session.get(RecordIndex, (places.establishment.id, places.dataset.id, one))
        assert line is not None
        assert line.k1 == "a1"
        dataset = datasets.find(session, places.establishment.id, places.dataset.slug)
        assert (dataset.revision, dataset.changed_at is not None) == (2, True)
    assert state(places, other) == "to_fix"
    assert faults(places, other) == ["type-error/number"]


def test_a_wrong_record_is_kept_as_it_was_typed(places: Desk) -> None:
    number = create(places, jour="12/03/2024", prix="1 200 €")
    assert places.cells(number)["jour"] == "12/03/2024"
    assert places.cells(number)["prix"] == "1 200 €"


def test_a_record_kept_ends_the_draft_of_its_author_alone(places: Desk) -> None:
    other = places.make.account()
    with places.session() as session:
        service.keep_draft(session, places.dataset, {"nom": "É", "inconnu": "x"}, account=places.account.id)
    create(places)
    with places.session() as session:
        place = (places.establishment.id, places.dataset.id)
        assert queries.draft(session, *place, places.account.id, 0) is None
    scope = Scope.of(places.establishment.id, Role.editor, account=other.id)
    with db.in_transaction(scope) as session:
        service.keep_draft(session, places.dataset, {"nom": "É"}, account=other.id)
    create(places, code="A2")
    with db.in_transaction(scope) as session:
        kept = queries.draft(session, places.establishment.id, places.dataset.id, other.id, 0)
        assert kept is not None
        assert kept.cells == {"nom": "É"}


def test_nothing_is_entered_in_a_dataset_that_was_put_away(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        datasets.set_closed(session, places.dataset, True, account=None)
    with places.session() as session:
        closed = datasets.find(session, places.establishment.id, places.dataset.slug)
        with pytest.raises(Conflict, match="rangé"):
            service.create(session, closed, ROW, account=None)
        with pytest.raises(Conflict):
            service.change(session, closed, number, ROW, base_version=1, account=None)
        with pytest.raises(Conflict):
            service.trash(session, closed, [number], account=None)


# --- changing -------------------------------------------------------------------------------------------------------


def test_a_change_is_history_and_moves_the_index(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        saved = service.change(
            session, places.dataset, number, {**ROW, "nom": "Zoo", "prix": ""}, base_version=1, account=None
        )
        assert saved.version == 2
    with places.session() as session:
        assert "prix" not in service.get(session, places.dataset, number).cells
        last, first = service.history(session, places.dataset, number)
        assert (last.act, last.version, last.before) == ("changed", 2, ROW)
        assert (last.after or {})["nom"] == "Zoo"
        assert first.act == "created"
        words = session.scalar(
            text("SELECT words::text FROM record_index WHERE number = :number"), {"number": number}
        )
        assert "zoo" in words
        assert "ecole" not in words.replace("ecole'", "", 1) or ROW["genre"] == "école"


def test_a_change_that_changes_nothing_leaves_no_trace(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        service.keep_draft(session, places.dataset, ROW, account=places.account.id, number=number)
        saved = service.change(
            session,
            places.dataset,
            number,
            {**ROW, "prix": "012.50"},
            base_version=1,
            account=places.account.id,
        )
        assert saved.version == 1
        assert len(service.history(session, places.dataset, number)) == 1
        place = (places.establishment.id, places.dataset.id, places.account.id, number)
        assert queries.draft(session, *place) is None


def test_a_stale_change_shows_what_the_record_holds_by_now(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        service.change(session, places.dataset, number, {**ROW, "nom": "Deux"}, base_version=1, account=None)
    with places.session() as session, pytest.raises(service.Stale) as stale:
        service.change(session, places.dataset, number, {**ROW, "nom": "Trois"}, base_version=1, account=None)
    assert stale.value.current.cells["nom"] == "Deux"
    assert stale.value.judged.cells["nom"] == "Trois"
    assert stale.value.status == 409
    assert places.cells(number)["nom"] == "Deux"


def test_of_two_changes_at_once_one_is_kept(places: Desk) -> None:
    number = create(places)
    ready = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def work(name: str) -> None:
        with places.session() as session:
            session.execute(text("SELECT 1"))
            ready.wait()
            try:
                service.change(
                    session, places.dataset, number, {**ROW, "nom": name}, base_version=1, account=None
                )
                outcomes.append("kept")
            except service.Stale:
                outcomes.append("stale")

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Un", "Deux")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "stale"]
    assert acts(places, number) == ["changed", "created"]


def test_what_is_in_the_trash_or_nowhere_is_not_changed(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        service.trash(session, places.dataset, [number], account=None)
    for absent in (number, 99):
        with places.session() as session, pytest.raises(NotFound):
            service.change(session, places.dataset, absent, ROW, base_version=1, account=None)
    with places.session() as session, pytest.raises(NotFound):
        service.get(session, places.dataset, 99)


def test_a_record_is_given_back_what_it_held(places: Desk) -> None:
    number = create(places)
    with places.session() as session:
        service.change(session, places.dataset, number, {**ROW, "nom": "Deux"}, base_version=1, account=None)
        (change, created) = service.history(session, places.dataset, number)
        saved = service.revert(
            session, places.dataset, number, change.id, base_version=2, account=places.account.id
        )
        assert saved.version == 3
        (last, *_) = service.history(session, places.dataset, number)
        assert (last.act, last.note) == ("reverted", {"change": change.id})
        with pytest.raises(NotFound):
            service.revert(session, places.dataset, number, created.id, base_version=3, account=None)
        with pytest.raises(NotFound):
            service.revert(session, places.dataset, number, 10**9, base_version=3, account=None)
        with pytest.raises(service.Stale):
            service.revert(session, places.dataset, number, change.id, base_version=2, account=None)
    assert places.cells(number) == ROW


# --- the trash ------------------------------------------------------------------------------------------------------


def test_records_go_and_come_back_with_their_history(places: Desk) -> None:
    one, other = create(places), create(places, code="B", nom="")
    with places.session() as session:
        assert service.trash(session, places.dataset, [other, one, 99], account=None) == [one, other]
        assert service.trash(session, places.dataset, [one], account=None) == []
        assert session.scalars(select(RecordIndex.number)).all() == []
    with places.session() as session:
        assert service.restore(session, places.dataset, [one, other, 99], account=None) == [one, other]
        assert sorted(session.scalars(select(RecordIndex.number))) == [one, other]
        assert service.get(session, places.dataset, one).version == 3
    assert acts(places, one) == ["restored", "trashed", "created"]
    assert (state(places, one), state(places, other)) == ("valid", "to_fix")


def test_many_records_at_once(places: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are indexed while a person waits, and more keys than are judged at once: jobs are asked for."""
    monkeypatch.setattr(service, "INDEXED_AT_ONCE", 2)
    monkeypatch.setattr(service, "RECHECKED", 2)
    numbers = [create(places, code=f"C{n}") for n in range(4)]
    with places.session() as session:
        assert service.trash(session, places.dataset, numbers, account=None) == numbers
        assert service.restore(session, places.dataset, numbers, account=None) == numbers
        found = datasets.find(session, places.establishment.id, places.dataset.slug)
        assert not found.is_indexed
        tasks = session.execute(text("SELECT task FROM job_progress ORDER BY task")).scalars().all()
        assert tasks == ["records.index", "records.recheck"]


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_twin_is_to_be_mended_until_the_first_goes_or_changes(places: Desk) -> None:
    first, twin, third = create(places), create(places), create(places)
    assert [state(places, n) for n in (first, twin, third)] == ["valid", "to_fix", "to_fix"]
    with places.session() as session:
        (fault,) = service.get(session, places.dataset, twin).faults or ()
        assert (fault["code"], fault["field"], fault["params"]) == ("unique-error", "code", {"row": first})
        service.trash(session, places.dataset, [first], account=None)
    assert [state(places, n) for n in (twin, third)] == ["to_fix", "to_fix"]
    with places.session() as session:
        service.change(session, places.dataset, third, {**ROW, "code": "Z"}, base_version=1, account=None)
    assert [state(places, n) for n in (twin, third)] == ["valid", "valid"]
    with places.session() as session:
        service.restore(session, places.dataset, [first], account=None)
    assert [state(places, n) for n in (first, twin)] == ["to_fix", "valid"]


def test_an_empty_cell_is_no_twin(places: Desk) -> None:
    numbers = [create(places, code="") for _ in range(2)]
    assert [state(places, n) for n in numbers] == ["valid", "valid"]


def test_texts_that_share_a_sort_key_are_no_twins(places: Desk) -> None:
    numbers = [create(places, code=code) for code in ("école", "Ecole", "x" * 80 + "1", "x" * 80 + "2")]
    assert [state(places, n) for n in numbers] == ["valid"] * 4


def test_of_two_twins_entered_at_once_the_second_is_told(places: Desk) -> None:
    ready = threading.Barrier(2, timeout=20)

    def work() -> None:
        with places.session() as session:
            judged = service.check(session, places.dataset, ROW)
            ready.wait()
            service.create(session, places.dataset, ROW, account=None, judged=judged)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(state(places, n) for n in (1, 2)) == ["to_fix", "valid"]


def test_a_key_of_several_columns(desk_on: DeskOn) -> None:
    desk = desk_on("test/cles", descriptor(primaryKey=["genre", "rang"], uniqueKeys=[["nom", "jour"]]))
    one = create(desk, code="", rang="1")
    same_key = create(desk, code="", rang="1", nom="Autre")
    same_day = create(desk, code="", rang="2")
    nothing = create(desk, code="", genre="", rang="", nom="Encore")
    assert [state(desk, n) for n in (one, same_key, same_day)] == ["valid", "to_fix", "to_fix"]
    assert faults(desk, same_key) == ["primary-key"]
    assert faults(desk, same_day) == ["unique-error/key"]
    assert "primary-key/empty" in faults(desk, nothing)


def test_keys_are_found_while_the_index_is_being_made(places: Desk) -> None:
    create(places)
    with places.session() as session:
        session.execute(text("UPDATE dataset SET is_indexed = false"))
        session.execute(text("DELETE FROM record_index"))
    with places.session() as session:
        found = datasets.find(session, places.establishment.id, places.dataset.slug)
        twin = service.create(session, found, ROW, account=None)
    assert faults(places, twin.number) == ["unique-error"]


# --- foreign keys ---------------------------------------------------------------------------------------------------


def reference(resource: str) -> dict[str, object]:
    return {"fields": "lieu", "reference": {"resource": resource, "fields": "code"}}


VISITS = {
    "name": "visites",
    "fields": [{"name": "lieu", "type": "string"}, {"name": "quoi", "type": "string"}],
}


def test_a_value_must_stand_in_the_other_dataset(desk_on: DeskOn) -> None:
    places = desk_on("test/lieux", descriptor())
    version = places.make.schema("test/visites", descriptor(VISITS, foreignKeys=[reference("lieux")]))
    held = places.make.dataset(places.establishment, version)
    create(places)
    with places.session() as session:
        visits = datasets.find(session, places.establishment.id, held.slug)
        assert service.check(session, visits, {"lieu": "A1"}).errors == ()
        assert service.check(session, visits, {"lieu": "", "quoi": "x"}).errors == ()
        (error,) = service.check(session, visits, {"lieu": "A9"}).errors
        assert (error.code, error.params["values"]) == ("foreign-key", ("A9",))
        answer = service.references(session, visits)(visits.schema.foreign_keys[0])
        assert answer == frozenset({("A1",)})


def test_a_dataset_that_is_not_there_judges_nothing(desk_on: DeskOn) -> None:
    visits = desk_on("test/visites", descriptor(VISITS, foreignKeys=[reference("lieux")]))
    with visits.session() as session:
        assert service.check(session, visits.dataset, {"lieu": "A1"}).errors == ()
        assert service.references(session, visits.dataset)(visits.dataset.schema.foreign_keys[0]) is None


def test_a_dataset_may_refer_to_itself(desk_on: DeskOn) -> None:
    tree = {**PLACES, "foreignKeys": [{"fields": "nom", "reference": {"resource": "", "fields": "code"}}]}
    desk = desk_on("test/arbre", descriptor(tree))
    with desk.session() as session:
        assert not service.check(session, desk.dataset, {**ROW, "nom": "A1"}).errors, "its own line will do"
        assert [
            error.code for error in service.check(session, desk.dataset, {**ROW, "nom": "A9"}).errors
        ] == ["foreign-key"]
    create(desk, code="A9", nom="A9")
    with desk.session() as session:
        assert not service.check(session, desk.dataset, {**ROW, "nom": "A9"}).errors


# --- drafts and offers ----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_as_typed_replaced_and_its_authors_alone(places: Desk) -> None:
    place = (places.establishment.id, places.dataset.id)
    mine = places.account.id
    with places.session() as session:
        service.keep_draft(session, places.dataset, {"nom": "É", "prix": "1,"}, account=mine)
        service.keep_draft(session, places.dataset, {"prix": "12 €"}, account=mine, base_version=4)
    with places.session() as session:
        kept = queries.draft(session, *place, mine, 0)
        assert kept is not None
        assert (kept.cells, kept.base_version) == ({"prix": "12 €"}, 4)
    other = places.make.account()
    with db.in_transaction(Scope.of(places.establishment.id, Role.editor, account=other.id)) as session:
        assert queries.draft(session, *place, mine, 0) is None


def test_a_form_begins_with_what_is_the_same_everywhere(desk_on: DeskOn) -> None:
    desk = desk_on(constants={"COLL_NOM": "Ici", "INCONNU": "x"})
    with desk.session() as session:
        offered = service.offered_values(
            session, desk.dataset, None, {"COLL_NOM": "Là", "COLL_SIRET": "21350987000019", "AUTRE": "x"}
        )
    assert offered == {"COLL_NOM": "Ici", "COLL_SIRET": "21350987000019"}


def test_numbers_that_a_form_sent() -> None:
    assert service.numbers_of(["12", "x", "-1", "", "3", "9" * 30, "٣"]) == [12, 3]


def test_deliberations_are_valid_as_a_whole_row(desk: Desk) -> None:
    with desk.session() as session:
        assert service.check(session, desk.dataset, DELIBERATION).errors == ()
        wrong = {**DELIBERATION, "VOTE_POUR": "24"}
        assert [e.type for e in service.check(session, desk.dataset, wrong).errors] == ["custom-check-error"]


def test_the_history_cannot_be_rewritten(places: Desk) -> None:
    from sqlalchemy.exc import ProgrammingError

    create(places)
    with pytest.raises(ProgrammingError, match="permission denied"), places.session() as session:
        session.execute(text("UPDATE record_change SET act = 'changed'"))
    with places.session() as session:
        gone = session.execute(text("DELETE FROM record_change"))
        assert gone.rowcount == 0  # type: ignore[attr-defined]
        assert len(session.scalars(select(RecordChange)).all()) == 1
