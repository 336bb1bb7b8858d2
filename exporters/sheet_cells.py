"""Cells of a sheet as XML: each stored text once for each column, then copied wherever it comes again.

Source: ECMA-376-1 §18.3.1 (sheet data), §22.9.2.19 (escaped characters of a text), §18.17.4 (dates as serial numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape

from exporters.rows import Memo, Row
from schema_loader.field import Field

LONGEST_TEXT = 32_767  # UTF-16 units that a cell holds; a workbook with a longer one does not open
EPOCH = datetime(1899, 12, 30)
# an escape, or what would be read as one, and what XML cannot hold
UNWRITABLE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
SPECIAL = re.compile("[<>&\x00-\x1f\ud800-\udfff\ufffe\uffff]|^\\s|\\s$|_x")

Make = Callable[[str], str]
"""A stored text, not empty → the cell's XML from its style on."""


def text_xml(text: str) -> str:
    """A text as a cell's ``<is>`` holds it; what XML has no character for is escaped as Excel does."""
    if not SPECIAL.search(text):
        return f"<is><t>{text}</t></is>"
    text = UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<is><t{space}>{escape(text)}</t></is>"


def fitted(text: str) -> str:
    """A text that a cell can hold: one that is too long is cut, and ends by saying so."""
    if len(text) <= LONGEST_TEXT // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    end = f" […] ({len(text)} > {LONGEST_TEXT})"
    kept = units[: 2 * (LONGEST_TEXT - len(end))].decode("utf-16-le", "ignore")
    return kept + end


def serial(value: Any) -> str | None:
    """A number, a day or a moment as a sheet stores it; None for what it stores as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return repr(value)
    if not isinstance(value, date) or value.year < 1900:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.microsecond:
            return None
        days = (value - EPOCH).total_seconds() / 86_400
    else:
        days = (datetime.combine(value, time.min) - EPOCH).days
    return repr(days - 1 if days < 61 else days)  # sheets count a 29 February 1900 that never was


def maker(field: Field, style: str, text_style: str) -> Make:
    """How the stored texts of a field become cells: typed where the field reads them, else text, as they were typed."""
    read, kind, as_text = field.read, field.type, text_maker(text_style)
    if kind.spreadsheet_format == "@":  # as nearly all columns: what is stored is what is shown
        return as_text

    def make(text: str) -> str:
        value, faults = read(text)
        # a null that the schema spells (« NA ») is text, and so is what breaks a rule and is not spelt as its value is
        if value is None or (faults and kind.format(value) != text):
            return as_text(text)
        number = serial(kind.to_spreadsheet(value))
        return f'" s="{style}"><v>{number}</v></c>' if number is not None else as_text(kind.format(value))

    return make


def text_maker(text_style: str) -> Make:
    """How texts become cells of text, whatever they look like."""
    start = f'" s="{text_style}" t="inlineStr">'
    return lambda text: f"{start}{text_xml(fitted(text))}</c>"


def column_letters(number: int) -> str:
    """``28`` → ``AB``: a column from 1, as sheets name it."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class RowWriter:
    """Rows of texts → XML, one column maker each."""

    def __init__(self, makers: Sequence[Make], first_column: int = 1) -> None:
        self._columns = [
            (f'<c r="{column_letters(number)}', Memo(make, len(makers)))
            for number, make in enumerate(makers, first_column)
        ]

    def xml(self, rows: Iterable[Row], start: int) -> Iterator[str]:
        """The XML of each row, numbered from ``start``."""
        columns = self._columns
        for number, row in enumerate(rows, start):
            place = str(number)
            cells = [
                head + place + memo[text] for (head, memo), text in zip(columns, row, strict=True) if text
            ]
            yield f'<row r="{place}">{"".join(cells)}</row>'
