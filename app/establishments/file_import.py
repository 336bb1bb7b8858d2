"""Establishments from a CSV file: read, checked line by line, shown, then created, all of them or none."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from app import files, i18n
from app.establishments import service
from app.establishments.service import Errors
from app.establishments.sheet import COLUMNS, table
from app.folding import fold
from app.i18n import N_, gettext
from app.tenancy import INSTANCE
from importers.csv_file import detect, read_records
from schema_loader import messages
from schema_loader.errors import TableUnreadable
from schema_loader.messages import Message

MAX_ROWS = 40_000  # there are 35,000 communes
MAX_OCTETS = 20_000_000
KEPT_SECONDS = 24 * 3600
PREFIX = "etablissements-"
FIRST_LINE = 2  # the header is line 1

OTHER_NAMES = {
    "name": "nom",
    "nom de l'etablissement": "nom",
    "collectivite": "nom",
    "etablissement": "nom",
    "nature": "type",
    "dept": "departement",
    "code departement": "departement",
    "slug": "adresse_page",
    "adresse de la page": "adresse_page",
    "email": "courriel",
    "e-mail": "courriel",
    "mail": "courriel",
    "contact": "courriel",
    "tel": "telephone",
    "adresse postale": "adresse",
}
"""What other files call our columns, folded."""


@dataclass(slots=True)
class Reading:
    """A file as it was read. ``rows``: tidy values; ``errors``: the same length; ``ignored``: columns that are none of ours.

    ``unreadable``: why there is nothing to read, and then nothing else is filled.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    errors: list[Errors] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unreadable: Message | None = None

    @property
    def faults(self) -> list[tuple[int, str, Message]]:
        """``(line of the file, title of the column, what and how)`` of everything that is wrong, in order."""
        return [
            (line, title_of(column), message)
            for line, errors in zip(self.lines, self.errors, strict=True)
            for column, told in errors.items()
            for message in told
        ]

    @property
    def is_sound(self) -> bool:
        return self.unreadable is None and bool(self.rows) and not any(self.errors)


def title_of(column: str) -> str:
    """A column as people read it."""
    field = table().by_name.get(column)
    return column if field is None else gettext(field.title)


def template() -> bytes:
    """An example to fill in, as French spreadsheets open it: UTF-8 with its mark, semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(column["name"] for column in COLUMNS)
    writer.writerow(column["example"] for column in COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def keep(data: bytes) -> str:
    """Keep a file until it is confirmed, for a day; gives the word by which it is found again."""
    files.remove_older(INSTANCE, PREFIX, KEPT_SECONDS)
    token = secrets.token_hex(12)
    files.write(INSTANCE, f"{PREFIX}{token}.csv", data)
    return token


def kept(token: str) -> Path | None:
    """The file of a word; None once it was imported, or forgotten."""
    try:
        path = files.path_of(INSTANCE, f"{PREFIX}{token}.csv")
    except ValueError:
        return None
    return path if path.is_file() else None


def forget(token: str) -> None:
    files.remove(INSTANCE, f"{PREFIX}{token}.csv")


def read(session: Session, path: Path) -> Reading:
    """Read and check a file. The scope is an administrator's: what exists already counts."""
    reading = Reading()
    try:
        _read_rows(path, reading)
    except TableUnreadable as error:
        return Reading(unreadable=messages.unreadable(error, i18n.language()))
    if reading.unreadable is None:
        reading.errors = service.faults_of_all(session, reading.rows, reading.lines)
    return reading


def _read_rows(path: Path, reading: Reading) -> None:
    records = read_records(path, detect(path, _known_labels()))
    labels = next(records, [])
    columns = [_column_of(label) for label in labels]
    if "nom" not in columns:
        reading.unreadable = service.said(
            N_("Ce fichier n’a pas de colonne « nom »."),
            N_("Sa première ligne doit porter les noms des colonnes. Partez du modèle à remplir."),
        )
        return
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        reading.unreadable = service.said(
            N_("Deux colonnes du fichier disent la même chose : {column}."),
            N_("Gardez une seule des deux."),
            column=title_of(sorted(twice)[0]),
        )
        return
    reading.ignored = [
        label for label, column in zip(labels, columns, strict=True) if not column and label.strip()
    ]
    for line, cells in enumerate(records, start=FIRST_LINE):
        if not any(cell.strip() for cell in cells):
            continue
        if len(reading.rows) == MAX_ROWS:
            reading.unreadable = service.said(
                N_("Ce fichier compte plus de {most} lignes."),
                N_("Découpez-le en plusieurs."),
                most=MAX_ROWS,
            )
            return
        raw = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        reading.rows.append(service.tidy(raw))
        reading.lines.append(line)
    if not reading.rows:
        reading.unreadable = service.said(
            N_("Ce fichier ne contient aucun établissement."),
            N_("Écrivez-en un par ligne, sous les noms des colonnes."),
        )


def _known_labels() -> Sequence[str]:
    return (*table().field_names, *OTHER_NAMES)


def _column_of(label: str) -> str:
    folded = " ".join(fold(label).replace("_", " ").split())
    for column in COLUMNS:
        if folded in (column["name"].replace("_", " "), fold(column["title"])):
            return str(column["name"])
    return OTHER_NAMES.get(folded, "")
