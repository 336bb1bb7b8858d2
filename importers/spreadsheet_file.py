"""Spreadsheets as rows of text: ``.xlsx``, ``.ods`` and ``.xls``, each cell read as what it shows.

A file is known by its content, whatever its name says. Reading is bounded in size, memory and cells; what cannot be
read is a :class:`~schema_loader.errors.TableUnreadable` with words for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from importers import ods_file, xls_file, xlsx_file
from importers.bounded_zip import opened_zip, part_info
from importers.limits import DEFAULT, Limits
from importers.number_formats import Display
from importers.sheet_rows import MAX_ROWS, FilledRow, SheetInfo, as_table
from schema_loader.errors import TableUnreadable

Kind = Literal["xlsx", "ods", "xls"]

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPOUND_MARK = bytes.fromhex("D0CF11E0A1B11AE1")  # the container of Office before 2007
SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xls", ".ods", ".xlsb")
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a workbook in order, and the one to read by default; ``macros``: the workbook holds programs."""

    kind: Kind
    infos: tuple[SheetInfo, ...]
    macros: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(info.name for info in self.infos)

    @property
    def hidden(self) -> frozenset[str]:
        """Names of those that are hidden."""
        return frozenset(info.name for info in self.infos if not info.visible)

    @property
    def formats_known(self) -> bool:
        """Whether the file tells what a number shows: if not, the zeros at the left of a code are lost."""
        return self.kind != "xls"

    def choose(self, wanted: str | None) -> str:
        """A sheet by name, else by number from 1; without a wish the first visible one (that holds something, if counted).

        Raises :class:`TableUnreadable` ``file-no-such-sheet`` (with ``names``) and ``file-no-sheet``.
        """
        if not self.names:
            raise TableUnreadable("file-no-sheet")
        if wanted is None:
            seen = [info for info in self.infos if info.visible] or list(self.infos)
            return next((info.name for info in seen if info.rows != 0), seen[0].name)
        if wanted in self.names:
            return wanted
        alike = [name for name in self.names if name.strip().casefold() == wanted.strip().casefold()]
        if len(alike) == 1:
            return alike[0]
        if wanted.isdecimal() and 1 <= int(wanted) <= len(self.names):
            return self.names[int(wanted) - 1]
        raise TableUnreadable("file-no-such-sheet", sheet=wanted, names=self.names)


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is to be read as a workbook: by its first bytes.

    A web page or an XML text under a workbook's name counts too, because it is no CSV either: reading it says so.
    Text under such a name does not: it is read as the text that it is. Raises ``OSError``.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith((*ZIP_MARKS, COMPOUND_MARK)):
        return True
    return path.suffix.lower() in SUFFIXES and (_is_markup(start) or _is_binary(start))


def _is_markup(start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP)


def _is_binary(start: bytes) -> bool:
    return b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of the sheets of rows, in order, hidden ones included. Raises :class:`TableUnreadable`, ``OSError``."""
    return sheets_of(path).names


def sheets_of(path: Path, limits: Limits = DEFAULT, *, counted: bool = False) -> Sheets:
    """The sheets of a workbook; ``counted``: with the number of their rows. Raises :class:`TableUnreadable`, ``OSError``."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(COMPOUND_MARK):
        return _bounded(Sheets("xls", xls_file.read_sheets(path, limits, counted=counted)), limits)
    if not start.startswith(ZIP_MARKS):
        raise TableUnreadable("file-not-a-workbook")
    with opened_zip(path, limits) as archive:
        if part_info(archive, ods_file.CONTENT) is not None:
            if ods_file.is_encrypted(archive, limits):
                raise TableUnreadable("file-password")
            infos = ods_file.read_sheets(archive, limits)
            if not counted:
                infos = tuple(SheetInfo(info.name, info.visible) for info in infos)
            return _bounded(Sheets("ods", infos), limits)
        book = xlsx_file.read_workbook(archive, limits)
        if len(book.sheets) > limits.sheets:
            counted = False
        infos = xlsx_file.sheet_infos(book, counted=counted)
        return _bounded(Sheets("xlsx", infos, book.macros), limits)


def _bounded(sheets: Sheets, limits: Limits) -> Sheets:
    if len(sheets.infos) > limits.sheets:
        raise TableUnreadable("file-too-many-sheets", count=len(sheets.infos), limit=limits.sheets)
    return sheets


def read_sheet(path: Path, sheet: str | None = None, *, limits: Limits = DEFAULT) -> Iterator[list[str]]:
    """The rows of a sheet (by name, or by number from 1; by default the first visible one) as texts.

    Rows are filled up to one width; what is empty beyond is dropped, as are empty rows at the end (see :func:`as_table`). Numbers are exact, dates ISO 8601, booleans ``true`` and ``false``, errors their own text.
    Raises :class:`TableUnreadable` at once or at the row where reading ends, ``OSError``.
    """
    sheets = sheets_of(path, limits)
    return read_chosen(path, sheets, sheets.choose(sheet), limits)


def read_chosen(path: Path, sheets: Sheets, name: str, limits: Limits = DEFAULT) -> Iterator[list[str]]:
    """The rows of a sheet that :meth:`Sheets.choose` has chosen (see :func:`read_sheet`)."""
    return as_table(filled_rows(path, sheets.kind, name, limits), limits)


def filled_rows(path: Path, kind: Kind, name: str, limits: Limits = DEFAULT) -> Iterator[FilledRow]:
    """The rows of a sheet that hold something, each with its number, as texts from column A to its last filled cell.

    Raises :class:`TableUnreadable`, ``OSError``.
    """
    last = 0
    for row in _rows(path, kind, name, limits):
        if not last < row[0] <= MAX_ROWS:
            raise TableUnreadable("file-damaged")
        last = row[0]
        yield row


def _rows(path: Path, kind: Kind, name: str, limits: Limits) -> Iterator[FilledRow]:
    if kind == "xls":
        yield from xls_file.read_rows(path, name, limits)
        return
    with opened_zip(path, limits) as archive:
        if kind == "ods":
            yield from ods_file.read_rows(archive, name, limits)
        else:
            yield from xlsx_file.read_rows(xlsx_file.read_workbook(archive, limits), name)


def column_displays(
    path: Path, kind: Kind, name: str, most_rows: int, limits: Limits = DEFAULT
) -> dict[int, Display]:
    """The columns (from 0) whose numbers are shown as percents or as amounts; none known for ``.xls``."""
    if kind == "xls":
        return {}
    with opened_zip(path, limits) as archive:
        if kind == "ods":
            return ods_file.column_displays(archive, name, most_rows, limits)
        return xlsx_file.column_displays(xlsx_file.read_workbook(archive, limits), name, most_rows)


def first_rows(
    path: Path, kind: Kind, names: Sequence[str], most: int, limits: Limits = DEFAULT
) -> Iterator[tuple[str, list[FilledRow]]]:
    """The first rows of several sheets that hold something: the texts that an ``.xlsx`` shares are read once for all."""
    if kind != "xlsx":
        for name in names:
            yield name, list(islice(filled_rows(path, kind, name, limits), most))
        return
    with opened_zip(path, limits) as archive:
        book = xlsx_file.read_workbook(archive, limits)
        texts = xlsx_file.shared_texts(book)
        for name in names:
            yield name, list(islice(xlsx_file.read_rows(book, name, texts), most))
