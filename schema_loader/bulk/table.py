"""A large table, batch by batch: the errors that the check row by row finds, at a fraction of the time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from schema_loader.bulk.checks import CheckJudge
from schema_loader.bulk.columns import ColumnJudge, blank_rows, texts_at
from schema_loader.bulk.found import ErrorTable, Gathered, Suspects
from schema_loader.bulk.keys import Hashes, JudgedRow, KeptRows, KeyHashes
from schema_loader.bulk.texts import Ints, Mask, Texts
from schema_loader.check import CELLS, CHECKS, TableCheck
from schema_loader.errors import CellError
from schema_loader.field import Reading
from schema_loader.header import HeaderProfile
from schema_loader.patience import losses
from schema_loader.table_schema import TableSchema

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
THREADS = 1 if CORES <= 2 else 2
"""The reader has a thread of its own: where there are two cores, one that judges keeps up, and two are in each other's way."""


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A row with more or fewer cells than the header has labels."""

    row_number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one width: a string array for each column, their row numbers (int64), and the ragged rows among them."""

    columns: Sequence[pa.Array]
    rows: np.ndarray[Any, Any]
    ragged: Sequence[RaggedRow] = ()


class Judged(NamedTuple):
    """What became of a batch: its errors; the hashes of its keys; its ragged rows, with the hashes of theirs."""

    errors: ErrorTable
    hashes: Hashes
    ragged: list[JudgedRow]
    ragged_hashes: Hashes


Row = tuple[int, Sequence[str], Sequence[Reading] | None]
"""A number, cells, and what they were read as where that is known."""


class BulkTableCheck:
    """The check of a table that comes in batches. Iterate once for its errors, or ask for them all; then read ``rows``.

    ``batches`` is called once, and once more if a key may be broken. Iterated, errors come in the order of rows, but for
    those of keys, which come last; :meth:`errors` has them all in their order.
    """

    def __init__(
        self,
        schema: TableSchema,
        labels: Sequence[str],
        batches: Callable[[], Iterable[Batch]],
        *,
        profile: HeaderProfile = "validata",
        with_custom_checks: bool = True,
    ) -> None:
        self._exact = TableCheck(schema, labels, (), profile=profile, with_custom_checks=with_custom_checks)
        self.schema = schema
        self.header = self._exact.header
        self.rows = 0
        self._batches = batches
        self._rule = self._exact.rule
        columns = self.header.columns
        self._judges = [
            None if field is None else ColumnJudge(field, number, self._exact.odd)
            for number, field in enumerate(columns, start=1)
        ]
        present = {field.name: field for field in columns if field is not None}
        self._checks = [CheckJudge(check, present, self._rule.number) for check in self._rule.checks]
        self._keys = KeyHashes(schema, self._rule.number)

    @property
    def warnings(self) -> list[CellError]:
        """Warnings of the header, and of numbers oddly spelt."""
        return self._exact.warnings

    @property
    def has_keys(self) -> bool:
        """Whether there are errors that can come only after the last row."""
        return bool(self._keys)

    def errors(self) -> ErrorTable:
        """All errors in the order of the check row by row; those alike are held together, so a million take little."""
        return ErrorTable.joined(list(self._tables()))

    def __iter__(self) -> Iterator[CellError]:
        for table in self._tables():
            yield from table

    def _tables(self) -> Iterator[ErrorTable]:
        yield ErrorTable.of(self._exact.header_errors())
        for batch, judged in self._judged():
            if self._keys:
                self._keys.add(batch.rows, judged.hashes, batch.columns)
                self._keys.add_rows(judged.ragged, judged.ragged_hashes)
            self.rows += len(batch.rows) + len(batch.ragged)
            yield judged.errors
        suspects = self._keys.suspects()
        if len(suspects):
            yield ErrorTable.of(self._key_errors(suspects))

    def _judged(self) -> Iterator[tuple[Batch, Judged]]:
        """Batches in their order, judged by threads of their own: most of the work is pyarrow's, which lets others run."""
        waiting: deque[tuple[Batch, Future[Judged]]] = deque()
        losses()  # what slow patterns cost is counted once for the whole file
        with ThreadPoolExecutor(THREADS) as pool:
            for batch in self._batches():
                waiting.append((batch, pool.submit(copy_context().run, self._judge, batch)))
                if len(waiting) > THREADS:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()

    def _judge(self, batch: Batch) -> Judged:
        columns, rows = [Texts(column) for column in batch.columns], batch.rows
        gathered = Gathered()
        blank = self._blank(columns) if len(rows) else None
        if blank is not None:
            numbers = rows[blank]
            alike = Suspects(numbers, np.zeros(len(numbers), dtype=np.int64), [CellError("blank-row")])
            gathered.add(alike, numbers, CELLS)
        for index, (judge, texts) in enumerate(zip(self._judges, columns, strict=True)):
            found = judge.faults(texts, rows) if judge is not None else None
            if found is not None and blank is not None:
                kept = ~blank[found.places]
                found = Suspects(found.places[kept], found.codes[kept], found.entries)
            if found is not None:
                gathered.add(found, rows[found.places], CELLS, index)
        for number, check in enumerate(self._checks):
            found = check.faults({name: columns[self._rule.number[name] - 1] for name in check.fields})
            if found is not None:
                gathered.add(found, rows[found.places], CHECKS, number)
        ragged = [self._judge_ragged(row, gathered) for row in batch.ragged]
        keys = self._keys
        return Judged(
            gathered.errors(),
            keys.of_batch(columns) if keys else [],
            ragged,
            keys.of_rows(ragged) if keys else [],
        )

    def _blank(self, columns: Sequence[Texts]) -> Mask | None:
        """Which rows are blank; None where none is."""
        places = blank_rows(list(zip(self.header.columns, columns, strict=True)))
        if not len(places):
            return None
        mask = np.zeros(len(columns[0]), dtype=np.bool_)
        mask[places] = True
        return mask

    def _judge_ragged(self, ragged: RaggedRow, gathered: Gathered) -> JudgedRow:
        number, cells = ragged.row_number, ragged.cells
        self._exact.watch(cells, number)
        errors, readings = self._rule.judge(cells, number)
        gathered.add_errors(errors, CELLS)
        gathered.add_errors(list(self._rule.check_errors(readings, cells, number)), CHECKS)
        return JudgedRow(number, cells, readings)

    def _key_errors(self, suspects: Ints) -> Iterator[CellError]:
        """The exact function on the rows that may break a key, in their order."""
        kept = self._keys.kept()
        rows = self._rows_kept(kept, suspects) if kept is not None else self._rows_again(suspects)
        for number, cells, readings in rows:
            yield from self._exact.keys.errors(cells, readings, number)

    def _rows_kept(self, kept: Sequence[KeptRows | JudgedRow], suspects: Ints) -> Iterator[Row]:
        width = len(self.header.columns)
        found: list[Row] = []
        wanted = set(suspects.tolist())
        for rows in kept:
            if isinstance(rows, JudgedRow):
                found += [(rows.number, rows.cells, rows.readings)] if rows.number in wanted else []
                continue
            places = _places(rows.rows, suspects)
            for number, texts in zip(rows.rows[places].tolist(), texts_at(rows.columns, places), strict=True):
                whole = [""] * width  # but for its keys, nobody asks
                for index, text in zip(self._keys.columns, texts, strict=True):
                    whole[index] = text
                found.append((number, whole, None))
        yield from sorted(found, key=itemgetter(0))

    def _rows_again(self, suspects: Ints) -> Iterator[Row]:
        """Read once more, since so many cannot be kept."""
        for batch in self._batches():
            ragged = [row for row in batch.ragged if _places(np.array([row.row_number]), suspects).size]
            places = _places(batch.rows, suspects)
            numbers = batch.rows[places].tolist()
            whole = zip(numbers, texts_at(list(batch.columns), places), strict=True)
            found = [*whole, *((row.row_number, row.cells) for row in ragged)]
            for number, cells in sorted(found, key=itemgetter(0)):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[str]) -> Row:
        return number, cells, self._rule.judge(cells, number)[1]


def _places(rows: Ints, wanted: Ints) -> Ints:
    """Where among ``rows`` the wanted ones stand; both ascend."""
    if not len(rows):
        return rows
    near = wanted[np.searchsorted(wanted, rows[0]) : np.searchsorted(wanted, rows[-1], side="right")]
    at = np.searchsorted(rows, near)
    places: Ints = at[rows[at] == near]
    return places
