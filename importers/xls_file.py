"""Excel workbooks from before 2007 (``.xls``), by calamine: values without their formats.

What a number shows is not known here: ``01004`` is read as 1004, and an error such as #N/A as an empty cell. Dates are
known as such. The format itself bounds a sheet to 65,536 rows of 256 columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from importers.limits import DEFAULT, Limits
from importers.number_formats import plain_number
from importers.sheet_rows import FilledRow, SheetInfo, cell_name, trimmed
from schema_loader.errors import TableUnreadable

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

OVERLAP = 64
Result = TypeVar("Result")
# names of streams in the container, as its directory writes them
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def read_sheets(path: Path, limits: Limits = DEFAULT, *, counted: bool = False) -> tuple[SheetInfo, ...]:
    """The sheets of rows in order; ``counted``: with the height of each. Raises :class:`TableUnreadable`."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book = _book(path, limits)
    return tuple(
        SheetInfo(
            s.name,
            s.visible == SheetVisibleEnum.Visible,
            _guarded(partial(_height, book, s.name)) if counted else None,
        )
        for s in book.sheets_metadata
        if s.typ == SheetTypeEnum.WorkSheet
    )


def _height(book: CalamineWorkbook, name: str) -> int:
    return int(book.get_sheet_by_name(name).height)


def read_rows(path: Path, name: str, limits: Limits = DEFAULT) -> Iterator[FilledRow]:
    """The filled rows of a sheet. Raises :class:`TableUnreadable`."""
    book = _book(path, limits)
    rows = _guarded(lambda: book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    for number, values in enumerate(rows, start=1):
        texts = trimmed([show_value(value) for value in values])
        for column, text in enumerate(texts, start=1):
            if len(text) > limits.cell_length:
                cell = cell_name(number, column)
                raise TableUnreadable("file-sheet-cell-too-long", cell=cell, limit=limits.cell_length)
        if texts:
            yield number, texts


def _book(path: Path, limits: Limits) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    if path.stat().st_size > limits.old_workbook_bytes:
        raise TableUnreadable("file-unpacks-too-large", limit=limits.old_workbook_bytes >> 20)
    if _holds(path, (ENCRYPTED,)):
        raise TableUnreadable("file-password")
    if not _holds(path, WORKBOOKS):
        raise TableUnreadable("file-not-a-workbook")  # a letter, a message …: the container is the same
    return _guarded(lambda: CalamineWorkbook.from_path(str(path)))


def _guarded(read: Callable[[], Result]) -> Result:
    """What calamine reads, its refusals in our terms."""
    from python_calamine import CalamineError, PasswordError

    try:
        return read()
    except PasswordError as error:
        raise TableUnreadable("file-password") from error
    except (CalamineError, ValueError, OverflowError) as error:
        raise TableUnreadable("file-damaged") from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # how a fault inside the reader shows; it is no Exception
            raise
        raise TableUnreadable("file-damaged") from error


def _holds(path: Path, names: tuple[bytes, ...]) -> bool:
    """Whether a file holds one of these names anywhere."""
    kept = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            window = kept + piece
            if any(name in window for name in names):
                return True
            kept = window[-OVERLAP:]
    return False


def show_value(value: Any) -> str:
    """A value as the reader typed it → its text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain_number(repr(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)
