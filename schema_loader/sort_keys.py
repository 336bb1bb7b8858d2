"""The text by which a cell sorts among those of its column, whatever its type: compared octet by octet, as PostgreSQL's
collation "C" and Python both do.

An empty cell sorts before every value, and a text that is no value of its column after them: one that its type does not read,
or that is none of its choices. Two cells of one value have one key; two of different values have different ones, but for texts
that are alike without case and accents, or that begin alike for :data:`MOST` characters. Choices always differ. Moments are in
the order of their clocks, whatever the zone beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from schema_loader.field import Field
from schema_loader.folding import fold

MOST = 60
INVALID = "~"
"""First character of the key of a text that is no value."""

_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_EXPONENT = 50_000
"""Added to the exponent of ten, so that it is never negative."""
_PLACES = 3
"""Digits that tell choices apart which would have one key."""


def sort_key(field: Field, text: str | None) -> str:
    """The key of a stored cell."""
    if not text or text in field.missing_values:
        return ""
    value = field.type.parse(text)
    return _invalid(text) if value is None else value_key(field, value, text)


def value_key(field: Field, value: Any, text: str) -> str:
    """The same where the value is known already; ``text`` is the one that is stored of it."""
    if not field.choices:
        return _key(field, value, text)
    keys = _choice_keys(field)
    if isinstance(value, str):
        return keys.get(text) or _invalid(text)
    key = _key(field, value, text)
    return key if key in keys.values() else _invalid(text)


def bound_key(field: Field, text: str) -> str | None:
    """The key of a bound that a person gives to a filter (a stored text); None when it is no value of the field."""
    value = field.type.parse(text) if text else None
    return None if value is None else _key(field, value, text)


def _key(field: Field, value: Any, text: str) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) and field.type.name == "year":
        return f"{value:04d}"  # it begins as a date does
    if isinstance(value, (int, float, Decimal)):
        return number_key(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return fold(text)[:MOST]


def _invalid(text: str) -> str:
    return INVALID + fold(text)[:MOST]


@lru_cache(maxsize=4096)
def _choice_keys(field: Field) -> Mapping[str, str]:
    """Text of a choice → its key."""
    found: dict[str, str] = {}
    for place, text in enumerate(field.choices):
        value = field.type.parse(text)
        key = _key(field, value, text)
        if isinstance(value, str) and key in found.values():
            key = f"{key}\x01{place:0{_PLACES}d}"
        found[text] = key
    return found


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
