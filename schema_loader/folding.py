"""Texts compared as people mean them: one way to fold, for headers, choices and hints."""

from __future__ import annotations

import unicodedata


def fold_letters(text: str) -> str:
    """A text without case, accents or ligatures, typographic apostrophes straight; every space stays."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def fold(text: str) -> str:
    """The same without surplus spaces."""
    return " ".join(fold_letters(text).split())
