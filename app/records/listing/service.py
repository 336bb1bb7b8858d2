"""The list of a dataset's records, as the address of the page says it: what is sought, filtered, sorted, and where one stands."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest, nsmallest
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.models import RecordState
from app.records.judge import key_reader, search_query
from app.records.listing import queries
from app.records.listing.queries import Condition, Order
from app.records.orders import service as orders
from schema_loader.field import Field
from schema_loader.sort_keys import bound_key, sort_key
from schema_loader.table_schema import TableSchema

PAGE = 50
COUNTED = 10_001
"""Records are counted up to here: beyond, « plus de 10 000 »."""
FACET_VALUES = 60
FEW_WORDS = 2000
SORTED_AT_ONCE = 2000
"""Records that are sorted without keys each time, being few."""
SORTED_ONCE = 100_000
"""Records that are sorted so, at some length, while keys are made of them; more are in the order of entry meanwhile."""
FIRST, LAST = "!", "}"
"""Below the keys of all dates and numbers, above those of empty cells; above them, below those of what is no value."""
TEMPORAL = ("date", "datetime", "year", "yearmonth")
NUMERIC = ("number", "integer")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for. ``sort``: a field's name, or empty for the order of entry; ``equals``: field → stored
    texts of which one is enough; ``ranges``: field → lowest and highest stored text, either may be empty; ``year``: of
    :func:`year_field`."""

    sought: str = ""
    state: str = ""
    sort: str = ""
    descending: bool = True
    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    year: str = ""
    user: int | None = None
    submission: int | None = None
    after: str = ""
    before: str = ""
    size: int = PAGE

    @property
    def is_filtered(self) -> bool:
        """Whether some records may be left out."""
        return bool(
            self.sought.strip()
            or self.state
            or self.equals
            or self.ranges
            or self.year
            or self.user is not None
            or self.submission is not None
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. ``after`` and ``before``: where the next and the former page begin, empty at the ends; ``is_partial``: the index is
    being made, so that only the order of entry and the state are to be had; ``is_unsorted``: the order is being made, so that the
    records are in that of entry; ``is_begun_again``: the page asked for is a place in another order than this one."""

    rows: Sequence[Any]
    after: str
    before: str
    is_partial: bool
    is_unsorted: bool = False
    is_begun_again: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a filter, with how many records of the list have it."""

    value: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: ``name`` is a field's where ``is_field``, else ``etat``, ``annee``, ``utilisateur``, ``import``. Values are stored
    texts, an empty one for cells without any; years, states, or numbers of accounts and imports."""

    name: str
    values: tuple[FacetValue, ...]
    is_field: bool = False


def page(session: Session, dataset: DatasetView, asked: Asked) -> Listed:
    """The records of one page, in order."""
    if not dataset.is_indexed:
        return _plain_page(session, dataset, asked)
    place = (dataset.establishment, dataset.id)
    conditions, query = narrowed(session, dataset, asked)
    order = order_of(dataset, asked)
    is_unsorted = False
    sorted_by: Field | None = None
    if order is None:
        sorted_by = dataset.schema.by_name[asked.sort]
        most = min([dataset.numbers, *(len(value) for kind, _, value in conditions if kind == "numbers")])
        order = ("number", None)
        if most > SORTED_AT_ONCE and asked.sort in dataset.orders:
            order, sorted_by = ("field", sorted_by.position), None
        elif most > SORTED_AT_ONCE:
            orders.ask(dataset, sorted_by)
            if most > SORTED_ONCE:
                is_unsorted, sorted_by = True, None
    by = "" if order[0] == "number" and sorted_by is None else asked.sort
    backwards, beyond = _stands(asked, by)
    descending = asked.descending != backwards
    how: Any = {"descending": descending, "beyond": beyond, "limit": asked.size + 1}
    if sorted_by is not None:
        found = _sorted_here(session, dataset, conditions, query, sorted_by, **how)
    else:
        found = queries.page(session, *place, conditions, query, order, **how)
    more, found = len(found) > asked.size, found[: asked.size]
    if backwards:
        found.reverse()
    forward, back = (bool(beyond), more) if backwards else (more, bool(beyond))
    return Listed(
        found,
        _cursor_text(found[-1].key, found[-1].number, by) if found and forward else "",
        _cursor_text(found[0].key, found[0].number, by) if found and back else "",
        False,
        is_unsorted,
        bool(asked.before or asked.after) and beyond is None,
    )


def _sorted_here(
    session: Session,
    dataset: DatasetView,
    conditions: Sequence[Condition],
    query: str | None,
    by: Field,
    *,
    descending: bool,
    beyond: tuple[str, int] | None,
    limit: int,
) -> list[Any]:
    """A page by a column without keys: those of all the list's records are made, and forgotten again."""
    place = (dataset.establishment, dataset.id)
    key_of = key_reader(by)
    keyed = [
        (key_of(cell), number) for number, cell in queries.cells(session, *place, conditions, query, by.name)
    ]
    if beyond is not None:
        keyed = [one for one in keyed if (one < beyond if descending else one > beyond)]
    keyed = nlargest(limit, keyed) if descending else nsmallest(limit, keyed)
    return queries.records(session, *place, keyed, descending=descending)


def _plain_page(session: Session, dataset: DatasetView, asked: Asked) -> Listed:
    place = (dataset.establishment, dataset.id)
    backwards, beyond = _stands(asked, "")
    found = queries.plain_page(
        session,
        *place,
        state=asked.state or None,
        descending=asked.descending != backwards,
        beyond=beyond[1] if beyond else None,
        limit=asked.size + 1,
    )
    more, found = len(found) > asked.size, found[: asked.size]
    if backwards:
        found.reverse()
    forward, back = (bool(beyond), more) if backwards else (more, bool(beyond))
    ends = [_cursor_text("", row.number, "") for row in (found[:1] + found[-1:])]
    return Listed(
        found,
        ends[-1] if ends and forward else "",
        ends[0] if ends and back else "",
        True,
        is_begun_again=bool(asked.before or asked.after) and beyond is None,
    )


def count(session: Session, dataset: DatasetView, asked: Asked) -> int:
    """How many records the list holds, up to :data:`COUNTED`."""
    place = (dataset.establishment, dataset.id)
    if not dataset.is_indexed:
        return queries.plain_count(session, *place, asked.state or None, COUNTED)
    conditions, query = narrowed(session, dataset, asked)
    return queries.count(session, *place, conditions, query, COUNTED)


def numbers(session: Session, dataset: DatasetView, asked: Asked, most: int) -> list[int]:
    """The numbers of all the records of the list, ``most`` of them: for what is done to a whole selection."""
    place = (dataset.establishment, dataset.id)
    if not dataset.is_indexed:
        return queries.plain_numbers(session, *place, asked.state or None, most)
    conditions, query = narrowed(session, dataset, asked)
    return queries.numbers(session, *place, conditions, query, most)


def narrowed(
    session: Session, dataset: DatasetView, asked: Asked, besides: str = ""
) -> tuple[list[Condition], str | None]:
    """The conditions of the address, by the numbers of records where one of them keeps few; and the tsquery that is left to apply."""
    place = (dataset.establishment, dataset.id)
    conditions = conditions_of(dataset, asked, besides)
    query = search_query(dataset.id, asked.sought) if asked.sought.strip() else None
    if asked.sought.strip() and query is None:  # signs alone: nothing holds them
        return [("numbers", None, ())], None
    if query is not None:
        found = queries.found(session, dataset.id, query, FEW_WORDS)
        if found is not None:
            return [("numbers", None, tuple(found)), *conditions], None
    for condition in conditions:
        kept = queries.few(session, *place, condition)
        if kept is not None:
            return [("numbers", None, tuple(kept)), *conditions], query
    return conditions, query


def conditions_of(dataset: DatasetView, asked: Asked, besides: str = "") -> list[Condition]:
    """The conditions of the address, the most telling first. ``besides``: the filter whose own is left out, ``f.NAME`` of a column."""
    found: list[Condition] = []
    by_name = dataset.schema.by_name
    if asked.submission is not None and besides != "import":
        found.append(("submission", None, asked.submission))
    for name, texts in asked.equals.items():
        column = dataset.column_of(name)
        if column is not None and name in by_name and f"f.{name}" != besides:
            keys = sorted({sort_key(by_name[name], text) for text in texts})
            found.append(("equal", column, tuple(keys)))
    for name, (low, high) in asked.ranges.items():
        column = dataset.column_of(name)
        if column is not None and name in by_name:
            lowest, highest = bound_key(by_name[name], low), _upper(by_name[name], high)
            if lowest is not None or highest is not None:
                found.append(("between", column, (lowest or FIRST, highest or LAST)))
    dated = year_field(dataset) if asked.year and besides != "annee" else None
    if dated is not None and (column := dataset.column_of(dated.name)) is not None:
        found.append(("between", column, (asked.year, f"{asked.year}\x7f")))
    if asked.user is not None and besides != "utilisateur":
        found.append(("user", None, asked.user))
    if asked.state in tuple(RecordState) and besides != "etat":
        found.append(("state", None, RecordState(asked.state)))
    return found


def _upper(field: Field, text: str) -> str | None:
    """The key of a highest value. A day is its last moment: 2024-03-12T10:00:00 ≤ 2024-03-12."""
    key = bound_key(field, text)
    if key is None or field.type.name != "datetime":
        return key
    day, _, clock = key.partition("T")
    return f"{day}\x7f" if clock.startswith("00:00:00") else f"{key}\x7f"


def order_of(dataset: DatasetView, asked: Asked) -> Order | None:
    """What the list is sorted by; None for a column that the index has no keys of."""
    if asked.sort not in dataset.schema.by_name:
        return ("number", None)
    column = dataset.column_of(asked.sort)
    return None if column is None else ("column", column)


# --- filters --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def facet_fields(schema: TableSchema, keys: tuple[str, ...]) -> tuple[Field, ...]:
    """The columns with a filter of their values: choices, yes or no; in schema order."""
    chosen = [
        field
        for field in schema.fields
        if field.name in keys and (field.choices or field.type.name == "boolean")
    ]
    return tuple(chosen)


@lru_cache(maxsize=128)
def range_fields(schema: TableSchema, keys: tuple[str, ...]) -> tuple[Field, ...]:
    """The columns with a filter from … to …: dates and numbers; in schema order."""
    return tuple(
        field
        for field in schema.fields
        if field.name in keys and field.type.name in (*TEMPORAL, *NUMERIC) and not field.choices
    )


def year_field(dataset: DatasetView) -> Field | None:
    """The column of dates whose years are offered as a filter: the first of the schema."""
    return next(
        (
            field
            for field in dataset.schema.fields
            if field.type.name in TEMPORAL and field.name in dataset.keys
        ),
        None,
    )


def facets(session: Session, dataset: DatasetView, asked: Asked) -> list[Facet]:
    """The filters of a list with their counts: each counts what the others keep. Those not in use are counted together."""
    if not dataset.is_indexed:
        return []
    wanted = _wanted(dataset, asked)
    counts: list[dict[Any, int]] = [{} for _ in wanted]
    together = [n for n, one in enumerate(wanted) if not one.in_use]
    for places in (together, *([n] for n, one in enumerate(wanted) if one.in_use)):
        if not places:
            continue
        besides = wanted[places[0]].besides if wanted[places[0]].in_use else ""
        conditions, query = narrowed(session, dataset, asked, besides)
        whats = [wanted[n].what for n in places]
        for place, value, number in queries.facets(
            session, dataset.establishment, dataset.id, conditions, query, whats
        ):
            counts[places[place]][value] = number
    return [_facet(dataset, asked, one, found) for one, found in zip(wanted, counts, strict=True)]


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    what: queries.What
    field: Field | None
    in_use: bool

    @property
    def besides(self) -> str:
        return self.name if self.field is None else f"f.{self.name}"


def _wanted(dataset: DatasetView, asked: Asked) -> list[_Wanted]:
    found = []
    for field_ in facet_fields(dataset.schema, dataset.keys):
        column = dataset.column_of(field_.name)
        if column is not None:
            found.append(
                _Wanted(field_.name, ("column", column), field_, bool(asked.equals.get(field_.name)))
            )
    dated = year_field(dataset)
    if dated is not None and (column := dataset.column_of(dated.name)) is not None:
        found.append(_Wanted("annee", ("year", column), None, bool(asked.year)))
    found.append(_Wanted("etat", ("state", 0), None, bool(asked.state)))
    found.append(_Wanted("utilisateur", ("updated_by", 0), None, asked.user is not None))
    found.append(_Wanted("import", ("submission_id", 0), None, asked.submission is not None))
    return found


def _facet(dataset: DatasetView, asked: Asked, wanted: _Wanted, counts: Mapping[Any, int]) -> Facet:
    if wanted.field is not None:
        texts = _texts_by_key(wanted.field)
        chosen = {sort_key(wanted.field, text) for text in asked.equals.get(wanted.field.name, ())}
        values = [FacetValue(texts[key], n, key in chosen) for key, n in counts.items() if key in texts]
    else:
        own = {
            "annee": asked.year,
            "etat": asked.state,
            "utilisateur": asked.user,
            "import": asked.submission,
        }
        values = [
            FacetValue(str(value), n, str(value) == str(own[wanted.name])) for value, n in counts.items()
        ]
    if wanted.name == "annee" and wanted.field is None:
        values.sort(key=lambda value: value.value, reverse=True)
    else:
        values.sort(key=lambda value: (-value.count, value.value))
    return Facet(wanted.name, tuple(values[:FACET_VALUES]), wanted.field is not None)


def choice_texts(field_: Field) -> tuple[str, ...]:
    """The stored texts that the cells of a column of choices may hold, in the schema's order."""
    return field_.choices or (field_.type.format(True), field_.type.format(False))


def _texts_by_key(field_: Field) -> dict[str, str]:
    """Sort key → the stored text that it stands for, of a column of choices."""
    return {"": "", **{sort_key(field_, text): text for text in choice_texts(field_)}}


# --- where one stands -----------------------------------------------------------------------------------------------


def _stands(asked: Asked, by: str) -> tuple[bool, tuple[str, int] | None]:
    """Whether the page ends at a record, and the key and number of that record, or of the one that it begins after. ``by``: the
    column that the list is sorted by now: a place in another order (the keys were made meanwhile) is none in this one, and
    the list begins again."""
    text = asked.before or asked.after
    beyond = _cursor(text, by) if text else None
    return bool(asked.before) and beyond is not None, beyond


def _cursor_text(key: str, number: int, by: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([key, number, by])).decode().rstrip("=")


def _cursor(text: str, by: str) -> tuple[str, int] | None:
    """Key and number of a cursor; None for what is none of ours, or of a list in another order."""
    try:
        key, number, own = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        return None
    if not isinstance(key, str) or type(number) is not int or "\0" in key or own != by:
        return None
    return key, min(max(number, 0), 2**62)
