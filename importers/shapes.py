"""What a text looks like at first sight: for guessing where a header ends and what a column may be, never for judging a cell."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[-+]?[0-9][0-9\s.,'\u00a0\u202f]*\s*(?:€|%|euros?|k€|h|m2|m²)?", re.I)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
LONGEST = 40  # characters


def is_number(text: str) -> bool:
    """A number or an amount: ``1 234,50 €``."""
    return len(text) <= LONGEST and bool(_NUMBER.fullmatch(text))


def is_date(text: str) -> bool:
    """A day in figures: ``12/03/2024``."""
    return len(text) <= LONGEST and bool(_DATE.fullmatch(text))


def is_year(text: str) -> bool:
    """A year of our time."""
    return bool(_YEAR.fullmatch(text))


def is_datum(text: str) -> bool:
    """A number, an amount or a date: no label, unless it is a year."""
    bare = text.strip()
    return is_number(bare) or is_date(bare)
