"""``array``, ``list``, ``object``, ``geopoint`` and ``geojson``: values made of values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from schema_loader.errors import Fault
from schema_loader.types.base import FieldType, Warn
from schema_loader.types.geometry import is_geojson, is_topojson
from schema_loader.types.text import StringType

if TYPE_CHECKING:
    from schema_loader.field import Field

ItemCompiler = Callable[[Mapping[str, Any]], "Field"]


def read_json(text: str) -> Any | None:
    """A JSON value, or None; numbers with decimals become floats, as the reference reads them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def write_json(value: Any) -> str:
    """Compact JSON in plain Unicode."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=str)


class ArrayType(FieldType):
    """Table Schema ``array``: a JSON list; ``arrayItem`` is a field descriptor that each item must meet."""

    name = "array"
    constraints = ("required", "minLength", "maxLength", "enum")
    options = ("arrayItem",)

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn, item: Field | None = None) -> None:
        super().__init__(descriptor, warn)
        self.item = item

    def parse(self, text: str) -> list[Any] | None:
        """The list as JSON holds it; items are judged by :meth:`item_faults`."""
        return self.from_json(read_json(text))

    def from_json(self, data: Any) -> list[Any] | None:
        """A JSON list, or its text."""
        if isinstance(data, str):
            data = read_json(data)
        return data if isinstance(data, list) else None

    def item_faults(self, value: list[Any]) -> tuple[Fault, ...]:
        """One fault per rule that items break, naming the last such item, as the reference does."""
        if self.item is None:
            return ()
        faults: dict[str, Fault] = {}
        for number, data in enumerate(value, start=1):
            _, found = self.item.read_json(data)
            for fault in found:
                faults[fault.code] = Fault(
                    fault.code, {**fault.params, "item": number, "item_text": write_json(data)}
                )
        return tuple(faults.values())

    def format(self, value: list[Any]) -> str:
        """JSON."""
        return write_json(value)

    def to_json(self, value: list[Any]) -> list[Any]:
        """The list."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """An array of what the items are."""
        return {"type": "array", "items": self.item.type.json_schema()} if self.item else {"type": "array"}

    def samples(self) -> tuple[str, ...]:
        """Lists of one to three valid items."""
        if self.item is None:
            return ('["premier", "second"]', '["premier"]', "[]")
        items = [self.item.type.to_json(self.item.type.from_json(text)) for text in self.item.examples()]
        return tuple(write_json(items[:size]) for size in (2, 1, 3, 0) if size <= len(items))


class ListType(FieldType):
    """Table Schema v2 ``list``: items joined by ``delimiter``, each read in the default format of ``itemType``."""

    name = "list"
    constraints = ("required", "minLength", "maxLength")
    options = ("delimiter", "itemType")
    ITEM_TYPES = ("string", "integer", "boolean", "number", "datetime", "date", "time")

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn, item: FieldType | None = None) -> None:
        super().__init__(descriptor, warn)
        delimiter = descriptor.get("delimiter", ",")
        if not isinstance(delimiter, str) or not delimiter:
            warn("option-invalid", option="delimiter", value=delimiter)
            delimiter = ","
        self.delimiter = delimiter
        self.item = item if item is not None else StringType({}, warn)

    def parse(self, text: str) -> list[Any] | None:
        """The items' values."""
        return self._items(text.split(self.delimiter))

    def _items(self, data: list[Any]) -> list[Any] | None:
        read = self.item.from_json
        items = [read(item) for item in data]
        return None if None in items else items

    def from_json(self, data: Any) -> list[Any] | None:
        """A JSON list of item values, or the joined text."""
        if isinstance(data, str):
            return self.parse(data)
        return self._items(data) if isinstance(data, list) else None

    def format(self, value: list[Any]) -> str:
        """The items' texts, joined."""
        return self.delimiter.join(self.item.format(item) for item in value)

    def to_json(self, value: list[Any]) -> list[Any]:
        """The items as JSON."""
        return [self.item.to_json(item) for item in value]

    def json_schema(self) -> dict[str, Any]:
        """An array of what the items are."""
        return {"type": "array", "items": self.item.json_schema()}

    def samples(self) -> tuple[str, ...]:
        """Joined items that hold no delimiter."""
        items = [text for text in self.item.samples() if self.delimiter not in text] or ["1"]
        return tuple(self.delimiter.join((items * 5)[:size]) for size in (2, 1, 3, 5))


class ObjectType(FieldType):
    """Table Schema ``object``: a JSON object."""

    name = "object"
    constraints: ClassVar[tuple[str, ...]] = ("required", "minLength", "maxLength", "enum")

    def parse(self, text: str) -> dict[str, Any] | None:
        """The object."""
        return self.from_json(read_json(text))

    def from_json(self, data: Any) -> dict[str, Any] | None:
        """A JSON object, or its text."""
        if isinstance(data, str):
            data = read_json(data)
        return data if isinstance(data, dict) else None

    def format(self, value: dict[str, Any]) -> str:
        """JSON."""
        return write_json(value)

    def to_json(self, value: dict[str, Any]) -> dict[str, Any]:
        """The object."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """An object."""
        return {"type": "object"}

    def samples(self) -> tuple[str, ...]:
        """Small objects."""
        return ('{"cle": "valeur"}', "{}")


class GeoPoint(NamedTuple):
    """A point in degrees, WGS 84; longitude first, as Table Schema writes it."""

    lon: Decimal
    lat: Decimal


class GeopointType(FieldType):
    """Table Schema ``geopoint``: ``lon, lat`` as text, JSON array or JSON object; ±180 and ±90 degrees."""

    name = "geopoint"
    formats = ("default", "array", "object")

    def parse(self, text: str) -> GeoPoint | None:
        """The point."""
        try:
            if self.format_name == "default":
                lon, lat = (part.strip() for part in text.split(","))
                return self._point(Decimal(lon), Decimal(lat))
            data = json.loads(text)
            # in a cell the format decides; through an API both spellings are clear enough
            return (
                self._from_parts(data)
                if isinstance(data, dict if self.format_name == "object" else list)
                else None
            )
        except (ValueError, InvalidOperation, RecursionError):
            return None

    def _from_parts(self, data: Any) -> GeoPoint | None:
        if isinstance(data, dict):
            data = [data["lon"], data["lat"]] if set(data) == {"lon", "lat"} else None
        if (
            not isinstance(data, (list, tuple))
            or len(data) != 2
            or any(isinstance(part, bool) for part in data)
        ):
            return None
        try:
            lon, lat = (Decimal(str(part)) for part in data)
        except InvalidOperation:
            return None
        return self._point(lon, lat)

    @staticmethod
    def _point(lon: Decimal, lat: Decimal) -> GeoPoint | None:
        if not (lon.is_finite() and lat.is_finite()) or abs(lon) > 180 or abs(lat) > 90:
            return None
        return GeoPoint(lon, lat)

    def from_json(self, data: Any) -> GeoPoint | None:
        """``[lon, lat]``, ``{"lon":…, "lat":…}`` or the field's text."""
        return self.parse(data) if isinstance(data, str) else self._from_parts(data)

    def format(self, value: GeoPoint) -> str:
        """The text of the field's format, degrees in plain decimals."""
        lon, lat = (f"{part:f}" for part in value)
        if self.format_name == "array":
            return f"[{lon}, {lat}]"
        return f'{{"lon": {lon}, "lat": {lat}}}' if self.format_name == "object" else f"{lon},{lat}"

    def to_json(self, value: GeoPoint) -> dict[str, float]:
        """``{"lon", "lat"}``: named, because half the world writes them the other way round."""
        return {"lon": float(value.lon), "lat": float(value.lat)}

    def json_schema(self) -> dict[str, Any]:
        """An object with both axes named."""
        axis = {"type": "number"}
        return {"type": "object", "properties": {"lon": axis, "lat": axis}, "required": ["lon", "lat"]}

    def display(self, value: GeoPoint, lang: str = "fr") -> str:
        """Both axes by name."""
        return f"longitude {value.lon:f}, latitude {value.lat:f}"

    def samples(self) -> tuple[str, ...]:
        """Paris and Nantes."""
        return tuple(
            self.format(GeoPoint(Decimal(a), Decimal(b)))
            for a, b in (("2.3522", "48.8566"), ("-1.5536", "47.2184"))
        )


class GeojsonType(ObjectType):
    """Table Schema ``geojson``: an object of RFC 7946 (``default``) or of TopoJSON 1.0 (``topojson``)."""

    name = "geojson"
    formats = ("default", "topojson")
    constraints = ("required", "enum")

    def from_json(self, data: Any) -> dict[str, Any] | None:
        """The object, if its structure is sound."""
        value = super().from_json(data)
        sound = is_topojson if self.format_name == "topojson" else is_geojson
        return value if value is not None and sound(value) else None

    def samples(self) -> tuple[str, ...]:
        """A point."""
        if self.format_name == "topojson":
            return ('{"type": "LineString", "arcs": [0]}',)
        return ('{"type": "Point", "coordinates": [2.3522, 48.8566]}',)
