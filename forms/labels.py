"""A field's name made readable, for the many schemas that give their columns no title."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from schema_loader.field import Field
from schema_loader.folding import fold

ACRONYMS = frozenset((
    "siret", "siren", "insee", "rna", "naf", "ape", "id", "uuid", "url", "uri", "rgpd", "epci", "cog", "ban", "bano",
    "osm", "wgs84", "gps", "pmr", "dae", "tva", "ttc", "ht", "iban", "ean", "cp", "pdf", "json", "csv", "wkt", "plu",
    "scot", "zae", "erp", "ens", "pei", "cpv", "irve", "pdl", "nic", "cnc", "ccs", "chademo", "qpv", "cdpenaf", "eu",
    "ue", "utc", "qr", "iso", "idcc", "crs", "epsg", "x", "y", "z", "co2", "gbfs", "gtfs", "pac",
))  # fmt: skip
LONGEST_ACRONYM = 5
SEPARATOR = re.compile(r"[^\w.]+|_+|(?<!\d)\.|\.(?!\d)")  # the point of c1.2 stays
WORD = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+[\d.]*|[A-Z]+[\d.]*|\d+")


def label_of(field: Field) -> str:
    """What the control is called: the title, else the name in words. ``nomBeneficiaire`` → « Nom beneficiaire »."""
    return " ".join(_visible(field.title).split()) or readable(field.name)


@lru_cache(maxsize=8192)
def readable(name: str) -> str:
    """``COLL_SIRET`` → « Coll SIRET », ``date-convention`` → « Date convention », ``nbBusM2Bio`` → « Nb bus M2 bio ».

    A name of which nothing is left comes back as it was.
    """
    text = " ".join(words_of(name)).strip()
    return text[:1].upper() + text[1:] if text else name


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, acronyms in capitals."""
    bare = _visible(name)
    mixed = not bare.isupper()
    return tuple(_word(piece, mixed) for part in SEPARATOR.split(bare) for piece in _pieces(part, mixed))


def _pieces(part: str, mixed: bool) -> list[str]:
    """The words of a part without separators; figures stay with the letters before them (M2, CO2)."""
    if fold(part) in ACRONYMS or not mixed or part.isupper() or part.islower():
        return [part] if part else []
    return WORD.findall(part) or [part]


def _word(piece: str, mixed: bool) -> str:
    letters = piece.rstrip("0123456789.")
    if fold(letters or piece) in ACRONYMS or (mixed and piece.isupper() and len(letters) <= LONGEST_ACRONYM):
        return piece.upper()
    return piece.lower()


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t")
