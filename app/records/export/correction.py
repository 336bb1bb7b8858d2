"""The correction file of a dataset: its records « à corriger », what is wrong in place, each with its number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.i18n import gettext, language
from app.records.export import queries
from app.records.judge import shown_faults
from exporters.correction import CellFault, SourceRow, write_correction
from exporters.marks import Marks
from schema_loader.messages import cell_message

RECORDS = "records"
"""What the marks of such a file say it belongs to: its keys are numbers of records."""
MOST = 20_000


def write(session: Session, dataset: DatasetView, place: str) -> Iterator[bytes]:
    """The workbook of the first :data:`MOST` records « à corriger »; ``place`` is the slug of the establishment."""
    made_at = datetime.now(UTC)  # before the records are read: what changes meanwhile is asked about
    schema = dataset.schema
    rows, faults = [], []
    for number, cells, kept in queries.to_fix(session, dataset.establishment, dataset.id, MOST):
        rows.append(SourceRow(number, [cells.get(name, "") for name in schema.field_names], str(number)))
        faults += [
            CellFault(
                number,
                error.field.position if error.field is not None else None,
                cell_message(error, language()),
            )
            for error in shown_faults(schema, cells, kept)
        ]
    marks = Marks(
        "correction",
        dataset.schema_key,
        dataset.version,
        schema.content_hash,
        establishment=place,
        dataset=dataset.slug,
        base=RECORDS,
        made_at=made_at,
        lang=language(),
    )
    return write_correction(
        schema.field_names, rows, faults, marks, fields=schema.fields, title=gettext("À corriger")
    )
