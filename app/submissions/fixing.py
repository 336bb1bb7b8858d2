"""Errors of a file corrected before it is accepted: one row, or one text in every row that has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.errors import NotFound
from app.models import Submission
from app.records.judge import stored_faults
from app.submissions import queries, service
from schema_loader.check import check_row
from schema_loader.errors import CellError


def fix_row(
    session: Session, dataset: DatasetView, submission: Submission, row_number: int, typed: Mapping[str, str]
) -> Sequence[CellError]:
    """Correct one faulty row; gives what is still wrong with it (keys are judged by the next check of all rows)."""
    service.refuse_unless_open(submission)
    row = queries.row(session, dataset.establishment, submission.id, "fault", row_number)
    if row is None:
        raise NotFound
    changed = {
        name: text
        for name, text in typed.items()
        if name in dataset.schema.by_name and text != row.cells.get(name, "")
    }
    if not changed:
        return check_row(dataset.schema, row.cells)
    cells = {name: text for name, text in {**row.cells, **changed}.items() if text}
    errors = check_row(dataset.schema, cells)
    queries.set_row(
        session, dataset.establishment, submission.id, row_number, cells, stored_faults(errors) or ()
    )
    fixes = {**submission.fixes, str(row_number): {**submission.fixes.get(str(row_number), {}), **changed}}
    _note(session, submission, fixes=fixes)
    session.refresh(submission)
    return errors


def replace_text(
    session: Session, dataset: DatasetView, submission: Submission, field: str, before: str, after: str
) -> set[int]:
    """« Corriger les N pareils »: a text of a column becomes another in every row. Gives the numbers of the faulty rows that had it."""
    service.refuse_unless_open(submission)
    if field not in dataset.schema.by_name:
        raise NotFound
    replacements = {name: dict(texts) for name, texts in submission.replacements.items()}
    own = replacements.setdefault(field, {})
    for known, value in list(own.items()):
        if value == before:
            own[known] = after
    own[before] = after
    changed: set[int] = set()
    for row in queries.with_text(
        session, dataset.establishment, submission.id, field, before, service.ROWS_SHOWN
    ):
        if field in submission.fixes.get(str(row.row_number), {}):
            continue
        cells = {name: text for name, text in {**row.cells, field: after}.items() if text}
        errors = check_row(dataset.schema, cells)
        queries.set_row(
            session, dataset.establishment, submission.id, row.row_number, cells, stored_faults(errors) or ()
        )
        changed.add(row.row_number)
    _note(session, submission, replacements=replacements)
    session.refresh(submission)
    return changed


def _note(session: Session, submission: Submission, **decided: Any) -> None:
    """Keep corrections, and that the counts were made before them."""
    summary = {**submission.summary, service.CORRECTED: True}
    queries.note(session, submission.establishment_id, submission.id, summary=summary, **decided)
