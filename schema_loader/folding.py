"""Texts compared as people mean them: one way to fold, for headers, choices and repairs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_OTHER = re.compile(r"[^\x00-\x7f]")


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")


# What stands between two words; signs that mean something (+ < > % €) and the minus of a number stay
_BETWEEN_WORDS = re.compile(r"(?:[\s_'‘/,;.:()\[\]\"«»“”!?…‑–—]|-(?!\d)|(?<=\w)-)+")


def fold_letters(text: str) -> str:
    """A text without case, accents or ligatures, typographic apostrophes straight; every space stays."""
    if not text.isascii():
        text = _OTHER.sub(lambda found: _bare(found[0]), text)
    return text.casefold()


def fold(text: str) -> str:
    """The same without surplus spaces."""
    return " ".join(fold_letters(text).split())


def fold_words(text: str) -> str:
    """The words of a text alone: no case, no accents, and one space for all that stands between two words."""
    return _BETWEEN_WORDS.sub(" ", fold_letters(text)).strip()
