"""One file judged by one schema: the report that commands, pages and the API show."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from importers.csv_file import detect, read_records
from schema_loader import messages
from schema_loader.check import check_table
from schema_loader.errors import CellError
from schema_loader.header import HeaderProfile
from schema_loader.table_schema import TableSchema


@dataclass(slots=True)
class FileReport:
    """What was found in a file. ``rows`` counts data rows (without the header); ``complete`` is False past a limit."""

    errors: list[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0
    complete: bool = True

    @property
    def valid(self) -> bool:
        """Whether there was no error; warnings do not count."""
        return not self.errors

    def as_json(self, lang: str) -> dict[str, Any]:
        """The report as the commands and the API give it to programs."""
        return {
            "valid": self.valid,
            "stats": {
                "rows": self.rows,
                "errors": len(self.errors),
                "warnings": len(self.warnings),
                "seconds": round(self.seconds, 3),
            },
            "errors": [_error_as_json(error, lang, as_warning=False) for error in self.errors],
            "warnings": [_error_as_json(error, lang, as_warning=True) for error in self.warnings],
        }

    def kinds(self) -> list[list[CellError]]:
        """Errors grouped by column and rule, in the order in which they were first met."""
        groups: dict[tuple[str, str], list[CellError]] = {}
        for error in self.errors:
            groups.setdefault((error.code, error.field_name), []).append(error)
        return list(groups.values())


def _error_as_json(error: CellError, lang: str, *, as_warning: bool) -> dict[str, Any]:
    return {
        "type": error.type,
        "rowNumber": error.row_number,
        "fieldName": error.field_name or None,
        "fieldNumber": error.field_number,
        "cell": error.cell,
        "message": str(messages.cell_message(error, lang, as_warning=as_warning)),
        "note": messages.note(error),
    }


def check_file(
    path: Path, schema: TableSchema, *, profile: HeaderProfile = "validata", limit: int | None = None
) -> FileReport:
    """Judge a text file of rows. ``limit`` stops after that many errors.

    Raises :class:`~schema_loader.errors.TableUnreadable` where the file cannot be read, ``OSError`` where it cannot be
    opened.
    """
    start = time.perf_counter()
    report = FileReport()
    layout = detect(path, schema.field_names)
    records = read_records(path, layout)
    labels = next(records, None)
    if labels is None:
        report.errors.append(CellError("source-error/empty"))
    else:
        table = check_table(schema, labels, records, profile=profile)
        report.warnings.extend(table.header.warnings)
        errors: Iterator[CellError] = iter(table)
        report.errors.extend(errors if limit is None else islice(errors, limit))
        report.complete = limit is None or next(errors, None) is None
        errors.close()  # type: ignore[attr-defined]
        report.rows = table.rows
    report.seconds = time.perf_counter() - start
    return report
