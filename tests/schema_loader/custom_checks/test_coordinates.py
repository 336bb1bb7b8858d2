"""Points in France."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.custom_checks.coordinates import FrenchGpsCoordinates
from tests.schema_loader.custom_checks.declared import of_value, schema_with, warnings

TOWNS = {
    "Poitiers": "0.34,46.58", "Bray-Dunes": "2.53,51.08", "Bonifacio": "9.16,41.39", "Ouessant": "-5.09,48.46",
    "Pointe-à-Pitre": "-61.53,16.24", "Fort-de-France": "-61.07,14.61", "Cayenne": "-52.33,4.93",
    "Saint-Denis": "55.45,-20.88", "Mamoudzou": "45.23,-12.78",
}  # fmt: skip


@pytest.mark.parametrize("town", TOWNS)
def test_a_french_town_passes(town: str) -> None:
    assert of_value("french-gps-coordinates", TOWNS[town], "geopoint") is None


@pytest.mark.parametrize("town", TOWNS)
def test_a_french_town_with_swapped_numbers_is_recognised(town: str) -> None:
    lon, lat = TOWNS[town].split(",")
    error = of_value("french-gps-coordinates", f"{lat},{lon}", "geopoint")
    assert error is not None
    assert error.code == "custom-check-error/french-gps-coordinates"
    assert error.params == {"swapped": True, "lon": lat, "lat": lon}


@pytest.mark.parametrize("point", ["0,0", "-0.13,51.51", "-56.18,46.78", "166.45,-22.27", "100,2.35"])
def test_a_point_elsewhere_fails(point: str) -> None:
    error = of_value("french-gps-coordinates", point, "geopoint")
    assert error is not None and error.params["swapped"] is False


def test_every_format_of_points_is_read() -> None:
    array = {"type": "geopoint", "format": "array"}
    assert of_value("french_gps_coordinates", "[0.34,46.58]", array) is None
    assert of_value("french_gps_coordinates", "[46.58,0.34]", array) is not None


@pytest.mark.parametrize("kind", ["string", "number"])
def test_a_column_without_points_cannot_be_checked(kind: str) -> None:
    schema = schema_with("french-gps-coordinates", {"column": "a"}, {"a": kind})
    expected = {"check": "french-gps-coordinates", "param": "column", "reason": "not-geopoint", "runs": False}
    assert warnings(schema) == [("check-misdeclared", "", expected)]
    assert of_value("french-gps-coordinates", "1", kind) is None


@given(st.decimals(-180, 180, places=4), st.decimals(-90, 90, places=4))
def test_no_point_fits_both_ways(lon: object, lat: object) -> None:
    holds = FrenchGpsCoordinates.holds
    assert not (holds(lon, lat) and holds(lat, lon) and lon != lat)
