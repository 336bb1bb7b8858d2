"""A file opened as records, whatever it is: text or workbook; and what was found out about it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from app.i18n import AppWords
from importers.csv_file import detect, read_records
from importers.detect import Detected
from importers.dialect import TextLayout
from importers.spreadsheet_file import is_spreadsheet, read_chosen, sheets_of
from schema_loader.table_schema import TableSchema


@dataclass(frozen=True, slots=True)
class Source:
    """How a file was read: an encoding and a separator for a text, a sheet among ``sheets`` for a workbook."""

    kind: Literal["text", "xlsx", "ods", "xls"]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    formats_known: bool = True

    def notes(self, t: AppWords, *, by_command: bool = True) -> list[str]:
        """Sentences for the person who gave the file, perhaps to a command; none for a text, which is read as it stands."""
        if self.kind == "text":
            return []
        said = []
        if len(self.sheets) > 1 and by_command:
            said.append(
                t.gettext(
                    "Feuille lue : {sheet}, l’une des {n} feuilles du classeur. Pour en vérifier une autre : --sheet NOM.",
                    sheet=t.quote(self.sheet),
                    n=t.number(len(self.sheets)),
                )
            )
        if self.formats_known:
            said.append(
                t.gettext(
                    "Les cellules sont lues comme elles s’affichent, dans l’écriture des schémas : 2024-03-12 pour une date, 1234.5 pour un nombre."
                )
            )
        else:
            said.append(
                t.gettext(
                    "Un fichier .xls ne dit pas comment ses nombres s’affichent : les zéros au début d’un code (01004) peuvent manquer. Si c’est le cas, enregistrez-le au format XLSX."
                )
            )
        return said


PLAIN_TEXT = Source("text")


def text_source(layout: TextLayout) -> Source:
    """What was found out about a text."""
    return Source("text", encoding=layout.encoding, separator=layout.separator)


def source_of(detected: Detected) -> Source:
    """What was found out about a file of an import."""
    kind = detected.workbook
    if kind is None:
        return text_source(detected.layout)
    names = tuple(info.name for info in detected.sheets)
    return Source(kind, sheet=detected.sheet, sheets=names, formats_known=detected.formats_known)


@dataclass(slots=True)
class Records:
    """The records of a file: ``labels`` is the first of them (None: there is none), ``rows`` are the others."""

    source: Source
    labels: list[str] | None
    rows: Iterator[list[str]]

    def __iter__(self) -> Iterator[list[str]]:
        return chain(() if self.labels is None else (self.labels,), self.rows)


def open_records(
    path: Path, schema: TableSchema, *, encoding: str | None = None, sheet: str | None = None
) -> Records:
    """Open a text (``encoding`` None: found out) or a workbook (``sheet``: a name or a number from 1, None: the first).

    Raises :class:`~schema_loader.errors.TableUnreadable`, at once or where reading ends, and ``OSError``.
    """
    if is_spreadsheet(path):
        sheets = sheets_of(path)
        name = sheets.choose(sheet)
        source = Source(sheets.kind, sheet=name, sheets=sheets.names, formats_known=sheets.formats_known)
        records = read_chosen(path, sheets, name)
    else:
        layout = detect(path, schema.field_names, encoding)
        source = text_source(layout)
        records = read_records(path, layout)
    return Records(source, next(records, None), records)
