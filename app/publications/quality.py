"""The quality score of data.gouv.fr, before sending: its nine equal points, each with what to do to have it.

Source of the rules: udata 17, ``Dataset.compute_quality``. Its point on the licence is had by any licence that the portal takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.i18n import N_, gettext
from app.publications.frequencies import UNKNOWN, frequency
from app.publications.portals.base import Metadata

DESCRIPTION = 100  # characters; more are wanted
CLOSED = frozenset({"pdf", "doc", "docx", "word", "xls", "excel", "xlsx"})
LEEWAY = timedelta(days=1)


class Point(StrEnum):
    """What is looked at, in the order of the portal."""

    LICENCE = "licence"
    COVERAGE = "coverage"
    ZONES = "zones"
    FREQUENCY = "frequency"
    IN_TIME = "in_time"
    DESCRIPTION = "description"
    OPEN_FORMAT = "open_format"
    AVAILABLE = "available"
    FILE_DESCRIBED = "file_described"


WORDS: dict[Point, tuple[str, str]] = {
    Point.LICENCE: (
        N_("Licence indiquée"),
        N_("Choisissez une licence, par exemple « Licence Ouverte 2.0 »."),
    ),
    Point.COVERAGE: (
        N_("Période couverte indiquée"),
        N_(
            "Donnez le premier et le dernier jour dont parlent les lignes, par exemple du 01/01/2025 au 31/12/2025."
        ),
    ),
    Point.ZONES: (
        N_("Territoire indiqué"),
        N_("Indiquez la commune, le département ou la région dont parlent les lignes."),
    ),
    Point.FREQUENCY: (
        N_("Fréquence de mise à jour indiquée"),
        N_("Dites tous les combien de temps vous publiez, par exemple « Tous les trois mois »."),
    ),
    Point.IN_TIME: (
        N_("Mise à jour dans les temps"),
        N_("Annoncez une fréquence que vous tenez : la prochaine publication se compte à partir d’elle."),
    ),
    Point.DESCRIPTION: (
        N_("Description assez longue"),
        N_(
            "Écrivez plus de 100 caractères : ce que contient chaque ligne, d’où elle vient, à quoi elle sert."
        ),
    ),
    Point.OPEN_FORMAT: (
        N_("Format ouvert"),
        N_("Publiez un fichier dans un format ouvert, par exemple CSV."),
    ),
    Point.AVAILABLE: (
        N_("Fichier disponible"),
        N_("Publiez au moins une ligne : il n’y a pas encore de fichier."),
    ),
    Point.FILE_DESCRIBED: (
        N_("Fichier décrit"),
        N_("Décrivez le fichier en une phrase, par exemple « Une ligne pour chaque délibération »."),
    ),
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the points look at in the file to publish; None where there is none yet."""

    format: str = "csv"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: had or not."""

    point: Point
    had: bool

    def label(self) -> str:
        """In the current language."""
        return gettext(WORDS[self.point][0])

    def remedy(self) -> str:
        """What to do to have it; nothing when it is had."""
        return "" if self.had else gettext(WORDS[self.point][1])


@dataclass(frozen=True, slots=True)
class Score:
    """The nine points."""

    marks: tuple[Mark, ...]

    @property
    def had(self) -> int:
        """How many, out of nine."""
        return sum(mark.had for mark in self.marks)

    @property
    def value(self) -> float:
        """0 to 1, as the portal shows it."""
        return self.had / len(Point)

    def missing(self) -> list[Mark]:
        return [mark for mark in self.marks if not mark.had]


def score(metadata: Metadata, file: FileFacts | None, *, updated: date, today: date) -> Score:
    """What the portal would say on ``today`` of a dataset whose file was last published on ``updated``."""
    often = frequency(metadata.frequency)
    known = often is not UNKNOWN
    late = often.days is not None and today > updated + timedelta(days=often.days) + LEEWAY
    had = {
        Point.LICENCE: bool(metadata.licence),
        Point.COVERAGE: metadata.coverage is not None,
        Point.ZONES: bool(metadata.zones or metadata.granularity),
        Point.FREQUENCY: known,
        Point.IN_TIME: known and not late,
        Point.DESCRIPTION: len(metadata.description) > DESCRIPTION,
        Point.OPEN_FORMAT: file is not None and bool(file.format) and file.format.lower() not in CLOSED,
        Point.AVAILABLE: file is not None,
        Point.FILE_DESCRIBED: file is not None and bool(file.description.strip()),
    }
    return Score(tuple(Mark(point, had[point]) for point in Point))
