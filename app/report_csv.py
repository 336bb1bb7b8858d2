"""The errors of a file as CSV (RFC 4180: commas, CRLF): one line for each, for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from app.checked_file import CheckedFile
from app.i18n import words
from schema_loader import messages

FORMULA = re.compile(r"[=@+\-\t\r]")
NUMBER = re.compile(r"[+-]?[\d\s.,]*\d[\d\s.,]*(?:[eE][+-]?\d+)?\s?[%€]?")
FLUSH_ROWS = 2000


def report_csv(files: Sequence[CheckedFile], lang: str, *, several: bool) -> Iterator[str]:
    """The text, piece by piece. With ``several`` files, a first column names the file."""
    t = words(lang)
    header = [
        t.gettext("ligne"),
        t.gettext("colonne"),
        t.gettext("valeur"),
        t.gettext("problème"),
        t.gettext("correction"),
    ]
    lines = (([file.name] if several else []) + line for file in files for line in _lines(file, lang))
    yield from _written([t.gettext("fichier"), *header] if several else header, lines)


def _lines(file: CheckedFile, lang: str) -> Iterator[list[str]]:
    for error in file.report.errors:
        message = messages.cell_message(error, lang)
        column = (
            file.column_of(error)[0]
            or error.field_name
            or ("" if error.field_number is None else str(error.field_number))
        )
        row = "" if error.row_number is None else str(error.row_number)
        yield [row, column, error.cell, message.problem, message.remedy]


def _written(header: list[str], lines: Iterable[list[str]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for number, line in enumerate(lines, start=1):
        writer.writerow([harmless(cell) for cell in line])
        if number % FLUSH_ROWS == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula; a negative number stays one."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
