"""A point as two named axes: nobody need know which comes first.

What is typed in an axis and is no number is kept in its place, so that it is shown there again, with its error.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from schema_loader.custom_checks.coordinates import FrenchGpsCoordinates
from schema_loader.field import Field
from schema_loader.types import GeopointType

DECIMALS = 6  # a tenth of a metre
SIX = Decimal(1).scaleb(-DECIMALS)
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
# Both numbers pasted in one place, as maps give them: latitude first
PASTED = re.compile(r"\s*\(?\s*([+-]?\d+\.\d+)\s*°?\s*[,; ]\s*([+-]?\d+\.\d+)\s*°?\s*\)?\s*", re.ASCII)


def split_axes(field: Field, text: str, lang: str = "fr") -> tuple[str, str] | None:
    """Longitude and latitude as they are typed, to 6 decimals; None for a text that is no two of anything."""
    value = field.type.parse(text) if text not in field.missing_values else None
    if value is not None:
        return _typed(value.lon, lang), _typed(value.lat, lang)
    kind = field.type.format_name
    if kind == "array":
        match = re.fullmatch(r"\[([^,\[\]]*), ([^,\[\]]*)\]", text, re.S)
    elif kind == "object":
        match = re.fullmatch(r'\{"lon": ([^,{}]*), "lat": ([^,{}]*)\}', text, re.S)
    else:
        match = re.fullmatch(r"([^,]*),([^,]*)", text, re.S)
    if match is None or "\n" in text or not (match[1].strip() or match[2].strip()):
        return None
    return _localised(match[1], lang), _localised(match[2], lang)


def join_axes(field: Field, lon: str, lat: str, lang: str = "fr") -> str:
    """The stored text of two typed axes, in the field's own format."""
    if not lon.strip() or not lat.strip():
        pasted = PASTED.fullmatch(lon or lat)
        if pasted is not None:
            lat, lon = pasted[1], pasted[2]
    kind: Any = field.type
    parts = [_number(axis) for axis in (lon, lat)]
    if isinstance(kind, GeopointType) and None not in parts:
        value = kind.from_json([str(part) for part in parts])
        if value is not None:
            return kind.format(value)
    first, second = (
        axis.strip() if part is None else f"{part:f}" for axis, part in zip((lon, lat), parts, strict=True)
    )
    if field.type.format_name == "array":
        return f"[{first}, {second}]"
    return (
        f'{{"lon": {first}, "lat": {second}}}' if field.type.format_name == "object" else f"{first},{second}"
    )


def _number(typed: str) -> Decimal | None:
    bare = re.sub(r"[\s°]", "", typed).replace("−", "-").replace(",", ".")
    if not NUMBER.fullmatch(bare):
        return None
    try:
        return _rounded(Decimal(bare))
    except InvalidOperation:
        return None


def _rounded(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return value.quantize(SIX) if isinstance(exponent, int) and exponent < -DECIMALS else value


def _typed(value: Decimal, lang: str) -> str:
    return _localised(f"{_rounded(value):f}", lang)


def _localised(text: str, lang: str) -> str:
    return text.replace(".", ",") if lang == "fr" and NUMBER.fullmatch(text) else text


def are_swapped(field: Field, text: str | None) -> bool:
    """Whether a stored point lies outside France and would lie within it with its axes exchanged: worth a warning."""
    if not text or field.type.name != "geopoint":
        return False
    value, faults = field.read(text)
    if value is None or faults:
        return False
    return not FrenchGpsCoordinates.holds(value.lon, value.lat) and FrenchGpsCoordinates.holds(
        value.lat, value.lon
    )
