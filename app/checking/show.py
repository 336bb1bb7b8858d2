"""What a checked file gives beside its report: proposals of how to write values otherwise, and the correction file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.checked_file import CheckedFile, base_name
from app.checking.service import Model
from app.file_reading import Understood, layout_of
from app.i18n import language
from exporters.correction import CellFault, SourceRow, write_correction
from exporters.marks import Marks
from schema_loader.messages import cell_message, repair_words
from schema_loader.repair import ColumnProposal, Swapper, axes_of, propose_column, second_look

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
    """Proposals for the columns that hold errors, and for points changed about, surest first."""
    schema = checked.schema
    wrong = {error.field_name for error in checked.report.errors if error.field_name}
    _, fields, rows = checked.read()
    columns = {n: field for n, field in enumerate(fields) if field is not None and field.name in wrong}
    counts: dict[int, Counter[str]] = {n: Counter() for n in columns}
    places = {field.name: n for n, field in enumerate(fields) if field is not None}
    swappers = [
        (Swapper(axes), *(places[name] for name in axes))
        for axes in axes_of(schema)
        if places.keys() >= set(axes)
    ]
    for _number, row in rows:
        for swapper, first, second in swappers:
            if max(first, second) < len(row):
                swapper.count([row[first]], [row[second]])
        for n, own in counts.items():
            if n < len(row) and (len(own) < DISTINCT_MOST or row[n] in own):
                own[row[n]] += 1
    found: list[Offer] = []
    for n, field in columns.items():
        groups = (*propose_column(field, counts[n], schema), *second_look(field, counts[n], schema))
        found += [
            Offer(field.title or field.name, group, repair_words(group, language())) for group in groups
        ]
    found += [
        Offer(
            " · ".join(schema.by_name[name].title or name for name in swapper.axes),
            group,
            repair_words(group, language()),
        )
        for swapper, *_ in swappers
        if (group := swapper.proposal()) is not None
    ]
    return sorted(found, key=lambda offer: ORDER.get(offer.group.status, 9))


def correction(checked: CheckedFile, model: Model, *, only_wrong: bool) -> Iterator[bytes]:
    """The correction file: the rows as they came, faulty cells coloured and explained."""
    labels, fields, numbered = checked.read()
    first = checked.first_row
    layout, beside = (None, 0) if checked.understood is None else layout_of(checked.understood.table)
    if layout is not None and checked.understood is not None:
        labels = [*[""] * beside, *(column.label for column in checked.understood.table.columns)]
    faults = [
        CellFault(
            error.row_number if (error.row_number or 0) >= first else None,
            None if error.field_number is None else error.field_number + beside,
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
    empty = [""] * beside
    return write_correction(
        labels,
        (SourceRow(number, [*empty, *row], str(number)) for number, row in numbered),
        faults,
        marks,
        fields=[*[None] * beside, *fields],
        only_wrong=only_wrong,
        title=base_name(checked.name),
        layout=layout,
    )


def understood_json(understood: Understood) -> dict[str, Any]:
    """What was understood of a file's form, for programs: see docs/api.md."""
    table, matching = understood.table, understood.matching
    letters = table.column_letters
    return {
        "sheet": table.detected.sheet or None,
        "headerRow": table.header_row,
        "columns": [
            {
                "column": letters[match.column],
                "label": match.label,
                "field": match.field,
                "reason": match.reason,
                "sure": match.sure,
            }
            for match in matching.matches
            if match.column is not None
        ],
        "ignored": [
            {"column": letters[index], "label": matching.labels[index]} for index in understood.ignored
        ],
        "missing": list(matching.missing),
    }
