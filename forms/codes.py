"""Codes that people read in groups and copy without spaces: SIRET, SIREN, and those typed on a keypad of figures.

What a code is, is told by the schema: a declared check, a pattern of so many digits, a name. Nothing here judges a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.shapes import Run, shapes

SPACES = re.compile(r"[\s.]")


@dataclass(frozen=True, slots=True)
class Code:
    """How a code is shown: the lengths of its groups (empty: in one piece), and whether figures alone make it."""

    kind: str
    length: int
    groups: tuple[int, ...] = ()
    figures: bool = True


SIRET = Code("siret", 14, (3, 3, 3, 5))
SIREN = Code("siren", 9, (3, 3, 3))
COMMUNE = Code("commune", 5, figures=False)  # 2A004: Corsica needs its letters
POSTAL = Code("postal", 5)
RNA = Code("rna", 10, (1, 3, 3, 3), figures=False)

CHECKS = {"siret": SIRET, "siren": SIREN, "code-commune-insee": COMMUNE, "code-postal": POSTAL}
NAMES = (
    (re.compile(r"\bsiret\b"), SIRET),
    (re.compile(r"\bsiren\b"), SIREN),
    (re.compile(r"\brna\b"), RNA),
    (re.compile(r"\b(?:code )?insee\b|\bcode (?:de la )?commune\b|\bcodgeo\b|\bcog\b"), COMMUNE),
    (re.compile(r"\bcode ?postal\b|\bcp\b|\bpostcode\b"), POSTAL),
)


def code_of(field: Field, checks: frozenset[str]) -> Code | None:
    """The code that a field holds, if it is one. ``checks``: names of the checks declared on it."""
    if field.type.name not in ("string", "integer", "any") or field.type.format_name != "default":
        return None
    for name in sorted(checks):
        if name in CHECKS:
            return CHECKS[name]
    length = _length(field)
    name = _words(field.name)
    for pattern, code in NAMES:
        if pattern.search(name) and length in (None, code.length):
            return code
    return SIRET if length == SIRET.length and _digits(field) else None


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\W_]+", fold(spaced)))


def _length(field: Field) -> int | None:
    """How long a value must be, where the schema says one length only; 0 where it says others."""
    pattern = field.constraints.get("pattern")
    if pattern is not None:
        found = shapes(pattern.value)
        lengths = set()
        for shape in found or ():
            runs = [part for part in shape if isinstance(part, Run)]
            if len(runs) != len(shape):
                return None
            lengths.add((sum(r.low for r in runs), sum(r.high or 0 for r in runs)))
        if len(lengths) != 1:
            return None
        low, high = lengths.pop()
        return low if low == high else 0
    shortest, longest = (field.constraints.get(name) for name in ("minLength", "maxLength"))
    if shortest is not None and longest is not None:
        return int(shortest.value) if shortest.value == longest.value else 0
    return None


def _digits(field: Field) -> bool:
    found = shapes(field.constraints["pattern"].value) if "pattern" in field.constraints else None
    return bool(found) and all(
        isinstance(part, Run)
        and part.characters.digits
        and not (part.characters.upper or part.characters.lower)
        for shape in found or ()
        for part in shape
    )


def grouped(text: str, code: Code) -> str:
    """``21750001600019`` → ``217 500 016 00019``; a text of another length as it is."""
    if not code.groups or len(text) != code.length or not text.isascii() or not text.isalnum():
        return text
    pieces, at = [], 0
    for size in code.groups:
        pieces.append(text[at : at + size])
        at += size
    return " ".join(pieces)


def compact(text: str) -> str:
    """A code as it is stored: without the spaces and dots between its figures."""
    return SPACES.sub("", text)
