"""The index made from the records, while people go on working; keys judged again by a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from app import db
from app.datasets import service as datasets
from app.records import bulk, indexing, rechecking, service
from app.tenancy import Scope
from tests.app.records.conftest import Desk
from tests.app.records.rows import descriptor

ROW = {"nom": "École", "genre": "école", "jour": "2024-03-12", "prix": "12.50"}


class Working:
    """What a job's function sees of its job."""

    def __init__(self, desk: Desk, between: Callable[[], None] = lambda: None) -> None:
        self.establishment = desk.establishment.id
        self.between = between

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Any]:
        with db.in_transaction(Scope.job(self.establishment), read_only=read_only) as session:
            yield session

    def progress(self, *_: object, **__: object) -> None:
        self.between()


@pytest.fixture
def places(desk_on: Callable[..., Desk]) -> Desk:
    desk = desk_on("test/lieux", descriptor())
    with desk.session() as session:
        for n in range(9):
            service.create(session, desk.dataset, {**ROW, "code": f"C{n}", "nom": f"Lieu {n}"}, account=None)
    return desk


def index_of(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.session() as session:
        found = session.execute(
            text(
                "SELECT number, state, updated_at, k1, k2, k3, k4, words::text FROM record_index ORDER BY number"
            )
        )
        return [tuple(row) for row in found]


def forget_index(desk: Desk) -> None:
    with desk.session() as session:
        session.execute(text("DELETE FROM record_index"))
        session.execute(text("UPDATE dataset SET is_indexed = false"))


def run(desk: Desk, between: Callable[[], None] = lambda: None) -> None:
    indexing.index_dataset.run(Working(desk, between), dataset=desk.dataset.id)  # type: ignore[arg-type]


def test_the_index_made_anew_is_the_one_that_was(places: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 4)
    before = index_of(places)
    forget_index(places)
    run(places)
    assert index_of(places) == before
    with places.session() as session:
        assert datasets.find(session, places.establishment.id, places.dataset.slug).is_indexed


def test_it_may_be_begun_again(places: Desk) -> None:
    before = index_of(places)
    forget_index(places)
    with places.session() as session:
        bulk.index_missing(session, places.dataset, after=0, limit=3)
    run(places)
    run(places)
    assert index_of(places) == before


def test_what_people_do_meanwhile_is_in_it(places: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 3)
    forget_index(places)
    turns = iter(range(100))

    def work() -> None:
        turn = next(turns)
        if turn > 1:
            return
        with places.session() as session:
            found = datasets.find(session, places.establishment.id, places.dataset.slug)
            # one line that is there already, one that is not yet
            for number in (turn + 1, 9 - turn):
                row = {**ROW, "code": f"N{number}", "nom": f"Changé {number}"}
                service.change(session, found, number, row, base_version=1, account=None)
            service.trash(session, found, [turn + 3, 7 - turn], account=None)
            service.create(session, found, {**ROW, "code": f"Z{turn}"}, account=None)

    run(places, work)
    found = index_of(places)
    with places.session() as session:
        session.execute(text("DELETE FROM record_index"))
        bulk.index_missing(session, places.dataset, after=0, limit=100)
    assert found == index_of(places)
    assert [row[0] for row in found] == [1, 2, 5, 8, 9, 10, 11]


def test_a_line_that_is_old_is_made_again(places: Desk) -> None:
    before = index_of(places)
    with places.session() as session:
        session.execute(
            text(
                "UPDATE record_index SET updated_at = updated_at - interval '1 s', k1 = 'x' WHERE number < 3"
            )
        )
        assert bulk.settle(session, places.dataset) == 2
        assert bulk.settle(session, places.dataset) == 0
    assert index_of(places) == before


def test_twins_that_many_acts_left_are_judged_again(places: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RECHECKED", 0)
    with places.session() as session:
        for _ in range(2):
            service.create(session, places.dataset, {**ROW, "code": "C0"}, account=None)
        service.trash(session, places.dataset, [1, 11], account=None)
        assert service.get(session, places.dataset, 10).state == "to_fix", "until the job comes"
    rechecking.recheck_dataset.run(Working(places), dataset=places.dataset.id)  # type: ignore[arg-type]
    with places.session() as session:
        assert service.get(session, places.dataset, 10).state == "valid"
        service.restore(session, places.dataset, [1], account=None)
    rechecking.recheck_dataset.run(Working(places), dataset=places.dataset.id)  # type: ignore[arg-type]
    with places.session() as session:
        states = [service.get(session, places.dataset, number).state for number in (1, 10)]
        assert "to_fix" in states
        assert service.get(session, places.dataset, 2).state == "valid"
