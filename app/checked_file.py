"""A file that was given to be checked, by the name that its owner knows, with its report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from app.file_check import FileReport
from app.table_source import Source, open_records
from schema_loader.errors import TableUnreadable
from schema_loader.table_schema import TableSchema

STDIN = Path("-")
MAX_STDIN = 8 << 30  # bytes that are put aside on disk before they are read
CHUNK = 1 << 20


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

    @property
    def source(self) -> Source:
        """How the file was read."""
        return self.report.source

    def rows(self, numbers: set[int]) -> tuple[list[str], dict[int, list[str]]]:
        """The labels, and the cells of these rows (the header is row 1), read from the file once more."""
        records = open_records(
            self.path, self.schema, encoding=self.encoding, sheet=self.source.sheet or None
        )
        found = {
            number: cells
            for number, cells in enumerate(islice(records, max(numbers, default=0)), start=1)
            if number in numbers
        }
        return records.labels or [], found


def base_name(name: str) -> str:
    """The name of a file without its folders: they are the sender's own business."""
    return Path(name).name or name


@contextmanager
def on_disk(file: Path, stdin: BinaryIO, *, most: int = MAX_STDIN) -> Iterator[Path]:
    """The path of a file; ``-`` is read from the standard input into a file that goes away afterwards.

    A check may need to read twice. Raises :class:`TableUnreadable` ``file-stdin-too-large``, ``OSError``.
    """
    if file != STDIN:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="tabellion-") as spool:
        size = 0
        while piece := stdin.read(CHUNK):
            size += len(piece)
            if size > most:
                raise TableUnreadable("file-stdin-too-large", limit=most >> 30)
            spool.write(piece)
        spool.flush()
        yield Path(spool.name)
