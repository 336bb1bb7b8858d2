"""What a checked file gives beside its report: proposals of how to write values otherwise, and the correction file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.checked_file import CheckedFile, base_name
from app.checking.service import Model
from app.i18n import language
from app.table_source import open_records
from exporters.correction import CellFault, SourceRow, write_correction
from exporters.marks import Marks
from schema_loader.field import Field
from schema_loader.messages import cell_message, repair_words
from schema_loader.repair import ColumnProposal, propose_column, second_look

DISTINCT_MOST = 20_000
"""Distinct texts of a column that proposals are made for."""
ORDER = {"safe": 0, "near": 1, "ask": 2, "beyond": 3}


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal for a column, in words."""

    column: str
    group: ColumnProposal
    words: Any


def offers(checked: CheckedFile) -> list[Offer]:
    """Proposals for the columns that hold errors, surest first."""
    schema = checked.schema
    wrong = {error.field_name for error in checked.report.errors if error.field_name}
    records = _records(checked)
    columns = {
        n: field
        for n, label in enumerate(records.labels or ())
        if (field := schema.by_name.get(label.strip())) is not None and field.name in wrong
    }
    counts: dict[int, Counter[str]] = {n: Counter() for n in columns}
    for row in records.rows:
        for n, own in counts.items():
            if n < len(row) and (len(own) < DISTINCT_MOST or row[n] in own):
                own[row[n]] += 1
    found: list[Offer] = []
    for n, field in columns.items():
        groups = (*propose_column(field, counts[n], schema), *second_look(field, counts[n], schema))
        found += [
            Offer(field.title or field.name, group, repair_words(group, language())) for group in groups
        ]
    return sorted(found, key=lambda offer: ORDER.get(offer.group.status, 9))


def correction(checked: CheckedFile, model: Model, *, only_wrong: bool) -> Iterator[bytes]:
    """The correction file: the rows as they came, faulty cells coloured and explained."""
    records = _records(checked)
    labels = records.labels or []
    fields: list[Field | None] = [checked.schema.by_name.get(label.strip()) for label in labels]
    faults = [
        CellFault(
            error.row_number if (error.row_number or 0) >= 2 else None,
            error.field_number,
            cell_message(error, language()),
        )
        for error in checked.report.errors
    ]
    marks = Marks(
        "correction",
        model.key or model.schema.name or "",
        model.version,
        model.schema.content_hash,
        made_at=datetime.now(UTC),
        lang=language(),
    )
    rows = (SourceRow(number, row, str(number)) for number, row in enumerate(records.rows, start=2))
    return write_correction(
        labels, rows, faults, marks, fields=fields, only_wrong=only_wrong, title=base_name(checked.name)
    )


def _records(checked: CheckedFile) -> Any:
    return open_records(
        checked.path, checked.schema, encoding=checked.encoding, sheet=checked.source.sheet or None
    )
