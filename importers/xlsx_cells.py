"""What a cell of an ``.xlsx`` stands for: its stored text, its kind and its style → the text that it shows.

Source: ECMA-376-1 §18.18.11 (ST_CellType), §22.4.2.4 (escapes ``_xHHHH_``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from importers.number_formats import Show, number_format, plain_number, show_moment, shower
from schema_loader.errors import TableUnreadable

MEMO_SIZE = 50_000
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes a control character


def unescaped(text: str) -> str:
    """``a_x000D_b`` → the two letters around a carriage return."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class Shown(dict[str, str]):
    """Stored text → shown text of one style, remembered."""

    def __init__(self, show: Show) -> None:
        self.show = show

    def __missing__(self, stored: str) -> str:
        if len(self) > MEMO_SIZE:
            self.clear()
        shown = self[stored] = self.show(stored)
        return shown


class CellTexts:
    """The texts of a workbook's cells. ``codes`` are the format codes of its styles, ``texts`` those that cells share."""

    def __init__(self, codes: Sequence[str], texts: Sequence[str], *, from_1904: bool) -> None:
        self.codes = codes
        self.texts = texts
        self.general = Shown(plain_number)
        self.numbers = _Styles(
            {str(n): Shown(shower(code, from_1904=from_1904)) for n, code in enumerate(codes)}, self.general
        )

    def of(self, stored: str, kind: str, style: str) -> str:
        """The text of a cell with something in it; ``kind`` is ``n`` where the file says none, ``style`` ``0``."""
        if kind == "n":
            return self.numbers[style][stored]
        return self.shared(stored) if kind == "s" else self.other(stored, kind, style)

    def shared(self, stored: str) -> str:
        """The text with that number. Raises :class:`TableUnreadable` ``file-damaged`` where there is none."""
        number = int(stored) if stored.isdecimal() and stored.isascii() else len(self.texts)
        if number >= len(self.texts):
            raise TableUnreadable("file-damaged")
        return self.texts[number]

    def other(self, stored: str, kind: str, style: str) -> str:
        """A cell that is neither a number nor a shared text."""
        if kind == "b":
            return "true" if stored.strip() in ("1", "true") else "false"
        if kind == "d":
            code = self.codes[int(style)] if style.isdecimal() and int(style) < len(self.codes) else "General"
            return show_moment(stored, number_format(code).parts)
        return stored if kind == "e" else unescaped(stored)  # "e" an error such as #N/A, "str", "inlineStr"


class _Styles(dict[str, Shown]):
    """What numbers show by the number of their style; an unknown one, or none, shows them plainly."""

    def __init__(self, known: dict[str, Shown], general: Shown) -> None:
        super().__init__(known)
        self.general = general
        if "0" in known:
            self[""] = known["0"]

    def __missing__(self, style: str) -> Shown:
        found = self[style] = (
            self.get(style.lstrip("0") or "0", self.general) if len(style) < 20 else self.general
        )
        return found
