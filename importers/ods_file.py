"""OpenDocument spreadsheets (``.ods``): one streaming pass over the content, values and what they show together.

Formats are not read: the text that each cell shows stands beside its value, and tells padded zeros from none.
Source: OpenDocument 1.3 part 3, §9.1 (tables), §19.385 to §19.389 (values of cells), §6.1 (white space of paragraphs).
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from importers.bounded_zip import each_element, feed, part_info, read_part, xml_parser
from importers.limits import DEFAULT, Limits
from importers.number_formats import Display, plain_number
from importers.sheet_rows import MAX_ROWS, FilledRow, SheetInfo, cell_name, trimmed, usual_displays
from schema_loader.errors import TableUnreadable

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0|"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0|"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0|"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0|"
CONTENT = "content.xml"
ASIDE = (f"{OFFICE}annotation", f"{TABLE}shapes")  # notes and drawings hold texts that are no cell's
DISPLAYS: dict[str, Display] = {"float": "", "percentage": "percent", "currency": "currency"}
CLOCK = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def is_encrypted(archive: zipfile.ZipFile, limits: Limits = DEFAULT) -> bool:
    """Whether a password is needed."""
    found: list[bool] = []
    if part_info(archive, "META-INF/manifest.xml") is not None:
        each_element(
            archive,
            "META-INF/manifest.xml",
            lambda tag, _: found.append(True) if tag == "encryption-data" else None,
            limits,
        )
    return bool(found)


def read_sheets(archive: zipfile.ZipFile, limits: Limits = DEFAULT) -> tuple[SheetInfo, ...]:
    """The sheets in order, with the number of their filled rows."""
    rows: dict[str, int] = {}
    hidden_styles = set()
    hidden = set()
    cell_tag, row_tag = f"{TABLE}table-cell", f"{TABLE}table-row"
    style: list[str] = [""]

    depth = times = 0
    name = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, times, name
        if tag == cell_tag:
            if times and f"{OFFICE}value-type" in attributes and depth == 1:
                rows[name] += times
                times = 0
        elif tag == row_tag:
            times = _count(attributes.get(f"{TABLE}number-rows-repeated"))
        elif tag == f"{STYLE}style":
            style[0] = attributes.get(f"{STYLE}name", "")
        elif tag == f"{STYLE}table-properties":
            if attributes.get(f"{TABLE}display") == "false":
                hidden_styles.add(style[0])
        elif tag == f"{TABLE}table":
            depth += 1
            if depth == 1:
                name = attributes.get(f"{TABLE}name", "")
                rows.setdefault(name, 0)
                if attributes.get(f"{TABLE}style-name") in hidden_styles:
                    hidden.add(name)

    def end(tag: str) -> None:
        nonlocal depth
        if tag == f"{TABLE}table":
            depth -= 1

    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    for _ in feed(parser, read_part(archive, CONTENT, limits)):
        pass
    return tuple(SheetInfo(name, name not in hidden, count) for name, count in rows.items())


def read_rows(archive: zipfile.ZipFile, sheet: str, limits: Limits = DEFAULT) -> Iterator[FilledRow]:
    """The filled rows of a sheet, as they show. Raises :class:`TableUnreadable`."""
    reader = _ContentParser(sheet, limits)
    for _ in feed(reader.parser, read_part(archive, CONTENT, limits)):
        for number, times, texts in reader.done:
            for n in range(times):
                yield number + n, list(texts)
        reader.done.clear()
        if reader.finished:
            return


def column_displays(
    archive: zipfile.ZipFile, sheet: str, most_rows: int, limits: Limits = DEFAULT
) -> dict[int, Display]:
    """What the numbers of a column (from 0) are shown as, for most of them in the first filled rows."""
    reader = _ContentParser(sheet, limits)
    for _ in feed(reader.parser, read_part(archive, CONTENT, limits)):
        if reader.finished or len(reader.done) > most_rows:
            break
    return usual_displays(reader.displays)


class _ContentParser:
    """Handlers for one table. ``done`` receives (row number, times it is repeated, texts); the caller empties it."""

    def __init__(self, sheet: str, limits: Limits = DEFAULT) -> None:
        self.sheet = sheet
        self.limits = limits
        self.done: list[tuple[int, int, list[str]]] = []
        self.finished = False
        self.displays: dict[int, Counter[Display]] = defaultdict(Counter)
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._tables = 0  # how deep in tables; a cell may hold another
        self._wanted = False
        self._aside = 0
        self._row = 1
        self._times = 1
        self._texts: list[str] = []
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._pieces: list[str] = []
        self._length = 0
        self._paragraphs = 0
        self._in_paragraph = 0

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{TABLE}table":
            self._tables += 1
            if self._tables == 1:
                self._wanted = attributes.get(f"{TABLE}name", "") == self.sheet
            return
        if not self._wanted or self._tables > 1:
            return
        if self._aside or tag in ASIDE or "drawing:1.0|" in tag:
            self._aside += 1
        elif tag == f"{TABLE}table-cell" or tag == f"{TABLE}covered-table-cell":
            self._cell = attributes
            self._pieces.clear()
            self._paragraphs = self._in_paragraph = self._length = 0
        elif tag == f"{TABLE}table-row":
            self._times = _count(attributes.get(f"{TABLE}number-rows-repeated"))
            self._texts = []
            self._column = 0
        elif self._cell is not None and tag.startswith(TEXT):
            self._text(tag, attributes)

    def _text(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{TEXT}p" or tag == f"{TEXT}h":
            if self._paragraphs:
                self._add("\n")
            self._paragraphs += 1
            self._in_paragraph += 1
        elif tag == f"{TEXT}s":
            self._add(" " * min(_count(attributes.get(f"{TEXT}c")), self.limits.cell_length + 1))
        elif tag == f"{TEXT}tab":
            self._add("\t")
        elif tag == f"{TEXT}line-break":
            self._add("\n")

    def _characters(self, text: str) -> None:
        if self._in_paragraph and not self._aside and self._tables == 1:
            self._add(text)

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self.limits.cell_length:
            name = cell_name(self._row, self._column + 1)
            raise TableUnreadable("file-sheet-cell-too-long", cell=name, limit=self.limits.cell_length)

    def _end(self, tag: str) -> None:
        if tag == f"{TABLE}table":
            self._tables -= 1
            if self._tables == 0:
                self.finished = self.finished or self._wanted
                self._wanted = False
            return
        if not self._wanted or self._tables > 1:
            return
        if self._aside:
            self._aside -= 1
        elif self._cell is not None:
            if tag == f"{TEXT}p" or tag == f"{TEXT}h":
                self._in_paragraph -= 1
            elif tag == f"{TABLE}table-cell" or tag == f"{TABLE}covered-table-cell":
                self._end_cell(self._cell)
                self._cell = None
        elif tag == f"{TABLE}table-row":
            if trimmed(self._texts):
                if self._row + self._times - 1 > MAX_ROWS:
                    raise TableUnreadable("file-far-cell", cell=cell_name(self._row, len(self._texts)))
                self.done.append((self._row, self._times, self._texts))
            self._row += self._times

    def _end_cell(self, attributes: dict[str, str]) -> None:
        times = _count(attributes.get(f"{TABLE}number-columns-repeated"))
        shown = shown_text(attributes, "".join(self._pieces))
        self._column += times
        if shown:
            if self._column > self.limits.columns:
                raise TableUnreadable("file-sheet-too-wide", count=self._column, limit=self.limits.columns)
            start = self._column - times
            kind = attributes.get(f"{OFFICE}value-type", "")
            if kind in DISPLAYS:
                self.displays[start][DISPLAYS[kind]] += 1
            self._texts += [""] * (start - len(self._texts)) + [shown] * times


def _count(text: str | None) -> int:
    try:
        count = int(text or "1")
    except ValueError as error:
        raise TableUnreadable("file-damaged") from error
    if count < 1:
        raise TableUnreadable("file-damaged")
    return count


def shown_text(attributes: dict[str, str], paragraphs: str) -> str:
    """The text that a cell stands for, from its value and from the paragraphs that it shows."""
    kind = attributes.get(f"{OFFICE}value-type", "")
    if kind in ("float", "percentage", "currency"):
        if paragraphs.startswith(("#", "Err:")):
            return paragraphs  # an error: a value stands beside it, which means nothing
        return _number(attributes.get(f"{OFFICE}value", paragraphs), paragraphs)
    if kind == "date":
        return _moment(attributes.get(f"{OFFICE}date-value", paragraphs))
    if kind == "time":
        clock = CLOCK.fullmatch(attributes.get(f"{OFFICE}time-value", ""))
        return f"{clock[1]:0>2}:{clock[2]:0>2}:{clock[3]:0>2}" if clock else paragraphs
    if kind == "boolean":
        return attributes.get(f"{OFFICE}boolean-value", paragraphs)
    return paragraphs or attributes.get(f"{OFFICE}string-value", "")


def _number(value: str, shown: str) -> str:
    plain = plain_number(value)
    digits = re.sub(r"\s", "", shown)
    padded = (
        re.fullmatch(r"0[0-9]+", digits) and plain.isdecimal() and digits.lstrip("0") == plain.lstrip("0")
    )
    return digits if padded else plain


def _moment(value: str) -> str:
    """A date, or a date and time to the second."""
    if "T" not in value:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value.partition(".")[0]
    return moment.replace(microsecond=0).isoformat()
