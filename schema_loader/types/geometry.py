"""The structure of GeoJSON (RFC 7946) and TopoJSON 1.0, read as a yes or no.

Wider than the profile the reference uses in two places where the standard is: a position may have an altitude, and a
feature's geometry may be a collection (docs/differences.md, ``geojson-profile``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MAX_DEPTH = 30  # geometry collections nest; a hostile text nests a thousand deep

Test = Callable[[Any], bool]


def is_number(value: Any) -> bool:
    """A JSON number; JSON's booleans are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """A JSON number without a decimal point."""
    return isinstance(value, int) and not isinstance(value, bool)


def list_of(test: Test, at_least: int = 0, at_most: int | None = None) -> Test:
    """A test for lists whose every item passes ``test``."""

    def check(value: Any) -> bool:
        if (
            not isinstance(value, list)
            or len(value) < at_least
            or (at_most is not None and len(value) > at_most)
        ):
            return False
        return all(test(item) for item in value)

    return check


position = list_of(is_number, 2, 3)
line = list_of(position, 2)
ring = list_of(position, 4)
polygon = list_of(ring)
GEOMETRIES: Mapping[str, Test] = {
    "Point": position,
    "MultiPoint": list_of(position),
    "LineString": line,
    "MultiLineString": list_of(line),
    "Polygon": polygon,
    "MultiPolygon": list_of(polygon),
}
numbers = list_of(is_number)


def is_geojson(value: Mapping[str, Any]) -> bool:
    """Whether an object is a geometry, a feature or a collection of either (RFC 7946 §3)."""
    if "bbox" in value and not numbers(value["bbox"]):
        return False
    if value.get("crs") is not None and not _is_crs(value["crs"]):
        return False
    kind = value.get("type")
    if kind == "FeatureCollection":
        return list_of(_is_feature)(value.get("features"))
    return _is_feature(value) if kind == "Feature" else _is_geometry(value)


def _is_crs(value: Any) -> bool:
    # GeoJSON 2008 §3; RFC 7946 dropped it, older exports still carry it
    if (
        not isinstance(value, dict)
        or set(value) != {"type", "properties"}
        or not isinstance(value["properties"], dict)
    ):
        return False
    key = {"name": "name", "link": "href"}.get(value["type"]) if isinstance(value["type"], str) else None
    return key is not None and isinstance(value["properties"].get(key), str)


def _is_feature(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("type") != "Feature":
        return False
    if "properties" not in value or "geometry" not in value:
        return False
    geometry = value["geometry"]
    return (value["properties"] is None or isinstance(value["properties"], dict)) and (
        geometry is None or _is_geometry(geometry)
    )


def _is_geometry(value: Any, depth: int = 0) -> bool:
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return False
    kind = value.get("type")
    if kind == "GeometryCollection":
        return list_of(lambda part: _is_geometry(part, depth + 1))(value.get("geometries"))
    test = GEOMETRIES.get(kind) if isinstance(kind, str) else None
    return test is not None and test(value.get("coordinates"))


# -- TopoJSON -----------------------------------------------------------------------------------------------------

indexes = list_of(is_integer)
at_least_two = list_of(is_number, 2)
TOPO_GEOMETRIES: Mapping[str, tuple[str, Test]] = {
    "Point": ("coordinates", at_least_two),
    "MultiPoint": ("coordinates", list_of(at_least_two)),
    "LineString": ("arcs", indexes),
    "MultiLineString": ("arcs", list_of(indexes)),
    "Polygon": ("arcs", list_of(indexes)),
    "MultiPolygon": ("arcs", list_of(list_of(indexes))),
}


def is_topojson(value: Mapping[str, Any]) -> bool:
    """Whether an object is a topology or one of its geometries (TopoJSON 1.0 §2)."""
    if "bbox" in value and not (numbers(value["bbox"]) or list_of(numbers, 2, 2)(value["bbox"])):
        return False
    if value.get("type") != "Topology":
        return _is_topo_geometry(value)
    objects, transform = value.get("objects"), value.get("transform")
    if not isinstance(objects, dict) or not all(_is_topo_geometry(part) for part in objects.values()):
        return False
    if transform is not None and not (
        isinstance(transform, dict)
        and at_least_two(transform.get("scale"))
        and at_least_two(transform.get("translate"))
    ):
        return False
    return list_of(list_of(lambda point: point is None or at_least_two(point), 2))(value.get("arcs"))


def _is_topo_geometry(value: Any, depth: int = 0) -> bool:
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return False
    kind = value.get("type")
    if kind == "GeometryCollection":
        return list_of(lambda part: _is_topo_geometry(part, depth + 1))(value.get("geometries"))
    if not isinstance(kind, str) or kind not in TOPO_GEOMETRIES:
        return False
    key, test = TOPO_GEOMETRIES[kind]
    return test(value.get(key))
