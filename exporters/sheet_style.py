"""Cells made by openpyxl: texts that stay texts, and the few styles of our workbooks."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from exporters.sheet_cells import fitted

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

INK, QUIET = "FF1B2A4A", "FF5A6478"  # text
LINEN, OCHRE, MIST, ROSE = "FFF0ECE3", "FFFFF1DC", "FFF7F7F7", "FFFBDAD5"  # fills; ink on each is above 10:1
TALLEST = 409  # points, of a row


def put(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Any = None,
    *,
    number_format: str | None = None,
    fill: str | None = None,
    colour: str | None = None,
    bold: bool = False,
    italic: bool = False,
    wrap: bool = False,
    size: float = 11,
    ruled: bool = False,
    underline: bool = False,
    top: bool = True,
) -> None:
    """A cell: a text is text whatever it begins with; ``ruled`` draws a line below it, ``top`` puts it at the top of its row."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = fitted("".join(c if c >= " " or c in "\n\t" else " " for c in value))
        cell.data_type = "s"
    else:
        cell.value = value
    if number_format is not None:
        cell.number_format = number_format
    if bold or italic or underline or colour is not None or size != 11:
        cell.font = Font(
            name="Calibri", family=2, scheme="minor", bold=bold, italic=italic, color=colour, size=size
        )
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    if ruled:
        cell.border = Border(bottom=Side("medium", color=INK))
    if top or wrap:
        cell.alignment = Alignment(vertical="top", wrap_text=wrap)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width, about."""
    return sum(max(ceil(len(line) / max(width - 2, 1)), 1) for line in text.split("\n"))


def set_height(sheet: Worksheet, row: int, lines: int) -> None:
    """Room for some lines: an office does not find it out by itself for a file that it did not write."""
    sheet.row_dimensions[row].height = min(15.5 * lines, TALLEST)


def on_paper(sheet: Worksheet, head: str) -> None:
    """How a sheet is printed: wide, on as many pages as it takes, with the rows of ``head`` (``1:2``) on each."""
    sheet.print_title_rows = head
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True


def describe(book: Workbook, title: str, lang: str, author: str = "Tabellion", description: str = "") -> None:
    """Title, author and language of a workbook: screen readers say the first and speak the last."""
    properties = book.properties
    properties.title, properties.creator, properties.description = title, author, description or None
    properties.language = "fr-FR" if lang == "fr" else "en-GB"
