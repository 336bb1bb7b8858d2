"""Personal data that a version may hold: plain detectors, each of which only asks a question that a person answers.

Two kinds of reasons: the name or title of a column (``prenom``, « Nom du bénéficiaire »), and what its cells hold: e-mail addresses,
French telephone numbers, IBANs whose check digits are right (ISO 13616), people called « M. » or « Mme ». Only columns of free text
are looked at: a date, a number or a choice of the schema is none of these.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import re2

from app.i18n import N_, gettext
from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.table_schema import TableSchema


class Kind(StrEnum):
    """What a column seems to hold."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"


WORDS: Mapping[Kind, str] = {
    Kind.NAME: N_("des noms de personnes"),
    Kind.EMAIL: N_("des adresses électroniques"),
    Kind.PHONE: N_("des numéros de téléphone"),
    Kind.IBAN: N_("des comptes bancaires (IBAN)"),
}

SURE_NAMES = frozenset(("prenom", "prenoms", "patronyme", "signataire", "rapporteur", "elu", "elus"))
"""Words of a column that speak of people."""
PEOPLE = frozenset(
    (
        "agent",
        "beneficiaire",
        "candidat",
        "contact",
        "demandeur",
        "famille",
        "membre",
        "naissance",
        "personne",
        "proprietaire",
        "responsable",
        "titulaire",
        "usage",
    )
)
"""Words that do so beside « nom »."""
BY_NAME: Mapping[str, Kind] = {
    "courriel": Kind.EMAIL,
    "email": Kind.EMAIL,
    "mail": Kind.EMAIL,
    "mel": Kind.EMAIL,
    "telephone": Kind.PHONE,
    "tel": Kind.PHONE,
    "portable": Kind.PHONE,
    "iban": Kind.IBAN,
    "rib": Kind.IBAN,
}
_PHONE = r"(?:(?:\+|00)33[ .-]?[1-9]|0[1-9])(?:[ .-]?[0-9]{2}){4}"
_CIVILITY = r"(?:M\.|Mr|Mme|Mlle|Monsieur|Madame) (?:[A-Z]|É|È)"
_IBAN = r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?"
CELLS: Mapping[Kind, re.Pattern[str]] = {
    Kind.EMAIL: re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[a-zA-Z]{2,}"),
    Kind.PHONE: re.compile(rf"(?<![0-9]){_PHONE}(?![0-9])"),
    Kind.IBAN: re.compile(rf"(?<![A-Z0-9]){_IBAN}(?![A-Z0-9])"),
    Kind.NAME: re.compile(rf"(?<!\w){_CIVILITY}"),
}
_ANY = re2.compile(
    rf"@|(?:^|[^0-9]){_PHONE}(?:[^0-9]|$)|(?:^|[^A-Z0-9]){_IBAN}(?:[^A-Z0-9]|$)|{_CIVILITY}".encode()
)
"""Finds whether some octets may hold any of these, some hundred megabytes in a second."""
DENSE = 50_000
"""Lines that may hold some; beyond, one in :data:`SPARSE` is looked into: such a dataset has shown its columns."""
SPARSE = 20
EXAMPLE = 60  # characters


@dataclass(slots=True)
class Found:
    """What one column seems to hold, and the first cell that says so."""

    kinds: set[Kind] = field(default_factory=set)
    example: str = ""


class Scan:
    """Looks at the lines of a dataset as they go by."""

    def __init__(self, schema: TableSchema) -> None:
        self._columns = [(n, one) for n, one in enumerate(schema.fields) if is_free_text(one)]
        self.found: dict[str, Found] = {}
        self._dense = 0
        for _, one in self._columns:
            if kinds := kinds_of_name(one):
                self.found[one.name] = Found(kinds)

    def batch(self, lines: bytes, records: Sequence[bytes]) -> None:
        """Look at some lines of CSV. ``records``: the same, one by one, an empty text perhaps at the end."""
        if not self._columns or _ANY.search(lines) is None:
            return
        for record in records:
            if _ANY.search(record) is not None:
                self._dense += 1
                if self._dense <= DENSE or self._dense % SPARSE == 0:
                    self.rows(csv.reader(io.StringIO(record.decode(), newline="")))

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Look at some rows, cells in the order of the schema's fields."""
        for row in rows:
            for place, one in self._columns:
                if (cell := row[place]) and (kinds := kinds_of_cell(cell)):
                    held = self.found.setdefault(one.name, Found())
                    if not kinds <= held.kinds or not held.example:
                        held.kinds |= kinds
                        held.example = held.example or cell[:EXAMPLE]

    def to_json(self) -> dict[str, Any]:
        """Field name → ``{"kinds", "example"}``."""
        return {
            name: {"kinds": sorted(held.kinds), "example": held.example} for name, held in self.found.items()
        }


def is_free_text(one: Field) -> bool:
    """Whether people type what they want into a column."""
    return one.type.name in ("string", "any") and not one.choices


def kinds_of_name(one: Field) -> set[Kind]:
    """What the name and title of a column say of it."""
    found: set[Kind] = set()
    for text in (one.name, one.title or ""):
        words = set(re.findall(r"[a-z]+", fold(re.sub(r"([a-z])([A-Z])", r"\1 \2", text))))
        found |= {kind for word, kind in BY_NAME.items() if word in words}
        if words & SURE_NAMES or ("nom" in words and words & PEOPLE):
            found.add(Kind.NAME)
    return found


def kinds_of_cell(text: str) -> set[Kind]:
    """What a cell holds."""
    found = {kind for kind, pattern in CELLS.items() if kind is not Kind.IBAN and pattern.search(text)}
    if any(is_iban(match[0]) for match in CELLS[Kind.IBAN].finditer(text)):
        found.add(Kind.IBAN)
    return found


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616, modulo 97)."""
    bare = text.replace(" ", "")
    turned = bare[4:] + bare[:4]
    return len(bare) >= 15 and int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def in_words(kinds: Iterable[str]) -> str:
    """« des noms de personnes, des numéros de téléphone », in the current language."""
    return ", ".join(gettext(WORDS[Kind(kind)]) for kind in sorted(kinds))


# --- answers ---------------------------------------------------------------------------------------------------------


class Said(StrEnum):
    """What a person answers."""

    NONE = "none"
    ALLOWED = "allowed"
    NO = "no"


def open_questions(found: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """The columns about which somebody must still say something: never answered, or of another kind than was answered."""
    return [
        name
        for name, held in found.items()
        if not set(held["kinds"]) <= set(str(answers.get(name, {}).get("kind", "")).split())
    ]


def refused(found: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """The columns of which somebody said that they must not be published."""
    return [name for name in found if answers.get(name, {}).get("said") == Said.NO]
