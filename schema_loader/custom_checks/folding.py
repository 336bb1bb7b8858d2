"""Texts compared without case or accents."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The text in lower case without its accents; ligatures in two letters, typographic apostrophes straight."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
