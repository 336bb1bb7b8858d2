"""The form of one record: what it begins with, what it shows, what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.errors import AppError
from app.establishments import queries as establishments
from app.i18n import N_, language
from app.models import Draft, Record
from app.records import queries
from app.records import service as records
from app.records.entry import queries as entry_queries
from app.records.entry.faults import NONE, Faults
from app.records.judge import Judged, judge
from app.records.past import queries as past
from forms.binding import Shown, show
from forms.control import Control, controls
from forms.sections import Section, SectionState, sections, states
from schema_loader.table_schema import TableSchema

LAST_LINES = 5
"""Records that are compared to know which columns repeat themselves."""
DRAFT_LENGTH = 1_000_000
"""Characters of a draft: as much as a form carried over the end of a session (:mod:`app.accounts.kept`)."""
PLAIN = ("text", "code", "radios", "select", "combobox", "yes_no", "checkboxes", "url", "email")
"""Kinds of controls whose value may well be the next record's too, where a single record is known."""


class DraftTooLarge(AppError):
    """More than a draft may hold."""

    status = 413

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Ce brouillon est trop long pour être gardé : il dépasse un million de caractères. Enregistrez la ligne, ou raccourcissez "
                "ses textes ; rien n’est effacé dans cette page."
            )
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """One control as a page shows it."""

    control: Control
    shown: Shown
    errors: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form with its state."""

    section: Section
    state: SectionState
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as a page shows it. ``number`` is 0 for a new record; ``version``: what its changes are based on."""

    number: int
    version: int | None
    row: Mapping[str, str]
    parts: tuple[Part, ...]
    faults: Faults


def sheet(
    schema: TableSchema,
    row: Mapping[str, str],
    *,
    number: int = 0,
    version: int | None = None,
    faults: Faults = NONE,
) -> Sheet:
    """What the page of a form is made from."""
    parts = sections(schema, language())
    found = states(parts, row, faults.fields)
    return Sheet(
        number,
        version,
        row,
        tuple(
            Part(
                section,
                state,
                tuple(
                    Asked(control, show(control, row.get(control.field.name)), faults.of(control.field.name))
                    for control in section.controls
                ),
            )
            for section, state in zip(parts, found, strict=True)
        ),
        faults,
    )


# --- what a new record begins with ----------------------------------------------------------------------------------


def beginning(session: Session, dataset: DatasetView, account: int) -> dict[str, str]:
    """What a new form begins with: the constants of the establishment and of the dataset."""
    held = establishments.by_id(session, dataset.establishment)
    return records.offered_values(session, dataset, account, held.constants if held is not None else {})


def copy_of(schema: TableSchema, cells: Mapping[str, str]) -> tuple[dict[str, str], tuple[Control, ...]]:
    """The cells of a record for a new one, without what must be its own; and the controls that are left to fill in."""
    own = own_columns(schema)
    left = tuple(control for control in controls(schema, language()) if control.field.name in own)
    return {name: text for name, text in cells.items() if name not in own}, left


def own_columns(schema: TableSchema) -> frozenset[str]:
    """The columns whose value no other record may have."""
    alone = [key[0] for key in (schema.primary_key, *schema.unique_keys) if len(key) == 1]
    return frozenset(alone) | frozenset(field.name for field in schema.fields if field.unique)


@dataclass(frozen=True, slots=True)
class Repeated:
    """What the last record offers to the next one: ``cells`` by field name; ``number``: of that record."""

    number: int
    cells: Mapping[str, str]


def repeated(session: Session, dataset: DatasetView, account: int) -> Repeated | None:
    """The values that came again in the last records that a person entered; None where there is no record, or no such value.

    With several records, the columns that hold the same in all of them. With one, those that name somebody or something
    (codes, names, choices), not the dates, amounts and texts that are each record's own.
    """
    last = entry_queries.last_records(session, dataset.establishment, dataset.id, account, LAST_LINES)
    if not last:
        return None
    own = own_columns(dataset.schema)
    first = last[0].cells
    kinds = {control.field.name: control.kind for control in controls(dataset.schema, language())}
    same = {
        name: text
        for name, text in first.items()
        if name in kinds
        and name not in own
        and (
            all(other.cells.get(name) == text for other in last[1:])
            if len(last) > 1
            else kinds[name] in PLAIN
        )
    }
    return Repeated(last[0].number, same) if same else None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a form took over: from which record, and the controls that were empty and are so no more."""

    number: int
    controls: tuple[Control, ...]


def take_over(session: Session, dataset: DatasetView, account: int, row: dict[str, str]) -> Taken | None:
    """Fill the empty columns of a row with what repeats itself; what was typed stays. None where there is nothing to take."""
    found = repeated(session, dataset, account)
    if found is None:
        return None
    taken = tuple(
        control
        for control in controls(dataset.schema, language())
        if found.cells.get(control.field.name)
        and row.get(control.field.name, "") in ("", *control.field.missing_values)
    )
    row.update({control.field.name: found.cells[control.field.name] for control in taken})
    return Taken(found.number, taken)


def is_unchanged(session: Session, dataset: DatasetView, record: Record, version: int) -> bool:
    """Whether a record holds the same cells as at a former version, whatever else was done with it since."""
    then = past.cells_at(session, dataset.establishment, dataset.id, record.number, version)
    return version < record.version and (then is None or then == record.cells)


# --- drafts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft that waits. ``old``: the record was changed after it was begun; ``excerpt``: pairs of label and text."""

    number: int
    at: datetime
    base_version: int | None
    cells: Mapping[str, str]
    old: bool = False
    excerpt: tuple[tuple[str, str], ...] = ()


def begun(
    session: Session, dataset: DatasetView, account: int, number: int = 0, record: Record | None = None
) -> Begun | None:
    """What a person has begun and not kept. One that says nothing new (kept meanwhile by another page) is dropped."""
    found = queries.draft(session, dataset.establishment, dataset.id, account, number)
    if found is None:
        return None
    if _is_kept(session, dataset, account, found, record):
        queries.drop_draft(session, dataset.establishment, dataset.id, account, number)
        return None
    old = record is not None and found.base_version is not None and found.base_version < record.version
    cells = {name: text for name, text in found.cells.items() if name in dataset.schema.by_name}
    reference = record.cells if record is not None else beginning(session, dataset, account)
    named = [
        (control.label, show(control, cells[control.field.name]))
        for control in controls(dataset.schema, language())
        if cells.get(control.field.name) and cells[control.field.name] != reference.get(control.field.name)
    ]
    excerpt = tuple((label, shown.value or " · ".join(shown.checked)) for label, shown in named[:4])
    return Begun(number, found.updated_at, found.base_version, cells, old, excerpt)


def _is_kept(
    session: Session, dataset: DatasetView, account: int, draft: Draft, record: Record | None
) -> bool:
    """Whether a draft holds what is kept already: it reached the server after the form it belongs to."""
    cells = judge(dataset.schema, draft.cells).cells
    if record is not None:
        return bool(cells == record.cells)
    last = entry_queries.last_records(session, dataset.establishment, dataset.id, account, 1)
    return bool(last) and cells == last[0].cells


def sent_already(
    session: Session, dataset: DatasetView, judged: Judged, *, account: int, sending: str
) -> records.Saved | None:
    """What was made of a form that comes again: a button pressed twice, a page of the browser's history.

    A form is the same by the number that its page gave it, and by its cells: another row typed into it is another row.
    """
    if not sending:
        return None
    number = past.sent_already(
        session, dataset.establishment, dataset.id, account=account, sending=sending, cells=judged.cells
    )
    if number is None:
        return None
    return records.Saved(number, 1, records.check(session, dataset, judged.cells, number=number))


def keep_draft(
    session: Session,
    dataset: DatasetView,
    row: Mapping[str, str],
    *,
    account: int,
    number: int,
    base_version: int | None,
) -> None:
    """Keep what a person is typing. Raises :class:`DraftTooLarge`, :class:`NotFound` for a record that is nowhere."""
    if sum(len(name) + len(text) for name, text in row.items()) > DRAFT_LENGTH:
        raise DraftTooLarge
    if not number and _says_nothing(session, dataset, row, account):
        queries.drop_draft(session, dataset.establishment, dataset.id, account, 0)
        return
    records.keep_draft(session, dataset, row, account=account, number=number, base_version=base_version)


def _says_nothing(session: Session, dataset: DatasetView, row: Mapping[str, str], account: int) -> bool:
    """Whether a new row holds nothing but what its form began with."""
    held = {name: text for name, text in row.items() if text and text not in _nulls(dataset.schema, name)}
    return held.items() <= beginning(session, dataset, account).items()


def _nulls(schema: TableSchema, name: str) -> tuple[str, ...]:
    field = schema.by_name.get(name)
    return field.missing_values if field is not None else ()


def drop_draft(session: Session, dataset: DatasetView, account: int, number: int) -> None:
    """Forget what a person began."""
    queries.drop_draft(session, dataset.establishment, dataset.id, account, number)


__all__ = [
    "Asked", "Begun", "DraftTooLarge", "Part", "Repeated", "Sheet", "Taken", "beginning", "begun", "copy_of", "drop_draft",
    "is_unchanged", "keep_draft", "own_columns", "repeated", "sheet", "take_over",
]  # fmt: skip
