"""GeoJSON of the datasets whose rows have a place (RFC 7946)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exporters.json_values import Maker, ObjectWriter, dump, member_maker
from exporters.rows import Memo, Row, Rows, batches
from schema_loader.field import Field
from schema_loader.folding import fold_letters
from schema_loader.table_schema import TableSchema
from schema_loader.types import GeojsonType, GeopointType, NumberType

LATITUDES = frozenset(("lat", "latitude", "ylat"))
LONGITUDES = frozenset(("lon", "long", "lng", "longitude", "xlon", "xlong"))
WORDS = re.compile(r"[a-z]+(?=[A-Z])|[A-Za-z]+|\d+")
DIGITS = 9  # decimals of a degree: a tenth of a millimetre

Place = Callable[[Row], bytes | None]


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Two number fields that say where a row is, in degrees."""

    longitude: Field
    latitude: Field


def coordinate_pairs(schema: TableSchema) -> tuple[Coordinates, ...]:
    """The fields that go together as longitude and latitude by their names (``long_coor1`` and ``lat_coor1``, ``xlong`` and ``ylat``)."""
    axes: dict[tuple[str, ...], dict[str, Field]] = {}
    for field in schema.fields:
        if not isinstance(field.type, NumberType):
            continue
        words = [fold_letters(word) for word in WORDS.findall(field.name)]
        for axis, known in (("latitude", LATITUDES), ("longitude", LONGITUDES)):
            rest = tuple(word for word in words if word not in known)
            if len(rest) == len(words) - 1:
                axes.setdefault(rest, {}).setdefault(axis, field)
    return tuple(Coordinates(**pair) for pair in axes.values() if len(pair) == 2)


def places(schema: TableSchema) -> tuple[Field | Coordinates, ...]:
    """What says where a row is, richest first: geometries, points, then pairs of numbers."""
    geometries = [
        f for f in schema.fields if isinstance(f.type, GeojsonType) and f.type.format_name == "default"
    ]
    points = [f for f in schema.fields if isinstance(f.type, GeopointType)]
    return (*geometries, *points, *coordinate_pairs(schema))


def has_places(schema: TableSchema) -> bool:
    """Whether the rows of this schema can be drawn on a map."""
    return bool(places(schema))


def write_geojson(schema: TableSchema, rows: Rows) -> Iterator[bytes]:
    """A FeatureCollection: one feature for each row, ``geometry`` null where a row says no place.

    The geometry is that of the first of :func:`places` that is filled in. Properties are the columns, as in the JSON format,
    but for what the geometry says already: a point or a bare geometry of the first of those places. Raises ``ValueError`` for a schema without places.
    """
    found = places(schema)
    if not found:
        raise ValueError("no field of this schema says where a row is")
    sources = [_of_pair(p) if isinstance(p, Coordinates) else _of_field(p) for p in found]
    first = found[0]
    writer = ObjectWriter(schema, {first.name: _unless_drawn(first)} if isinstance(first, Field) else {})
    yield b'{"type":"FeatureCollection","features":['
    start = b"\n"
    for batch in batches(schema, rows):
        features = [
            b'{"type":"Feature","geometry":' + _geometry(sources, row) + b',"properties":' + properties + b"}"
            for row, properties in zip(batch, writer.objects(batch), strict=True)
        ]
        yield start + b",\n".join(features)
        start = b",\n"
    yield b"\n]}\n"


def _geometry(sources: list[Place], row: Row) -> bytes:
    for source in sources:
        geometry = source(row)
        if geometry is not None:
            return geometry
    return b"null"


def _of_field(field: Field) -> Place:
    index = field.position - 1
    drawn = Memo(lambda text: _drawn(field, text), 20)  # shapes are long

    def place(row: Row) -> bytes | None:
        text = row[index]
        return drawn[text] if text else None

    return place


def _unless_drawn(field: Field) -> Maker:
    """Nothing where the geometry of the feature is the whole value, else the member: nothing is said twice, or lost."""
    member = member_maker(field)

    def make(text: str) -> bytes:
        value, _ = field.read(text)
        return (
            b""
            if value is not None and (not isinstance(value, dict) or geometry_of(value) is value)
            else member(text)
        )

    return make


def _drawn(field: Field, text: str) -> bytes | None:
    value, _ = field.read(text)
    if value is None:
        return None
    if isinstance(field.type, GeopointType):
        return _point(value.lon, value.lat)
    geometry = geometry_of(value)
    return None if geometry is None else dump(geometry)


def geometry_of(value: dict[str, Any]) -> Any | None:
    """The geometry of a GeoJSON object: its own, that of the feature, those of the collection together."""
    kind = value.get("type")
    if kind == "Feature":
        return value.get("geometry")
    if kind == "FeatureCollection":
        parts = [f["geometry"] for f in value.get("features", ()) if f.get("geometry") is not None]
        return (
            {"type": "GeometryCollection", "geometries": parts} if len(parts) > 1 else next(iter(parts), None)
        )
    return value


def _of_pair(pair: Coordinates) -> Place:
    longitude, latitude = pair.longitude, pair.latitude
    x, y = longitude.position - 1, latitude.position - 1

    def place(row: Row) -> bytes | None:
        lon, lat = longitude.read(row[x])[0], latitude.read(row[y])[0]
        if lon is None or lat is None or not (abs(lon) <= 180 and abs(lat) <= 90):
            return None  # metres of a projection, or a slip: no place on a globe
        return _point(lon, lat)

    return place


def _point(lon: Decimal, lat: Decimal) -> bytes:
    degrees = [round(float(axis), DIGITS) for axis in (lon, lat)]
    return dump({"type": "Point", "coordinates": degrees})
