"""Every query of the list. A page is found by the index of what is sorted by, or, where a condition keeps few records, by that.

PostgreSQL's statistics mix all datasets, so the choice is made here: each condition is asked for its first thousand records.
One that has no more is the way in; where all have more, the walk along the sorted index soon meets a page of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, SmallInteger, Text

from app.models import Account, Record, RecordIndex, RecordOrder, RecordState

FEW = 1000

Condition = tuple[Literal["equal", "between", "user", "submission", "state", "numbers"], Any, Any]
"""``("equal", column, keys)``, ``("between", column, (low, high))``, ``("user", None, id)``, ``("submission", None, id)``,
``("state", None, state)``, ``("numbers", None, numbers)``. A column is that of the index, from 1."""
What = tuple[Literal["column", "year", "state", "updated_by", "submission_id"], int]
"""What is counted: a column of the index, the year that it begins with, or a property of the line (then the number is of no account)."""
Order = tuple[Literal["number", "column", "field"], int | None]
"""``("number", None)``, ``("column", 3)`` of the index, or ``("field", 17)``, a position in the schema, by the keys made for it."""
Shape = tuple[tuple[str, int | None], ...]
"""Kinds and columns of conditions: statements are built once for each, and their values given when they run."""

_INDEX, _RECORD, _ACCOUNT = RecordIndex.__table__.c, Record.__table__.c, Account.__table__.c
_ORDER = RecordOrder.__table__.c
_TEXTS, _NUMBERS = ARRAY(Text()), ARRAY(BigInteger())
_OWN = and_(
    _INDEX.establishment_id == bindparam("establishment", type_=BigInteger()),
    _INDEX.dataset_id == bindparam("dataset", type_=BigInteger()),
)
_OWN_RECORD = and_(
    _RECORD.establishment_id == bindparam("establishment", type_=BigInteger()),
    _RECORD.dataset_id == bindparam("dataset", type_=BigInteger()),
)


def _at(column: int | None) -> Any:
    return _INDEX[f"k{column}"]


def _shape(conditions: Sequence[Condition]) -> Shape:
    return tuple((kind, column) for kind, column, _ in conditions)


def _values(
    establishment: int, dataset: int, conditions: Sequence[Condition], query: str | None = None
) -> dict[str, Any]:
    """What a statement of this shape is run with."""
    given: dict[str, Any] = {"establishment": establishment, "dataset": dataset}
    for n, (kind, _, value) in enumerate(conditions):
        if kind == "between":
            given[f"low_{n}"], given[f"high_{n}"] = value
        elif kind in ("equal", "numbers"):
            given[f"value_{n}"] = list(value)
        else:
            given[f"value_{n}"] = str(value) if kind == "state" else value
    if query is not None:
        given["query"] = query
    return given


def found(session: Session, dataset: int, query: str, most: int) -> list[int] | None:
    """Numbers of the records of the scope whose words match a tsquery, in no order; None when there are more than ``most``."""
    row = session.execute(_FOUND, {"dataset": dataset, "query": query, "most": most}).one_or_none()
    numbers: list[int] | None = [] if row is None else row[0]
    return numbers


_FOUND = text(
    "SELECT CASE WHEN count(*) <= :most THEN array_agg(number) END "
    "FROM app.found_records(:dataset, CAST(:query AS tsquery), :most + 1) AS number HAVING count(*) > 0"
)


def few(session: Session, establishment: int, dataset: int, condition: Condition) -> list[int] | None:
    """The records that a condition keeps; None when there are more than :data:`FEW`."""
    kind, column, value = condition
    if kind == "numbers":
        return list(value)
    if kind == "state" and value != RecordState.to_fix:
        return None  # most records are valid
    given = _values(establishment, dataset, [condition]) | {"few": FEW}
    numbers: list[int] | None = session.scalar(_few((kind, column)), given)
    return numbers


@lru_cache(maxsize=64)
def _few(shape: tuple[str, int | None]) -> Select[Any]:
    kind, column = shape
    if kind == "equal":
        chosen = select(_INDEX.number).where(
            _OWN, _at(column) == func.any(bindparam("value_0", type_=_TEXTS))
        )
    elif kind == "between":
        low, high = bindparam("low_0", type_=Text()), bindparam("high_0", type_=Text())
        chosen = select(_INDEX.number).where(_OWN, _at(column) >= low, _at(column) <= high)
    elif kind == "user":
        chosen = select(_INDEX.number).where(
            _OWN, _INDEX.updated_by == bindparam("value_0", type_=BigInteger())
        )
    elif kind == "submission":
        chosen = select(_RECORD.number).where(
            _OWN_RECORD,
            _RECORD.deleted_at.is_(None),
            _RECORD.submission_id == bindparam("value_0", type_=BigInteger()),
        )
    else:  # as its index says it, letter for letter
        chosen = select(_RECORD.number).where(
            _OWN_RECORD, _RECORD.deleted_at.is_(None), _RECORD.state == literal_column("'to_fix'")
        )
    # one value, nothing where there are many: a thousand rows take longer to read than to find
    few_ = bindparam("few", type_=BigInteger())
    of = chosen.limit(few_ + 1).subquery().c.number
    none = literal([], _NUMBERS)
    return select(case((func.count() <= few_, func.coalesce(func.array_agg(of), none))))


def _filter(n: int, kind: str, column: int | None) -> ColumnElement[bool]:
    """The condition as something to be looked at in each line, which no index serves."""
    if kind == "between":
        text_ = _at(column).concat("")
        return and_(
            text_ >= bindparam(f"low_{n}", type_=Text()), text_ <= bindparam(f"high_{n}", type_=Text())
        )
    if kind == "equal":
        return _at(column).concat("") == func.any(bindparam(f"value_{n}", type_=_TEXTS))
    if kind == "numbers":
        return _INDEX.number == func.any(bindparam(f"value_{n}", type_=_NUMBERS))
    if kind == "user":
        return _INDEX.updated_by + 0 == bindparam(f"value_{n}", type_=BigInteger())
    if kind == "submission":
        return _INDEX.submission_id == bindparam(f"value_{n}", type_=BigInteger())
    return _INDEX.state == bindparam(f"value_{n}", type_=Text())


def _filtered(shape: Shape, sought: bool, columns: Sequence[Any]) -> Select[Any]:
    """Lines of the index that meet every condition, and hold the words of a tsquery."""
    chosen = select(*columns).where(_OWN, *(_filter(n, *part) for n, part in enumerate(shape)))
    if sought:
        chosen = chosen.where(_INDEX.words.op("@@")(cast(bindparam("query", type_=String()), TSQUERY)))
    return chosen


_SHOWN = (
    _RECORD.number,
    _RECORD.cells,
    _RECORD.state,
    _RECORD.faults,
    _RECORD.version,
    _RECORD.updated_at,
    _RECORD.updated_by,
    _RECORD.submission_id,
    _RECORD.deleted_at,
    func.coalesce(func.nullif(_ACCOUNT.name, ""), _ACCOUNT.email).label("by"),
)
"""What a list shows of a record, with the name of whoever changed it last."""


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
    """The next records in an order, with their ``key`` in it. ``beyond``: key and number of the record after which they begin."""
    given = _values(establishment, dataset, conditions, query) | {"most": limit}
    kind, what = order
    if kind == "field":
        given["field"] = what
        what = None
    if beyond is not None:
        given["beyond_key"], given["beyond_number"] = beyond
    statement = _page(_shape(conditions), query is not None, kind, what, descending, beyond is not None)
    if kind == "number":
        given.pop("beyond_key", None)
    return list(session.execute(statement, given))


@lru_cache(maxsize=256)
def _page(
    shape: Shape, sought: bool, kind: str, column: int | None, descending: bool, is_further: bool
) -> Select[Any]:
    number: Any = _INDEX.number
    sort: Any = None
    if kind == "column":
        sort = _at(column)
    elif kind == "field":
        number, sort = _ORDER.number, _ORDER.key
    key = literal("") if sort is None else sort
    chosen = _filtered(shape, sought, (number, key.label("key")))
    if kind == "field":
        # a key may be there of a record in the trash, which has no line of the index
        chosen = chosen.select_from(
            RecordOrder.__table__.join(RecordIndex.__table__, _INDEX.number == _ORDER.number)
        ).where(
            _ORDER.establishment_id == bindparam("establishment", type_=BigInteger()),
            _ORDER.dataset_id == bindparam("dataset", type_=BigInteger()),
            _ORDER.field == bindparam("field", type_=SmallInteger()),
        )
    if kind == "column":
        chosen = chosen.where(sort.is_not(None))
    if is_further:
        last = bindparam("beyond_number", type_=BigInteger())
        at: Any = number if sort is None else tuple_(sort, number)
        bound: Any = last if sort is None else tuple_(bindparam("beyond_key", type_=Text()), last)
        chosen = chosen.where(at < bound if descending else at > bound)
    by = [number] if sort is None else [sort, number]
    chosen = chosen.order_by(*(part.desc() if descending else part.asc() for part in by))
    return _with_records(chosen.limit(bindparam("most")).subquery("found"), descending=descending)


def cells(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    name: str,
) -> Sequence[Row[Any]]:
    """``(number, cell)`` of all the records of a list, in no order; the cell is of the field ``name``."""
    given = _values(establishment, dataset, conditions, query) | {"name": name}
    return session.execute(_cells(_shape(conditions), query is not None), given).all()


@lru_cache(maxsize=64)
def _cells(shape: Shape, sought: bool) -> Select[Any]:
    cell = _RECORD.cells[bindparam("name", type_=Text())].astext
    return (
        _filtered(shape, sought, (_INDEX.number, cell.label("cell")))
        .select_from(RecordIndex.__table__.join(Record.__table__, _RECORD.number == _INDEX.number))
        .where(_OWN_RECORD)
    )


def records(
    session: Session,
    establishment: int,
    dataset: int,
    keyed: Sequence[tuple[str, int]],
    *,
    descending: bool,
) -> list[Row[Any]]:
    """The records of ``(key, number)``, in that order, with their key."""
    given = {
        "establishment": establishment,
        "dataset": dataset,
        "keys": [key for key, _ in keyed],
        "numbers": [number for _, number in keyed],
    }
    return list(session.execute(_RECORDS[descending], given))


def _with_records(found: Subquery, *, descending: bool) -> Select[Any]:
    """The records of some numbers, in the same order, in the same statement: they are read by their key, those of a page alone."""
    by = (found.c.key.collate("C"), found.c.number)
    return (
        select(*_SHOWN, found.c.key)
        .select_from(
            found.join(Record.__table__, and_(_OWN_RECORD, _RECORD.number == found.c.number)).outerjoin(
                Account.__table__, _ACCOUNT.id == _RECORD.updated_by
            )
        )
        .order_by(*(part.desc() if descending else part.asc() for part in by))
    )


_GIVEN = select(
    func.unnest(bindparam("keys", type_=_TEXTS)).label("key"),
    func.unnest(bindparam("numbers", type_=_NUMBERS)).label("number"),
).subquery("found")
_RECORDS = {descending: _with_records(_GIVEN, descending=descending) for descending in (True, False)}


def numbers(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    most: int,
) -> list[int]:
    """The numbers of the records of a list, in no order, ``most`` of them."""
    chosen = _filtered(_shape(conditions), query is not None, (_INDEX.number,))
    return list(session.scalars(chosen.limit(most), _values(establishment, dataset, conditions, query)))


def plain_page(
    session: Session,
    establishment: int,
    dataset: int,
    *,
    state: str | None,
    descending: bool,
    beyond: int | None,
    limit: int,
) -> list[Row[Any]]:
    """The next records by number, from the records themselves: while the index is being made."""
    chosen = _plain(
        state,
        descending=descending,
        beyond=beyond,
        limit=limit,
        columns=(_RECORD.number, literal("").label("key")),
    )
    return list(
        session.execute(
            _with_records(chosen.subquery("found"), descending=descending),
            {"establishment": establishment, "dataset": dataset},
        )
    )


def plain_numbers(
    session: Session, establishment: int, dataset: int, state: str | None, most: int
) -> list[int]:
    """The numbers of the last records, from the records themselves."""
    chosen = _plain(state, descending=True, beyond=None, limit=most, columns=(_RECORD.number,))
    return list(session.scalars(chosen, {"establishment": establishment, "dataset": dataset}))


def _plain(
    state: str | None, *, descending: bool, beyond: int | None, limit: int, columns: Sequence[Any]
) -> Select[Any]:
    chosen = select(*columns).where(_OWN_RECORD, _RECORD.deleted_at.is_(None))
    if state is not None:
        chosen = chosen.where(_RECORD.state == state)
    if beyond is not None:
        chosen = chosen.where(_RECORD.number < beyond if descending else _RECORD.number > beyond)
    return chosen.order_by(_RECORD.number.desc() if descending else _RECORD.number.asc()).limit(limit)


def count(
    session: Session,
    establishment: int,
    dataset: int,
    conditions: Sequence[Condition],
    query: str | None,
    most: int,
) -> int:
    """How many records the list holds, counted up to ``most``."""
    chosen = _filtered(_shape(conditions), query is not None, (_INDEX.number,))
    return _count(session, chosen, most, _values(establishment, dataset, conditions, query))


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


def _count(session: Session, chosen: Select[Any], most: int, given: Mapping[str, Any] | None = None) -> int:
    counted = select(func.count()).select_from(chosen.limit(most).subquery())
    return int(session.scalar(counted, given or {}) or 0)


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
    columns = (*parts, which, func.count().label("records"))
    chosen = _filtered(_shape(conditions), query is not None, columns)
    chosen = chosen.group_by(func.grouping_sets(*(tuple_(part) for part in parts)))
    last = len(parts) - 1
    found = []
    for row in session.execute(chosen, _values(establishment, dataset, conditions, query)):
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
    return _INDEX[kind]
