"""One column of a large table: accepted at sight, or judged once for each distinct text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema_loader.bulk.acceptors import acceptor
from schema_loader.errors import Fault
from schema_loader.field import Field

FEW = 0.1  # distinct texts per row
SAMPLE = 5_000  # rows
MEMO_SIZE = 100_000  # distinct texts remembered, then forgotten all at once
MEMO_BYTES = 1_000_000  # a text longer than this is judged each time it comes
NO_ROWS = np.empty(0, dtype=np.int64)
Faults = tuple[Fault, ...]


def repeats(column: pa.Array) -> bool:
    """Whether texts come back so often that looking up each distinct one beats looking at every cell."""
    sample = column.slice(0, SAMPLE)
    return len(sample.unique()) < FEW * len(sample)


class ColumnJudge:
    """Judges a column batch by batch; remembers what was found good or bad."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._accepts = acceptor(field)
        self._repeats: bool | None = None
        self._good: set[str] = set()
        self._bad: dict[str, Faults] = {}

    def faults(self, column: pa.Array) -> list[tuple[int, str, Faults]]:
        """Rows of a batch (from 0) with a fault: the row, its text, the faults the field's rule finds in it."""
        if self._repeats is None and len(column):
            self._repeats = repeats(column)
        rows: np.ndarray[Any, Any] | None = None
        if self._accepts is not None and not self._repeats:
            mask = self._accepts(column)
            if mask is None or pc.all(mask).as_py() is not False:
                return []
            rows = np.flatnonzero(~mask.to_numpy(zero_copy_only=False))
            column = column.take(pa.array(rows))
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        bad = [code for code, text in enumerate(texts) if text not in self._good and self._judge(text)]
        if not bad:
            return []
        codes = encoded.indices.to_numpy()
        found = np.flatnonzero(np.isin(codes, bad))
        known = {code: self._judge(texts[code]) for code in bad}
        places = found if rows is None else rows[found]
        return [
            (int(row), texts[code], known[code])
            for row, code in zip(places, codes[found].tolist(), strict=True)
        ]

    def _judge(self, text: str) -> Faults:
        """The faults of a text, by the field's own rule; asked once as long as it is remembered."""
        known = self._bad.get(text)
        if known is not None:
            return known
        faults = self.field.read(text)[1]
        if len(text) <= MEMO_BYTES:
            if len(self._good) + len(self._bad) >= MEMO_SIZE:
                self._good.clear()
                self._bad.clear()
            if faults:
                self._bad[text] = faults
            else:
                self._good.add(text)
        return faults


def missing(field: Field | None, column: pa.Array) -> np.ndarray[Any, Any]:
    """Which cells hold a missing value, as a numpy mask."""
    texts = ("",) if field is None else field.missing_values
    if texts == ("",):
        mask = pc.equal(pc.binary_length(column), 0)
    else:
        mask = pc.is_in(column, value_set=pa.array(texts, pa.string()))
    found: np.ndarray[Any, Any] = mask.to_numpy(zero_copy_only=False)
    return found


def blank_rows(columns: list[tuple[Field | None, pa.Array]]) -> np.ndarray[Any, Any]:
    """Rows whose every cell is missing; the first column rules out nearly all, so the others are seldom looked at."""
    rows: np.ndarray[Any, Any] | None = None
    for field, column in columns:
        if rows is None:
            rows = np.flatnonzero(missing(field, column))
        elif len(rows):
            rows = rows[missing(field, column.take(pa.array(rows)))]
        if not len(rows):
            break
    return rows if rows is not None else NO_ROWS


def texts_at(columns: list[pa.Array], rows: np.ndarray[Any, Any]) -> Iterator[list[str]]:
    """The cells of some rows, as lists of texts."""
    taken = [column.take(pa.array(rows)).to_pylist() for column in columns]
    return (list(cells) for cells in zip(*taken, strict=True))
