"""The reference CSV that portals take, and a CSV that a French Excel opens without harm.

Source of the first: RFC 4180 and the guide of schema.data.gouv.fr (UTF-8, comma, all columns, in the schema's order).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from exporters.rows import Memo, Row, Rows, batches, empties
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from schema_loader.types import BooleanType, DateType, IntegerType, NumberType, YearType

MARK = "\ufeff"
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
EXACT_DIGITS = 15  # figures that a spreadsheet keeps of a number
SHOWN_DIGITS = 11  # figures that it shows of a whole number; a longer one becomes 2,175E+13 and is saved so
LONGEST_LITERAL = 255  # characters of a text inside a formula
FIGURES = re.compile(r"(?=.*\d)[\d\s.,:;/%€$£+\-()eE]+")
MONTHS = (
    r"jan|janv|janvier|feb|f[ée]vr?|f[ée]vrier|mars?|apr|avr|avril|may|mai|june?|juin|july?|juil|juillet|aug|ao[uû]t"
    r"|sept?|septembre|oct|octobre|nov|novembre|dec|d[ée]c|d[ée]cembre"
)
DATE_IN_WORDS = re.compile(rf"(?=.*\d)\d{{0,4}}[\s./-]*(?:{MONTHS})\.?[\s./-]*\d{{0,4}}", re.IGNORECASE)


def write_csv(schema: TableSchema, rows: Rows) -> Iterator[bytes]:
    """The reference: UTF-8 without mark, commas, CRLF, quotes where RFC 4180 wants them; header, then rows as stored."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(schema.field_names)
    complete = _with_blanks(schema)
    for batch in batches(schema, rows):
        writer.writerows(batch if complete is None else map(complete, batch))
        yield _taken(text)
    if text.tell():
        yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def _with_blanks(schema: TableSchema) -> Callable[[Row], list[str]] | None:
    """How empty cells are filled; None where the empty text stands for a null everywhere, as nearly always."""
    written = [empties(field) for field in schema.fields]
    if not any(nothing or empty for nothing, empty in written):
        return None

    def complete(row: Row) -> list[str]:
        return [
            nothing if text is None else (text or empty)
            for text, (nothing, empty) in zip(row, written, strict=True)
        ]

    return complete


# -- for Excel ------------------------------------------------------------------------------------------------------


def write_excel_csv(schema: TableSchema, rows: Rows) -> Iterator[bytes]:
    """A CSV for a double click in a French Excel: UTF-8 with its mark, semicolons, decimal commas.

    Dates stay ISO, which Excel takes for dates in every language. A text that Excel would turn into a number, a date or
    a formula of its own (a SIRET, ``01004``, ``1-2``, ``+33 6…``) is written ``="01004"``: Excel shows the text and saves it
    unchanged. Any other text that begins like a formula gets an apostrophe. LibreOffice shows ``="01004"`` as it
    stands: there the workbook is the better file, and so it is for whoever wants to be sure.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write(MARK)
    writer.writerow([harmless(name) for name in schema.field_names])
    columns = [(Memo(excel_cell(field), len(schema.fields)), *empties(field)) for field in schema.fields]
    for batch in batches(schema, rows):
        writer.writerows(
            [
                cells[text] if text else (nothing if text is None else empty)
                for text, (cells, nothing, empty) in zip(row, columns, strict=True)
            ]
            for row in batch
        )
        yield _taken(text)
    if text.tell():
        yield _taken(text)


def excel_cell(field: Field) -> Callable[[str], str]:
    """How the texts of a field are written for Excel: numbers and days bare, what it would alter kept as text."""
    kind = field.type

    def of_number(text: str) -> str:
        value = kind.parse(text)
        if value is None or not re.fullmatch(r"-?\d+([.,]\d+)?", text, re.ASCII):
            return as_text(text)
        figures = len(text.lstrip("-0.,").replace(".", "").replace(",", ""))
        most = SHOWN_DIGITS if isinstance(kind, IntegerType) else EXACT_DIGITS
        return text.replace(".", ",") if figures <= most else as_text(text)

    def of_day(text: str) -> str:
        value = kind.parse(text)
        native = value is not None and isinstance(kind.to_spreadsheet(value), (date, datetime))
        return text if native else as_text(text)

    def of_year(text: str) -> str:
        return text if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else as_text(text)

    if isinstance(kind, (NumberType, IntegerType)):
        return of_number
    if isinstance(kind, DateType):
        return of_day
    if isinstance(kind, BooleanType):
        return harmless  # 0 and 1 come to no harm
    return of_year if isinstance(kind, YearType) else as_text


def as_text(text: str) -> str:
    """A text that stays one in Excel: ``01004`` → ``="01004"``, ``=1+1`` → ``'=1+1``, ``Mairie`` → ``Mairie``."""
    if (
        len(text) <= LONGEST_LITERAL
        and "\n" not in text
        and (FIGURES.fullmatch(text) or DATE_IN_WORDS.fullmatch(text))
    ):
        return f'="{text}"'
    return harmless(text)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, « CSV Injection »)."""
    return f"'{text}" if FORMULA.match(text) else text
