"""Well-known text of geometries (OGC 06-103r4, clause 7), read as a yes or no.

One table says what each kind of geometry is made of; a descent over it reads a text in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(r"\s*([(),]|[A-Z]+|[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
MAX_DEPTH = 50  # collections nest; nobody draws a map fifty collections deep, a hostile text does

# What stands between the parentheses of each kind: "point" is a bare point, a name in lower case is an untagged
# part of that kind, a name in upper case must be written out.
PARTS: dict[str, tuple[str, ...]] = {
    "POINT": ("point",),
    "LINESTRING": ("point",),
    "CIRCULARSTRING": ("point",),
    "COMPOUNDCURVE": ("linestring", "CIRCULARSTRING"),
    "POLYGON": ("linestring",),
    "TRIANGLE": ("linestring",),
    "CURVEPOLYGON": ("linestring", "CIRCULARSTRING", "COMPOUNDCURVE"),
    "MULTIPOINT": ("pointtext",),
    "MULTICURVE": ("linestring", "CIRCULARSTRING", "COMPOUNDCURVE"),
    "MULTILINESTRING": ("linestring",),
    "MULTISURFACE": ("polygon", "CURVEPOLYGON"),
    "MULTIPOLYGON": ("polygon",),
    "POLYHEDRALSURFACE": ("polygon",),
    "TIN": ("polygon",),
    "GEOMETRYCOLLECTION": (),  # any tagged geometry
}
SINGLE = {"POINT", "TRIANGLE"}  # exactly one part


class _NotWkt(Exception):
    pass


def is_wkt(text: str) -> bool:
    """Whether the whole text is one geometry in well-known text (upper case, as the reference reads it)."""
    try:
        tokens = list(_tokens(text))
        end = _tagged(tokens, 0, tuple(PARTS), 0)
    except (_NotWkt, IndexError):
        return False
    return end == len(tokens)


def _tokens(text: str) -> Iterator[str]:
    position, length = 0, len(text.rstrip())
    while position < length:
        match = TOKEN.match(text, position)
        if match is None:
            raise _NotWkt
        position = match.end()
        yield match.group(1)


def _tagged(tokens: list[str], at: int, allowed: tuple[str, ...], depth: int) -> int:
    kind = tokens[at]
    if kind not in allowed or depth > MAX_DEPTH:
        raise _NotWkt
    at += 1
    if tokens[at] in ("Z", "M", "ZM"):
        at += 1
    return _body(tokens, at, kind, depth)


def _body(tokens: list[str], at: int, kind: str, depth: int) -> int:
    if tokens[at] == "EMPTY":
        return at + 1
    if tokens[at] != "(":
        raise _NotWkt
    while True:
        at = _part(tokens, at + 1, kind, depth + 1)
        if tokens[at] == ")":
            return at + 1
        if tokens[at] != "," or kind in SINGLE:
            raise _NotWkt


def _part(tokens: list[str], at: int, kind: str, depth: int) -> int:
    parts = PARTS[kind]
    token = tokens[at]
    if "point" in parts:
        return _point(tokens, at)
    if token not in ("(", "EMPTY"):
        return _tagged(tokens, at, tuple(p for p in parts if p.isupper()) if parts else tuple(PARTS), depth)
    for untagged, kind_of in (("pointtext", "POINT"), ("linestring", "LINESTRING"), ("polygon", "POLYGON")):
        if untagged in parts:
            return _body(tokens, at, kind_of, depth)
    raise _NotWkt


def _point(tokens: list[str], at: int) -> int:
    start = at
    while tokens[at][0] in "+-.0123456789":
        at += 1
    if not 2 <= at - start <= 4:
        raise _NotWkt
    return at
