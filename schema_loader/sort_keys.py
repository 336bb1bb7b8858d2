"""The text by which a cell sorts among those of its column, whatever its type: compared octet by octet, as PostgreSQL's
collation "C" and Python both do.

An empty cell sorts before every value, and a text that is no value of its type after them. A key is no longer than
:data:`MOST` characters: two long texts that begin alike may share one. Equal values have equal keys.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from schema_loader.field import Field
from schema_loader.folding import fold

MOST = 60
INVALID = "~"
"""First character of the key of a text that is no value."""

_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_EXPONENT = 50_000
"""Added to the exponent of ten, so that it is never negative."""


def sort_key(field: Field, text: str | None) -> str:
    """The key of a stored cell."""
    if not text or text in field.missing_values:
        return ""
    value = field.type.parse(text)
    if value is None:
        return INVALID + fold(text)[:MOST]
    return value_key(value, text)


def value_key(value: Any, text: str) -> str:
    """The key of a value that is no null; ``text`` is its normalised text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float, Decimal)):
        return number_key(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return fold(text)[:MOST]


def number_key(value: float | Decimal) -> str:
    """A number as a text that sorts as the number does: sign, exponent, then digits.

    >>> [number_key(n) for n in (-20, 0, 3, 12)]
    ['4499987~', '5', '6500003', '65000112']
    """
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        return "9"
    sign, digits, _ = number.as_tuple()
    if not any(digits):
        return "5"
    mantissa = "".join(map(str, digits)).strip("0")
    body = f"{max(0, min(99_999, number.adjusted() + _EXPONENT)):05d}{mantissa[:MOST]}"
    return f"4{body.translate(_COMPLEMENT)}~" if sign else f"6{body}"


def bound_key(field: Field, text: str) -> str | None:
    """The key of a bound that a person gives to a filter (a stored text); None when it is no value of the field."""
    value = field.type.parse(text) if text else None
    return None if value is None else value_key(value, text)
