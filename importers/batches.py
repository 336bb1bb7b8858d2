"""A table in batches of text columns, for files of a million rows: what :meth:`Table.rows` gives, column by column.

Texts come as pyarrow reads them, workbooks row by row and then by column. Where pyarrow stops (an odd layout, a cell larger
than a block, a byte that is no text), the exact reader goes on from there, or says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.arrow_file import NotVectorised, can_read, read_batches
from importers.table import Row, Table
from schema_loader.bulk import Batch
from schema_loader.errors import TableUnreadable

BATCH_ROWS = 20_000
BLANK_STARTS = np.zeros(
    256, dtype=bool
)  # of UTF-8: controls, space, U+0085, U+00A0, U+1680, U+2000 to U+205F, U+3000
BLANK_STARTS[[*range(0x21), 0xC2, 0xE1, 0xE2, 0xE3]] = True


@dataclass(frozen=True, slots=True)
class TableBatch:
    """Some rows, in the order of the file: a string array for each column of the table, and their row numbers (int64).

    Short rows are filled up with empty cells. ``odd`` are those among the rows that had surplus or missing cells.
    """

    columns: list[pa.Array]
    numbers: np.ndarray[Any, Any]
    odd: tuple[Row, ...] = ()


def batches(table: Table) -> Iterator[TableBatch]:
    """All rows that hold something. Raises :class:`TableUnreadable` where reading ends, ``OSError``."""
    done = table.header_row or 0
    detected = table.detected
    if detected.is_text and can_read(detected.layout, table.width):
        counted = _Counted(table)
        try:
            for batch in read_batches(
                table.path, detected.layout, table.width, above=done, limits=table.limits
            ):
                found = _fitted(table, batch)
                counted.add(found)
                done = max(
                    done,
                    int(batch.rows[-1]) if len(batch.rows) else 0,
                    *(r.row_number for r in batch.ragged),
                    0,
                )
                if len(found.numbers):
                    yield found
        except NotVectorised:
            pass
        else:
            return
    yield from _gathered(table, (row for row in table.rows() if row.number > done))


class _Counted:
    """The bounds of the table, held against its batches."""

    def __init__(self, table: Table) -> None:
        self._limits = table.limits
        self._rows = self._cells = 0

    def add(self, batch: TableBatch) -> None:
        self._rows += len(batch.numbers)
        self._cells += len(batch.numbers) * len(batch.columns)
        if self._rows >= self._limits.rows:
            raise TableUnreadable("file-too-many-rows", limit=self._limits.rows)
        if self._cells > self._limits.cells:
            raise TableUnreadable("file-too-many-cells", limit=self._limits.cells)


def _gathered(table: Table, rows: Iterator[Row]) -> Iterator[TableBatch]:
    while some := list(islice(rows, BATCH_ROWS)):
        yield TableBatch(
            _by_column(table, some),
            np.fromiter((row.number for row in some), np.int64, len(some)),
            tuple(row for row in some if row.surplus or row.missing),
        )


def _by_column(table: Table, rows: Iterable[Row]) -> list[pa.Array]:
    columns = list(zip(*(row.cells for row in rows), strict=True)) or [()] * len(table.columns)
    return [pa.array(column, pa.string()) for column in columns]


def _fitted(table: Table, batch: Batch) -> TableBatch:
    """The columns of the table, odd rows in their places, blank rows left out."""
    own, beside = _split(table, batch.columns)
    size = len(batch.rows)
    strays = np.arange(size) if len(own) + len(beside) > len(batch.columns) else _filled_rows(beside, size)
    odd = [
        table.fit(int(batch.rows[place]), [column[place].as_py() for column in batch.columns])
        for place in strays.tolist()
    ]
    odd = [row for row in odd if row.surplus or any(map(str.strip, row.cells))]
    blank = np.setdiff1d(_blank_rows(own), _filled_rows(beside, size), assume_unique=True)
    ragged = [table.fit(row.row_number, row.cells) for row in batch.ragged]
    ragged = [row for row in ragged if row.surplus or any(map(str.strip, row.cells))]
    if not len(blank) and not ragged:
        return TableBatch(own, batch.rows, tuple(odd))
    ragged.sort(key=itemgetter(0))
    added = np.fromiter((row.number for row in ragged), np.int64, len(ragged))
    runs = _runs(np.searchsorted(batch.rows, added).tolist(), blank.tolist(), len(batch.rows))
    odd += [row for row in ragged if row.surplus or row.missing]
    return TableBatch(
        [_spliced(runs, column, part) for column, part in zip(own, _by_column(table, ragged), strict=True)],
        np.concatenate([(added if of_added else batch.rows)[start:end] for of_added, start, end in runs])
        if runs
        else batch.rows[:0],
        tuple(sorted(odd, key=itemgetter(0))),
    )


def _split(table: Table, columns: Sequence[pa.Array]) -> tuple[list[pa.Array], list[pa.Array]]:
    """The columns of the table, those that the file lacks filled with empty cells; and the columns beside them."""
    first = table.columns[0].index if table.columns else 0
    end = first + len(table.columns)
    size = len(columns[0]) if columns else 0
    lacking = [pa.array([""] * size, pa.string())] * max(0, end - max(len(columns), first))
    return [*columns[first:end], *lacking], [*columns[:first], *columns[end:]]


def _runs(places: list[int], blank: list[int], size: int) -> list[tuple[bool, int, int]]:
    """Stretches of rows in their order: (of the added rows, start, end), the others without the blank ones.

    ``places`` says before which row each added one belongs.
    """
    runs: list[tuple[bool, int, int]] = []
    done = 0
    cuts = sorted([(place, 0, n) for n, place in enumerate(places)] + [(place, 1, 0) for place in blank])
    for place, is_blank, n in cuts:
        if place > done:
            runs.append((False, done, place))
        done = max(done, place)
        if is_blank:
            done = place + 1
        else:
            runs.append((True, n, n + 1))
    if done < size:
        runs.append((False, done, size))
    return runs


def _spliced(runs: list[tuple[bool, int, int]], column: pa.Array, added: pa.Array) -> pa.Array:
    if not runs:
        return column.slice(0, 0)
    return pa.concat_arrays([(added if of_added else column)[start:end] for of_added, start, end in runs])


def _is_blank(column: pa.Array) -> np.ndarray[Any, Any]:
    empty = pc.equal(pc.binary_length(column), 0)
    found: np.ndarray[Any, Any] = pc.or_(empty, pc.utf8_is_space(column)).to_numpy(zero_copy_only=False)
    return found


def _may_be_blank(column: pa.Array) -> np.ndarray[Any, Any]:
    """The rows of a long column that are empty, or begin with a byte that white space begins with."""
    _, offsets, data = column.buffers()
    if data is None or not data.size:
        return np.arange(len(column))
    starts = np.frombuffer(offsets, np.int32, len(column) + 1, column.offset * 4)
    first = np.frombuffer(data, np.uint8)[np.minimum(starts[:-1], data.size - 1)]
    return np.flatnonzero((starts[1:] == starts[:-1]) | BLANK_STARTS[first])


def _blank_rows(columns: list[pa.Array]) -> np.ndarray[Any, Any]:
    """Rows whose every cell is blank; the first column rules out nearly all, so the others are seldom looked at."""
    rows = _may_be_blank(columns[0]) if columns else np.empty(0, dtype=np.int64)
    for column in columns:
        if not len(rows):
            break
        rows = rows[_is_blank(column.take(pa.array(rows)))]
    return rows


def _filled_rows(columns: list[pa.Array], size: int) -> np.ndarray[Any, Any]:
    """Rows with a filled cell in any of these columns."""
    filled = np.zeros(size, dtype=bool)
    for column in columns:
        filled |= ~_is_blank(column)
    return np.flatnonzero(filled)
