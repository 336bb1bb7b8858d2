"""Points by their axes."""

from __future__ import annotations

import pytest

from forms.binding import show
from schema_loader.check import check_cell
from tests.forms.fields import control_of, read_one, there_and_back

# -- points ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "stored"),
    [
        ("default", "2.3522,48.8566"),
        ("array", "[2.3522, 48.8566]"),
        ("object", '{"lon": 2.3522, "lat": 48.8566}'),
    ],
)
def test_a_point_is_two_named_axes_in_any_format(form: str, stored: str) -> None:
    control = control_of("geopoint", format=form)
    assert read_one(control, ("lat", "48,8566"), ("lon", "2.3522")) == stored
    made, back = there_and_back(control, stored)
    assert (made.lat, made.lon, back) == ("48,8566", "2,3522", stored)


def test_six_decimals_are_enough_and_more_are_kept_until_one_types() -> None:
    control = control_of("geopoint")
    made, back = there_and_back(control, "2.35221234567,48.85661234567")
    assert (made.lon, made.lat) == ("2,352212", "48,856612")
    assert back == "2.35221234567,48.85661234567"
    assert (
        read_one(control, ("lat", "48.85661234567"), ("lon", made.lon), ("avant", made.before))
        == "2.352212,48.856612"
    )


@pytest.mark.parametrize(("lat", "lon"), [("95", "2"), ("abc", "2,5"), ("", "2,5"), ("1", "x,y")])
def test_axes_that_are_no_point_are_shown_again_with_their_error(lat: str, lon: str) -> None:
    control = control_of("geopoint")
    stored = read_one(control, ("lat", lat), ("lon", lon))
    assert check_cell(control.field, stored)[1]
    made, back = there_and_back(control, stored)
    assert back == stored
    if "," not in (lat + lon).replace("2,5", ""):
        assert (made.lat, made.lon) == (lat, lon)


def test_both_axes_pasted_in_one_are_latitude_first_as_maps_give_them() -> None:
    assert read_one(control_of("geopoint"), ("lat", "48.8566, 2.3522"), ("lon", "")) == "2.3522,48.8566"


def test_a_point_with_its_axes_exchanged_is_warned_of() -> None:
    control = control_of("geopoint")
    assert show(control, "48.8566,2.3522").swapped
    assert not show(control, "2.3522,48.8566").swapped
    assert not show(control, "139.7,35.6").swapped  # Tokyo is in no France either way
