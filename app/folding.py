"""Text as it is searched and sorted: without accents or case, ``œ`` as ``oe``, ``’`` as on the keyboard.

The embedded PostgreSQL has neither ICU nor unaccent; ``app.fold(text)`` in the database does the same (a test compares them).
"""

from __future__ import annotations

import re
import unicodedata

MARKS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """The folded text; folding it again changes nothing."""
    bare = MARKS.sub("", unicodedata.normalize("NFD", text)).lower()
    return bare.replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def fold_email(address: str) -> str:
    """An e-mail address as accounts are known by: trimmed, composed and in lower case. Accents stay: they are other addresses."""
    return unicodedata.normalize("NFC", address).strip().lower()


def like_pattern(text: str) -> str:
    """The pattern of LIKE (escape ``\\``) that finds a folded text anywhere."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", fold(text)) + "%"
