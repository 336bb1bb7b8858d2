"""Every query of the list. A page is found by the index of what is sorted by, or, where a condition keeps few records, by that.

PostgreSQL's statistics mix all datasets, so the choice is made here: each condition is asked for its first thousand records.
One that has no more is the way in; where all have more, the walk along the sorted index soon meets a page of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Text

from app.models import Record, RecordIndex, RecordState
from schema_loader.sort_keys import MOST

FEW = 1000

Condition = tuple[Literal["equal", "between", "user", "submission", "state", "numbers"], Any, Any]
"""``("equal", column, keys)``, ``("between", column, (low, high))``, ``("user", None, id)``, ``("submission", None, id)``,
``("state", None, state)``, ``("numbers", None, numbers)``. A column is that of the index, from 1."""
What = tuple[Literal["column", "year", "state", "updated_by", "submission_id"], int]
"""What is counted: a column of the index, the year that it begins with, or a property of the line (then the number is of no account)."""
Order = tuple[Literal["number", "column", "field"], Any]
"""``("number", None)``, ``("column", 3)`` of the index, or ``("field", name)`` for one that has no column there."""


def _at(column: int) -> Any:
    return getattr(RecordIndex, f"k{column}")


def _own(establishment: int, dataset: int) -> ColumnElement[bool]:
    return and_(RecordIndex.establishment_id == establishment, RecordIndex.dataset_id == dataset)


def _texts(values: Sequence[str]) -> Any:
    return func.any(literal(list(values), ARRAY(Text())))


def _numbers(values: Sequence[int]) -> Any:
    return func.any(literal(list(values), ARRAY(BigInteger())))


def found(session: Session, dataset: int, query: str, most: int) -> list[int] | None:
    """Numbers of the records of the scope whose words match a tsquery, in no order; None when there are more than ``most``."""
    row = session.execute(
        text(
            "SELECT CASE WHEN count(*) <= :most THEN array_agg(number) END "
            "FROM app.found_records(:dataset, CAST(:query AS tsquery), :most + 1) AS number HAVING count(*) > 0"
        ),
        {"dataset": dataset, "query": query, "most": most},
    ).one_or_none()
    numbers: list[int] | None = [] if row is None else row[0]
    return numbers


def few(session: Session, establishment: int, dataset: int, condition: Condition) -> list[int] | None:
    """The records that a condition keeps; None when there are more than :data:`FEW`."""
    kind, column, value = condition
    if kind == "numbers":
        return list(value)
    chosen: Select[Any]
    if kind == "equal":
        chosen = select(RecordIndex.number).where(_own(establishment, dataset), _at(column) == _texts(value))
    elif kind == "between":
        chosen = select(RecordIndex.number).where(
            _own(establishment, dataset), _at(column) >= value[0], _at(column) <= value[1]
        )
    elif kind == "user":
        chosen = select(RecordIndex.number).where(
            _own(establishment, dataset), RecordIndex.updated_by == value
        )
    else:
        chosen = select(Record.number).where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_(None),
        )
        if kind == "submission":
            chosen = chosen.where(Record.submission_id == value)
        elif value == RecordState.to_fix:
            chosen = chosen.where(Record.state == "to_fix")
        else:
            return None  # most records are valid
    # one value, nothing where there are many: a thousand rows take longer to read than to find
    of = chosen.limit(FEW + 1).subquery().c.number
    none = literal([], ARRAY(BigInteger()))
    numbers: list[int] | None = session.scalar(
        select(case((func.count() <= FEW, func.coalesce(func.array_agg(of), none))))
    )
    return numbers


def _filter(condition: Condition) -> ColumnElement[bool]:
    """The condition as something to be looked at in each line, which no index serves."""
    kind, column, value = condition
    if kind == "equal":
        return _at(column).concat("") == _texts(value)
    if kind == "between":
        text_ = _at(column).concat("")
        return and_(text_ >= value[0], text_ <= value[1])
    if kind == "user":
        return RecordIndex.updated_by + 0 == value
    if kind == "submission":
        return RecordIndex.submission_id == value
    if kind == "numbers":
        return RecordIndex.number == _numbers(value)
    return RecordIndex.state == str(value)


def _filtered(
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    columns: Sequence[Any],
) -> Select[Any]:
    """Lines of the index that meet every condition, and hold the words of a tsquery."""
    chosen = select(*columns).where(_own(establishment, dataset), *map(_filter, conditions))
    if query is not None:
        chosen = chosen.where(RecordIndex.words.op("@@")(cast(literal(query, String()), TSQUERY)))
    return chosen


def page(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    order: Order,
    *,
    descending: bool,
    beyond: tuple[str, int] | None,
    limit: int,
) -> list[Row[Any]]:
    """``(number, key)`` of the next records in an order. ``beyond``: key and number of the record after which they begin."""
    kind, what = order
    sort: Any = None
    if kind == "column":
        sort = _at(what)
    elif kind == "field":
        # a long text would make a long address of the next page: those that begin alike are in the order of entry
        sort = func.left(func.app.fold(func.coalesce(Record.cells[what].astext, "")), MOST).collate("C")
    key = literal("") if sort is None else sort
    chosen = _filtered(establishment, dataset, conditions, query, (RecordIndex.number, key.label("key")))
    if kind == "field":
        chosen = chosen.join(
            Record,
            and_(
                Record.establishment_id == RecordIndex.establishment_id,
                Record.dataset_id == RecordIndex.dataset_id,
                Record.number == RecordIndex.number,
            ),
        )
    if kind == "column":
        chosen = chosen.where(sort.is_not(None))
    if beyond is not None:
        at: Any = RecordIndex.number if sort is None else tuple_(sort, RecordIndex.number)
        bound: Any = (
            beyond[1]
            if sort is None
            else tuple_(literal(beyond[0], Text()), literal(beyond[1], BigInteger()))
        )
        chosen = chosen.where(at < bound if descending else at > bound)
    by = [RecordIndex.number] if sort is None else [sort, RecordIndex.number]
    chosen = chosen.order_by(*(column.desc() if descending else column.asc() for column in by))
    return list(session.execute(chosen.limit(limit)))


def numbers(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    most: int,
) -> list[int]:
    """The numbers of the records of a list, in no order, ``most`` of them."""
    chosen = _filtered(establishment, dataset, conditions, query, (RecordIndex.number,))
    return list(session.scalars(chosen.limit(most)))


def plain_page(
    session: Session,
    establishment: int,
    dataset: int,
    *,
    state: str | None,
    descending: bool,
    beyond: int | None,
    limit: int,
) -> list[int]:
    """Numbers of the next records by number, from the records themselves: while the index is being made."""
    chosen = select(Record.number).where(
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.deleted_at.is_(None),
    )
    if state is not None:
        chosen = chosen.where(Record.state == state)
    if beyond is not None:
        chosen = chosen.where(Record.number < beyond if descending else Record.number > beyond)
    by = Record.number.desc() if descending else Record.number.asc()
    return list(session.scalars(chosen.order_by(by).limit(limit)))


_SHOWN = select(
    Record.number,
    Record.cells,
    Record.state,
    Record.faults,
    Record.version,
    Record.updated_at,
    Record.updated_by,
    Record.submission_id,
    Record.deleted_at,
).where(
    Record.establishment_id == bindparam("establishment"),
    Record.dataset_id == bindparam("dataset"),
    Record.number == func.any(bindparam("numbers", type_=ARRAY(BigInteger()))),
)
"""Built once: it runs with every page of a list."""


def shown(session: Session, establishment: int, dataset: int, numbers: Sequence[int]) -> list[Row[Any]]:
    """What the list shows of some records, in no order."""
    given = {"establishment": establishment, "dataset": dataset, "numbers": list(numbers)}
    return list(session.execute(_SHOWN, given))


def trashed(session: Session, establishment: int, dataset: int, *, limit: int, offset: int) -> list[Row[Any]]:
    """Records of the trash, the latest first."""
    return list(
        session.execute(
            select(Record.number, Record.cells, Record.deleted_at, Record.deleted_by)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.deleted_at.is_not(None),
            )
            .order_by(Record.deleted_at.desc(), Record.number.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def trash_count(session: Session, establishment: int, dataset: int, most: int) -> int:
    """How many records are in the trash, counted up to ``most``."""
    return _count(
        session,
        select(Record.number).where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_not(None),
        ),
        most,
    )


def count(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    most: int,
) -> int:
    """How many records the list holds, counted up to ``most``."""
    return _count(session, _filtered(establishment, dataset, conditions, query, (RecordIndex.number,)), most)


def plain_count(session: Session, establishment: int, dataset: int, state: str | None, most: int) -> int:
    """The same from the records themselves."""
    chosen = select(Record.number).where(
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.deleted_at.is_(None),
    )
    if state is not None:
        chosen = chosen.where(Record.state == state)
    return _count(session, chosen, most)


def _count(session: Session, chosen: Select[Any], most: int) -> int:
    return int(session.scalar(select(func.count()).select_from(chosen.limit(most).subquery())) or 0)


def facets(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    whats: Sequence[What],
) -> list[tuple[int, Any, int]]:
    """``(position in whats, value, records)`` of the values of several filters, counted in one pass over the lines."""
    parts = [_what(what).label(f"w{n}") for n, what in enumerate(whats)]
    which = func.grouping(*parts).label("which")
    chosen = _filtered(
        establishment, dataset, conditions, query, (*parts, which, func.count().label("records"))
    )
    chosen = chosen.group_by(func.grouping_sets(*(tuple_(part) for part in parts)))
    last = len(parts) - 1
    found = []
    for row in session.execute(chosen):
        # each bit says that a part is none of this group's: the only zero is its own
        place = next(n for n in range(len(parts)) if not row.which >> (last - n) & 1)
        if row[place] is not None:
            found.append((place, row[place], row.records))
    return found


def _what(what: What) -> Any:
    kind, column = what
    if kind == "column":
        return _at(column)
    if kind == "year":
        return func.substring(_at(column), "^([0-9]{4})(?:-|$)")
    return getattr(RecordIndex, kind)
