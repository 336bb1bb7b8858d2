"""Texts compared as people mean them: one way to fold, for headers, choices and repairs."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]+")  # those of European letters: all there are in most texts
# What stands between two words; signs that mean something (+ < > % €) and the minus of a number stay
_BETWEEN_WORDS = re.compile(r"(?:[\s_'‘/,;.:()\[\]\"«»“”!?…‑–—]|-(?!\d)|(?<=\w)-)+")


def fold_letters(text: str) -> str:
    """A text without case, accents or ligatures, typographic apostrophes straight; every space stays."""
    if text.isascii():
        return text.casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    if not bare.isascii():
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def fold(text: str) -> str:
    """The same without surplus spaces."""
    return " ".join(fold_letters(text).split())


def fold_words(text: str) -> str:
    """The words of a text alone: no case, no accents, and one space for all that stands between two words."""
    return _BETWEEN_WORDS.sub(" ", fold_letters(text)).strip()
