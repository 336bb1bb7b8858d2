"""The correction file: the clerk's own rows, what is wrong coloured and explained in place, and a list of all that is wrong.

Columns stand in the clerk's order under the clerk's labels. A hidden last column says which row of the import each row is, so
that the file, sent back, changes these rows and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from exporters.marks import PREFIX, Marks, hidden_row
from exporters.sheet_cells import Make, RowWriter, column_letters, maker, text_maker
from exporters.sheet_style import INK, LINEN, ROSE, describe, lines_of, on_paper, put, set_height
from exporters.words import words
from exporters.workbook import (
    COMPRESSION,
    SheetParts,
    Skeleton,
    ignoring_numbers_as_text,
    in_blocks,
    sheet_title,
)
from exporters.zip_stream import ZipStream
from schema_loader.field import Field
from schema_loader.messages import Message

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

KEY_LABEL = "tabellion_ligne"
DATA_PART = "xl/worksheets/sheet1.xml"
LAST_ROW = 1_048_576
SAMPLE_ROWS = 200
NARROWEST, WIDEST = 9, 50  # characters
MOST_COMMENTS = 5_000  # each is a drawing: an office that opens more is slow
MOST_LISTED = 20_000
LONGEST_VALUE = 200
MODELS = 4  # model rows: right and wrong, of the column's own kind and of text
WIDTHS = (10, 28, 32, 60, 60)  # of the columns of the list


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of the import: its number in the clerk's file, its raw texts, and ``key``, by which the service knows it."""

    number: int
    cells: Sequence[str]
    key: str


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell. ``row`` is a number in the clerk's file (None: the header), ``column`` a position from 1
    (None: the whole row)."""

    row: int | None
    column: int | None
    message: Message


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table stands in the clerk's sheet: ``above`` are the rows over the titles (a number, texts by column from 1),
    ``header_row`` is that of the titles. Rows then stay at their numbers, unless the right ones are left out."""

    above: Sequence[tuple[int, Mapping[int, str]]] = ()
    header_row: int = 1


def write_correction(
    labels: Sequence[str],
    rows: Iterable[SourceRow],
    faults: Iterable[CellFault],
    marks: Marks,
    *,
    fields: Sequence[Field | None] = (),
    only_wrong: bool = False,
    title: str = "",
    layout: Layout | None = None,
) -> Iterator[bytes]:
    """The workbook, in the language of ``marks``. ``fields`` are those of the columns, where known: their cells are typed.
    ``layout`` keeps the place of the table in its sheet; without it the titles are the first row, and the others follow.

    ``only_wrong`` leaves out the rows without a fault. Memory is that of the faults, not of the rows. Comments stand on the
    first 5,000 faulty cells, the list has the first 20,000 faults and says how many more there are; all faulty cells are
    coloured. Raises ``ValueError`` for more rows than a sheet has, and for a cell beyond all columns that is no fault.
    """
    in_place = layout is not None and not only_wrong
    correction = _Correction(labels, faults, marks, fields, title, layout or Layout(), in_place=in_place)
    source = (row for row in rows if not only_wrong or row.number in correction.by_row)
    archive = ZipStream(COMPRESSION)
    yield from archive.member(DATA_PART, correction.sheet(iter(source)))
    for name, data in Skeleton(correction.book(), marks.made_at).parts.items():
        if name != DATA_PART:
            yield from archive.member(name, [data])
    yield archive.end()


class _Correction:
    def __init__(
        self,
        labels: Sequence[str],
        faults: Iterable[CellFault],
        marks: Marks,
        fields: Sequence[Field | None],
        title: str,
        layout: Layout,
        *,
        in_place: bool,
    ) -> None:
        self.above, self.header, self.in_place = layout.above, layout.header_row, in_place
        self.marks, self.t = marks, words(marks.lang)
        self.by_row: dict[int | None, list[CellFault]] = {}
        for fault in faults:
            self.by_row.setdefault(fault.row, []).append(fault)
        beyond = (
            f.column for number, some in self.by_row.items() if number is not None for f in some if f.column
        )
        self.width = max(len(labels), max(beyond, default=0), 1)
        self.labels = [*labels, *[""] * (self.width - len(labels))]
        self.fields = [*fields, *[None] * (self.width - len(fields))][: self.width]
        self.title = title
        self.sheet_name = sheet_title(title, self.t.gettext("À corriger"))
        self.widths: list[int] = []
        self.places: dict[int | None, tuple[int, Sequence[str]]] = {None: (self.header, self.labels)}

    # -- rows -------------------------------------------------------------------------------------------------------

    def sheet(self, rows: Iterator[SourceRow]) -> Iterator[bytes]:
        """The XML of the sheet of rows; places of faulty rows are noted on the way."""
        sample = list(islice(rows, SAMPLE_ROWS))
        self.widths = [self._width(n, label, sample) for n, label in enumerate(self.labels)]
        parts = Skeleton(self.book()).sheet(DATA_PART, MODELS)
        yield parts.head
        yield from in_blocks(self._written(chain(sample, rows), parts))
        area = f"A{self.header}:{column_letters(self.width)}{LAST_ROW}"
        yield ignoring_numbers_as_text(parts.tail, area)

    @staticmethod
    def _width(index: int, label: str, sample: Sequence[SourceRow]) -> int:
        longest = max((len(row.cells[index]) for row in sample if index < len(row.cells)), default=0)
        return min(max(longest + 2, len(label) + 2, NARROWEST), WIDEST)

    def _written(self, rows: Iterator[SourceRow], parts: SheetParts) -> Iterator[str]:
        letters = [column_letters(n) for n in range(1, self.width + 2)]
        good, bad = (
            [self._maker(n, column, parts, model) for n, column in enumerate(letters)] for model in (0, 2)
        )
        writer = RowWriter(good)
        for follows, row in enumerate(rows, start=self.header + 1):
            place = row.number if self.in_place else follows
            if place > LAST_ROW:
                raise ValueError("more rows than a sheet has")
            cells = [*row.cells[: self.width], *[""] * (self.width - len(row.cells))]
            if any(row.cells[self.width :]):
                raise ValueError(f"row {row.number} has {len(row.cells)} cells for {self.width} columns")
            cells.append(row.key)
            faults = self.by_row.get(row.number)
            if faults is None:
                yield from writer.xml([cells], place)
                continue
            self.places[row.number] = (place, row.cells)
            wrong = {fault.column for fault in faults}
            made = (
                f'<c r="{letters[n]}{place}{self._cell(text, n, wrong, good, bad, parts, letters[n])}'
                for n, text in enumerate(cells)
                if text or self._is_wrong(n, wrong)
            )
            yield f'<row r="{place}">{"".join(made)}</row>'

    def _is_wrong(self, index: int, wrong: set[int | None]) -> bool:
        return index < self.width and (None in wrong or index + 1 in wrong)

    def _cell(
        self,
        text: str,
        n: int,
        wrong: set[int | None],
        good: list[Make],
        bad: list[Make],
        parts: SheetParts,
        column: str,
    ) -> str:
        if not self._is_wrong(n, wrong):
            return good[n](text)
        return bad[n](text) if text else f'" s="{parts.style(column, 3)}"/>'

    def _maker(self, index: int, column: str, parts: SheetParts, model: int) -> Make:
        field = self.fields[index] if index < self.width else None
        styles = parts.style(column, model), parts.style(column, model + 1)
        return text_maker(styles[1]) if field is None else maker(field, *styles)

    # -- all but the rows -------------------------------------------------------------------------------------------

    def book(self) -> Workbook:
        """The workbook around the rows: header, model rows, comments where rows were placed, the list."""
        from openpyxl import Workbook
        from openpyxl.packaging.custom import StringProperty

        t = self.t
        book = Workbook()
        data = book.worksheets[0]
        data.title = self.sheet_name
        wrong = {fault.column for fault in self.by_row.get(None, ())}
        header = self.header
        for number, texts in self.above:
            for n, text in texts.items():
                if n <= self.width:
                    put(data, number, n, text, number_format="@", top=False)
        for n, label in enumerate(self.labels, start=1):
            fill = ROSE if n in wrong else LINEN
            put(data, header, n, label, number_format="@", bold=True, colour=INK, fill=fill, ruled=True)
            field = self.fields[n - 1]
            self._models(data, n, field.type.spreadsheet_format if field is not None else "@")
            data.column_dimensions[column_letters(n)].width = self.widths[n - 1] if self.widths else NARROWEST
        put(data, header, self.width + 1, KEY_LABEL)
        self._models(data, self.width + 1, "@")
        data.column_dimensions[column_letters(self.width + 1)].hidden = True
        data.freeze_panes = f"A{header + 1}"
        data.auto_filter.ref = f"A{header}:{column_letters(self.width)}{LAST_ROW}"
        on_paper(data, f"{header}:{header}")
        self._comment(data)
        self._list(book.create_sheet(sheet_title(t.gettext("Erreurs"), "?")))
        describe(book, t.gettext("Lignes à corriger : {title}", title=self.title or self.sheet_name), t.lang)
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # since 3.1, unknown to its stubs
        for name, text in self.marks.texts().items():
            properties.append(StringProperty(name=PREFIX + name, value=text))
        return book

    def _models(self, sheet: Worksheet, n: int, code: str) -> None:
        models = ((code, None), ("@", None), (code, ROSE), ("@", ROSE))
        for row, (number_format, fill) in enumerate(models, start=self.header + 1):
            put(sheet, row, n, number_format=number_format, fill=fill, top=False)

    def _in_order(self) -> Iterator[tuple[int | None, CellFault]]:
        """Faults with the place of their row in the sheet, header first; None where the row is not in the sheet."""
        for number in sorted(self.by_row, key=lambda number: number or 0):
            place = self.places.get(number)
            for fault in self.by_row[number]:
                yield (place[0] if place else None), fault

    def _comment(self, sheet: Worksheet) -> None:
        from openpyxl.comments import Comment

        told: dict[tuple[int, int], list[str]] = {}
        for place, fault in self._in_order():
            column = fault.column or 1
            if place is None or column > self.width:
                continue
            if (place, column) not in told and len(told) >= MOST_COMMENTS:
                break
            told.setdefault((place, column), []).append(str(fault.message))
        if self.by_row and not told:  # the sheet of rows announces comments: there must be some
            told[self.header, 1] = [self.t.gettext("Voir la feuille des erreurs.")]
        for (row, column), sentences in told.items():
            text = "\n".join(sentences)
            comment = Comment(text, "Tabellion", width=340)
            comment.height = 24 + 18 * lines_of(text, 48)
            sheet.cell(row, column).comment = comment

    def _list(self, sheet: Worksheet) -> None:
        from openpyxl.worksheet.hyperlink import Hyperlink

        t = self.t
        for n, text in enumerate(hidden_row(self.marks), start=1):
            put(sheet, 1, n, text)
        sheet.row_dimensions[1].hidden = True
        heads = (
            t.gettext("Ligne"), t.gettext("Colonne"), t.gettext("Valeur"), t.gettext("Ce qui ne va pas"),
            t.gettext("Comment corriger"),
        )  # fmt: skip
        for n, (text, width) in enumerate(zip(heads, WIDTHS, strict=True), start=1):
            put(sheet, 2, n, text, bold=True, colour=INK, fill=LINEN, ruled=True)
            sheet.column_dimensions[column_letters(n)].width = width
        row, listed = 2, islice(self._in_order(), MOST_LISTED)
        for row, (place, fault) in enumerate(listed, start=3):
            texts = self._listed(fault)
            for n, value in enumerate(texts, start=1):
                put(sheet, row, n, value, number_format="@" if n > 1 else "0", wrap=n > 1)
            set_height(sheet, row, max(map(lines_of, map(str, texts), WIDTHS)))
            if place is not None and (fault.column or 1) <= self.width:
                cell = sheet.cell(row, 1)
                target = f"'{self.sheet_name.replace(chr(39), chr(39) * 2)}'!{column_letters(fault.column or 1)}{place}"
                cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target)
                put(sheet, row, 1, texts[0], number_format="0", colour="FF2A4FA3", underline=True)
        more = sum(map(len, self.by_row.values())) - (row - 2)
        if more > 0:
            put(sheet, row + 1, 1, t.ngettext("… et {n} autre erreur.", "… et {n} autres erreurs.", more))
        sheet.freeze_panes = "A3"
        sheet.auto_filter.ref = f"A2:{column_letters(len(WIDTHS))}{max(row, 3)}"
        on_paper(sheet, "2:2")

    def _listed(self, fault: CellFault) -> tuple[int | str, str, str, str, str]:
        place = self.places.get(fault.row)
        column = fault.column
        label = self.labels[column - 1] if column and column <= self.width else ""
        value = (
            place[1][column - 1]
            if place and fault.row is not None and column and column <= len(place[1])
            else ""
        )
        number: int | str = self.t.gettext("en-tête") if fault.row is None else fault.row
        return number, label, value[:LONGEST_VALUE], fault.message.problem, fault.message.remedy
