"""Numbers that the reference accepts and nobody means: taken as it takes them, with a warning.

Source: what Python's ``int()`` and ``Decimal()`` read besides decimal digits (docs/differences.md says why we keep it).
"""

from __future__ import annotations

from schema_loader.errors import CellError
from schema_loader.field import Field

WATCHED = ("number", "integer", "year")


def oddity(text: str) -> str | None:
    """The code of what is odd in a text that was read as a number, or None: all of it is plain ASCII."""
    if "_" in text:
        return "odd-number/underscore"
    if not text.isascii() and any(character.isdecimal() and not character.isascii() for character in text):
        return "odd-number/digits"
    return "odd-number/not-finite" if text.strip().lower().lstrip("+-")[:3] in ("nan", "inf") else None


class OddSpellings:
    """The first place of each oddity in each column of a table, gathered while it is checked."""

    def __init__(self) -> None:
        self._first: dict[tuple[int, str], tuple[int, Field, str]] = {}

    def note(self, field: Field, field_number: int, row_number: int, text: str) -> None:
        """Remember an odd text, unless the same oddity was met higher up in the column."""
        code = oddity(text)
        if code is None:
            return
        known = self._first.get((field_number, code))
        if known is None or row_number < known[0]:
            self._first[field_number, code] = (row_number, field, text)

    def warnings(self) -> list[CellError]:
        """One warning for each column and oddity, in the order of columns."""
        return [
            CellError(code, row, field, number, text)
            for (number, code), (row, field, text) in sorted(self._first.items(), key=lambda item: item[0])
        ]
