"""Text files of rows: which encoding, which separator, then the cells, as they stand.

Nothing is converted or stripped here. The separator is the one that fits the header best, because a first row with
commas inside its labels misleads every guess made by counting.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from schema_loader.errors import TableUnreadable

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_BYTES = 128 * 1024
SAMPLE_RECORDS = 60
CHUNK = 1 << 20
MAX_CELL = 10_000_000  # characters; a spreadsheet's cell holds 32,767
MAX_LINE = 64 << 20  # characters
MAX_COLUMNS = 16_384  # as a spreadsheet has
UTF8_SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
# UTF-8 and UTF-16 announce themselves; Windows-1252 is what French spreadsheets save otherwise
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is written: a Python codec name, the separator, and whether a space follows each separator."""

    encoding: str
    separator: str
    space_after: bool = False


def detect(
    path: Path, labels: Collection[str] = (), encoding: str | None = None, *, by_sample: bool = False
) -> TextLayout:
    """Find out encoding and separator. ``labels`` are the names that the header may hold; they settle most doubts.

    ``by_sample`` spares the reading of the whole file where its beginning is UTF-8: for a reader that refuses foreign
    bytes further down itself. Raises :class:`TableUnreadable` for a byte that no known encoding explains.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        file.seek(0)
        if encoding:
            found = check_encoding(file, encoding)
        else:
            found = (_utf8_by_sample(sample) if by_sample else None) or detect_encoding(file)
    text = codecs.getincrementaldecoder(found)("strict").decode(sample)
    whole = len(sample) < SAMPLE_BYTES
    separator = detect_separator(text, labels, whole=whole)
    return TextLayout(found, separator, _has_space_after(_sample_records(text, separator, whole)))


def _utf8_by_sample(sample: bytes) -> str | None:
    """UTF-8 with or without its mark, if the sample is nothing else."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8"


def detect_encoding(file: BinaryIO) -> str:
    """The encoding of a whole file: UTF-8 if every byte says so, else Windows-1252, unless both are ruled out.

    A file that holds sound UTF-8 sequences beside a byte that is none is damaged UTF-8, not Windows-1252: reading it
    as the latter would turn each « é » into « Ã© » without a word.
    """
    start = file.read(4)
    for mark, name in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            file.seek(0)
            return check_encoding(file, name)
    file.seek(0)
    fault = _first_fault(file, "utf-8")
    if fault is None:
        return "utf-8"
    file.seek(0)
    content = file.read(4 * CHUNK)
    file.seek(0)
    accented = len(UTF8_SEQUENCE.findall(content))
    foreign = sum(byte >= 0x80 for byte in UTF8_SEQUENCE.sub(b"", content))
    if accented <= foreign and _first_fault(file, "cp1252") is None:
        return "cp1252"
    raise TableUnreadable("file-bad-byte", **_place(file, fault), encoding="utf-8")


def check_encoding(file: BinaryIO, encoding: str) -> str:
    """The encoding, if it exists and explains every byte; else :class:`TableUnreadable` with the place."""
    try:
        "".encode(encoding)  # also refuses a codec that is none of texts, such as base64
    except (LookupError, UnicodeError) as error:
        raise TableUnreadable("file-unknown-encoding", encoding=encoding) from error
    fault = _first_fault(file, encoding)
    if fault is not None:
        raise TableUnreadable("file-bad-byte", **_place(file, fault), encoding=encoding)
    return encoding


def _first_fault(file: BinaryIO, encoding: str) -> int | None:
    """The offset of the first byte that is no text in this encoding, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = 0
    while True:
        chunk = file.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        except UnicodeError:  # no mark where UTF-16 needs one, and the like
            return offset
        if not chunk:
            return None
        offset += len(chunk)


def _place(file: BinaryIO, offset: int) -> dict[str, int | str]:
    """The line of the file (from 1) on which a byte stands, and the byte."""
    file.seek(0)
    line, left = 1, offset
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        line += chunk.count(b"\n")
        left -= len(chunk)
    byte = file.read(1)
    file.seek(0)
    return {"line": line, "offset": offset, "byte": byte.hex().upper()}


def detect_separator(sample: str, labels: Collection[str] = (), *, whole: bool = True) -> str:
    """The separator under which the first record looks most like a header of ``labels``, then most like a table."""
    known = {label.strip().casefold() for label in labels}
    best, best_score = SEPARATORS[0], (-1.0, -1.0, -1.0)
    for separator in SEPARATORS:
        records = _sample_records(sample, separator, whole)
        if not records:
            continue
        header = records[0]
        width = len(header)
        matched = float(sum(label.strip().casefold() in known for label in header))
        alike = sum(len(record) == width for record in records) / len(records) if width > 1 else 0.0
        score = (matched, alike, float(width))
        if score > best_score:
            best, best_score = separator, score
    return best


def _has_space_after(records: list[list[str]]) -> bool:
    """Whether the writer put a space after each separator: then it belongs to the layout, not to the cells."""
    header = records[0][1:] if records else []
    return bool(header) and all(label.startswith(" ") for label in header)


def _sample_records(sample: str, separator: str, whole: bool) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # what was read so far is a sample all the same
    if not whole and len(records) <= SAMPLE_RECORDS:
        records = records[:-1] or records  # the last one is cut
    return records


def read_records(path: Path, layout: TextLayout) -> Generator[list[str], None, None]:
    """The records of the file, header included, as ``csv`` reads them: quotes doubled, line ends in quoted cells.

    Raises :class:`TableUnreadable` with the number of the record, and of the line where it begins, where the file cannot
    be read on; a quotation mark that is never closed is named after the last record.
    """
    csv.field_size_limit(MAX_CELL)
    options: dict[str, Any] = {"delimiter": layout.separator, "skipinitialspace": layout.space_after}
    number = 0
    with path.open(encoding=layout.encoding, newline="", buffering=CHUNK) as file:
        lines = _Lines(file)
        try:
            for number, record in enumerate(csv.reader(lines, **options), start=1):
                if len(record) > MAX_COLUMNS:
                    raise TableUnreadable(
                        "file-too-many-columns", row=number, count=len(record), limit=MAX_COLUMNS
                    )
                lines.end_record()
                yield record
        except csv.Error as error:
            code = "file-cell-too-long" if "field limit" in str(error) else "file-not-csv"
            raise TableUnreadable(code, row=number + 1, line=lines.start, limit=MAX_CELL) from error
        except UnicodeDecodeError as error:
            raise TableUnreadable("file-bad-byte", row=number + 1, encoding=layout.encoding) from error
    if ends_open(lines.last, layout):
        raise TableUnreadable("file-unclosed-quote", row=number, line=lines.start - len(lines.last))


class _Lines:
    """The lines of a file for ``csv``, and those of the record that is being read; ``start`` is where it begins."""

    def __init__(self, file: TextIO) -> None:
        self._read = partial(file.readline, MAX_LINE)
        self._record: list[str] = []
        self.last: list[str] = []
        self.start = 1

    def __iter__(self) -> Generator[str, None, None]:
        for line in iter(self._read, ""):
            if len(line) >= MAX_LINE:
                raise TableUnreadable(
                    "file-cell-too-long", line=self.start + len(self._record), limit=MAX_LINE
                )
            self._record.append(line)
            yield line

    def end_record(self) -> None:
        """The lines given so far made a record; the next begins below."""
        self.start += len(self._record)
        self.last, self._record = self._record, []


def ends_open(lines: Iterable[str], layout: TextLayout) -> bool:
    """Whether a record ends inside quotation marks: ``csv`` forgives it unless it is strict."""
    options: dict[str, Any] = {"delimiter": layout.separator, "skipinitialspace": layout.space_after}
    try:
        for _ in csv.reader(lines, strict=True, **options):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False
