"""Sheets and shared texts of an ``.xlsx`` as every spreadsheet writes them: whole rows at a time, by pattern.

A row is taken here only if the pattern covers all of it, letter for letter; any other goes through the exact parser, and
so does the rest of a part that is written in a way of its own. Both lanes give the same rows (a property test compares).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from operator import itemgetter

from importers import xlsx_exact
from importers.bounded_zip import feed
from importers.limits import Limits
from importers.sheet_rows import FilledRow, column_number
from importers.xlsx_cells import CellTexts, unescaped
from importers.xlsx_exact import SheetParser
from schema_loader.errors import TableUnreadable

MOST_HELD = 4 << 20  # bytes without the end of a row: what is longer is read exactly
MOST_ODD = 100  # rows of a part read one by one, before the rest of it is read exactly
CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
UTF8 = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml(?![^>]*encoding)[^>]*>|<\?xml[^>]*encoding=["']utf-8["'][^>]*>|<[^?])""",
    re.I,
)
ROW = re.compile(r'(?:<row(?: [^<>]*)?/>)*<row(?: [^<>]*?)? r="([0-9]{1,7})"[^<>]*(?<!/)>')
CELL = re.compile(
    r'(<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?'
    r"(?: ?/>|>(?:(?:<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>|"
    r'<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>))'
)
OPENING = '<row r="'
TEXT = re.compile(r'(<si><t(?: xml:space="preserve")?>([^<]*)</t></si>)')
ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
whole_of = itemgetter(0)


class _Odd(Exception):
    """Not written as expected: for the exact parser."""


def read_rows(parts: Iterator[bytes], cells: CellTexts, limits: Limits) -> Iterator[FilledRow]:
    """The filled rows of a sheet. Raises :class:`TableUnreadable`."""
    head, held = _head(parts, b"<sheetData>")
    quick = _QuickRows(cells, limits, head)
    whole = _Whole(parts, held, b"</row>")
    if head:
        for piece in whole:
            yield from quick.rows(piece)
            if quick.odd > MOST_ODD:
                break
    exact = SheetParser(cells, limits, quick.row_number)
    for _ in feed(exact.parser, chain((head + whole.left,), parts)):
        if exact.done:
            yield from exact.done
            exact.done.clear()


def read_texts(parts: Iterator[bytes]) -> list[str]:
    """The shared texts of a workbook. Raises :class:`TableUnreadable`."""
    head, held = _head(parts, b">", after=b"<sst")
    whole = _Whole(parts, held, b"</si>")
    texts = [text for piece in whole for text in _texts(piece, head)] if head else []
    return texts + xlsx_exact.read_texts(chain((head + whole.left,), parts))


def _head(parts: Iterator[bytes], mark: bytes, after: bytes = b"") -> tuple[bytes, bytes]:
    """What stands up to a mark, and what follows; nothing and everything so far, where the mark is not met."""
    held = b""
    for part in parts:
        held += part
        at = held.find(after)
        at = held.find(mark, at) if at >= 0 else -1
        if at >= 0:
            end = at + len(mark)
            plain = UTF8.match(held) and b"<!" not in held[:end] and held[end - 2 : end] != b"/>"
            return (held[:end], held[end:]) if plain else (b"", held)
        if len(held) > MOST_HELD:
            break
    return b"", held


class _Whole:
    """Iterates over pieces of a part that end where a row does; ``left`` is what was not given, for the exact parser."""

    def __init__(self, parts: Iterator[bytes], left: bytes, end: bytes) -> None:
        self.parts = parts
        self.left = left
        self.end = end

    def __iter__(self) -> Iterator[bytes]:
        while len(self.left) <= MOST_HELD:
            cut = self.left.rfind(self.end) + len(self.end)
            if cut >= len(self.end):
                data = self.left[:cut]
                if b"<!" in data or b"]]>" in data or len(data.translate(None, CONTROLS)) != len(data):
                    return
                self.left = self.left[cut:]
                yield data
            more = next(self.parts, None)
            if more is None:
                return
            self.left += more


class _Columns(dict[str, int]):
    """Column numbers by letters."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __missing__(self, letters: str) -> int:
        number = self[letters] = column_number(letters, self.most)
        return number


class _QuickRows:
    """Rows of a sheet, piece by piece. ``odd`` counts those that went through the exact parser."""

    def __init__(self, cells: CellTexts, limits: Limits, head: bytes) -> None:
        self.cells = cells
        self.limits = limits
        self.head = head
        self.odd = 0
        self.row_number = 0
        self.columns = _Columns(limits.columns)

    def rows(self, data: bytes) -> Iterator[FilledRow]:
        """The filled rows of a piece that ends where a row does."""
        text = _decoded(data)
        for source in text.split("</row>")[:-1]:
            try:
                number, start = _opening(source)
                row = self._row(source, start)
            except TableUnreadable:
                raise
            except (_Odd, ValueError):  # the latter for a number of thousands of digits
                self.odd += 1
                yield from self._exact(source)
                continue
            self.row_number = number
            if row:
                yield number, row

    def _row(self, source: str, start: int) -> list[str]:
        found = CELL.findall(source, start)
        if (
            sum(map(len, map(whole_of, found))) != len(source) - start
            or len(source) > self.limits.cell_length  # the exact parser says which cell is too long
        ):
            raise _Odd
        numbers, texts, other, columns = self.cells.numbers, self.cells.texts, self.cells.other, self.columns
        most, escaped = len(texts), "&" in source
        if escaped:
            _unescaped_xml(source)  # what is wrong where nothing is read is wrong all the same
        row: list[str] = []
        column = 0
        for whole, letters, style, kind, value, inline in found:
            known = columns[letters]
            if known <= column:
                raise TableUnreadable("file-damaged")
            column = known
            if kind == "s" and value.isdecimal() and value.isascii() and (place := int(value)) < most:
                shown = texts[place]
            elif value or (inline and kind == "inlineStr"):
                stored = value or inline
                if escaped and "&" in stored:
                    stored = _unescaped_xml(stored)
                if not kind or kind == "n":
                    shown = numbers[style][stored]
                elif kind == "s":
                    raise _Odd  # a number of a text that there is not
                else:
                    shown = other(stored, kind, style or "0")
            elif "<f" in whole and (not kind or kind == "n"):
                raise _Odd  # a formula without its result: the exact parser says where
            else:
                continue
            if shown:
                missing = column - len(row) - 1
                if missing:
                    row.extend([""] * missing)
                row.append(shown)
        return row

    def _exact(self, source: str) -> list[FilledRow]:
        exact = SheetParser(self.cells, self.limits, self.row_number)
        for _ in feed(exact.parser, iter((self.head, f"{source}</row>".encode())), final=False):
            pass
        self.row_number = exact.row_number
        return exact.done


def _opening(source: str) -> tuple[int, int]:
    """The number of a row, and where its cells begin. Raises :class:`_Odd`."""
    if source.startswith(OPENING):
        end, quote = source.find(">"), source.find('"', len(OPENING))
        if (
            source[end - 1] != "/"
            and quote - len(OPENING) <= 7
            and (digits := source[len(OPENING) : quote]).isdecimal()
        ):
            return int(digits), end + 1
    found = ROW.match(source)  # with empty rows before it, or other attributes first
    if found is None:
        raise _Odd
    return int(found[1]), found.end()


def _texts(data: bytes, head: bytes) -> list[str]:
    text = _decoded(data)
    found = TEXT.findall(text)
    if sum(map(len, map(whole_of, found))) == len(text):
        texts = [stored for _, stored in found]
    else:
        return xlsx_exact.read_texts(iter((head, data, b"</sst>")))
    if "&" in text:
        texts = [_unescaped_xml(stored) if "&" in stored else stored for stored in texts]
    return [unescaped(stored) for stored in texts] if "_x" in text else texts


def _decoded(data: bytes) -> str:
    """A piece as text, its line ends as XML has them (XML 1.0 §2.11)."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise TableUnreadable("file-damaged") from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _unescaped_xml(text: str) -> str:
    """``Culture &amp; sport`` → ``Culture & sport``. Raises :class:`TableUnreadable` ``file-damaged`` for another entity."""
    if len(ENTITY.findall(text)) != text.count("&"):
        raise TableUnreadable("file-damaged")
    return ENTITY.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    ):
        raise TableUnreadable("file-damaged")
    return chr(code)
