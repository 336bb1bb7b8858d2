"""One file judged by one schema: the report that commands, pages and the API show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.table_source import PLAIN_TEXT, Source, open_records, source_of, text_source
from importers.csv_file import detect, read_records
from importers.dialect import TextLayout
from importers.spreadsheet_file import is_spreadsheet
from schema_loader import messages
from schema_loader.check import FIRST_ROW, TableCheck, check_table
from schema_loader.errors import CellError, by_kind
from schema_loader.header import HeaderProfile
from schema_loader.table_schema import TableSchema

if TYPE_CHECKING:
    from app.file_reading import Understood
    from importers.table import Table
    from schema_loader.bulk import Batch, BulkTableCheck

LARGE_BYTES = 6_000_000
"""From here on a file is checked column by column: below, the import of pyarrow costs more than it saves."""
PROGRESS_ROWS = 20_000
Progress = Callable[[int], None]


@dataclass(slots=True)
class FileReport:
    """What was found in a file. ``rows`` counts data rows (without the header); ``complete`` is False past a limit.

    ``source`` says how the file was read.
    """

    errors: Sequence[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0
    complete: bool = True
    source: Source = PLAIN_TEXT
    _kinds: list[Sequence[CellError]] | None = None

    @property
    def valid(self) -> bool:
        """Whether there was no error; warnings do not count."""
        return not self.errors

    def as_json(self, lang: str, *, before: int = 0) -> dict[str, Any]:
        """The report as the commands and the API give it to programs. ``before``: columns of the file that are none of the table."""
        said: dict[tuple[Any, ...], str] = {}  # the same text is wrong in the same way a thousand times

        def message(error: CellError, *, as_warning: bool) -> str:
            key = (error.code, error.field_name, error.cell, id(error.params), as_warning)
            if key not in said:
                said[key] = str(messages.cell_message(error, lang, as_warning=as_warning))
            return said[key]

        def entry(error: CellError, *, as_warning: bool) -> dict[str, Any]:
            return {
                "type": error.type,
                "rowNumber": error.row_number,
                "fieldName": error.field_name or None,
                "fieldNumber": None if error.field_number is None else error.field_number + before,
                "cell": error.cell,
                "message": message(error, as_warning=as_warning),
                "note": messages.note(error),
            }

        return {
            "valid": self.valid,
            "stats": {
                "rows": self.rows,
                "errors": len(self.errors),
                "warnings": len(self.warnings),
                "seconds": round(self.seconds, 3),
            },
            "errors": [entry(error, as_warning=False) for error in self.errors],
            "warnings": [entry(error, as_warning=True) for error in self.warnings],
        }

    def kinds(self) -> list[Sequence[CellError]]:
        """Errors grouped by column and rule, in the order in which they were first met."""
        if self._kinds is None:
            self._kinds = by_kind(self.errors)
        return self._kinds


def check_file(
    path: Path,
    schema: TableSchema,
    *,
    profile: HeaderProfile = "validata",
    limit: int | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    on_progress: Progress | None = None,
) -> FileReport:
    """Judge a file of rows: a text column by column where it is large, row by row else; the report is the same.

    ``encoding`` is for a text, ``sheet`` (a name or a number from 1) for a workbook: see :func:`open_records`.
    ``limit`` stops after that many errors; ``on_progress`` is told how many rows were read, now and then. Raises
    :class:`~schema_loader.errors.TableUnreadable` where the file cannot be read, ``OSError`` where it cannot be opened.
    """
    start = time.perf_counter()
    report = None
    if path.stat().st_size >= LARGE_BYTES and not is_spreadsheet(path):
        report = _in_bulk(path, schema, profile, limit, encoding, on_progress)
    if report is None:
        records = open_records(path, schema, encoding=encoding, sheet=sheet)
        report = check_records(records, schema, profile=profile, limit=limit, on_progress=on_progress)
        report.source = records.source
    report.seconds = time.perf_counter() - start
    return report


def check_records(
    records: Iterable[Sequence[str]],
    schema: TableSchema,
    *,
    profile: HeaderProfile = "validata",
    limit: int | None = None,
    on_progress: Progress | None = None,
) -> FileReport:
    """Judge records, the first of which is the header."""
    rest = iter(records)
    labels = next(rest, None)
    if labels is None:
        return FileReport([CellError("source-error/empty")])
    return _report(check_table(schema, labels, _told(rest, on_progress), profile=profile), limit)


SAID_OF_COLUMNS = ("extra-label", "missing-label", "incorrect-order")
"""Warnings that a file whose columns were matched does not need: what was ignored and what is missing is told with the matching."""


def check_understood(
    understood: Understood, *, limit: int | None = None, on_progress: Progress | None = None
) -> FileReport:
    """Judge a file whose titles and columns were found, not taken to the letter: blank rows are none, rows have the numbers
    and ``field_number`` the places of the file's own table. Raises :class:`~schema_loader.errors.TableUnreadable`."""
    start = time.perf_counter()
    table, schema = understood.table, understood.schema
    exact = bool(schema.foreign_keys) or any(
        f is not None and "" not in f.missing_values for f in understood.fields
    )
    if table.detected.is_text and table.path.stat().st_size >= LARGE_BYTES and not exact:
        report = _understood_in_bulk(understood, limit, on_progress)
    else:
        numbers: list[int] = []

        def rows() -> Iterator[list[str]]:
            for number, cells in understood.rows():
                numbers.append(number)
                yield cells

        report = _report(check_table(schema, understood.labels, _told(rows(), on_progress)), limit)
        report.errors = [_of_header(renumbered(error, numbers), error, table) for error in report.errors]
        report.warnings = [renumbered(warning, numbers) for warning in report.warnings]
    # an empty cell beyond the last column is none
    report.errors = [one for one in report.errors if one.cell or one.type != "extra-cell"]
    report.warnings = [one for one in report.warnings if one.type not in SAID_OF_COLUMNS]
    report.source = source_of(table.detected)
    report.seconds = time.perf_counter() - start
    return report


def renumbered(error: CellError, numbers: Sequence[int]) -> CellError:
    """An error of a row that was counted from 2, with its number in the file: that of the row it is the twin of, too."""
    if error.row_number is None or error.row_number < FIRST_ROW:
        return error
    error = error._replace(row_number=numbers[error.row_number - FIRST_ROW])
    earlier = error.params.get("row")
    if isinstance(earlier, int) and FIRST_ROW <= earlier < len(numbers) + FIRST_ROW:
        error = error._replace(params={**error.params, "row": numbers[earlier - FIRST_ROW]})
    return error


def _understood_in_bulk(
    understood: Understood, limit: int | None, on_progress: Progress | None
) -> FileReport:
    import numpy as np
    import pyarrow as pa

    from app.file_reading import as_judged
    from importers.batches import batches
    from schema_loader.bulk import Batch, BulkTableCheck, RaggedRow

    table = understood.table

    def judged() -> Iterator[Batch]:
        rows = 0
        for batch in batches(table):
            rows += len(batch.numbers)
            odd = [(row, as_judged(row, table)) for row in batch.odd]
            ragged = [RaggedRow(row.number, cells) for row, cells in odd if len(cells) != len(table.columns)]
            if ragged:
                whole = ~np.isin(batch.numbers, [row.row_number for row in ragged])
                places = pa.array(np.flatnonzero(whole))
                columns = [column.take(places) for column in batch.columns]
                yield Batch(columns, batch.numbers[whole], ragged)
            else:
                yield Batch(batch.columns, batch.numbers)
            if on_progress is not None:
                on_progress(rows)

    report = _bulk_report(BulkTableCheck(understood.schema, understood.labels, judged), limit)
    if not report.complete:  # rows were taken to be numbered from 2
        report.rows -= (table.header_row or 0) - 1
    if table.header_row:
        report.errors = [_of_header(error, error, table) for error in report.errors]
    return report


def _of_header(placed: CellError, counted: CellError, table: Table) -> CellError:
    """What is wrong with the set of columns is an error of the header, wherever that stands."""
    return placed._replace(row_number=table.header_row) if counted.row_number == FIRST_ROW - 1 else placed


def _told(rows: Iterator[Sequence[str]], on_progress: Progress | None) -> Iterable[Sequence[str]]:
    if on_progress is None:
        return rows

    def told() -> Iterator[Sequence[str]]:
        for number, row in enumerate(rows, start=1):
            if number % PROGRESS_ROWS == 0:
                on_progress(number)
            yield row

    return told()


def _report(check: TableCheck, limit: int | None) -> FileReport:
    errors = iter(check)
    found = list(errors if limit is None else islice(errors, limit))
    complete = limit is None or next(errors, None) is None
    errors.close()  # past a limit: the rows are counted up to here
    return FileReport(found, check.warnings, check.rows, complete=complete)


def _bulk_report(check: BulkTableCheck, limit: int | None) -> FileReport:
    """The same report, for a check that reads ahead of what it is asked for."""
    # errors of keys come last: to cut at a limit they must all be known
    whole = limit is None or check.has_keys
    errors = check.errors() if whole else list(islice(check, (limit or 0) + 1))
    if limit is None or len(errors) <= limit:
        return FileReport(errors, check.warnings, check.rows)
    row = errors[limit].row_number or FIRST_ROW - 1  # where the check row by row would have stopped
    warnings = [warning for warning in check.warnings if (warning.row_number or 0) <= row]
    return FileReport(errors[:limit], warnings, row - FIRST_ROW + 1, complete=False)


def _in_bulk(
    path: Path,
    schema: TableSchema,
    profile: HeaderProfile,
    limit: int | None,
    encoding: str | None,
    on_progress: Progress | None,
) -> FileReport | None:
    """The report by columns; None where only the reader row by row can tell what the file holds."""
    from importers.arrow_file import NotVectorised, can_read, read_batches
    from schema_loader.bulk import BulkTableCheck

    layout: TextLayout = detect(path, schema.field_names, encoding, by_sample=True)
    records = read_records(path, layout)
    try:
        labels = next(records, None)
    finally:
        records.close()
    if labels is None or not can_read(layout, len(labels)):
        return None

    def batches() -> Iterator[Batch]:
        rows = 0
        for batch in read_batches(path, layout, len(labels)):
            rows += len(batch.rows) + len(batch.ragged)
            yield batch
            if on_progress is not None:
                on_progress(rows)

    check = BulkTableCheck(schema, labels, batches, profile=profile)
    if schema.foreign_keys or any(c is not None and "" not in c.missing_values for c in check.header.columns):
        return None  # keys to other rows are followed one by one; a blank line and empty texts are two things
    try:
        report = _bulk_report(check, limit)
    except NotVectorised:
        return None
    report.source = text_source(layout)
    return report
