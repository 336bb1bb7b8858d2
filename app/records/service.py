"""Keeping, correcting, trashing and restoring records. What was typed is kept even when it is wrong; every change is history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app import db
from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.models import Record, RecordChange, RecordState
from app.records import bulk, indexing, queries, rechecking
from app.records.judge import Judged, judge, stored_faults, words_of
from app.records.keys import queries as keys
from app.records.orders import service as orders
from app.records.past import queries as past
from schema_loader.errors import CellError
from schema_loader.sort_keys import sort_key
from schema_loader.table_schema import ForeignKey, TableSchema

References = Callable[[ForeignKey], frozenset[tuple[str, ...]] | None]
REFERENCES_MOST = 200_000
RECHECKED = 50
"""Records that another one's change may have mended or broken (they share a key), judged again at once; more are left to a job."""
INDEXED_AT_ONCE = 2000
"""Records whose lines of the index are made while a person waits; more are left to a job."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A record as it was kept."""

    number: int
    version: int
    judged: Judged


class SentBefore(Exception):
    """The form has made a record of this very row already: ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Stale(Conflict):
    """Somebody changed the record meanwhile; ``current`` is what it holds now, ``judged`` what was to be kept."""

    def __init__(self, current: Record, judged: Judged) -> None:
        super().__init__(
            N_(
                "Cette ligne a été modifiée par quelqu’un d’autre pendant votre saisie. Rien n’est perdu : choisissez, pour chaque colonne, la valeur à garder."
            )
        )
        self.current = current
        self.judged = judged


def check(
    session: Session, dataset: DatasetView, row: Mapping[str, str], *, number: int | None = None
) -> Judged:
    """What would be kept of a row: its cells, and all that is wrong with it, among the dataset's records too.

    ``number``: of the record that the row is to replace, which is no twin of itself.
    """
    judged = judge(dataset.schema, row, dataset.keys)
    errors = [
        *judged.errors,
        *key_errors(session, dataset, judged.cells, number),
        *reference_errors(session, dataset, judged.cells),
    ]
    return judged if len(errors) == len(judged.errors) else replace(judged, errors=tuple(errors))


def create(
    session: Session,
    dataset: DatasetView,
    row: Mapping[str, str],
    *,
    account: int | None,
    extra: Mapping[str, str] | None = None,
    judged: Judged | None = None,
    sending: str = "",
) -> Saved:
    """Keep a new record, valid or « à corriger ».

    ``sending``: what tells the form that it came by. It is kept once: raises :class:`SentBefore` for the same row of the
    same form, and then the transaction is to be rolled back; another row typed into the same page is another record. Raises :class:`Conflict` in a dataset that was put away, :class:`Busy` while
    others hold it: then too the transaction is to be rolled back.
    """
    datasets.refuse_if_closed(dataset)
    place = (dataset.establishment, dataset.id)
    with db.in_turn():
        if keys_of_schema(dataset.schema):
            dataset_queries.lock(session, *place)
        judged = _certain(session, dataset, row, judged)
        made = queries.create(
            session,
            *place,
            cells=judged.cells,
            extra=extra,
            state=judged.state,
            faults=judged.faults,
            keys=judged.keys,
            words=words_of(dataset.id, judged.cells.values()),
            account=account,
            note={"sending": sending} if sending else None,
        )
    if made.orders:
        orders.keep(session, dataset, made.number, 1, judged.cells, made.orders)
    if sending and account is not None and not made.is_told:
        first = past.sent_already(session, *place, account=account, sending=sending, cells=judged.cells)
        if first is not None:
            raise SentBefore(first)
        past.tell_created(session, *place, made.number, account=account, cells=judged.cells)
    return Saved(made.number, 1, judged)


def _certain(
    session: Session,
    dataset: DatasetView,
    row: Mapping[str, str],
    judged: Judged | None,
    number: int | None = None,
) -> Judged:
    """The verdict on a row that is about to be kept, by somebody who holds the dataset where something must not come twice: of two
    that hold the same key at once, the second is told of the first."""
    if judged is not None and not keys_of_schema(dataset.schema):
        return judged
    return check(session, dataset, row if judged is None else judged.cells, number=number)


def change(
    session: Session,
    dataset: DatasetView,
    number: int,
    row: Mapping[str, str],
    *,
    base_version: int,
    account: int | None,
    act: str = "changed",
    note: Mapping[str, Any] | None = None,
    judged: Judged | None = None,
) -> Saved:
    """Keep a change of a record as it was at ``base_version``.

    ``row`` is whole: a field that is absent is emptied. A row that changes nothing is kept without history. Raises
    :class:`Stale` with what the record holds by now, :class:`NotFound` when it is in the trash or nowhere.
    """
    datasets.refuse_if_closed(dataset)
    with db.in_turn():  # the dataset before its records, as everybody does: so no two wait for each other
        dataset_queries.lock(session, dataset.establishment, dataset.id)
    judged = _certain(session, dataset, row, judged, number)
    before = queries.get(session, dataset.establishment, dataset.id, number)
    if before is None or before.deleted_at is not None:
        raise NotFound
    former = dict(before.cells)
    if before.version == base_version and former == judged.cells:
        if before.state != judged.state:
            queries.set_state(session, dataset.establishment, dataset.id, number, judged.state, judged.faults)
        if account is not None:
            queries.drop_draft(session, dataset.establishment, dataset.id, account, number)
        return Saved(number, base_version, judged)
    kept = queries.change(
        session,
        dataset.establishment,
        dataset.id,
        number,
        base_version,
        cells=judged.cells,
        state=judged.state,
        faults=judged.faults,
        keys=judged.keys,
        words=words_of(dataset.id, judged.cells.values()),
        account=account,
        act=act,
        note=note,
    )
    if kept is None:
        current = queries.get(session, dataset.establishment, dataset.id, number)
        if current is None or current.deleted_at is not None:
            raise NotFound
        raise Stale(current, judged)
    if kept.orders:
        orders.keep(session, dataset, number, kept.version, judged.cells, kept.orders)
    recheck_twins(session, dataset, former, besides=number)
    return Saved(number, kept.version, judged)


def get(session: Session, dataset: DatasetView, number: int) -> Record:
    """A record, in the trash or not. Raises :class:`NotFound`."""
    found = queries.get(session, dataset.establishment, dataset.id, number)
    if found is None:
        raise NotFound
    return found


def trash(
    session: Session, dataset: DatasetView, numbers: Sequence[int], *, account: int | None
) -> list[int]:
    """Put records into the trash; gives the numbers of those that went."""
    datasets.refuse_if_closed(dataset)
    # first, so that a job that makes the index of the dataset sees the records gone, or is seen by what follows
    dataset_queries.touch(session, dataset.establishment, dataset.id, keeps_orders=True)
    gone = queries.trash(session, dataset.establishment, dataset.id, numbers, account)
    if gone and keys_of_schema(dataset.schema):
        if len(gone) > RECHECKED:
            rechecking.ask(session, dataset, account=account)
        else:
            for record in queries.many(session, dataset.establishment, dataset.id, gone):
                recheck_twins(session, dataset, record.cells, besides=record.number)
    return gone


def restore(
    session: Session, dataset: DatasetView, numbers: Sequence[int], *, account: int | None
) -> list[int]:
    """Take records back out of the trash, judged again; gives the numbers of those that came back."""
    datasets.refuse_if_closed(dataset)
    dataset_queries.touch(session, dataset.establishment, dataset.id, keeps_orders=True)
    back = queries.untrash(session, dataset.establishment, dataset.id, numbers, account)
    if len(back) > INDEXED_AT_ONCE:
        indexing.ask(session, dataset, account=account)
    else:
        bulk.index_records(session, dataset, back)
    if back and keys_of_schema(dataset.schema):
        if len(back) > RECHECKED:
            rechecking.ask(session, dataset, account=account)
        else:
            for record in queries.many(session, dataset.establishment, dataset.id, back):
                rejudge(session, dataset, record)
    return back


def revert(
    session: Session,
    dataset: DatasetView,
    number: int,
    change_id: int,
    *,
    base_version: int,
    account: int | None,
) -> Saved:
    """Give a record the cells it had before one of its changes. Raises as :func:`change` does."""
    found = change_of(session, dataset, number, change_id)
    if found.before is None:
        raise NotFound
    return change(
        session,
        dataset,
        number,
        found.before,
        base_version=base_version,
        account=account,
        act="reverted",
        note={"change": change_id},
    )


def history(
    session: Session, dataset: DatasetView, number: int, *, limit: int = 50, offset: int = 0
) -> list[RecordChange]:
    """What was done to a record, the latest first."""
    return queries.history(session, dataset.establishment, dataset.id, number, limit=limit, offset=offset)


def change_of(session: Session, dataset: DatasetView, number: int, change_id: int) -> RecordChange:
    """One entry of a record's history. Raises :class:`NotFound`."""
    found = queries.change_of(session, dataset.establishment, dataset.id, number, change_id)
    if found is None:
        raise NotFound
    return found


def offered_values(
    session: Session, dataset: DatasetView, account: int | None, constants: Mapping[str, Any]
) -> dict[str, str]:
    """What a new form begins with: the establishment's constants, then the dataset's, for columns that the schema has.

    ``constants``: the establishment's, field name → text.
    """
    names = dataset.schema.by_name
    found = {name: str(value) for name, value in constants.items() if name in names and value}
    found |= {name: value for name, value in dataset.constants.items() if name in names}
    return found


# --- keys -----------------------------------------------------------------------------------------------------------


def keys_of_schema(schema: TableSchema) -> list[tuple[str, tuple[str, ...]]]:
    """``(code of the error, names)`` of all that must not come twice."""
    found = [("unique-error", (field.name,)) for field in schema.fields if field.unique]
    found += [("unique-error/key", key) for key in schema.unique_keys]
    if schema.primary_key:
        found.append(("primary-key", schema.primary_key))
    return found


def key_errors(
    session: Session, dataset: DatasetView, cells: Mapping[str, str], number: int | None
) -> list[CellError]:
    """Errors of unique columns and keys against the dataset's other records; each cites the first that has the same."""
    errors: list[CellError] = []
    schema = dataset.schema
    for code, names in keys_of_schema(schema):
        held = {name: cells.get(name, "") for name in names}
        nulls = [name for name in names if schema.by_name[name].read(held[name])[0] is None]
        params: dict[str, Any] = {"names": names}
        if code == "primary-key" and len(nulls) == len(names):
            errors.append(CellError("primary-key/empty", None, None, None, "", params))
            continue
        if nulls and (code != "primary-key"):
            continue
        others = [row.number for row in _twins(session, dataset, held) if row.number != number]
        if not others:
            continue
        if code == "unique-error":
            field = schema.by_name[names[0]]
            errors.append(CellError(code, None, field, field.position, held[names[0]], {"row": others[0]}))
        else:
            errors.append(CellError(code, None, None, None, "", {**params, "row": others[0]}))
    return errors


def _twins(session: Session, dataset: DatasetView, held: Mapping[str, str]) -> list[Any]:
    column = key = None
    for name, value in held.items():
        column = dataset.column_of(name)
        if column is not None:
            key = sort_key(dataset.schema.by_name[name], value)
            break
    if not dataset.is_indexed:
        column = None
    return keys.twins(session, dataset.establishment, dataset.id, held, column, key or "")


def recheck_twins(session: Session, dataset: DatasetView, cells: Mapping[str, str], *, besides: int) -> None:
    """Judge again the records « à corriger » that shared a key with cells which are no more."""
    for _, names in keys_of_schema(dataset.schema):
        held = {name: cells.get(name, "") for name in names}
        if not any(held.values()):
            continue
        numbers = [
            row.number
            for row in _twins(session, dataset, held)
            if row.number != besides and row.state == RecordState.to_fix
        ]
        for record in queries.many(session, dataset.establishment, dataset.id, numbers[:RECHECKED]):
            rejudge(session, dataset, record)


def rejudge(session: Session, dataset: DatasetView, record: Record) -> None:
    """Note what the check says of a record by now, whose cells have not changed."""
    judged = check(session, dataset, record.cells, number=record.number)
    if judged.state != record.state:  # one line more or less to publish
        dataset_queries.touch(session, dataset.establishment, dataset.id, keeps_orders=True)
    if judged.state != record.state or judged.faults != record.faults:
        queries.set_state(
            session, dataset.establishment, dataset.id, record.number, judged.state, judged.faults
        )


# --- foreign keys ---------------------------------------------------------------------------------------------------


def reference_errors(session: Session, dataset: DatasetView, cells: Mapping[str, str]) -> list[CellError]:
    """Errors of foreign keys: values that the dataset they refer to does not have. A dataset that is not there judges nothing."""
    errors: list[CellError] = []
    for key in dataset.schema.foreign_keys:
        values = tuple(cells.get(name, "") for name in key.fields)
        if not any(values):
            continue
        target = referenced(session, dataset, key)
        if target is None:
            continue
        held = dict(zip(key.reference_fields, values, strict=False))
        own = target.id == dataset.id and all(cells.get(name, "") == value for name, value in held.items())
        if not own and not _twins(session, target, held):
            params = {
                "names": key.fields,
                "values": values,
                "resource": key.resource,
                "reference": key.reference_fields,
            }
            errors.append(CellError("foreign-key", None, None, None, "", params))
    return errors


def referenced(session: Session, dataset: DatasetView, key: ForeignKey) -> DatasetView | None:
    """The dataset that a foreign key refers to: this very one, or the establishment's of that name; None where there is none."""
    if key.resource in ("", dataset.schema.name):
        return dataset
    for row in dataset_queries.named(session, dataset.establishment, [key.resource]):
        found = datasets.view_of(session, row)
        if all(name in found.schema.by_name for name in key.reference_fields):
            return found
    return None


def references(session: Session, dataset: DatasetView) -> References:
    """What :func:`schema_loader.check.check_table` asks of foreign keys, answered from the establishment's other datasets."""

    def answer(key: ForeignKey) -> frozenset[tuple[str, ...]] | None:
        target = referenced(session, dataset, key)
        if target is None or target.id == dataset.id:
            return None
        rows = keys.values_of(session, target.establishment, target.id, key.reference_fields, REFERENCES_MOST)
        if len(rows) == REFERENCES_MOST:
            return None
        fields = [target.schema.by_name[name] for name in key.reference_fields]
        return frozenset(
            tuple(field.read(text)[0] for field, text in zip(fields, row, strict=True)) for row in rows
        )

    return answer


# --- drafts ---------------------------------------------------------------------------------------------------------


def keep_draft(
    session: Session,
    dataset: DatasetView,
    row: Mapping[str, str],
    *,
    account: int,
    number: int = 0,
    base_version: int | None = None,
) -> None:
    """Keep what a person is typing, as it is; ``number`` 0 for a new record. Names of no field are left out."""
    cells = {name: value for name, value in row.items() if name in dataset.schema.by_name and value}
    queries.keep_draft(session, dataset.establishment, dataset.id, account, number, cells, base_version)


def numbers_of(texts: Iterable[str]) -> list[int]:
    """The numbers of records that a form sent; what is none is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19]


__all__ = [
    "Saved", "Stale", "change", "change_of", "check", "create", "get", "history", "keep_draft", "numbers_of", "offered_values",
    "references", "restore", "revert", "stored_faults", "trash",
]  # fmt: skip
