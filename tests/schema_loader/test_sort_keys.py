"""Keys that sort as their values do, whatever the type."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schema_loader.compile import compile_schema
from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.sort_keys import INVALID, MOST, bound_key, number_key, sort_key, value_key


def field_of(kind: str, **rest: Any) -> Field:
    """A field of a type, with constraints and options."""
    schema = compile_schema(json.dumps({"fields": [{"name": "x", "type": kind, **rest}]}).encode())
    return schema.fields[0]


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(10**25), 10**25),
    "number": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6),
    "date": st.dates(date(1, 1, 1), date(9999, 12, 31)),
    "datetime": st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(microsecond=0)),
    "time": st.times().map(lambda at: at.replace(microsecond=0)),
    "year": st.integers(0, 9999),
    "boolean": st.booleans(),
}  # fmt: skip
FIELDS = {kind: field_of(kind) for kind in VALUES}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_the_order_of_keys_is_that_of_values(kind: str, data: st.DataObject) -> None:
    field = FIELDS[kind]
    one, other = data.draw(VALUES[kind]), data.draw(VALUES[kind])
    keys = [sort_key(field, field.type.format(value)) for value in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)
    assert (keys[0] == keys[1]) == (one == other)
    assert all("" < key < INVALID for key in keys)


@given(st.integers(1, 9998), st.integers(1, 12), st.integers(1, 9998), st.integers(1, 12))
def test_months_too(year: int, month: int, other: int, second: int) -> None:
    field = field_of("yearmonth")
    keys = [sort_key(field, f"{y:04d}-{m:02d}") for y, m in ((year, month), (other, second))]
    assert (keys[0] < keys[1]) == ((year, month) < (other, second))


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_of_any_size(one: Decimal, other: Decimal) -> None:
    assume(all(len(number.as_tuple().digits) <= MOST for number in (one, other)))
    assert (number_key(one) < number_key(other)) == (one < other)


@given(st.text(max_size=100), st.text(max_size=100))
def test_texts_sort_without_case_and_accents(one: str, other: str) -> None:
    field = field_of("string")
    keys = [sort_key(field, text) for text in (one, other)]
    folded = [fold(text)[:MOST] if text else "" for text in (one, other)]
    assert keys == folded


def test_what_is_empty_comes_first_and_what_is_no_value_last() -> None:
    field = field_of("date")
    texts = ["2024-03-12", "", "demain", "0001-01-01"]
    assert sorted(texts, key=lambda text: sort_key(field, text)) == ["", "0001-01-01", "2024-03-12", "demain"]
    assert sort_key(field, None) == ""


def test_what_stands_for_nothing_is_empty() -> None:
    schema = compile_schema(
        json.dumps({"missingValues": ["", "n/a"], "fields": [{"name": "x", "type": "string"}]}).encode()
    )
    assert sort_key(schema.fields[0], "n/a") == ""


def test_a_number_written_twice_has_one_key() -> None:
    field = field_of("number")
    assert sort_key(field, "1.50") == sort_key(field, "1.5") == value_key(field, Decimal("1.500"), "1.500")


def test_days_in_another_form_sort_as_days() -> None:
    field = field_of("date", format="%d/%m/%Y")
    assert sort_key(field, "31/12/2023") < sort_key(field, "01/01/2024")
    assert sort_key(field, "12/03/2024") == "2024-03-12"


def test_years_begin_as_days_do() -> None:
    assert sort_key(field_of("year"), "2024") == "2024"


LONG = "Subvention de fonctionnement versée à une association dont le siège est dans "


@pytest.mark.parametrize(
    "choices",
    [
        [LONG + "la commune", LONG + "le département", LONG + "la région"],
        ["oui", "Oui", "OUI", "non"],
        ["élève", "eleve"],
    ],
)
def test_choices_never_share_a_key(choices: list[str]) -> None:
    field = field_of("string", constraints={"enum": choices})
    keys = [sort_key(field, text) for text in choices]
    assert len(set(keys)) == len(choices)
    assert not any(key.startswith(INVALID) for key in keys)


def test_what_is_none_of_the_choices_is_no_value() -> None:
    field = field_of("string", constraints={"enum": ["aide en nature"]})
    assert sort_key(field, "Aide en nature").startswith(INVALID)
    numbers = field_of("number", constraints={"enum": [1, 2.5]})
    assert sort_key(numbers, "2.50") == sort_key(numbers, "2.5")
    assert sort_key(numbers, "3").startswith(INVALID)


def test_choices_that_the_type_reads_otherwise_keep_their_order() -> None:
    field = field_of("integer", constraints={"enum": ["10", "9", "100"]})
    assert sorted(field.choices, key=lambda text: sort_key(field, text)) == ["9", "10", "100"]


@given(data=st.data(), kind=st.sampled_from(sorted(VALUES)))
def test_a_bound_has_the_key_of_its_cell(data: st.DataObject, kind: str) -> None:
    field = FIELDS[kind]
    text = field.type.format(data.draw(VALUES[kind]))
    assert bound_key(field, text) == sort_key(field, text)


@pytest.mark.parametrize("text", ["", "abc", "12/2024"])
def test_a_bound_that_is_no_value_is_none(text: str) -> None:
    assert bound_key(field_of("date"), text) is None
    assert bound_key(field_of("number"), text) is None


@given(st.text(max_size=200))
def test_keys_are_short(text: str) -> None:
    for field in FIELDS.values():
        assert len(sort_key(field, text)) <= MOST + 8


def test_clock_times_sort_by_the_clock() -> None:
    field = field_of("time")
    assert sort_key(field, "08:30:00") < sort_key(field, "14:00:00") == value_key(field, time(14), "14:00:00")
