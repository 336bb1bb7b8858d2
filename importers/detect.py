"""What a file is, by its content: which kind, how its text is written, which sheets it has and which one is meant.

What was found is shown to a person and may be overridden: each finding is an argument of :func:`detect`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal

from importers.csv_file import CHUNK, decoded_sample, find_encoding, refuse_what_is_no_text
from importers.dialect import NO_QUOTE, TextLayout, detect_layout, line_end
from importers.encodings import place
from importers.header import LOOKED_AT, KnownLabels, find_header
from importers.limits import DEFAULT, Limits
from importers.sheet_rows import SheetInfo
from importers.spreadsheet_file import Kind as WorkbookKind
from importers.spreadsheet_file import Sheets, first_rows, is_spreadsheet, sheets_of
from schema_loader.errors import TableUnreadable
from schema_loader.table_schema import TableSchema

Kind = Literal["csv", "tsv", "xlsx", "xls", "ods"]
COMPARED_SHEETS = 12  # sheets whose first rows are looked at
# What a name ends with → what is in the file then
ENDINGS: Mapping[str, str] = {
    ".csv": "text", ".tsv": "text", ".tab": "text", ".txt": "text", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xltx": "xlsx",
    ".xls": "xls", ".ods": "ods", ".ots": "ods",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detected:
    """How a file is read. A text has an encoding (as Python names it), a delimiter, a quotation mark (empty: none has a
    meaning) and a line end (empty: one line); a workbook has ``sheets``, of which ``sheet`` is read.

    ``formats_known`` is False where the file does not tell what its numbers show (``xls``): zeros at the left may be
    missing. ``macros``: the workbook holds programs, which are never looked at. ``skip`` bytes at the start are no text.
    """

    kind: Kind
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    line_end: str = ""
    space_after: bool = False
    skip: int = 0
    sheets: tuple[SheetInfo, ...] = ()
    sheet: str = ""
    formats_known: bool = True
    macros: bool = False

    @property
    def is_text(self) -> bool:
        """Whether this is a text rather than a workbook."""
        return self.workbook is None

    @property
    def workbook(self) -> WorkbookKind | None:
        """Which kind of workbook this is; None for a text."""
        return None if self.kind == "csv" or self.kind == "tsv" else self.kind

    @property
    def layout(self) -> TextLayout:
        """How the text is written, as the readers of texts take it."""
        return TextLayout(self.encoding, self.delimiter, self.space_after, self.quote, self.skip)

    def to_json(self) -> dict[str, Any]:
        """Plain data for storing: :meth:`from_json` gives an equal object back."""
        return dataclasses.asdict(self) | {"sheets": [dataclasses.asdict(sheet) for sheet in self.sheets]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Detected:
        """What :meth:`to_json` wrote. Raises ``TypeError`` for anything else."""
        return cls(**{**data, "sheets": tuple(SheetInfo(**sheet) for sheet in data.get("sheets", ()))})


def labels_of(schema: TableSchema | None) -> tuple[str, ...]:
    """What a header may say for the fields of a schema: names and titles."""
    if schema is None:
        return ()
    return tuple(text for field in schema.fields for text in (field.name, field.title) if text)


def detect(
    path: Path,
    schema: TableSchema | None = None,
    *,
    labels: Iterable[str] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT,
) -> Detected:
    """Find out how a file is read; what a person decided is given and kept. ``labels`` are what a header may say beside the
    names and titles of the ``schema``: those that were mapped before.

    ``sheet`` is a name, or a number from 1; by default the first visible sheet that holds something, unless another one
    is alone in having the labels of the schema. Raises :class:`TableUnreadable`, ``OSError``.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise TableUnreadable("file-too-large", limit=limits.file_bytes >> 20)
    if size == 0:
        raise TableUnreadable("file-empty")
    known = (*labels_of(schema), *labels)
    if is_spreadsheet(path):
        return _workbook(path, KnownLabels(known), sheet, limits)
    with path.open("rb") as file:
        return _text(file, known, encoding, delimiter, quote)


def refuse_other_name(detected: Detected, name: str) -> None:
    """Refuse a file whose name ends as another kind of file does: what sent it may have been another than the person thinks.

    Raises :class:`TableUnreadable` ``file-is-text``, ``file-is-xlsx``, ``file-is-ods`` or ``file-is-xls``, with what the
    name ends with as ``said``. A name of no known ending says nothing.
    """
    ending = PurePath(name).suffix.lower()
    found = detected.workbook or "text"
    if ENDINGS.get(ending, found) != found:
        raise TableUnreadable(f"file-is-{found}", said=ending)


def _text(
    file: BinaryIO, labels: tuple[str, ...], encoding: str | None, delimiter: str | None, quote: str | None
) -> Detected:
    refuse_what_is_no_text(file)
    found, skip = find_encoding(file, encoding)
    _refuse_zeros(file, found)
    sample, whole = decoded_sample(file, found, skip)
    if whole and not sample.strip("\ufeff \t\r\n"):
        raise TableUnreadable("file-empty")
    layout = detect_layout(
        sample,
        found,
        labels,
        whole=whole,
        skip=skip,
        separator=delimiter,
        quote=None if quote is None else quote[:1] or NO_QUOTE,
    )
    return Detected(
        kind="tsv" if layout.separator == "\t" else "csv",
        encoding=found,
        delimiter=layout.separator,
        quote=layout.quote,
        line_end=line_end(sample),
        space_after=layout.space_after,
        skip=skip,
    )


def _refuse_zeros(file: BinaryIO, encoding: str) -> None:
    """No text holds the character zero, and no database keeps it."""
    if encoding.replace("_", "-").lower().startswith(("utf-16", "utf16", "utf-32")):
        return
    file.seek(0)
    offset = 0
    while chunk := file.read(CHUNK):
        at = chunk.find(b"\0")
        if at >= 0:
            raise TableUnreadable("file-zero-byte", **place(file, offset + at))
        offset += len(chunk)


def _workbook(path: Path, known: KnownLabels, sheet: str | None, limits: Limits) -> Detected:
    found = sheets_of(path, limits, counted=True)
    name = found.choose(sheet)
    if sheet is None:
        name = _with_labels(path, found, name, known, limits)
    return Detected(
        kind=found.kind,
        sheets=found.infos,
        sheet=name,
        formats_known=found.formats_known,
        macros=found.macros,
    )


def _with_labels(path: Path, sheets: Sheets, first: str, known: KnownLabels, limits: Limits) -> str:
    """The sheet whose header holds most of the labels; the first one where none stands out."""
    others = [info.name for info in sheets.infos if info.visible and info.rows != 0]
    if len(others) < 2 or not known.keys:
        return first
    best, most = first, 0.0
    for name, rows in first_rows(path, sheets.kind, others[:COMPARED_SHEETS], LOOKED_AT, limits):
        matched = find_header(rows, known).matched
        if matched > most + (0 if name == first else 1):
            best, most = name, matched
    return best


def take(rows: Iterable[tuple[int, list[str]]], most: int) -> list[tuple[int, list[str]]]:
    """The first filled rows."""
    filled = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
    return list(islice(filled, most))
