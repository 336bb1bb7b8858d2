"""Latitude and longitude in two columns, changed about."""

from __future__ import annotations

import pytest

from schema_loader.compile import compile_descriptor
from schema_loader.messages import repair_words
from schema_loader.repair import Axes, ColumnProposal, Swapper, axes_of


def schema(*names: str, kind: str = "number"):
    return compile_descriptor({"fields": [{"name": name, "type": kind} for name in names]})


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("lat", "lon"), [("lat", "lon")]),
        (("Longitude", "Latitude"), [("Latitude", "Longitude")]),
        (("lat_coor1", "long_coor1", "lat_coor2", "long_coor2"),
         [("lat_coor1", "long_coor1"), ("lat_coor2", "long_coor2")]),
        (("Xlong", "Ylat"), [("Ylat", "Xlong")]),
        (("pointLat", "pointLng"), [("pointLat", "pointLng")]),
        (("latence", "longueur"), []),
        (("plat", "salon"), []),
        (("lat", "long_rue"), []),
        (("lat_a", "lon_b"), []),
    ],
)  # fmt: skip
def test_the_two_halves_of_a_point_are_known_by_name(
    names: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    assert list(axes_of(schema(*names))) == found


def test_dates_are_no_halves() -> None:
    assert axes_of(schema("lat", "lon", kind="date")) == ()


ROWS = [
    ("48.85", "2.35"),  # Paris as it is
    ("2.35", "48.85"),  # and changed about
    ("2,35", "48,85"),
    ("2.35", "48.85"),
    ("55.5", "-21.1"),  # La Réunion changed about
    ("-21.1", "55.5"),
    ("", "48.85"),
    ("40.71", "-74.0"),  # New York, whichever way
    ("nord", "2.35"),
]


def test_rows_are_changed_about_where_the_point_then_lies_in_france() -> None:
    swapper = Swapper(Axes("lat", "lon"))
    swapper.count(*zip(*ROWS, strict=True))
    found = swapper.proposal()
    assert found is not None
    assert (found.field, found.partner, found.status, found.cells) == ("lat", "lon", "near", 4)
    assert found.samples[0].before == "2.35 ; 48.85"
    assert found.samples[0].cells == 2
    assert ColumnProposal.from_json(found.to_json()) == found
    assert "4 lignes" in repair_words(found).title
    texts = swapper.swapped(*map(list, zip(*ROWS, strict=True)))
    assert texts is not None
    made = list(zip(*texts, strict=True))
    assert made[1] == ("48.85", "2.35")
    assert made[4] == ("-21.1", "55.5")
    assert [n for n, (row, now) in enumerate(zip(ROWS, made, strict=True)) if row != now] == [1, 2, 3, 4]
    assert swapper.swapped(*texts) is None, "once is enough"


def test_nothing_is_proposed_where_all_is_right() -> None:
    swapper = Swapper(Axes("lat", "lon"))
    swapper.count(["48.85"], ["2.35"])
    assert swapper.proposal() is None
