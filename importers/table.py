"""A file as a table: its columns, the lines above its header, and its rows with the numbers that they have in the file.

Nothing is lost: cells without a column of their own come as ``surplus`` of their row, lines above the header as
``title_lines``. Blank rows are left out; the others keep their numbers, so that a person finds them in the spreadsheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from importers.csv_file import read_records
from importers.detect import Detected, labels_of
from importers.header import Column, KnownLabels, find_header, name_columns
from importers.limits import DEFAULT, Limits
from importers.sheet_rows import FilledRow, column_letters, column_number
from importers.spreadsheet_file import column_displays, filled_rows
from schema_loader.errors import TableUnreadable
from schema_loader.table_schema import TableSchema

SAMPLE_ROWS = 200
NO_HEADER = 0


class Extra(NamedTuple):
    """A filled cell that belongs to no column: the letter of its place, and its text."""

    letter: str
    text: str

    @property
    def place(self) -> int:
        """The place of the column, from 0."""
        return column_number(self.letter) - 1


class Row(NamedTuple):
    """A row: its number in the file (from 1), a cell for each column, the filled cells that have no column.

    ``missing`` is how many cells a short row of a text lacks; they are empty in ``cells``. In a workbook, which writes
    no empty cells at the end of a row, nothing is ever missing.
    """

    number: int
    cells: list[str]
    surplus: tuple[Extra, ...] = ()
    missing: int = 0


class TitleLine(NamedTuple):
    """A line above the header: its number in the file, its filled cells."""

    number: int
    cells: tuple[Extra, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file; :meth:`rows` reads it from the start, as often as it is asked.

    ``header_row`` is the number of the row of labels, None where there is none (columns are then named by letter).
    ``sample`` are the first rows. ``width`` is how many cells most rows have in the file.
    """

    path: Path
    detected: Detected
    columns: tuple[Column, ...]
    header_row: int | None
    title_lines: tuple[TitleLine, ...]
    sample: tuple[Row, ...]
    width: int
    limits: Limits = DEFAULT

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of each column: its label, with the letter where that is blank or not alone."""
        return tuple(column.name for column in self.columns)

    @property
    def column_letters(self) -> tuple[str, ...]:
        """What sheets call each column."""
        return tuple(column.letter for column in self.columns)

    @property
    def first_row_number(self) -> int | None:
        """The number of the first row below the header that holds something; None where there is none."""
        return self.sample[0].number if self.sample else None

    def rows(self) -> Iterator[Row]:
        """All rows that hold something. Raises :class:`TableUnreadable` where reading ends, ``OSError``."""
        above = self.header_row or 0
        return (self.fit(number, cells) for number, cells in self._source() if number > above)

    __iter__ = rows

    def _source(self) -> Iterator[FilledRow]:
        return _bounded(source_rows(self.path, self.detected, self.limits), self.limits)

    def fit(self, number: int, cells: list[str]) -> Row:
        """Cells as they stand in the file → a row of this table's columns."""
        width, given = len(self.columns), len(cells)
        if not width:
            return Row(number, [], _extras(cells, 0))
        first = self.columns[0].index
        if given == width and not first:
            return Row(number, cells)
        end = first + width
        surplus = _extras(cells[:first], 0) if first else ()
        if given > end:
            surplus += _extras(cells[end:], end)
        missing = end - given if given < end else 0
        return Row(
            number,
            cells[first:end] + [""] * min(missing, width),
            surplus,
            missing if self.detected.is_text else 0,
        )


def _extras(cells: Sequence[str], start: int) -> tuple[Extra, ...]:
    return tuple(
        Extra(column_letters(start + n), text) for n, text in enumerate(cells, start=1) if text.strip()
    )


def source_rows(path: Path, detected: Detected, limits: Limits = DEFAULT) -> Iterator[FilledRow]:
    """The rows of a file that hold something, from its first line on, each with its number."""
    kind = detected.workbook
    rows: Iterator[FilledRow] = (
        enumerate(read_records(path, detected.layout, limits), start=1)
        if kind is None
        else filled_rows(path, kind, detected.sheet, limits)
    )
    for row in rows:
        cells = row[1]
        if cells and (
            cells[0][:1].isalnum() or any(map(str.strip, cells))
        ):  # the first test spares the second
            yield row


def _bounded(rows: Iterator[FilledRow], limits: Limits) -> Iterator[FilledRow]:
    cells_left, rows_left = limits.cells, limits.rows
    for row in rows:
        cells_left -= len(row[1])
        rows_left -= 1
        if rows_left < 0:
            raise TableUnreadable("file-too-many-rows", limit=limits.rows)
        if cells_left < 0:
            raise TableUnreadable("file-too-many-cells", limit=limits.cells)
        yield row


def read_table(
    path: Path,
    detected: Detected,
    schema: TableSchema | None = None,
    *,
    labels: Sequence[str] = (),
    header_row: int | None = None,
    limits: Limits = DEFAULT,
) -> Table:
    """The table of a file, its header found by the names and titles of the ``schema`` (and by ``labels``).

    ``header_row`` is the number of the row of labels where a person has said it, :data:`NO_HEADER` for none. Only the
    beginning of the file is read. Raises :class:`TableUnreadable`, ``OSError``.
    """
    rows = _bounded(source_rows(path, detected, limits), limits)
    head = list(islice(rows, SAMPLE_ROWS + (header_row or 0)))
    if not head:
        raise TableUnreadable("file-empty")
    if header_row is None:
        header = find_header(head, KnownLabels((*labels_of(schema), *labels))).row
    else:
        header = header_row or None
    written = next((cells for number, cells in head if number == header), [])
    body = [(number, cells) for number, cells in head if number > (header or 0)][:SAMPLE_ROWS]
    kind = detected.workbook
    displays = {} if kind is None else column_displays(path, kind, detected.sheet, SAMPLE_ROWS, limits)
    columns = name_columns(
        written, [cells for _, cells in body], has_header=header is not None, displays=displays
    )
    titles = tuple(
        TitleLine(number, _extras(cells, 0))
        for number, cells in head
        if header is not None and number < header
    )
    widths = Counter(len(cells) for _, cells in body) or Counter([len(written)])
    table = Table(path, detected, columns, header, titles, (), widths.most_common(1)[0][0], limits)
    return replace(table, sample=tuple(table.fit(number, list(cells)) for number, cells in body))


class Preview(NamedTuple):
    """What a person is shown of a table before anything is done with it."""

    title_lines: tuple[TitleLine, ...]
    header_row: int | None
    letters: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]


def preview(table: Table, most: int = 20) -> Preview:
    """The beginning of a table, read already: at most :data:`SAMPLE_ROWS` rows."""
    return Preview(
        table.title_lines, table.header_row, table.column_letters, table.labels, table.sample[:most]
    )
