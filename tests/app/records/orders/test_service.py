"""The order of a column that the index has no keys of: made by a job, kept with each record, given up when many change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.models import dataset as bounds
from app.records import service
from app.records.listing import service as listing
from app.records.listing.service import Asked
from app.records.orders import service as orders
from schema_loader.sort_keys import sort_key
from tests.app.records.conftest import Desk
from tests.app.records.rows import descriptor
from tests.app.records.test_indexing import Working

COLUMNS = 30
FIELDS = [
    *({"name": f"n{n}", "type": "number"} for n in range(COLUMNS)),
    {"name": "texte", "type": "string"},
    {"name": "lieu", "type": "string"},
]
"""More numbers than the index has columns: the last ones and the texts are sorted without."""
LAST = f"n{COLUMNS - 1}"
CELLS = {
    LAST: st.sampled_from(["", "10", "9", "-3", "1e3", "beaucoup", "12.5"]),
    "texte": st.sampled_from(["", "École", "ecole", "Zoo", "é" * 80]),
    "n0": st.sampled_from(["1", "2"]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=9)
ACTS = st.lists(
    st.tuples(st.sampled_from(["create", "change", "trash", "restore"]), st.integers(0, 8), st.fixed_dictionaries(CELLS)),
    max_size=6,
)  # fmt: skip


@pytest.fixture
def broad(desk_on: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = desk_on("test/etendu", descriptor({"fields": FIELDS}))
    assert desk.dataset.column_of(LAST) is None
    monkeypatch.setattr(listing, "SORTED_AT_ONCE", -1)
    return desk


def now(desk: Desk) -> DatasetView:
    with desk.session() as session:
        return datasets.find(session, desk.establishment.id, desk.dataset.slug)


def fill(desk: Desk, rows: list[dict[str, str]]) -> list[int]:
    with desk.session() as session:
        return [service.create(session, desk.dataset, row, account=None).number for row in rows]


def make(desk: Desk, name: str, between: Callable[[], None] = lambda: None) -> None:
    orders.make_order.run(Working(desk, between), dataset=desk.dataset.id, name=name)  # type: ignore[arg-type]


def listed(desk: Desk, asked: Asked) -> list[int]:
    """Every number of a list, page by page."""
    found: list[int] = []
    while True:
        with desk.session() as session:
            page = listing.page(session, now(desk), asked)
        assert not page.is_unsorted
        found += [row.number for row in page.rows]
        if not page.after:
            return found
        asked = replace(asked, after=page.after)


def expected(desk: Desk, name: str, *, descending: bool, n0: str = "") -> list[int]:
    field = desk.dataset.schema.by_name[name]
    with desk.session() as session:
        rows = session.execute(
            text("SELECT number, cells FROM record WHERE dataset_id = :dataset AND deleted_at IS NULL"),
            {"dataset": desk.dataset.id},
        ).all()
    keyed = [
        (sort_key(field, cells.get(name)), number) for number, cells in rows if n0 in ("", cells.get("n0"))
    ]
    return [number for _, number in sorted(keyed, reverse=descending)]


def lines_of(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.session() as session:
        return [
            tuple(row)
            for row in session.execute(
                text("SELECT field, number, version, key FROM record_order ORDER BY field, number")
            )
        ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, acts=ACTS, descending=st.booleans(), size=st.integers(1, 4), n0=st.sampled_from(["", "1"]))
def test_whatever_is_done_to_records_they_are_in_the_order_of_their_values(
    broad: Desk,
    rows: list[dict[str, str]],
    acts: list[tuple[str, int, dict[str, str]]],
    descending: bool,
    size: int,
    n0: str,
) -> None:
    with broad.session() as session:  # those of the example before
        session.execute(text("DELETE FROM record"))
        session.execute(text("DELETE FROM record_index"))
        dataset_queries.set_orders(session, broad.establishment.id, broad.dataset.id, ())
    numbers = fill(broad, rows)
    make(broad, LAST)
    make(broad, "texte")
    with broad.session() as session:
        for act, at, row in acts:
            number = numbers[at % len(numbers)]
            held = service.get(session, broad.dataset, number)
            if act == "create":
                numbers.append(service.create(session, broad.dataset, row, account=None).number)
            elif act == "change" and held.deleted_at is None:
                service.change(session, broad.dataset, number, row, base_version=held.version, account=None)
            elif act == "trash":
                service.trash(session, broad.dataset, [number], account=None)
            elif act == "restore":
                service.restore(session, broad.dataset, [number], account=None)
    assert set(now(broad).orders) == {LAST, "texte"}
    for name in (LAST, "texte"):
        asked = Asked(sort=name, descending=descending, size=size, equals={"n0": (n0,)} if n0 else {})
        assert listed(broad, asked) == expected(broad, name, descending=descending, n0=n0)


def test_a_list_gone_through_has_its_order_made_and_is_then_read_by_it(broad: Desk) -> None:
    fill(broad, [{LAST: text_} for text_ in ("10", "9", "", "beaucoup")])
    asked = Asked(sort=LAST, descending=False)
    assert listed(broad, asked) == expected(broad, LAST, descending=False)
    with broad.session() as session:
        asked_for = session.execute(text("SELECT task FROM job_progress")).scalars().all()
    assert asked_for == ["records.order"]
    make(broad, LAST)
    with broad.session() as session:  # what is read now is what was made
        session.execute(text("UPDATE record_order SET key = '' WHERE number = 4"))
    assert listed(broad, asked)[0] == 3
    assert listed(broad, asked)[1] == 4


def test_what_people_do_meanwhile_is_in_it(broad: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "BATCH", 3)
    monkeypatch.setattr(orders, "LEFT_TO_THE_LAST", 1)
    fill(broad, [{LAST: str(n), "texte": "a"} for n in range(9)])
    turns = iter(range(100))

    def work() -> None:
        if (turn := next(turns)) > 1:
            return
        with broad.session() as session:
            for number in (turn + 1, 9 - turn):
                service.change(
                    session, broad.dataset, number, {LAST: str(50 - number)}, base_version=1, account=None
                )
            service.trash(session, broad.dataset, [turn + 3], account=None)
            service.create(session, broad.dataset, {LAST: "4.5"}, account=None)

    make(broad, LAST, work)
    assert now(broad).orders == (LAST,)
    for descending in (True, False):
        asked = Asked(sort=LAST, descending=descending, size=4)
        assert listed(broad, asked) == expected(broad, LAST, descending=descending)
    with broad.session() as session:
        assert service.restore(session, broad.dataset, [3, 4], account=None) == [3, 4]
    assert listed(broad, Asked(sort=LAST, size=4)) == expected(broad, LAST, descending=True)


def test_a_record_whose_dataset_was_read_before_the_order_was_made_is_in_it(broad: Desk) -> None:
    old = now(broad)
    fill(broad, [{LAST: "2"}])
    make(broad, LAST)
    with broad.session() as session:
        assert old.orders == ()
        service.create(session, old, {LAST: "1"}, account=None)
        service.change(session, old, 1, {LAST: "3"}, base_version=1, account=None)
    assert listed(broad, Asked(sort=LAST)) == [1, 2]


def test_many_changes_at_once_give_it_up(broad: Desk) -> None:
    fill(broad, [{LAST: "2"}])
    make(broad, LAST)
    with broad.session() as session:
        dataset_queries.touch(session, broad.establishment.id, broad.dataset.id, 5)
    assert now(broad).orders == ()
    assert listed(broad, Asked(sort=LAST)) == [1]


def test_of_many_columns_those_asked_for_last_are_kept(broad: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "MOST_ORDERS", 2)
    fill(broad, [{LAST: "2"}])
    for name in (LAST, "texte", "lieu"):
        make(broad, name)
    assert now(broad).orders == ("texte", "lieu")
    make(broad, "texte")  # it is there
    assert now(broad).orders == ("texte", "lieu")
    make(broad, LAST)
    assert now(broad).orders == ("lieu", LAST)
    position = broad.dataset.schema.by_name["texte"].position
    make(broad, "texte")
    assert [line[:2] for line in lines_of(broad)].count((position, 1)) == 1
    assert len(lines_of(broad)) == 3  # the one given up last is erased when the next is made


@pytest.mark.parametrize("name", ["n0", "inconnue"])
def test_no_order_is_made_of_a_column_with_keys_or_of_none(broad: Desk, name: str) -> None:
    fill(broad, [{LAST: "2"}])
    make(broad, name)
    assert [now(broad).orders, lines_of(broad)] == [(), []]


def test_a_dataset_removed_meanwhile_is_none_of_its_business(broad: Desk) -> None:
    fill(broad, [{LAST: "2"}])
    with broad.session() as session:
        dataset_queries.remove(session, broad.establishment.id, broad.dataset.id)
    make(broad, LAST)
    assert lines_of(broad) == []


def test_very_many_lines_are_in_the_order_of_entry_until_it_is_made(
    broad: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SORTED_ONCE", 1)
    fill(broad, [{LAST: "1"}, {LAST: "3"}, {LAST: "2"}])
    reader = broad.someone("reader")
    answer = reader.get(f"{broad.path}/?tri=-{LAST}")
    assert "leur tri par cette colonne se prépare" in answer.text
    assert answer.text.index("/lignes/3") < answer.text.index("/lignes/2") < answer.text.index("/lignes/1")
    make(broad, LAST)
    answer = reader.get(f"{broad.path}/?tri=-{LAST}")
    assert "se prépare" not in answer.text
    assert answer.text.index("/lignes/2") < answer.text.index("/lignes/3") < answer.text.index("/lignes/1")


def test_a_place_in_another_order_begins_the_list_again(broad: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys are made between one page and the next: no line is passed over."""
    monkeypatch.setattr(listing, "SORTED_ONCE", 1)
    fill(broad, [{LAST: str(n)} for n in range(5)])
    asked = Asked(sort=LAST, size=2)
    with broad.session() as session:
        first = listing.page(session, now(broad), asked)
        assert first.is_unsorted
    make(broad, LAST)
    with broad.session() as session:
        found = listing.page(session, now(broad), replace(asked, after=first.after))
        assert [row.number for row in found.rows] == [5, 4]
        assert found.is_begun_again and not found.is_unsorted
        again = listing.page(session, now(broad), replace(asked, before=first.after))
        assert [row.number for row in again.rows] == [5, 4]
        further = listing.page(session, now(broad), replace(asked, after=found.after))
        assert [row.number for row in further.rows] == [3, 2] and not further.is_begun_again
    page = broad.get(f"/?tri=-{LAST}&apres={first.after}&rang=51")
    assert "la liste reprend à son début" in page


def test_one_order_of_a_dataset_waits_at_a_time(broad: Desk) -> None:
    fill(broad, [{LAST: "2"}])
    for name in (LAST, "texte", "lieu"):
        listed(broad, Asked(sort=name))
    with broad.session() as session:
        assert session.execute(text("SELECT count(*) FROM job_progress")).scalar_one() == 1


def test_the_columns_of_orders_are_bounded_in_the_database(broad: Desk) -> None:
    names = [f"n{n}" for n in range(bounds.MOST_ORDERS + 1)]
    with pytest.raises(Exception, match="orders_bounded"), broad.session() as session:
        dataset_queries.set_orders(session, broad.establishment.id, broad.dataset.id, names)
