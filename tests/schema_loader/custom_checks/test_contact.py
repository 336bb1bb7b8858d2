"""Telephone numbers, opening hours, intervals of years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.custom_checks.contact import interval_fault, opening_hours_fault, phone_fault
from tests.schema_loader.custom_checks.declared import of_value, schema_with, warnings


@pytest.mark.parametrize(
    "text",
    ["0140633900", "01 40 63 39 00", "01.40.63.39.00", "+33 1 40 63 39 00", "00 33 1 40 63 39 00", "15", "112", "3919",
     "36 35", "0800123456", "+32 081246611", "+1 202-555-0123", "0590 27 12 34", "0262 12 34 56"],
)  # fmt: skip
def test_a_telephone_number_passes(text: str) -> None:
    assert of_value("phone-number-value", text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "not-a-number"),
        ("014063390", "too-short"),
        ("01 40 63 39 00 01", "too-long"),
        ("01 40 63 39 00 / 01 40 63 39 01", "too-long"),
        ("999", "too-short"),
        ("0000000000", "unknown"),
        ("+999 123456", "not-a-number"),
    ],
)
def test_a_wrong_telephone_number_fails(text: str, reason: str) -> None:
    error = of_value("phone-number-value", text)
    assert error is not None
    assert (error.code, error.params) == ("custom-check-error/phone-number-value", {"reason": reason})


def test_a_telephone_number_may_be_an_integer_that_lost_its_zero() -> None:
    assert of_value("phone-number-value", "140633900", "integer") is None
    assert of_value("phone-number-value", "1406339", "integer") is not None


@given(st.text(max_size=30))
def test_any_text_is_a_telephone_number_or_not(text: str) -> None:
    fault = phone_fault(text)
    assert fault is None or fault.params["reason"] in ("not-a-number", "too-short", "too-long", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 08:00-18:00",
        "24/7",
        "PH off",
        "Mo,Tu 08:00-12:00; We off",
        "Jan-Mar Mo 08:00-12:00",
        "sunrise-sunset",
    ],
)
def test_opening_hours_pass(text: str) -> None:
    assert of_value("opening-hours-value", text) is None


@pytest.mark.parametrize(
    ("text", "position"),
    [("lundi", 1), ("Mo-Fr 08h-18h", 7), ("Lu-Ve 08:00-18:00", 1), ("Mo 25:00-26:00", 4)],
)
def test_wrong_opening_hours_say_where(text: str, position: int) -> None:
    error = of_value("opening-hours-value", text)
    assert error is not None
    assert (error.code, error.params) == ("custom-check-error/opening-hours-value", {"position": position})


@given(st.text(max_size=30) | st.text("MoTuFrPH0123456789:-,; off[]+/", max_size=30))
def test_any_text_is_opening_hours_or_not(text: str) -> None:
    fault = opening_hours_fault(text)
    assert fault is None or 0 <= fault.params["position"] <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "reason", "years"),
    [
        ("2017/2017", "same", (2017, 2017)),
        ("2018/2017", "order", (2018, 2017)),
        ("2017", "form", (2017, 0)),
        ("2017-2018", "form", (0, 0)),
        ("2017 / 2018", "form", (0, 0)),
        ("17/18", "form", (0, 0)),
    ],
)
def test_a_wrong_interval_says_why(text: str, reason: str, years: tuple[int, int]) -> None:
    error = of_value("year-interval-value", text)
    assert error is not None
    first, second = years
    assert error.params == {"reason": reason, "first": first, "second": second, "year_only": False}


@pytest.mark.parametrize("word", ["yes", "true", True])
def test_a_lone_year_passes_where_it_may(word: object) -> None:
    params = {"allow-year-only": word}
    assert of_value("year-interval-value", "2017", **params) is None
    assert of_value("year-interval-value", "2017/2018", **params) is None
    assert of_value("year-interval-value", "17", **params) is not None
    assert of_value("year-interval-value", "2017", "year", **params) is None


@pytest.mark.parametrize(
    ("word", "odd"), [("no", False), ("false", False), (False, False), ("oui", True), (1, True)]
)
def test_a_lone_year_fails_where_the_schema_does_not_allow_it(word: object, odd: bool) -> None:
    schema = schema_with("year-interval-value", {"column": "a", "allow-year-only": word}, {"a": "string"})
    expected = {
        "check": "year-interval-value", "param": "allow-year-only", "reason": "not-yes-or-no", "runs": True,
    }  # fmt: skip
    assert warnings(schema) == ([("check-misdeclared", "", expected)] if odd else [])
    assert of_value("year-interval-value", "2017", **{"allow-year-only": word}) is not None


@given(st.integers(0, 9999), st.integers(0, 9999), st.booleans())
def test_an_interval_goes_forward(first: int, second: int, year_only: bool) -> None:
    assert (interval_fault(f"{first:04}/{second:04}", year_only) is None) == (first < second)
    assert (interval_fault(f"{first:04}", year_only) is None) == year_only


@given(st.text(max_size=12), st.booleans())
def test_any_text_is_an_interval_or_not(text: str, year_only: bool) -> None:
    fault = interval_fault(text, year_only)
    assert fault is None or fault.params["reason"] in ("form", "same", "order")
