"""Excel workbook of a whole dataset: typed cells, a header that stays in view, filters, widths; written while it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from exporters.about import About
from exporters.rows import Row, Rows, batches
from exporters.sheet_cells import RowWriter, column_letters, maker
from exporters.sheet_style import INK, LINEN, describe, on_paper, put
from exporters.words import words
from exporters.workbook import COMPRESSION, Skeleton, ignoring_numbers_as_text, in_blocks, sheet_title
from exporters.zip_stream import LARGEST_PLAIN, ZipStream
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

if TYPE_CHECKING:
    from openpyxl import Workbook

LAST_ROW = 1_048_576
SAMPLE_ROWS = 200
NARROWEST, WIDEST = 9, 60  # characters
SHEET = "xl/worksheets/sheet{number}.xml"
MODELS = 2  # model rows of the skeleton: cells of the column's own kind, cells of text


def write_xlsx(schema: TableSchema, rows: Rows, about: About | None = None) -> Iterator[bytes]:
    """One sheet, or several where there are more rows than a sheet holds (a million, or 2 GB of XML).

    Days are days, numbers are numbers (as far as a sheet holds them: 15 figures), all else is text: codes keep their
    zeros, booleans are the schema's words, nothing is a formula. A text beyond 32,767 characters is cut, and says so.
    """
    about = about or About()
    source = batches(schema, rows)
    waiting = next(source, [])
    widths = [_width(field, n, waiting[:SAMPLE_ROWS]) for n, field in enumerate(schema.fields)]
    parts = Skeleton(_book(schema, about, widths, [1])).sheet(SHEET.format(number=1), MODELS)
    letters = [column_letters(n) for n in range(1, len(widths) + 1)]
    writer = RowWriter(
        [
            maker(field, parts.style(column), parts.style(column, 1))
            for field, column in zip(schema.fields, letters, strict=True)
        ]
    )
    last_rows: list[int] = []

    def sheet() -> Iterator[bytes]:
        nonlocal waiting
        yield parts.head
        row, size = 1, 0
        while waiting and row + len(waiting) <= LAST_ROW and size < LARGEST_PLAIN:
            for block in in_blocks(writer.xml(waiting, row + 1)):
                size += len(block)
                yield block
            row += len(waiting)
            waiting = next(source, [])
        last_rows.append(row)
        cells = f"A1:{letters[-1]}{row}"
        tail = re.sub(rb'(<autoFilter ref=")[^"]*', rb"\g<1>" + cells.encode(), parts.tail)
        yield ignoring_numbers_as_text(tail, cells)

    archive = ZipStream(COMPRESSION)
    while waiting or not last_rows:
        yield from archive.member(SHEET.format(number=len(last_rows) + 1), sheet())
    for name, data in Skeleton(_book(schema, about, widths, last_rows), about.moment).parts.items():
        if not name.startswith("xl/worksheets/sheet"):
            yield from archive.member(name, [data])
    yield archive.end()


def _width(field: Field, index: int, sample: Sequence[Row]) -> int:
    """The width of a column, in characters: that of its name and of what its first rows hold."""
    longest = max((len(row[index] or "") for row in sample), default=0)
    return min(max(longest + 2, len(field.name) + 4, NARROWEST), WIDEST)  # 4: the arrow of the filter


def _book(schema: TableSchema, about: About, widths: Sequence[int], last_rows: Sequence[int]) -> Workbook:
    """All but the rows: for each of ``last_rows`` a sheet with the header and the model rows."""
    from openpyxl import Workbook

    t = words(about.lang)
    book = Workbook()
    book.remove(book.worksheets[0])
    title = about.title or schema.title or schema.name
    name = sheet_title(title, t.gettext("Données"))
    for number, last_row in enumerate(last_rows, start=1):
        sheet = book.create_sheet(name if number == 1 else f"{name[:26]} ({number})")
        for n, (field, width) in enumerate(zip(schema.fields, widths, strict=True), start=1):
            put(sheet, 1, n, field.name, number_format="@", bold=True, colour=INK, fill=LINEN, ruled=True)
            sheet.cell(2, n).number_format = field.type.spreadsheet_format
            sheet.cell(3, n).number_format = "@"
            sheet.column_dimensions[column_letters(n)].width = width
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{column_letters(len(widths))}{last_row}"
        on_paper(sheet, "1:1")
    describe(book, title, t.lang, about.publisher or "Tabellion", about.description)
    return book
