"""Excel workbooks (``.xlsx``, ``.xlsm``): one streaming pass over a sheet gives values and formats together.

The readers at hand give values without their formats, so that a code shown ``01004`` is read as 1004, and hold a whole
sheet in memory, empty cells included. Here memory is that of the shared texts.
Source: ECMA-376-1 §18.2 (workbook), §18.3.1 (sheet data), §18.4 (shared strings), §18.8 (styles).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from importers.bounded_zip import Stop, each_element, feed, part_info, read_part, xml_parser
from importers.limits import DEFAULT, Limits
from importers.number_formats import (
    BUILT_IN,
    Show,
    number_format,
    plain_number,
    show_moment,
    shower,
)
from importers.sheet_rows import FilledRow, SheetInfo, cell_name, column_number, trimmed
from schema_loader.errors import TableUnreadable

MEMO_SIZE = 50_000
COUNTED_BYTES = 1 << 20  # of a sheet: from these the number of its rows is estimated
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes a control character


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of an open workbook: name → part, in order; the names of hidden ones; the epoch of its dates.

    ``macros``: it holds programs, which are never looked at.
    """

    archive: zipfile.ZipFile
    sheets: dict[str, str]
    hidden: frozenset[str]
    folder: str
    from_1904: bool
    limits: Limits = DEFAULT
    macros: bool = False


def read_workbook(archive: zipfile.ZipFile, limits: Limits = DEFAULT) -> Workbook:
    """The list of sheets (sheets of rows only, no charts). Raises :class:`TableUnreadable`."""
    main = _main_part(archive, limits)
    listed: list[tuple[str, str, str]] = []
    epoch: list[bool] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            listed.append(
                (attributes.get("name", ""), attributes.get("id", ""), attributes.get("state", "visible"))
            )
        elif tag == "workbookPr":
            epoch.append(attributes.get("date1904", "0").lower() in ("1", "true", "on"))

    each_element(archive, main, start, limits)
    folder = posixpath.dirname(main)
    targets = _relations(archive, folder, posixpath.basename(main), limits)
    sheets: dict[str, str] = {}
    hidden = set()
    for name, key, state in listed:
        kind, target = targets.get(key, ("", ""))
        if kind.endswith("/worksheet") and name not in sheets:
            sheets[name] = target
            if state != "visible":
                hidden.add(name)
    macros = any(kind.endswith("/vbaProject") for kind, _ in targets.values())
    return Workbook(archive, sheets, frozenset(hidden), folder, any(epoch), limits, macros)


def _main_part(archive: zipfile.ZipFile, limits: Limits) -> str:
    relations = _relations(archive, "", "", limits).values()
    found = [target for kind, target in relations if kind.endswith("/officeDocument")]
    for name in (*found, "xl/workbook.xml"):
        if part_info(archive, name) is not None:
            if name.endswith(".bin"):
                raise TableUnreadable("file-not-a-workbook")
            return name
    raise TableUnreadable("file-not-a-workbook")


def _relations(
    archive: zipfile.ZipFile, folder: str, part: str, limits: Limits
) -> dict[str, tuple[str, str]]:
    """Relations of a part: id → (kind, name of the part it leads to)."""
    name = posixpath.join(folder, "_rels", f"{part}.rels")
    found: dict[str, tuple[str, str]] = {}
    if part_info(archive, name) is None:
        return found

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", ""))).lstrip(
                "/"
            )
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    each_element(archive, name, start, limits)
    return found


def _part_of_kind(book: Workbook, kind: str) -> str | None:
    """The part of styles or of shared texts, by relation, else by its usual name."""
    main = posixpath.basename(_main_part(book.archive, book.limits))
    for known, target in _relations(book.archive, book.folder, main, book.limits).values():
        if known.endswith("/" + kind):
            return target if part_info(book.archive, target) is not None else None
    usual = posixpath.join(book.folder, f"{kind}.xml")
    return usual if part_info(book.archive, usual) is not None else None


def read_rows(book: Workbook, sheet: str, texts: list[str] | None = None) -> Iterator[FilledRow]:
    """The filled rows of a sheet, as they show. Raises :class:`TableUnreadable`, some with the name of a cell.

    ``texts`` are the :func:`shared_texts`, where they are read already.
    """
    codes = _format_codes(book)
    texts = shared_texts(book) if texts is None else texts
    sheet_parser = _SheetParser(codes, texts, from_1904=book.from_1904, limits=book.limits)
    for _ in feed(sheet_parser.parser, read_part(book.archive, book.sheets[sheet], book.limits)):
        if sheet_parser.done:
            yield from sheet_parser.done
            sheet_parser.done.clear()


def sheet_infos(book: Workbook, *, counted: bool) -> tuple[SheetInfo, ...]:
    """The sheets as they are offered to a person; ``counted``: with the number of their filled rows."""
    return tuple(
        SheetInfo(name, name not in book.hidden, _count_rows(book, part) if counted else None)
        for name, part in book.sheets.items()
    )


def _count_rows(book: Workbook, part: str) -> int:
    """How many rows of a sheet hold something: exact for a small sheet, else estimated by its beginning."""
    info = part_info(book.archive, part)
    size = info.file_size if info is not None else 0
    rows = filled = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal rows, filled
        local = tag.rpartition("|")[2]
        if local == "row":
            rows += 1
        elif local in ("v", "t"):
            filled, rows = (filled + 1, 0) if rows else (filled, rows)

    parser = xml_parser()
    parser.StartElementHandler = start
    seen = 0
    pieces = read_part(book.archive, part, book.limits)
    for piece in pieces:
        seen += len(piece)
        for _ in feed(parser, iter((piece,)), final=False):
            pass
        if seen >= COUNTED_BYTES:
            break
    return filled if seen >= size else max(filled, round(filled * size / max(seen, 1)))


def _format_codes(book: Workbook) -> list[str]:
    """The format code of each cell style, by its number."""
    name = _part_of_kind(book, "styles")
    codes: list[str] = []
    custom: dict[int, str] = {}
    inside: list[bool] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            custom[_int(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside.append(True)
        elif tag in ("cellStyles", "dxfs"):
            raise Stop
        elif tag == "xf" and inside:
            number = _int(attributes.get("numFmtId"))
            codes.append(custom.get(number, BUILT_IN.get(number, "General")))

    if name is not None:
        each_element(book.archive, name, start, book.limits)
    return codes


def _int(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError as error:
        raise TableUnreadable("file-damaged") from error


def shared_texts(book: Workbook) -> list[str]:
    """Texts that cells name by number. Runs of one text are joined; readings of East Asian signs are left out."""
    name = _part_of_kind(book, "sharedStrings")
    texts: list[str] = []
    if name is None:
        return texts
    pieces: list[str] = []
    state = {"text": False, "aside": False}

    def start(tag: str, _: dict[str, str]) -> None:
        local = tag.rpartition("|")[2]
        if local == "t":
            state["text"] = not state["aside"]
        elif local == "rPh":
            state["aside"] = True

    def end(tag: str) -> None:
        local = tag.rpartition("|")[2]
        if local == "si":
            texts.append(unescaped("".join(pieces)))
            pieces.clear()
        elif local == "t":
            state["text"] = False
        elif local == "rPh":
            state["aside"] = False

    def characters(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    for _ in feed(parser, read_part(book.archive, name, book.limits, book.limits.strings_bytes)):
        pass
    return texts


def unescaped(text: str) -> str:
    """``a_x000D_b`` → the two letters around a carriage return."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Shown(dict[str, str]):
    """Stored text → shown text of one style, remembered."""

    def __init__(self, show: Show) -> None:
        self.show = show

    def __missing__(self, stored: str) -> str:
        if len(self) > MEMO_SIZE:
            self.clear()
        shown = self[stored] = self.show(stored)
        return shown


class _SheetParser:
    """Handlers of one sheet. ``done`` receives each filled row; the caller empties it."""

    def __init__(self, codes: list[str], texts: list[str], *, from_1904: bool, limits: Limits) -> None:
        self.done: list[FilledRow] = []
        self.codes = codes
        self.texts = texts
        self.numbers = [_Shown(shower(code, from_1904=from_1904)) for code in codes]
        self.general = _Shown(plain_number)
        self.columns: dict[str, int] = {}
        self.limits = limits
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._root
        self.row_number = 0
        self.row: list[str] = []

    def _root(self, tag: str, _: dict[str, str]) -> None:
        """The namespace is that of the first element: the standard has two, transitional and strict."""
        space = tag.rpartition("|")[0]
        self._listen(f"{space}|" if space else "")

    def _listen(self, space: str) -> None:  # noqa: C901 (called ten million times: one closure, no attribute look-ups)
        row_tag, cell_tag, value_tag = f"{space}row", f"{space}c", f"{space}v"
        text_tag, aside_tag, formula_tag = f"{space}t", f"{space}rPh", f"{space}f"
        data_tag = f"{space}sheetData"
        columns, done = self.columns, self.done
        longest, widest = self.limits.cell_length, self.limits.columns
        pieces: list[str] = []
        row: list[str] = []
        column = length = row_number = 0
        kind = style = ""
        listening = aside = formula = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal column, kind, style, listening, aside, formula, row_number, row
            if tag == cell_tag:
                place = attributes.get("r")
                if place is None:
                    column += 1
                else:
                    letters = place.rstrip("0123456789")
                    known = columns.get(letters)
                    if known is None:
                        known = columns[letters] = column_number(letters, widest)
                    if known <= column:
                        raise TableUnreadable("file-damaged")
                    column = known
                kind = attributes.get("t", "n")
                style = attributes.get("s", "0")
                formula = False
                pieces.clear()
            elif tag == value_tag:
                listening = True
            elif tag == row_tag:
                number = attributes.get("r")
                row_number = row_number + 1 if number is None else _int(number)
                row = []
                column = 0
            elif tag == text_tag:
                listening = kind == "inlineStr" and not aside
            elif tag == aside_tag:
                aside = True
            elif tag == formula_tag:
                formula = True

        def characters(text: str) -> None:
            nonlocal length
            if listening:
                pieces.append(text)
                length += len(text)
                if length > longest:
                    name = cell_name(row_number, column)
                    raise TableUnreadable("file-sheet-cell-too-long", cell=name, limit=longest)

        def end(tag: str) -> None:
            nonlocal listening, aside, length
            if tag in (value_tag, text_tag):
                listening = False
            elif tag == cell_tag:
                length = 0
                if pieces:
                    stored = pieces[0] if len(pieces) == 1 else "".join(pieces)
                    if kind == "n":
                        shown = self._number(stored, style)
                    elif kind == "s":
                        shown = self._shared(stored)
                    else:
                        shown = self._other(stored, kind, style)
                    if shown:
                        missing = column - len(row) - 1
                        if missing:
                            row.extend([""] * missing)
                        row.append(shown)
                elif formula and kind == "n":
                    # written by a program that does not calculate: what the cell shows is not in the file
                    name = cell_name(row_number, column)
                    raise TableUnreadable("file-formula-without-value", cell=name)
            elif tag == row_tag:
                if trimmed(row):
                    done.append((row_number, row))
            elif tag == aside_tag:
                aside = False
            elif tag == data_tag:
                self.parser.StartElementHandler = self.parser.EndElementHandler = None
                self.parser.CharacterDataHandler = None

        self.parser.StartElementHandler = start
        self.parser.EndElementHandler = end
        self.parser.CharacterDataHandler = characters

    def _number(self, stored: str, style: str) -> str:
        try:
            return self.numbers[int(style)][stored]
        except (IndexError, ValueError):
            return self.general[stored]

    def _shared(self, stored: str) -> str:
        number = int(stored) if stored.isdecimal() and stored.isascii() else len(self.texts)
        if number >= len(self.texts):
            raise TableUnreadable("file-damaged")
        return self.texts[number]

    def _other(self, stored: str, kind: str, style: str) -> str:
        if kind == "b":
            return "true" if stored.strip() in ("1", "true") else "false"
        if kind == "d":
            return show_moment(stored, number_format(self._code(style)).parts)
        return stored if kind == "e" else unescaped(stored)  # "e" an error such as #N/A, "str", "inlineStr"

    def _code(self, style: str) -> str:
        try:
            return self.codes[int(style)]
        except (IndexError, ValueError):
            return "General"
