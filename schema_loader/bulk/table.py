"""A large table, batch by batch: the errors that the check row by row finds, at a fraction of the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from schema_loader.bulk.checks import CheckJudge
from schema_loader.bulk.columns import ColumnJudge, blank_rows, texts_at
from schema_loader.bulk.keys import Hashes, KeyHashes
from schema_loader.check import TableCheck
from schema_loader.errors import CellError
from schema_loader.header import HeaderProfile
from schema_loader.table_schema import TableSchema

CELLS, CHECKS = 0, 2
THREADS = 2
PLACE = itemgetter(0, 1, 2)
Placed = tuple[int, int, int, CellError]
Judged = tuple[list[CellError], list[tuple[Any, Hashes]]]


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


class BulkTableCheck:
    """The check of a table that comes in batches. Iterate once for its errors, then read ``rows`` and ``in_order``.

    ``batches`` is called once, and once more if a key may be broken. Errors come in the order of rows, but for those of
    keys, which come last: :func:`schema_loader.check.in_row_order` sorts them in.
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
        self.in_order = True
        self._batches = batches
        self._rule = self._exact.rule
        columns = self.header.columns
        self._judges = [
            None if field is None else ColumnJudge(field, number, self._exact.odd)
            for number, field in enumerate(columns, start=1)
        ]
        present = {field.name: field for field in columns if field is not None}
        self._checks = [CheckJudge(check, present) for check in self._rule.checks]
        self._keys = KeyHashes(schema, self._rule.number)

    @property
    def warnings(self) -> list[CellError]:
        """Warnings of the header, and of numbers oddly spelt."""
        return self._exact.warnings

    @property
    def has_keys(self) -> bool:
        """Whether there are errors that can come only after the last row."""
        return bool(self._keys)

    def __iter__(self) -> Iterator[CellError]:
        yield from self._exact.header_errors()
        for batch, (errors, hashes) in self._judged():
            yield from errors
            for rows, found in hashes:
                self._keys.add(rows, found)
            self.rows += len(batch.rows) + len(batch.ragged)
        suspects = self._keys.suspects() if self._keys else set()
        if suspects:
            for error in self._key_errors(suspects):
                self.in_order = False
                yield error

    def _judged(self) -> Iterator[tuple[Batch, Judged]]:
        """Batches in their order, judged by two threads: most of the work is pyarrow's, which lets others run."""
        waiting: deque[tuple[Batch, Future[Judged]]] = deque()
        with ThreadPoolExecutor(THREADS) as pool:
            for batch in self._batches():
                waiting.append((batch, pool.submit(self._judge, batch)))
                if len(waiting) > THREADS:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()

    def _judge(self, batch: Batch) -> Judged:
        columns, rows = batch.columns, batch.rows
        fields = self.header.columns
        placed: list[Placed] = []
        hashes: list[tuple[Any, Hashes]] = []
        gone = set(blank_rows(list(zip(fields, columns, strict=True))).tolist()) if len(rows) else set()
        for row in gone:
            number = int(rows[row])
            placed.append((number, CELLS, 0, CellError("blank-row", number)))
        for index, (judge, column) in enumerate(zip(self._judges, columns, strict=True)):
            found = judge.faults(column, rows) if judge is not None else ()
            for row, text, faults in found:
                if row not in gone:
                    number = int(rows[row])
                    for fault in faults:
                        error = CellError(fault.code, number, fields[index], index + 1, text, fault.params)
                        placed.append((number, CELLS, index, error))
        for check in self._checks:
            by_name = {name: columns[n - 1] for name, n in self._rule.number.items() if name in check.fields}
            for row, name, fault in check.faults(by_name):
                placed.append(self._of_check(int(rows[row]), name, fault, columns, row))
        if self._keys and len(rows):
            hashes.append((rows, self._keys.of_batch(columns)))
        for ragged in batch.ragged:
            self._exact.watch(ragged.cells, ragged.row_number)
            errors, readings = self._rule.judge(ragged.cells, ragged.row_number)
            placed += [(ragged.row_number, CELLS, 0, error) for error in errors]
            placed += [
                (ragged.row_number, CHECKS, 0, error)
                for error in self._rule.check_errors(readings, ragged.cells, ragged.row_number)
            ]
            if self._keys:
                hashes.append((np.array([ragged.row_number], dtype=np.int64), self._keys.of_row(readings)))
        placed.sort(key=PLACE)
        return [error for *_, error in placed], hashes

    def _of_check(self, number: int, name: str, fault: Any, columns: Sequence[pa.Array], row: int) -> Placed:
        position = self._rule.number.get(name)
        text = columns[position - 1][row].as_py() if position is not None else ""
        field = self.header.columns[position - 1] if position is not None else None
        return number, CHECKS, 0, CellError(fault.code, number, field, position, text, fault.params)

    def _key_errors(self, suspects: set[int]) -> Iterator[CellError]:
        """The exact function on the rows that may break a key, in their order, read again."""
        wanted = np.array(sorted(suspects), dtype=np.int64)
        for batch in self._batches():
            found = [
                (ragged.row_number, ragged.cells) for ragged in batch.ragged if ragged.row_number in suspects
            ]
            places = np.flatnonzero(np.isin(batch.rows, wanted))
            if len(places):
                numbers = batch.rows[places].tolist()
                found += zip(numbers, texts_at(list(batch.columns), places), strict=True)
            for number, cells in sorted(found):
                _, readings = self._rule.judge(cells, number)
                yield from self._exact.keys.errors(cells, readings, number)
