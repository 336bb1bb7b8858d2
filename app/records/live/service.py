"""The check of what was left, by the very code that checks what is saved; which of its errors are said so early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.i18n import gettext, language
from app.records import service as records
from app.records.entry.faults import concerned, in_words, is_across
from app.records.entry.service import Asked
from forms.binding import show
from forms.control import Control, controls
from forms.related import related
from forms.sections import Section, SectionState, sections, states
from schema_loader.errors import CellError
from schema_loader.table_schema import TableSchema


@dataclass(frozen=True, slots=True)
class PartState:
    """A section with its state, as the list of sections shows it."""

    section: Section
    state: SectionState


@dataclass(frozen=True, slots=True)
class Checked:
    """What is said at the controls that were checked, the one that was left first; ``announce``: for who does not see it."""

    asked: tuple[Asked, ...]
    parts: tuple[PartState, ...]
    announce: str


def check(
    session: Session,
    dataset: DatasetView,
    row: Mapping[str, str],
    left: Control,
    *,
    number: int | None,
    tried: bool,
) -> Checked:
    """Check a row because one control was left. ``tried``: the form was refused before, so that all its errors are known."""
    schema = dataset.schema
    judged = records.check(session, dataset, row, number=number)
    touched = {left.field.name, *together(schema).get(left.field.name, ())}
    early = [error for error in judged.errors if tried or _is_due(schema, error, row, left)]
    faults = in_words(schema, early)
    asked = tuple(
        Asked(control, show(control, row.get(control.field.name)), faults.of(control.field.name))
        for control in sorted(controls(schema, language()), key=lambda one: one is not left)
        if control.field.name in touched
    )
    parts = sections(schema, language())
    shown: tuple[PartState, ...] = ()
    if len(parts) > 1:
        # a column that is still empty is said to be missing, not faulty
        faulty = {name for name in faults.fields if tried or row.get(name)}
        shown = tuple(
            PartState(section, state)
            for section, state in zip(parts, states(parts, row, faulty), strict=True)
            if touched & set(section.names)
        )
    said = [f"{one.problem} {one.remedy}".strip() for one in asked[0].errors]
    return Checked(
        asked, shown, gettext("{label} : {words}", label=left.label, words=" ".join(said)) if said else ""
    )


def _is_due(schema: TableSchema, error: CellError, row: Mapping[str, str], left: Control) -> bool:
    """Whether an error is said before the form is sent: not of what the person has not come to yet.

    An error across columns waits until the columns after the one that was left hold something, or are none.
    """
    if error.code == "blank-row":
        return False
    if is_across(error):
        return all(
            row.get(field.name) or field.position <= left.field.position for field in concerned(schema, error)
        )
    field = error.field
    return field is not None and (field is left.field or bool(row.get(field.name)))


def together(schema: TableSchema) -> Mapping[str, tuple[str, ...]]:
    """For each field of a check or a key across columns, the other fields of it."""
    found = {name: set(others) for name, others in related(schema).items()}
    keys = [schema.primary_key, *schema.unique_keys, *(key.fields for key in schema.foreign_keys)]
    for key in keys:
        for name in key if len(key) > 1 else ():
            found.setdefault(name, set()).update(other for other in key if other != name)
    return {name: tuple(others) for name, others in found.items()}
