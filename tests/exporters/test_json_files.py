"""JSON, NDJSON and GeoJSON: what a program reads in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from exporters.formats import available
from exporters.geojson_file import Coordinates, coordinate_pairs, write_geojson
from exporters.json_values import write_json, write_ndjson
from schema_loader.types import StringType
from schema_loader.types.geometry import is_geojson
from tests.exporters.datasets import Dataset, datasets, schema_of

SCHEMA = schema_of(
    {"name": "objet", "type": "string", "missingValues": ["", "NA"]},
    {"name": "montant", "type": "number"},
    {"name": "notifie", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
    {"name": "tags", "type": "array"},
    {"name": "lieu", "type": "geopoint"},
)


def read(chunks: Any) -> Any:
    return json.loads(b"".join(chunks))


def test_values_have_the_type_of_their_field_and_nulls_are_said() -> None:
    rows = [
        ['« a "b" »', "1234.50", "oui", '["x", 1]', "2.35,48.85"],
        [None, "", "", "", ""],
        ["NA", "12", "non", "[]", ""],
    ]
    assert read(write_json(SCHEMA, rows)) == [
        {
            "objet": '« a "b" »',
            "montant": 1234.5,
            "notifie": True,
            "tags": ["x", 1],
            "lieu": {"lon": 2.35, "lat": 48.85},
        },
        {"objet": None, "montant": None, "notifie": None, "tags": None, "lieu": None},
        {"objet": None, "montant": 12, "notifie": False, "tags": [], "lieu": None},
    ]


def test_what_is_no_value_of_its_field_stays_text() -> None:
    rows = [["a", "douze", "peut-être", "[1", "ici"], ["a", "0.12345678901234567890", None, None, None]]
    first, second = read(write_json(SCHEMA, rows))
    assert list(first.values()) == ["a", "douze", "peut-être", "[1", "ici"]
    assert second["montant"] == "0.12345678901234567890"  # more than JSON's numbers hold


def test_whole_numbers_of_any_size_are_numbers() -> None:
    schema = schema_of({"name": "n", "type": "integer"})
    assert read(write_json(schema, [[str(10**30)], ["-1"]])) == [{"n": 10**30}, {"n": -1}]


def test_no_rows_are_an_empty_list() -> None:
    assert read(write_json(SCHEMA, [])) == []
    assert b"".join(write_ndjson(SCHEMA, [])) == b""


@given(datasets())
def test_each_line_of_ndjson_is_an_object_that_reads_back_as_its_row(dataset: Dataset) -> None:
    schema, rows = dataset
    lines = b"".join(write_ndjson(schema, rows)).split(b"\n")[:-1]
    objects = [json.loads(line) for line in lines]
    assert read(write_json(schema, rows)) == objects or any("NaN" in line.decode() for line in lines)
    for row, found in zip(rows, objects, strict=True):
        assert list(found) == list(schema.field_names)
        for field, stored in zip(schema.fields, row, strict=True):
            value, _ = field.read(stored)
            data = found[field.name]
            if value is None:
                # of a text an empty cell is a text too, where the schema does not say that it is missing
                is_none = stored is None or not (stored or isinstance(field.type, StringType))
                assert data == (None if is_none or stored in field.missing_values else stored)
            elif "NaN" not in (stored or "") and "nfinity" not in (stored or ""):
                again = field.type.from_json(data)
                assert again == value or field.type.name in ("geopoint", "array", "object", "any")


# -- maps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (("latitude", "longitude"), ("longitude", "latitude")),
        (("EQUIP_LONG", "EQUIP_LAT"), ("EQUIP_LONG", "EQUIP_LAT")),
        (("lat_coor1", "long_coor1"), ("long_coor1", "lat_coor1")),
        (("xlong", "ylat"), ("xlong", "ylat")),
        (("decimalLatitude", "decimalLongitude"), ("decimalLongitude", "decimalLatitude")),
        (("depart_lat", "arrivee_lon"), None),
        (("longueur", "latence"), None),
        (("long", "large"), None),
        (("X", "Y"), None),
    ],
)
def test_longitude_and_latitude_are_found_by_their_names(
    names: tuple[str, str], pair: tuple[str, str] | None
) -> None:
    schema = schema_of(*({"name": name, "type": "number"} for name in names))
    found = [(c.longitude.name, c.latitude.name) for c in coordinate_pairs(schema)]
    assert found == ([pair] if pair else [])
    assert ("geojson" in [form.name for form in available(schema)]) is bool(pair)


def test_names_alone_are_no_coordinates() -> None:
    schema = schema_of({"name": "lat"}, {"name": "lon"})
    assert coordinate_pairs(schema) == ()
    with pytest.raises(ValueError, match="no field"):
        read(write_geojson(schema, []))


def test_a_pair_of_numbers_is_a_point_unless_it_is_no_place() -> None:
    schema = schema_of({"name": "nom"}, {"name": "lon", "type": "number"}, {"name": "lat", "type": "number"})
    assert isinstance(coordinate_pairs(schema)[0], Coordinates)
    rows = [["a", "-1.5536", "47.2184"], ["b", "355000", "6689000"], ["c", "", "47"], ["d", "x", "1"]]
    found = read(write_geojson(schema, rows))
    assert is_geojson(found)
    assert [feature["geometry"] for feature in found["features"]] == [
        {"type": "Point", "coordinates": [-1.5536, 47.2184]}, None, None, None,
    ]  # fmt: skip
    assert found["features"][0]["properties"] == {"nom": "a", "lon": -1.5536, "lat": 47.2184}
    assert found["features"][3]["properties"]["lon"] == "x"


def test_the_richest_place_is_drawn_and_nothing_is_lost_or_said_twice() -> None:
    schema = schema_of({"name": "point", "type": "geopoint"}, {"name": "forme", "type": "geojson"})
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    feature = {"type": "Feature", "geometry": line, "properties": {"a": 1}}
    rows = [["2,48", json.dumps(line)], ["2,48", ""], ["", json.dumps(feature)], ["", "rien"], [None, None]]
    found = read(write_geojson(schema, rows))["features"]
    assert [f["geometry"] for f in found] == [
        line,
        {"type": "Point", "coordinates": [2, 48]},
        line,
        None,
        None,
    ]
    assert found[0]["properties"] == {"point": {"lon": 2, "lat": 48}}  # the shape is the geometry
    assert found[2]["properties"]["forme"] == feature  # its properties would be lost
    assert found[3]["properties"]["forme"] == "rien"


@given(datasets())
def test_every_map_is_geojson(dataset: Dataset) -> None:
    schema, rows = dataset
    if "geojson" in [form.name for form in available(schema)]:
        found = read(write_geojson(schema, rows))
        assert is_geojson(found)
        assert len(found["features"]) == len(rows)
