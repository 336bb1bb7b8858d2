"""Points that must lie in France."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from schema_loader.custom_checks.base import ColumnCheck, Params, Unusable
from schema_loader.errors import Fault
from schema_loader.table_schema import TableSchema

Box = tuple[Decimal, Decimal, Decimal, Decimal]


def _box(west: str, south: str, east: str, north: str) -> Box:
    return Decimal(west), Decimal(south), Decimal(east), Decimal(north)


class FrenchGpsCoordinates(ColumnCheck):
    """A point (``geopoint``) within metropolitan France or one of the five overseas départements.

    The boxes are the extreme points of the land, rounded outwards to a hundredth of a degree, so that a point at sea or
    just beyond a border may pass. A field of another type than ``geopoint`` cannot be checked.
    """

    name = "french-gps-coordinates"
    of_text = False
    BOXES: ClassVar[dict[str, Box]] = {
        "métropole": _box("-5.16", "41.33", "9.57", "51.09"),
        "Guadeloupe": _box("-61.81", "15.83", "-61.00", "16.52"),
        "Martinique": _box("-61.24", "14.38", "-60.80", "14.89"),
        "Guyane": _box("-54.61", "2.11", "-51.61", "5.76"),
        "La Réunion": _box("55.21", "-21.40", "55.84", "-20.87"),
        "Mayotte": _box("45.01", "-13.01", "45.31", "-12.63"),
    }

    def __init__(self, params: Params, schema: TableSchema) -> None:
        super().__init__(params, schema)
        field = schema.by_name.get(self.column)
        if field is not None and field.type.name != "geopoint":
            raise Unusable("column", "not-geopoint")

    def judge(self, value: Any) -> Fault | None:
        """``swapped`` when the two numbers would fit the other way round; ``lon`` and ``lat`` as texts."""
        lon, lat = value
        if self.holds(lon, lat):
            return None
        return self.fault(swapped=self.holds(lat, lon), lon=f"{lon:f}", lat=f"{lat:f}")

    @classmethod
    def holds(cls, lon: Decimal, lat: Decimal) -> bool:
        """Whether a point in degrees lies in one of the boxes."""
        return any(
            west <= lon <= east and south <= lat <= north for west, south, east, north in cls.BOXES.values()
        )
