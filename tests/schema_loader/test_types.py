"""Types do both ways: text → value → text → the same value, and through JSON; what they show is fit to be read."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given

from schema_loader.compile import compile_descriptor
from schema_loader.field import Field
from schema_loader.types import TYPES
from tests.schema_loader.strategies import fields_and_cells


def field(kind: str, **rest: Any) -> Field:
    return compile_descriptor({"fields": [{"name": "a", "type": kind, **rest}]}).fields[0]


@given(fields_and_cells())
def test_normalised_text_reads_back_as_the_same_value(drawn: tuple[dict[str, Any], str]) -> None:
    described, text = drawn
    kind = compile_descriptor({"fields": [described]}).fields[0].type
    value = kind.parse(text)
    assume(value is not None and value == value)  # NaN equals nothing, itself included
    written = kind.format(value)
    assert kind.parse(written) == value
    assert kind.format(kind.parse(written)) == written


@given(fields_and_cells())
def test_normalising_a_valid_cell_keeps_it_valid_and_changes_nothing_twice(
    drawn: tuple[dict[str, Any], str],
) -> None:
    described, text = drawn
    one = compile_descriptor({"fields": [described]}).fields[0]
    value, faults = one.read(text)
    normalised = one.normalise(text)
    if faults:
        assert normalised == text  # what a person typed is never lost
        return
    assume(value is None or value == value)
    # a length is a rule on the text, which a shorter way to write the same array may break
    assume(not {"minLength", "maxLength"} & set(one.constraints) or one.type.name not in ("string", "object"))
    assert one.read(normalised) == (value, ())
    assert one.normalise(normalised) == normalised


@given(fields_and_cells())
def test_json_reads_back_as_the_same_value(drawn: tuple[dict[str, Any], str]) -> None:
    described, text = drawn
    kind = compile_descriptor({"fields": [described]}).fields[0].type
    value = kind.parse(text)
    assume(value is not None and value == value and kind.name != "any")
    try:
        sent = json.dumps(kind.to_json(value), allow_nan=False)
    except ValueError:
        # JSON text inside a cell may hold NaN, which JSON itself cannot: those types pass it on as they read it
        assert kind.name in ("array", "object", "geojson")
        return
    assert kind.from_json(json.loads(sent)) == value


@given(fields_and_cells())
def test_what_is_shown_is_text_in_both_languages(drawn: tuple[dict[str, Any], str]) -> None:
    described, text = drawn
    kind = compile_descriptor({"fields": [described]}).fields[0].type
    value = kind.parse(text)
    assume(value is not None)
    assert isinstance(kind.display(value, "fr"), str)
    assert isinstance(kind.display(value, "en"), str)
    kind.to_spreadsheet(value)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_offers_what_forms_sheets_and_apis_show(name: str) -> None:
    kind = field(name).type
    assert kind.samples()
    assert all(kind.parse(text) is not None for text in kind.samples())
    assert kind.input_mode in ("text", "numeric", "decimal", "email", "url")
    assert kind.spreadsheet_format
    json.dumps(kind.json_schema())


@pytest.mark.parametrize(
    ("kind", "options", "text", "normalised"),
    [
        ("number", {}, " 1e3 ", "1000"), ("number", {}, "1.50", "1.50"), ("number", {}, "007", "7"),
        ("number", {}, "1E-7", "0.0000001"), ("number", {"decimalChar": ","}, "1,5", "1,5"),
        ("number", {"groupChar": " ", "decimalChar": ",", "bareNumber": False}, "1 234,50 €", "1234,50"),
        ("number", {}, "1e999999", "1E+999999"), ("integer", {}, "+ 12".replace(" ", ""), "12"), ("integer", {}, "٢", "2"),
        ("date", {}, "2020-1-1", "2020-01-01"), ("date", {"format": "%d/%m/%Y"}, "1/2/2020", "01/02/2020"),
        ("date", {"format": "%d/%m/%Y"}, "01/02/0900", "01/02/0900"), ("date", {"format": "any"}, "12 march 2024", "2024-03-12"),
        ("datetime", {}, "2020-01-01T10:00:00+00:00", "2020-01-01T10:00:00Z"),
        ("time", {}, "10:00:00.5", "10:00:00.500000"), ("year", {}, " 202", "0202"), ("yearmonth", {}, "2020-1", "2020-01"),
        ("duration", {}, "P1Y2M10DT2H30M", "P1Y2M10DT2H30M"), ("duration", {}, "PT90M", "PT1H30M"),
        ("boolean", {"trueValues": ["oui", "1"], "falseValues": ["non"]}, "1", "oui"), ("array", {}, "[1,2]", "[1, 2]"),
        ("list", {"delimiter": ";", "itemType": "integer"}, "01; 2", "1;2"), ("geopoint", {}, "2.10 , 48", "2.10,48"),
        ("geopoint", {"format": "object"}, '{"lat": 48, "lon": 2.5}', '{"lon": 2.5, "lat": 48}'),
    ],
)  # fmt: skip
def test_stored_text_is_the_plain_one(kind: str, options: dict[str, Any], text: str, normalised: str) -> None:
    one = field(kind, **options)
    assert one.read(text)[1] == ()
    assert one.normalise(text) == normalised


@pytest.mark.parametrize(
    ("kind", "options", "text", "french"),
    [
        ("number", {}, "1234567.5", "1\u202f234\u202f567,5"), ("number", {}, "-0.5", "-0,5"), ("integer", {}, "1234", "1\u202f234"),
        ("date", {}, "2024-03-12", "12/03/2024"), ("date", {"format": "%Y"}, "2024", "2024"), ("year", {}, "2024", "2024"),
        ("datetime", {}, "2024-03-12T14:30:00", "12/03/2024 à 14 h 30"), ("time", {}, "14:30:00", "14 h 30"),
        ("yearmonth", {}, "2024-03", "03/2024"), ("geopoint", {}, "2.35,48.85", "longitude 2.35, latitude 48.85"),
    ],
)  # fmt: skip
def test_values_are_shown_as_french_people_write_them(
    kind: str, options: dict[str, Any], text: str, french: str
) -> None:
    one = field(kind, **options).type
    assert one.display(one.parse(text), "fr") == french


@pytest.mark.parametrize(
    ("kind", "options", "text", "native"),
    [
        ("number", {}, "1234.5", 1234.5), ("number", {}, "0.1234567890123456789", "0.1234567890123456789"),
        ("integer", {}, "12345678901234567", "12345678901234567"), ("date", {}, "2024-03-12", date(2024, 3, 12)),
        ("date", {}, "1815-06-18", "1815-06-18"), ("date", {"format": "%Y"}, "2024", "2024"),
        ("datetime", {}, "2024-03-12T14:30:00", datetime(2024, 3, 12, 14, 30)),
        ("datetime", {}, "2024-03-12T14:30:00Z", "2024-03-12T14:30:00Z"), ("string", {}, "00123", "00123"),
    ],
)  # fmt: skip
def test_a_sheet_holds_what_it_can_hold_without_loss(
    kind: str, options: dict[str, Any], text: str, native: Any
) -> None:
    one = field(kind, **options).type
    assert one.to_spreadsheet(one.parse(text)) == native


def test_dates_in_words_do_not_depend_on_the_day() -> None:
    one = field("date", format="any")
    assert one.read("12 march")[0] is None
    assert one.read("12 march 2024")[0] == date(2024, 3, 12)


def test_bounds_compare_moments_with_and_without_a_zone() -> None:
    one = field("datetime", constraints={"minimum": "2024-01-01T00:00:00"})
    assert one.read("2024-01-01T00:30:00+02:00")[1] != ()
    assert one.read("2024-01-01T02:30:00+02:00")[1] == ()


def test_an_integer_may_have_a_bound_with_decimals() -> None:
    one = field("integer", constraints={"minimum": 0.5})
    assert one.read("0")[1] != ()
    assert one.read("1")[1] == ()


def test_numbers_listed_for_a_text_are_its_spellings() -> None:
    assert field("string", constraints={"enum": [1, 2]}).choices == ("1", "2")


def test_exact_numbers_go_through_json_and_huge_ones_as_text() -> None:
    kind = field("number").type
    assert kind.to_json(Decimal("0.1")) == 0.1
    assert kind.to_json(Decimal("12")) == 12
    assert kind.to_json(Decimal("0.12345678901234567890")) == "0.12345678901234567890"
