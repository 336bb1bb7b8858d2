"""Labels of columns compared as people mean them: ``nomBeneficiaire``, « Nom du bénéficiaire », ``NOM_BENEFICIAIRES``.

Two keys of a label: *letters* keeps every letter and digit, and drops case, accents, spaces and marks; *words* also drops
what changes nothing to the sense (particles, plurals, units). What is alike under neither is compared word by word.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from importers.lexicon import KIN, NAMING, PARTICLES, SAME, UNITS
from schema_loader.folding import fold

Words = tuple[str, ...]

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W_]+")
_LIGATURE = re.compile(r"([œŒæÆ])(?=([A-Z])?)")
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")
NAMING_ALIKE = 0.6
KIN_ALIKE = 0.8
STEM_ALIKE = 0.75
BEGINNING_ALIKE = 0.85
MOST_LETTERS = 400  # of a label that are looked at: some are a whole paragraph


def visible(text: str) -> str:
    """A label without what cannot be seen (joiners, soft hyphens, byte order marks), on one line, single spaces."""
    text = text[:4096]
    kept = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(kept.split())


@lru_cache(maxsize=32_768)  # two sheets of the greatest width
def letters(label: str) -> str:
    """The letters and digits of a label, folded: ``Nom du bénéficiaire *`` → ``nomdubeneficiaire``."""
    folded = fold(unicodedata.normalize("NFKC", visible(label)[:MOST_LETTERS]))
    return "".join(c for c in folded if c.isalnum())


@lru_cache(maxsize=32_768)
def words(label: str) -> Words:
    """The words of a label that carry its sense, folded and in the singular.

    ``montantTotal``, « Montants totaux (€) » … ; what stands in brackets is left out unless nothing else stands there.
    """
    text = (
        visible(label)[:MOST_LETTERS]
        .replace("№", "numero ")
        .replace("n°", "numero ")
        .replace("N°", "numero ")
    )
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    bare = _LIGATURE.sub(_unligatured, bare)
    return _kept(_ASIDE.sub(" ", bare)) or _kept(bare)


def _unligatured(found: re.Match[str]) -> str:
    """``Œuvre`` → ``Oeuvre``, ``ŒUVRE`` → ``OEUVRE``: a capital in the middle of a word would part it."""
    pair = {"œ": "oe", "æ": "ae"}[found[1].lower()]
    return pair if found[1].islower() else pair.upper() if found[2] else pair.capitalize()


def _kept(text: str) -> Words:
    found = [piece.lower() for piece in _PIECES.findall(text)]
    kept = [SAME.get(word, word) for word in found if word not in PARTICLES]
    kept = [SAME.get(_singular(word), _singular(word)) for word in kept]
    while len(kept) > 1 and kept[-1] in UNITS:
        kept.pop()
    return tuple(kept)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and not word.endswith("ss") else word


def keys(label: str) -> tuple[str, ...]:
    """The keys of a label, strictest first; a label without letters has none."""
    strict, loose = letters(label), "".join(words(label))
    return tuple(dict.fromkeys(key for key in (strict, loose) if key))


def weights(labels: Iterable[str]) -> Mapping[str, float]:
    """How telling each word is among these labels: one that half of them hold tells little."""
    counts = Counter(word for label in labels for word in set(words(label)))
    return {word: 1 / (1 + math.log(count)) for word, count in counts.items()}


def likeness(label: Words, wanted: Words, weight: Mapping[str, float]) -> float:
    """How alike a label and what is wanted are, from 0 to 1: the weight of the words that they share, in whatever order.

    Words that the label has beside the wanted ones count less against it than wanted ones that it lacks.
    """
    if not label or not wanted:
        return 0.0
    left = list(label)
    shared = covered = 0.0
    for word in wanted:
        near = max(left, key=lambda candidate: alike(word, candidate), default="")
        degree = alike(word, near) if near else 0.0
        if degree > 0:
            left.remove(near)
            shared += degree * (weight.get(word, 1.0) + weight.get(near, 1.0))
            covered += degree * weight.get(word, 1.0)
    total = sum(weight.get(word, 1.0) for word in (*label, *wanted))
    due = sum(weight.get(word, 1.0) for word in wanted)
    return min(1.0, 0.65 * shared / total + 0.35 * covered / due)


def same_words(one: Words, other: Words) -> bool:
    """Whether both have the same words, in whatever order."""
    return bool(one) and sorted(one) == sorted(other)


@lru_cache(maxsize=200_000)
def alike(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1: equal, the beginning of the other, of one stem, of much the same letters."""
    if one == other:
        return 1.0
    if one in NAMING and other in NAMING:
        return NAMING_ALIKE
    if frozenset((one, other)) in KIN:
        return KIN_ALIKE
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < 3 or short.isdecimal():
        return 0.0
    if long.startswith(short) and short.isalpha():
        return BEGINNING_ALIKE
    if (
        len(short) >= 6
        and one[:5] == other[:5]
        and one[: len(short) * 3 // 5] == other[: len(short) * 3 // 5]
    ):
        return STEM_ALIKE
    if len(short) < 4:
        return 0.0
    left, right = _pairs(one), _pairs(other)
    degree = 2 * sum((left & right).values()) / (left.total() + right.total())
    return degree if degree >= 0.6 else 0.0


@lru_cache(maxsize=8192)
def _pairs(word: str) -> Counter[str]:
    return Counter(a + b for a, b in zip(f" {word}", f"{word} ", strict=True))
