"""Rows of a sheet as a table: the width of its header, blank rows where there are some, no phantom ones.

A sheet knows 17 thousand million cells, nearly all of them empty, and formatting alone makes empty ones look used. What
counts is what is filled in. One forgotten space in the last row must not become a million blank rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from importers.limits import DEFAULT, Limits
from importers.number_formats import Display
from schema_loader.errors import TableUnreadable

MAX_ROWS = 1_048_576
MAX_BLANK_ROWS = 10_000  # in one stretch, between filled rows
MAX_BLANK_COLUMNS = 256  # between the table and what stands beside it
MAX_STRAY = 200_000  # cells beyond the width, in all
FIRST_ROWS = 100


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet of a workbook; ``rows`` is how many of its rows hold something, about, or None where nobody counted."""

    name: str
    visible: bool = True
    rows: int | None = None


FilledRow = tuple[int, list[str]]
"""The number of a row (from 1) and its texts from column A to its last filled cell."""


def as_table(filled: Iterable[FilledRow], limits: Limits = DEFAULT) -> Iterator[list[str]]:
    """The filled rows in order → all rows up to the last filled one, filled up to one width.

    The width is that of the widest of the first rows, so that a column without a label is one fault of the header, not
    one of each row. Raises :class:`TableUnreadable` ``file-far-cell`` and ``file-too-many-cells``.
    """
    source = iter(filled)
    first = list(islice(source, FIRST_ROWS))
    width = _width(first)
    following = 1
    stray = cells = 0
    for number, texts in chain(first, source):
        blank = number - following
        beyond = len(texts) - width
        if blank > MAX_BLANK_ROWS or beyond > MAX_BLANK_COLUMNS:
            raise TableUnreadable("file-far-cell", cell=cell_name(number, len(texts)))
        for _ in range(blank):
            yield [""] * width
        if beyond < 0:
            texts += [""] * -beyond
        elif beyond:
            stray += beyond
            if stray > MAX_STRAY:
                raise TableUnreadable("file-far-cell", cell=cell_name(number, len(texts)))
        cells += len(texts) + blank * width
        if cells > limits.cells:
            raise TableUnreadable("file-too-many-cells", limit=limits.cells)
        yield texts
        following = number + 1


def _width(rows: list[FilledRow]) -> int:
    """The width of the widest row, unless it stands out: a note far to the right is no column."""
    width = 0
    for length in sorted(len(texts) for _, texts in rows):
        if width and length > width + MAX_BLANK_COLUMNS:
            break
        width = length
    return max([width, *(len(texts) for _, texts in rows[:1])])


def usual_displays(counts: Mapping[int, Counter[Display]]) -> dict[int, Display]:
    """The commonest display of each column, where it is more than digits."""
    usual = {column: count.most_common(1)[0][0] for column, count in counts.items()}
    return {column: shown for column, shown in usual.items() if shown}


def trimmed(texts: list[str]) -> list[str]:
    """The texts without the empty ones at the end."""
    while texts and not texts[-1]:
        texts.pop()
    return texts


def cell_name(row: int, column: int) -> str:
    """``(7, 28)`` → ``AB7``: how sheets call their cells. Both count from 1."""
    return f"{column_letters(column)}{row}"


def column_letters(column: int) -> str:
    """``28`` → ``AB``. Columns count from 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str, most: int = DEFAULT.columns) -> int:
    """``AB`` → 28. Raises :class:`TableUnreadable` for what is no column of a sheet."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise TableUnreadable("file-damaged")
        number = number * 26 + ord(letter) - 64
        if number > most:
            break
    if not 1 <= number <= most:
        raise TableUnreadable("file-sheet-too-wide", count=number, limit=most)
    return number
