"""Texts compared as people mean them: one way to fold, for headers, choices and hints."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """A text without case, accents, ligatures or surplus spaces; typographic apostrophes straight."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
