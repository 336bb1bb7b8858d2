"""Spreadsheets as rows of text: ``.xlsx``, ``.ods`` and ``.xls``, each cell read as what it shows.

A file is known by its content, whatever its name says. Reading is bounded in size, memory and cells; what cannot be
read is a :class:`~schema_loader.errors.TableUnreadable` with words for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from importers import ods_file, xls_file, xlsx_file
from importers.bounded_zip import opened_zip, part_info
from importers.sheet_rows import FilledRow, as_table
from schema_loader.errors import TableUnreadable

Kind = Literal["xlsx", "ods", "xls"]

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPOUND_MARK = bytes.fromhex("D0CF11E0A1B11AE1")  # the container of Office before 2007
SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xls", ".ods", ".xlsb")
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a workbook: names in order, those that are hidden, the one to read by default."""

    kind: Kind
    names: tuple[str, ...]
    hidden: frozenset[str]

    @property
    def formats_known(self) -> bool:
        """Whether the file tells what a number shows: if not, the zeros at the left of a code are lost."""
        return self.kind != "xls"

    def choose(self, wanted: str | None) -> str:
        """A sheet by name, else by number from 1; without a wish the first visible one.

        Raises :class:`TableUnreadable` ``file-no-such-sheet`` (with ``names``) and ``file-no-sheet``.
        """
        if not self.names:
            raise TableUnreadable("file-no-sheet")
        if wanted is None:
            return next((name for name in self.names if name not in self.hidden), self.names[0])
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


def sheets_of(path: Path) -> Sheets:
    """The sheets of a workbook. Raises :class:`TableUnreadable`, ``OSError``."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(COMPOUND_MARK):
        old_names, old_hidden = xls_file.read_sheets(path)
        return Sheets("xls", tuple(old_names), old_hidden)
    if not start.startswith(ZIP_MARKS):
        raise TableUnreadable("file-not-a-workbook")
    with opened_zip(path) as archive:
        if part_info(archive, ods_file.CONTENT) is not None:
            if ods_file.is_encrypted(archive):
                raise TableUnreadable("file-password")
            names, hidden = ods_file.read_sheets(archive)
            return Sheets("ods", tuple(names), hidden)
        book = xlsx_file.read_workbook(archive)
        return Sheets("xlsx", tuple(book.sheets), book.hidden)


def read_sheet(path: Path, sheet: str | None = None) -> Iterator[list[str]]:
    """The rows of a sheet (by name, or by number from 1; by default the first visible one) as texts.

    Rows are filled up to one width; what is empty beyond is dropped, as are empty rows at the end (see :func:`as_table`). Numbers are exact, dates ISO 8601, booleans ``true`` and ``false``, errors their own text.
    Raises :class:`TableUnreadable` at once or at the row where reading ends, ``OSError``.
    """
    sheets = sheets_of(path)
    return read_chosen(path, sheets, sheets.choose(sheet))


def read_chosen(path: Path, sheets: Sheets, name: str) -> Iterator[list[str]]:
    """The rows of a sheet that :meth:`Sheets.choose` has chosen (see :func:`read_sheet`)."""
    return as_table(_filled(path, sheets.kind, name))


def _filled(path: Path, kind: Kind, name: str) -> Iterator[FilledRow]:
    if kind == "xls":
        yield from xls_file.read_rows(path, name)
        return
    with opened_zip(path) as archive:
        if kind == "ods":
            yield from ods_file.read_rows(archive, name)
        else:
            yield from xlsx_file.read_rows(xlsx_file.read_workbook(archive), name)
