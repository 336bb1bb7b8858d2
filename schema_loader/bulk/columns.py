"""One column of a large table: accepted at sight, or judged once for each distinct text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from schema_loader.bulk.acceptors import acceptor
from schema_loader.bulk.found import Suspects, suspects
from schema_loader.bulk.texts import Ints, Mask, Texts
from schema_loader.errors import CellError, Fault
from schema_loader.field import Field
from schema_loader.spelling import WATCHED, OddSpellings, oddity

MEMO_SIZE = 100_000  # distinct texts remembered, then forgotten all at once
MEMO_BYTES = 1_000_000  # a text longer than this is judged each time it comes
NO_ROWS = np.empty(0, dtype=np.int64)
Faults = tuple[Fault, ...]


class ColumnJudge:
    """Judges a column batch by batch; remembers what was found good or bad."""

    def __init__(self, field: Field, number: int = 1, odd: OddSpellings | None = None) -> None:
        self.field = field
        self._number = number
        self._odd = odd if field.type.name in WATCHED else None
        self._accepts = acceptor(field)
        self._repeats: bool | None = None
        self._good: set[str] = set()
        self._bad: dict[str, Faults] = {}

    def faults(self, texts: Texts, numbers: Ints | None = None) -> Suspects | None:
        """The faults that the field's rule finds in a batch of its column; None where there are none.

        ``numbers`` are the row numbers of the batch, for what is only worth a warning.
        """
        if self._repeats is None and len(texts):
            self._repeats = texts.repeat()
        accepts = self._accepts
        rows: Ints | None = None
        if accepts is not None and (accepts.at_sight or not self._repeats):
            mask = accepts(texts)
            rows = NO_ROWS if mask is None else np.flatnonzero(~mask)
            if not len(rows):
                return None
            texts = texts.at(rows)
        distinct: list[str] = texts.encoded.dictionary.to_pylist()
        if self._odd is not None and numbers is not None:
            self._watch(distinct, texts.encoded.indices, numbers if rows is None else numbers[rows])
        bad = {
            code: faults
            for code, text in enumerate(distinct)
            if text not in self._good and (faults := self._judge(text))
        }
        if not bad:
            return None
        entries = {code: [self._entry(distinct[code], fault) for fault in own] for code, own in bad.items()}
        return suspects(rows, texts.encoded.indices.to_numpy(), len(distinct), entries)

    def _entry(self, text: str, fault: Fault) -> CellError:
        return CellError(fault.code, None, self.field, self._number, text, fault.params)

    def _watch(self, texts: list[str], indices: pa.Array, numbers: Ints) -> None:
        """Note the first place of each text that is a number oddly spelt; acceptors accept none of those."""
        for code, text in enumerate(texts):
            if oddity(text) and self.field.read(text)[0] is not None and self._odd is not None:
                first = int(np.argmax(indices.to_numpy() == code))
                self._odd.note(self.field, self._number, int(numbers[first]), text)

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


def missing(field: Field | None, texts: Texts) -> Mask:
    """Which cells hold a missing value."""
    words = ("",) if field is None else field.missing_values
    return texts.empty if words == ("",) else texts.among(pa.array(words, pa.string()))


def blank_rows(columns: Sequence[tuple[Field | None, Texts]]) -> Ints:
    """Rows whose every cell is missing; the first column rules out nearly all, so the others are seldom looked at."""
    rows: Ints | None = None
    for field, texts in columns:
        if rows is None:
            rows = np.flatnonzero(missing(field, texts))
        elif len(rows):
            plain = field is None or field.missing_values == ("",)
            rows = rows[texts.empty[rows] if plain else missing(field, Texts(texts.take(rows)))]
        if not len(rows):
            break
    return rows if rows is not None else NO_ROWS


def texts_at(columns: Sequence[pa.Array], rows: Ints) -> Iterator[list[str]]:
    """The cells of some rows, as lists of texts."""
    taken = [Texts(column).take(rows).to_pylist() for column in columns]
    return (list(cells) for cells in zip(*taken, strict=True))
