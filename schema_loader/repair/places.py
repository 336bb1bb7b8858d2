"""Points: other separators, decimal commas, and the latitude that was written first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from schema_loader.custom_checks.coordinates import FrenchGpsCoordinates
from schema_loader.repair.model import Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule
from schema_loader.types.structured import GeoPoint

_NUMBER = r"[-+−]?\d{1,3}(?:[.]\d+)?"
_COMMA_NUMBER = r"[-+−]?\d{1,3}(?:,\d+)?"
_OPEN, _CLOSE = r"[\[({]?\s*", r"\s*[\])}]?"
_POINTS = re.compile(rf"{_OPEN}({_NUMBER})\s*(?:[,;|/]|\s)\s*({_NUMBER}){_CLOSE}")
_COMMAS = re.compile(rf"{_OPEN}({_COMMA_NUMBER})\s*(?:[;|/]|,\s|\s)\s*({_COMMA_NUMBER}){_CLOSE}")
_FOUR = re.compile(r"([-+−]?\d{1,3},\d{2,}),([-+−]?\d{1,3},\d{2,})")
_WKT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.I)
_NAMED = re.compile(
    r"""[{]?\s*["']?(lat|lon|lng|long)\w*["']?\s*[:=]\s*(\S+?)\s*[,;]\s*["']?(lat|lon|lng|long)\w*["']?\s*[:=]\s*(\S+?)\s*[}]?""",
    re.I,
)


def swapped(point: GeoPoint) -> bool:
    """Whether a point lies in France once its two numbers are changed about, and not as it is."""
    holds = FrenchGpsCoordinates.holds
    return holds(point.lat, point.lon) and not holds(point.lon, point.lat)


def _written(text: str) -> tuple[str, str, bool] | None:
    """The two numbers of a text, longitude first where it is told (then the last is true)."""
    if found := _WKT.fullmatch(text):
        return found[1], found[2], True
    if found := _NAMED.fullmatch(text):
        first, second = found[1].lower()[:3], found[3].lower()[:3]
        if (first == "lat") == (second == "lat"):
            return None
        return (found[4], found[2], True) if first == "lat" else (found[2], found[4], True)
    for form in (_POINTS, _COMMAS, _FOUR):
        if found := form.fullmatch(text):
            return found[1], found[2], False
    return None


def points(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of points."""
    kind: Any = rule.field.type
    value = kind.parse(text)
    if value is None:
        written = _written(text)
        if written is None:
            return
        first, second = (_decimal(part) for part in written[:2])
        told = written[2]
    else:
        first, second, told = value[0], value[1], False
    if first is None or second is None:
        return
    as_is, turned = _point(kind, first, second), _point(kind, second, first)
    if told or turned is None or FrenchGpsCoordinates.holds(first, second):
        if as_is is not None and value is None:
            yield (Meant("point-form", as_is),)
        return
    kept = (
        as_is if value is None else text
    )  # a point that a check refuses may still be right: it is a person's to say
    readings = [Meant("point-swapped", turned, choices={"axes": "swap"})]
    if kept is not None:
        readings.append(Meant("point-form", kept, choices={"axes": "keep"}))
    decided = decisions.get("axes")
    chosen = [reading for reading in readings if reading.choices["axes"] == decided]
    yield tuple(chosen or readings)


def _decimal(text: str) -> Decimal | None:
    text = text.replace("−", "-").replace(",", ".").strip("\"'")
    return Decimal(text) if re.fullmatch(r"[-+]?\d{1,3}(?:\.\d+)?", text, re.ASCII) else None


def _point(kind: Any, lon: Decimal, lat: Decimal) -> str | None:
    point = kind.from_json([lon, lat])
    return kind.format(point) if point is not None else None
