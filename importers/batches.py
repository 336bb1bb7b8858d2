"""A table in batches of text columns, for files of a million rows: what :meth:`Table.rows` gives, column by column.

Texts come as pyarrow reads them, workbooks row by row and then by column. Where pyarrow stops (an odd layout, a cell larger
than a block, a byte that is no text), the exact reader goes on from there, or says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.arrow_file import NotVectorised, can_read, read_batches
from importers.table import Row, Table
from schema_loader.bulk import Batch
from schema_loader.errors import TableUnreadable

BATCH_ROWS = 20_000


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
    first = table.columns[0].index if table.columns else 0
    own = list(batch.columns[first : first + len(table.columns)])
    lacking = len(table.columns) - len(own)
    own += [pa.array([""] * len(batch.rows), pa.string())] * lacking
    odd: list[Row] = []
    beside = [n for n in range(len(batch.columns)) if not first <= n < first + len(table.columns)]
    numbers = batch.rows
    strayed = _filled_rows([batch.columns[n] for n in beside])
    strays = set()
    if lacking:
        strayed = np.arange(len(numbers))
    for place in strayed.tolist():
        row = table.fit(int(numbers[place]), [column[place].as_py() for column in batch.columns])
        odd.append(row)
        strays.add(row.number)
    if batch.ragged:
        ragged = [table.fit(row.row_number, row.cells) for row in batch.ragged]
        odd += [row for row in ragged if row.surplus or row.missing]
        parts = _by_column(table, ragged)
        order = np.argsort(np.concatenate([numbers, [row.number for row in ragged]]), kind="stable")
        numbers = np.concatenate([numbers, np.array([row.number for row in ragged], np.int64)])[order]
        own = [
            pa.concat_arrays([column, part]).take(pa.array(order))
            for column, part in zip(own, parts, strict=True)
        ]
    blank = _blank_rows(own)
    if len(blank):
        kept_beside = np.array([int(numbers[place]) in strays for place in blank.tolist()], dtype=bool)
        kept = np.ones(len(numbers), dtype=bool)
        kept[blank[~kept_beside]] = False
        numbers = numbers[kept]
        own = [column.filter(pa.array(kept)) for column in own]
        there = set(numbers.tolist())
        odd = [row for row in odd if row.number in there]
    return TableBatch(own, numbers, tuple(sorted(odd, key=lambda row: row.number)))


def _is_blank(column: pa.Array) -> np.ndarray[Any, Any]:
    empty = pc.equal(pc.binary_length(column), 0)
    found: np.ndarray[Any, Any] = pc.or_(empty, pc.utf8_is_space(column)).to_numpy(zero_copy_only=False)
    return found


def _blank_rows(columns: list[pa.Array]) -> np.ndarray[Any, Any]:
    """Rows whose every cell is blank; the first column rules out nearly all, so the others are seldom looked at."""
    rows: np.ndarray[Any, Any] | None = None
    for column in columns:
        if rows is None:
            rows = np.flatnonzero(_is_blank(column))
        elif len(rows):
            rows = rows[_is_blank(column.take(pa.array(rows)))]
        else:
            break
    return rows if rows is not None else np.empty(0, dtype=np.int64)


def _filled_rows(columns: list[pa.Array]) -> np.ndarray[Any, Any]:
    """Rows with a filled cell in any of these columns."""
    if not columns:
        return np.empty(0, dtype=np.int64)
    filled = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        filled |= ~_is_blank(column)
    return np.flatnonzero(filled)
