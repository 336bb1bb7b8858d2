"""Tables of texts written in every format that is read, as their usual programs write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from tests.importers.workbooks import ods

Rows = Sequence[Sequence[str]]


def write_csv(
    path: Path,
    rows: Rows,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    line_end: str = "\r\n",
    quote_all: bool = False,
) -> Path:
    """A text of rows; a character that the encoding lacks is an error of the test."""
    text = io.StringIO(newline="")
    csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    ).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Rows, *, sheet: str = "Feuil1", before: Sequence[str] = ()) -> Path:
    """A workbook of texts; ``before`` are names of empty sheets that stand first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in before:
        book.create_sheet(name)
    target = book.create_sheet(sheet)
    for cells in rows:
        target.append([cell or None for cell in cells])
    book.save(path)
    book.close()
    return path


def write_ods(path: Path, rows: Rows, *, sheet: str = "Feuille1") -> Path:
    """A workbook of texts as LibreOffice writes them: a paragraph for each line, spaces and tabs as elements."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows)
    return ods(path, f'<table:table table:name="{escape(sheet)}">{body}</table:table>')


def _ods_cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    paragraphs = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def _ods_text(line: str) -> str:
    return escape(line).replace("\t", "<text:tab/>").replace(" ", "<text:s/>")
