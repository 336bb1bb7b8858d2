"""Rows on their way out: texts as they are stored, in the order of the schema's fields, taken a few thousand at a time.

A row is a sequence of normalised texts (``Field.normalise``), one for each field; None or an empty text where a cell is
empty. Nothing here judges a value: a text that its field does not accept goes out as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

Row = Sequence[str | None]
Rows = Iterable[Row]

BATCH_ROWS = 2_000
MEMO_CELLS = 250_000  # distinct texts remembered for all columns together
MEMO_SIZE = 20_000  # and for one of them
MEMO_LENGTH = 100  # characters; longer texts seldom come twice

V = TypeVar("V")


def rows_of(batches: Iterable[Iterable[Row]]) -> Iterator[Row]:
    """Rows that come in batches, one by one."""
    return chain.from_iterable(batches)


def batches(schema: TableSchema, rows: Rows, size: int = BATCH_ROWS) -> Iterator[list[Row]]:
    """The rows by lists of ``size``. Raises ``ValueError`` for a row that has not one cell for each field."""
    source, width = iter(rows), len(schema.fields)
    while batch := list(islice(source, size)):
        if set(map(len, batch)) != {width}:
            row = next(row for row in batch if len(row) != width)
            raise ValueError(f"a row of {len(row)} cells for {width} fields")
        yield batch


class Memo(dict[str, V], Generic[V]):
    """``memo[text]`` is what ``make(text)`` gave, made once for each distinct text: real columns repeat themselves.

    ``columns`` is how many such memos live side by side.
    """

    def __init__(self, make: Callable[[str], V], columns: int) -> None:
        self._make = make
        self._size = min(MEMO_SIZE, MEMO_CELLS // columns)

    def __missing__(self, text: str) -> V:
        value = self._make(text)
        if len(text) <= MEMO_LENGTH:
            if len(self) >= self._size:
                self.clear()
            self[text] = value
        return value


def blank(field: Field) -> str:
    """The text of an empty cell: the first missing value where the schema does not take the empty text for one."""
    return "" if "" in field.missing_values or not field.missing_values else field.missing_values[0]


def empties(field: Field) -> tuple[str, str]:
    """What is written for None and for an empty text; they differ where the empty text is a value of its own."""
    nothing = blank(field)
    return nothing, "" if nothing and field.read("")[0] is not None else nothing


def typed(field: Field, text: str | None) -> tuple[Any, bool]:
    """A stored text → (its value or None for a null, True); a text that is no value of the field comes back, False."""
    value, faults = field.read(text)
    if value is None and text and faults and faults[0].code.startswith("type-error"):
        return text, False
    return value, True
