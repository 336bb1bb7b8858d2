"""A file that was given to be checked, by the name that its owner knows, with its report."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.file_check import FileReport
from app.table_source import Source, open_records
from schema_loader.errors import CellError, TableUnreadable
from schema_loader.field import Field
from schema_loader.header import match_header
from schema_loader.table_schema import TableSchema

if TYPE_CHECKING:
    from app.file_reading import Understood

STDIN = Path("-")
MAX_STDIN = 8 << 30  # bytes that are put aside on disk before they are read
CHUNK = 1 << 20


class NotAFile(OSError):
    """A device or a socket: it may have no end."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """``name`` is what is shown, ``file`` what was given, ``path`` where the bytes are.

    The last two differ for the standard input. ``encoding`` is the one that was asked for.
    """

    name: str
    file: str
    path: Path
    report: FileReport
    schema: TableSchema
    schema_name: str
    encoding: str | None = None
    understood: Understood | None = None
    """How its titles and columns were found, where they were not taken to the letter."""
    on_page: bool = False
    """Whether its owner looks at a page, where there is no command to be advised."""

    @property
    def source(self) -> Source:
        """How the file was read."""
        return self.report.source

    @property
    def first_row(self) -> int:
        """The lowest number that a row of data may have."""
        return 2 if self.understood is None else (self.understood.table.header_row or 0) + 1

    def read(self) -> tuple[list[str], list[Field | None], Iterator[tuple[int, list[str]]]]:
        """The labels, the field of each column, and the rows with their numbers, read from the file once more."""
        if self.understood is not None:
            return list(self.understood.table.labels), list(self.understood.fields), self.understood.rows()
        records = open_records(
            self.path, self.schema, encoding=self.encoding, sheet=self.source.sheet or None
        )
        labels = records.labels or []
        fields = list(match_header(self.schema, labels).columns)
        return labels, fields, enumerate(records.rows, start=2)

    def rows(self, numbers: set[int]) -> tuple[list[str], dict[int, list[str]]]:
        """The labels, and the cells of these rows, read from the file once more."""
        labels, _, rows = self.read()
        last = max(numbers, default=0)
        found = {
            number: cells
            for number, cells in takewhile(lambda row: row[0] <= last, rows)
            if number in numbers
        }
        return labels, found

    def column_of(self, error: CellError) -> tuple[str, str]:
        """What the file calls the column of an error, and what sheets do; empty where the file calls it as the model does."""
        if self.understood is None or error.field is None or error.field_number is None:
            return "", ""
        columns = self.understood.table.columns
        if error.field_number > len(columns) or error.field_number < 1:
            return "", ""
        column = columns[error.field_number - 1]
        return ("", "") if column.label == error.field.name else (column.label, column.letter)


def base_name(name: str) -> str:
    """The name of a file without its folders: they are the sender's own business."""
    return Path(name).name or name


@contextmanager
def on_disk(file: Path, stdin: BinaryIO, *, most: int = MAX_STDIN) -> Iterator[Path]:
    """The path of a file; ``-`` is read from the standard input into a file that goes away afterwards, and so is a pipe.

    A check may need to read twice. Raises :class:`TableUnreadable` ``file-stdin-too-large``, :class:`NotAFile`, ``OSError``.
    """
    if file == STDIN:
        with _spooled(stdin, most) as path:
            yield path
    elif is_pipe(file):
        with file.open("rb") as pipe, _spooled(pipe, most) as path:
            yield path
    else:
        yield file


def is_pipe(file: Path) -> bool:
    """Whether it is a pipe (``<(command)`` of a shell, a FIFO) rather than a file or a folder.

    Raises :class:`NotAFile` for what is none of them, ``OSError`` for what is not there.
    """
    mode = file.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISFIFO(mode)):
        raise NotAFile
    return stat.S_ISFIFO(mode)


@contextmanager
def _spooled(source: BinaryIO, most: int) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="tabellion-") as spool:
        size = 0
        while piece := source.read(CHUNK):
            size += len(piece)
            if size > most:
                raise TableUnreadable("file-stdin-too-large", limit=most >> 30)
            spool.write(piece)
        spool.flush()
        yield Path(spool.name)
