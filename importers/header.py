"""Where the header of a table stands: below titles, super-headings and blank rows, beside empty columns.

The labels that a schema expects decide; where none is met, the shape of the rows does: a header is as wide as the table
and holds words, where the rows below hold numbers and dates too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from importers.labels import keys, letters, words
from importers.number_formats import Display
from importers.shapes import is_datum, is_year
from importers.sheet_rows import column_letters

LOOKED_AT = 60  # filled rows among which a header is looked for
LONG = 300  # characters: a sentence, not a label
ENOUGH = 0.3  # of the cells of a row are known labels: it is the header
WIDE = 0.6  # of the usual width: a row of the table

Numbered = tuple[int, Sequence[str]]
"""The number of a row in its file, from 1, and its cells from the first column on."""


class KnownLabels:
    """Labels that a header may hold, for looking them up in whatever spelling."""

    def __init__(self, labels: Iterable[str] = ()) -> None:
        kept = [label for label in labels if label]
        self.keys = frozenset(key for label in kept for key in keys(label))
        self.words = frozenset(word for label in kept for word in words(label))

    def score(self, cell: str) -> float:
        """1 for a known label, a half for a text made of the words of known labels, else 0."""
        if not cell or len(cell) > LONG or is_datum(cell):
            return 0.0
        if any(key in self.keys for key in keys(cell)):
            return 1.0
        found = words(cell)
        return 0.5 if found and self.words.issuperset(found) else 0.0


NO_DISPLAYS: Mapping[int, Display] = MappingProxyType({})
NONE_KNOWN = KnownLabels()


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """The number of the header row, None where there is none; ``matched`` is how many known labels stand in it."""

    row: int | None
    matched: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: ``index`` counts from 0 in the file, ``letter`` is what sheets call it.

    ``label`` is what the header says, trimmed, perhaps nothing; ``name`` is the label, with the letter where it would
    not tell which column is meant. ``empty``: no cell below the label was filled in the rows that were looked at.
    ``display``: its numbers are shown as percents (``0.125`` is « 12,5 % » in the sheet) or as amounts of money.
    """

    index: int
    letter: str
    label: str
    name: str
    empty: bool = False
    display: Display = ""


def find_header(rows: Sequence[Numbered], known: KnownLabels = NONE_KNOWN) -> HeaderPlace:
    """The header among the first filled rows."""
    filled = [(number, [cell.strip() for cell in cells]) for number, cells in rows[:LOOKED_AT]]
    filled = [(number, cells) for number, cells in filled if any(cells)]
    best, best_score = None, 0.0
    for number, cells in filled:
        score = sum(map(known.score, cells))
        if score > best_score and (score >= ENOUGH * sum(map(bool, cells))):
            best, best_score = number, score
    if best is not None and (best_score >= 2 or best_score >= len(known.keys) / 2):
        return HeaderPlace(best, best_score)
    return HeaderPlace(_by_shape(filled), best_score)


def _by_shape(rows: list[tuple[int, list[str]]]) -> int | None:
    """The first row that is about as wide as the table; none where it holds data like the rows below."""
    widths = Counter(sum(map(bool, cells)) for _, cells in rows)
    if not widths:
        return None
    usual = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))[0]
    for place, (_, cells) in enumerate(rows):
        filled = [cell for cell in cells if cell]
        if len(filled) < max(WIDE * usual, min(usual, 2)):
            continue
        data = [cell for cell in filled if is_datum(cell)]
        # years may head columns (2021, 2022, 2023), other numbers and dates stand below a header
        is_header = all(map(is_year, data)) and len(data) < len(filled) and len(set(filled)) == len(filled)
        if not is_header and data:
            return None
        return _below_heading(rows[place:])
    return rows[0][0]


def _below_heading(rows: list[tuple[int, list[str]]]) -> int:
    """The first row, or the next one where the first is a heading above it: fuller, still without data, and data below."""
    (number, cells), below = rows[0], rows[1:3]
    if len(below) < 2:
        return number
    (next_number, labels), (_, values) = below
    fuller = sum(map(bool, labels)) > sum(map(bool, cells))
    return next_number if fuller and not any(map(is_datum, labels)) and any(map(is_datum, values)) else number


def name_columns(
    labels: Sequence[str],
    body: Collection[Sequence[str]],
    *,
    has_header: bool = True,
    displays: Mapping[int, Display] = NO_DISPLAYS,
) -> tuple[Column, ...]:
    """The columns of a table from its header row (nothing: ``has_header`` False) and some rows below.

    Columns without a label and without a value are left out at both ends; beyond the last label a column must be
    filled in more than one row, and in a tenth of them: less is a stray cell.
    """
    labels = [label.strip() for label in labels] if has_header else []
    width = max([len(labels), *(len(cells) for cells in body)], default=0)
    filled = [0] * width
    for cells in body:
        for index, cell in enumerate(cells):
            if cell and not cell.isspace():
                filled[index] += 1
    labels += [""] * (width - len(labels))
    last = max((index for index, label in enumerate(labels) if label), default=-1)
    least = max(2, len(body) / 10) if last >= 0 else 1
    used = [
        bool(labels[index]) or count >= (1 if index <= last else least) for index, count in enumerate(filled)
    ]
    if not any(used):
        return ()
    first, end = used.index(True), width - used[::-1].index(True)
    counts = Counter(letters(label) or label for label in labels)
    return tuple(
        Column(
            index,
            column_letters(index + 1),
            labels[index],
            _name(labels[index], column_letters(index + 1), counts),
            not filled[index],
            displays.get(index, ""),
        )
        for index in range(first, end)
    )


def _name(label: str, letter: str, counts: Counter[str]) -> str:
    if not label:
        return letter
    shown = " ".join(label.split())
    return f"{shown} ({letter})" if counts[letters(label) or label] > 1 else shown
