"""The correction file of an import: the person's own sheet, what is wrong in place; and what it brings when it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.errors import Conflict
from app.file_reading import layout_of
from app.i18n import N_, language
from app.models import Submission, SubmissionState
from app.records.judge import shown_faults
from app.submissions import decided, queries, returned, service
from app.submissions.intake import Plan
from exporters.correction import KEY_LABEL, CellFault, SourceRow, write_correction
from exporters.marks import Marks
from importers.detect import Detected
from importers.table import Table, read_table
from schema_loader.errors import TableUnreadable
from schema_loader.messages import cell_message

BASE = "import:"


def write(
    session: Session, dataset: DatasetView, submission: Submission, place: str, *, only_wrong: bool
) -> Iterator[bytes]:
    """The workbook; ``place`` is the slug of the establishment. All that the database knows is read before it begins."""
    table = service.table_of(session, dataset, submission)
    matching = service.matching_of(session, dataset, submission, table)
    plan = decided.plan_of(dataset, submission, matching)
    fields = [dataset.schema.by_name.get(name) if name else None for name in matching.columns]
    layout, beside = layout_of(table)
    columns = {
        match.field: match.column + 1 + beside for match in matching.matches if match.column is not None
    }
    faults = [
        CellFault(
            row.row_number,
            columns.get(error.field.name) if error.field is not None else None,
            cell_message(error, language()),
        )
        for row in queries.rows(
            session, dataset.establishment, submission.id, "fault", fault=None, limit=service.ROWS_SHOWN
        )
        for error in shown_faults(dataset.schema, row.cells, row.faults)
    ]
    marks = Marks(
        "correction",
        dataset.schema_key,
        dataset.version,
        dataset.schema.content_hash,
        establishment=place,
        dataset=dataset.slug,
        base=f"{BASE}{submission.id}",
        made_at=datetime.now(UTC),
        lang=language(),
    )
    return write_correction(
        [*[""] * beside, *table.labels],
        (SourceRow(row.number, [*[""] * beside, *row.cells], row.key) for row in _source(table, plan)),
        faults,
        marks,
        fields=[*[None] * beside, *fields],
        only_wrong=only_wrong,
        title=Path(submission.file_name).stem,
        layout=layout,
    )


def _source(table: Table, plan: Plan) -> Iterator[SourceRow]:
    """The rows as they came, with what was typed in their place since."""
    for row in table.rows():
        if row.number in plan.left_out:
            continue
        cells = list(row.cells)
        for field, typed in plan.fixes.get(row.number, {}).items():
            if field in plan.columns:
                cells[plan.columns[field]] = typed
        yield SourceRow(row.number, cells, str(row.number))


def take_back(
    session: Session, dataset: DatasetView, path: Path, detected: Detected, *, account: int | None
) -> tuple[Submission, int] | None:
    """Correct an import by its correction file that comes back: its own rows alone. Gives the import and how many rows changed;
    None for any other file. Raises :class:`Conflict` for an import that is over."""
    marks = returned.own_marks(session, dataset, path, detected, service.limits())
    number = marks.base.removeprefix(BASE) if marks is not None and marks.kind == "correction" else ""
    if marks is None or not marks.base.startswith(BASE) or not number.isdecimal() or len(number) > 18:
        return None
    held = queries.get(session, dataset.establishment, dataset.id, int(number))
    if held is None:
        return None
    if held.state != SubmissionState.open:
        raise Conflict(
            N_(
                "Ce fichier corrige un import qui est terminé. Corrigez plutôt les lignes du jeu de données : leur fichier de "
                "correction se prend depuis la page « Télécharger »."
            )
        )
    fixes = _fixes(session, dataset, held, path, detected)
    if fixes:
        kept = {number: dict(cells) for number, cells in held.fixes.items()}
        for row, cells in fixes.items():
            kept.setdefault(str(row), {}).update(cells)
        queries.note(session, dataset.establishment, held.id, fixes=kept)
        session.refresh(held)
        service.check_again(session, held, account=account)
    return held, len(fixes)


def _fixes(
    session: Session, dataset: DatasetView, held: Submission, path: Path, detected: Detected
) -> dict[int, dict[str, str]]:
    """Row number → field → the text that the file has now, where it is another than the one that was written into it."""
    source = service.table_of(session, dataset, held)
    plan = decided.plan_of(dataset, held)
    try:
        table = read_table(path, detected, dataset.schema, labels=(*source.labels, KEY_LABEL), header_row=source.header_row or 1,
                           limits=service.limits())  # fmt: skip
        keys = [n for n, label in enumerate(table.labels) if label == KEY_LABEL]
        if not keys:
            return {}
        theirs: dict[int, Mapping[str, str]] = {}
        places = {label: n for n, label in enumerate(table.labels)}
        wanted = {
            field: places[source.labels[column]]
            for field, column in plan.columns.items()
            if source.labels[column] in places
        }
        for row in table.rows():
            key = row.cells[keys[0]].strip()
            if key.isascii() and key.isdecimal() and len(key) < 10:
                theirs[int(key)] = {field: row.cells[n] for field, n in wanted.items()}
    except TableUnreadable as unreadable:
        raise service.FileRefused(unreadable) from unreadable
    found: dict[int, dict[str, str]] = {}
    for ours in _source(source, plan):
        for field, text in theirs.get(ours.number, {}).items():
            if text.strip() != ours.cells[plan.columns[field]].strip():
                change = plan.changes.get(field)
                found.setdefault(ours.number, {})[field] = change(text) if change is not None else text
    return found
