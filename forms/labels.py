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
    "ue", "utc", "qr", "iso", "idcc", "crs", "epsg", "x", "y", "z", "lon", "lat", "co2", "gbfs", "gtfs", "pac",
))  # fmt: skip
SHOWN_WHOLE = frozenset(("lon", "lat"))
LONGEST_ACRONYM = 5
WORD = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+", re.UNICODE)


def label_of(field: Field) -> str:
    """What the control is called: the title, else the name in words. ``nomBeneficiaire`` → « Nom beneficiaire »."""
    title = " ".join(_visible(field.title).split())
    return title or readable(field.name)


@lru_cache(maxsize=8192)
def readable(name: str) -> str:
    """``COLL_SIRET`` → « Coll SIRET », ``date-convention`` → « Date convention », ``pdlPrm2`` → « PDL prm 2 ».

    A name of which nothing is left comes back as it was.
    """
    words = [_word(piece) for part in re.split(r"[\W_]+", _visible(name)) for piece in _pieces(part)]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text else name


def _pieces(part: str) -> list[str]:
    """The words of a name without separators; a figure stays with the letters before it in what is known (CO2)."""
    if fold(part) in ACRONYMS or part.isupper() or part.islower():
        return [part] if part else []
    return WORD.findall(part) or [part]


def _word(piece: str) -> str:
    folded = fold(piece)
    if folded in ACRONYMS and folded not in SHOWN_WHOLE:
        return piece.upper()
    return piece.lower()


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t")
