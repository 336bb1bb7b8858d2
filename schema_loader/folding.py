"""Texts compared as people mean them: one way to fold, for headers, choices and hints."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


_OTHER = re.compile(r"[^\x00-\x7f]")


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def fold_letters(text: str) -> str:
    """A text without case, accents or ligatures, typographic apostrophes straight; every space stays."""
    if not text.isascii():
        text = _OTHER.sub(lambda found: _bare(found[0]), text)
    return text.casefold()


def fold(text: str) -> str:
    """The same without surplus spaces."""
    return " ".join(fold_letters(text).split())
