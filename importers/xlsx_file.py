"""Excel workbooks (``.xlsx``, ``.xlsm``): one streaming pass over a sheet gives values and formats together.

The readers at hand give values without their formats, so that a code shown ``01004`` is read as 1004, and hold a whole
sheet in memory, empty cells included. Here memory is that of the shared texts.
Source: ECMA-376-1 §18.2 (workbook), §18.3.1 (sheet data), §18.4 (shared strings), §18.8 (styles).
"""

from __future__ import annotations

import posixpath
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from importers import xlsx_quick
from importers.bounded_zip import Stop, each_element, feed, part_info, read_part, xml_parser
from importers.limits import DEFAULT, Limits
from importers.number_formats import BUILT_IN, Display, display
from importers.sheet_rows import FilledRow, SheetInfo, column_number, usual_displays
from importers.xlsx_cells import CellTexts
from importers.xlsx_exact import whole_number
from schema_loader.errors import TableUnreadable

COUNTED_BYTES = 1 << 20  # of a sheet: from these the number of its rows is estimated


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
    cells = CellTexts(codes, texts, from_1904=book.from_1904)
    yield from xlsx_quick.read_rows(
        read_part(book.archive, book.sheets[sheet], book.limits), cells, book.limits
    )


def column_displays(book: Workbook, sheet: str, most_rows: int) -> dict[int, Display]:
    """What the numbers of a column (from 0) are shown as, for most of them in the first rows."""
    codes = [display(code) for code in _format_codes(book)]
    if not any(codes):
        return {}
    counts: dict[int, Counter[Display]] = defaultdict(Counter)
    rows = column = 0
    style = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal rows, column, style
        local = tag.rpartition("|")[2]
        if local == "row":
            rows, column = rows + 1, 0
            if rows > most_rows:
                raise Stop
        elif local == "c":
            place = attributes.get("r", "").rstrip("0123456789")
            column = column_number(place, book.limits.columns) if place else column + 1
            style = attributes.get("s", "0") if attributes.get("t", "n") == "n" else "-"
        elif local == "v" and style != "-":
            number = int(style) if style.isdecimal() and len(style) < 9 else len(codes)
            counts[column - 1][codes[number] if number < len(codes) else ""] += 1

    parser = xml_parser()
    parser.StartElementHandler = start
    with suppress(Stop):
        for _ in feed(parser, read_part(book.archive, book.sheets[sheet], book.limits)):
            pass
    return usual_displays(counts)


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
            custom[whole_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside.append(True)
        elif tag in ("cellStyles", "dxfs"):
            raise Stop
        elif tag == "xf" and inside:
            number = whole_number(attributes.get("numFmtId"))
            codes.append(custom.get(number, BUILT_IN.get(number, "General")))

    if name is not None:
        each_element(book.archive, name, start, book.limits)
    return codes


def shared_texts(book: Workbook) -> list[str]:
    """Texts that cells name by number. Raises :class:`TableUnreadable`."""
    name = _part_of_kind(book, "sharedStrings")
    if name is None:
        return []
    return xlsx_quick.read_texts(read_part(book.archive, name, book.limits, book.limits.strings_bytes))
