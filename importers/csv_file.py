"""Text files of rows: which encoding, which separator, then the cells, as they stand.

Nothing is converted or stripped here. The separator is the one that fits the header best, because a first row with
commas inside its labels misleads every guess made by counting.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Generator, Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

from importers.dialect import TextLayout, detect_layout
from importers.encodings import check_encoding, detect_encoding
from importers.limits import DEFAULT, Limits
from schema_loader.errors import TableUnreadable

SAMPLE_BYTES = 128 * 1024
CHUNK = 1 << 20
# What starts with these is neither a text of rows nor a workbook, whatever its name says
OTHER_MARKS = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"SQLite format 3", b"PAR1",
    b"{\\rtf", b"\x7fELF", b"II*\0", b"MM\0*",
)  # fmt: skip
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<table", b"<meta", b"<head", b"<kml", b"<gpx")


def detect(
    path: Path, labels: Collection[str] = (), encoding: str | None = None, *, by_sample: bool = False
) -> TextLayout:
    """Find out encoding and separator. ``labels`` are the names that the header may hold; they settle most doubts.

    ``by_sample`` spares the reading of the whole file where its beginning is UTF-8: for a reader that refuses foreign
    bytes further down itself. Raises :class:`TableUnreadable` for a byte that no known encoding explains.
    """
    with path.open("rb") as file:
        refuse_what_is_no_text(file)
        found, skip = find_encoding(file, encoding, by_sample=by_sample)
        text, whole = decoded_sample(file, found, skip)
    return detect_layout(text, found, labels, whole=whole, skip=skip)


def refuse_what_is_no_text(file: BinaryIO) -> None:
    """Raise :class:`TableUnreadable` ``file-not-a-table`` for a PDF, an image, an archive, a web page, JSON and the like."""
    start = file.read(512)
    bare = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    packed = b"".join(bare[:64].split())
    if start.startswith(OTHER_MARKS) or bare.startswith(MARKUP) or packed.startswith((b'{"', b'[{"')):
        raise TableUnreadable("file-not-a-table")
    file.seek(0)


def find_encoding(file: BinaryIO, encoding: str | None = None, *, by_sample: bool = False) -> tuple[str, int]:
    """The encoding (checked, where one is given) and the bytes to skip at the start: see :func:`detect`."""
    if encoding:
        found = check_encoding(file, encoding)
        file.seek(0)
        marked = file.read(3) == codecs.BOM_UTF8 and not codecs.lookup(found).name.startswith("utf")
        return found, 3 if marked else 0
    sample = file.read(SAMPLE_BYTES)
    return (_utf8_by_sample(sample) if by_sample else None) or detect_encoding(file)


def decoded_sample(file: BinaryIO, encoding: str, skip: int = 0) -> tuple[str, bool]:
    """The beginning of a text, and whether that is all of it."""
    file.seek(skip)
    sample = file.read(SAMPLE_BYTES)
    return codecs.getincrementaldecoder(encoding)("strict").decode(sample), len(sample) < SAMPLE_BYTES


def _utf8_by_sample(sample: bytes) -> tuple[str, int] | None:
    """UTF-8 with or without its mark, if the sample is nothing else."""
    if b"\0" in sample:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8", 0


def read_records(
    path: Path, layout: TextLayout, limits: Limits = DEFAULT
) -> Generator[list[str], None, None]:
    """The records of the file, header included, as ``csv`` reads them: quotes doubled, line ends in quoted cells.

    Raises :class:`TableUnreadable` with the number of the record, and of the line where it begins, where the file cannot
    be read on; a quotation mark that is never closed is named after the last record.
    """
    csv.field_size_limit(limits.cell_length)
    most = limits.columns
    number = 0
    with opened_text(path, layout) as file:
        lines = _Lines(file, limits.line_length)
        try:
            for number, record in enumerate(csv.reader(lines, **layout.options()), start=1):
                if len(record) > most:
                    raise TableUnreadable("file-too-many-columns", row=number, count=len(record), limit=most)
                lines.end_record()
                yield record
        except csv.Error as error:
            code = "file-cell-too-long" if "field limit" in str(error) else "file-not-csv"
            raise TableUnreadable(code, row=number + 1, line=lines.start, limit=limits.cell_length) from error
        except UnicodeDecodeError as error:
            raise TableUnreadable("file-bad-byte", row=number + 1, encoding=layout.encoding) from error
    if ends_open(lines.last, layout):
        raise TableUnreadable("file-unclosed-quote", row=number, line=lines.start - len(lines.last))


def opened_text(path: Path, layout: TextLayout) -> TextIO:
    """The file as text, its line ends as they stand."""
    raw = path.open("rb", buffering=CHUNK)
    raw.seek(layout.skip)
    return io.TextIOWrapper(raw, encoding=layout.encoding, newline="")


class _Lines:
    """The lines of a file for ``csv``, and those of the record that is being read; ``start`` is where it begins."""

    def __init__(self, file: TextIO, longest: int) -> None:
        self._longest = longest
        self._read = partial(file.readline, longest)
        self._record: list[str] = []
        self.last: list[str] = []
        self.start = 1

    def __iter__(self) -> Generator[str, None, None]:
        for line in iter(self._read, ""):
            if len(line) >= self._longest:
                raise TableUnreadable(
                    "file-cell-too-long", line=self.start + len(self._record), limit=self._longest
                )
            self._record.append(line)
            yield line

    def end_record(self) -> None:
        """The lines given so far made a record; the next begins below."""
        self.start += len(self._record)
        self.last, self._record = self._record, []


def ends_open(lines: Iterable[str], layout: TextLayout) -> bool:
    """Whether a record ends inside quotation marks: ``csv`` forgives it unless it is strict."""
    if not layout.quote:
        return False
    try:
        for _ in csv.reader(lines, strict=True, **layout.options()):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False
