"""The SCDL catalogue of an establishment's datasets, in CSV (schema « scdl/catalogue » 0.1.3): one row for each dataset.

All its columns are required. A dataset whose rows are about no known period is said to be about the time from its first to its
last publication; one whose publisher has no SIRET, or that has no file, is left out, and :func:`left_out` says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from app.publications.feeds.data import FeedDataset, day, in_pieces
from app.publications.frequencies import frequency
from app.publications.licences import OTHER_SCDL, licence

MEDIA_TYPE = "text/csv; charset=utf-8"
THEME = "Administration et action publique"
COLUMNS = (
    "COLL_NOM", "COLL_SIRET", "ID", "TITRE", "DESCRIPTION", "THEME", "PRODUCTEUR_NOM", "PRODUCTEUR_SIRET",
    "COUV_SPAT_MAILLE", "COUV_SPAT_NOM", "COUV_TEMP_DEBUT", "COUV_TEMP_FIN", "DATE_PUBL", "FREQ_MAJ", "DATE_MAJ",
    "MOTS_CLES", "LICENCE", "NOMBRE_RESSOURCES", "FORMAT_RESSOURCES", "URL",
)  # fmt: skip

LEVELS = {
    "fr:iris": "Infracommunale",
    "fr:commune": "Communale",
    "fr:epci": "Intercommunale",
    "fr:canton": "Cantonale",
    "fr:departement": "Départementale",
    "fr:region": "Régionale",
}


def scdl_rows(datasets: Iterable[FeedDataset]) -> Iterator[tuple[str, ...]]:
    """The rows, in the order of :data:`COLUMNS`, without those that :func:`left_out` names."""
    return (_row(one) for one in datasets if not left_out(one))


def scdl_csv(datasets: Iterable[FeedDataset]) -> Iterator[bytes]:
    """The whole file, in pieces of UTF-8."""
    return in_pieces(_lines(datasets))


def left_out(dataset: FeedDataset) -> str:
    """Why a dataset has no row: ``siret`` or ``file``; empty where it has one."""
    if not dataset.publisher.siret:
        return "siret"
    return "" if dataset.distributions else "file"


def _lines(datasets: Iterable[FeedDataset]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in scdl_rows(datasets):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _row(one: FeedDataset) -> tuple[str, ...]:
    found = licence(one.licence)
    start = one.coverage.start if one.coverage else one.issued
    end = one.coverage.end if one.coverage else one.modified
    formats = dict.fromkeys(held.format.lower() for held in one.distributions)
    return (
        one.publisher.name,
        one.publisher.siret,
        one.identifier,
        _plain(one.title),
        _plain(one.description),
        one.theme or THEME,
        one.publisher.name,
        one.publisher.siret,
        LEVELS.get(one.granularity, "Autre"),
        one.place or one.publisher.name,
        day(start),
        day(end),
        day(one.issued),
        frequency(one.frequency).scdl,
        day(one.modified),
        ";".join(one.keywords) or _plain(one.title),
        found.scdl if found else OTHER_SCDL,
        str(len(one.distributions)),
        ";".join(formats),
        one.page,
    )


def _plain(words: str) -> str:
    """On one line."""
    return " ".join(words.split())
