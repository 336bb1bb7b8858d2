"""Checks of several columns: sums, comparisons, columns that go together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.check import check_row, check_table
from schema_loader.compile import compile_descriptor
from schema_loader.custom_checks import WHOLE_ROW, for_columns, header_faults
from tests.schema_loader.custom_checks.declared import of_row, schema_with, warnings

ABC = {"a": "integer", "b": "integer", "c": "integer"}
TEXTS = {"a": "string", "b": "string", "c": "string"}


# -- sums -------------------------------------------------------------------------------------------------------------


def summed(**columns: str) -> Any:
    return schema_with("sum-columns-value", {"column": "a", "columns": ["b", "c"]}, columns or ABC)


@pytest.mark.parametrize("row", [["3", "1", "2"], ["", "1", "2"], ["9", "", "2"], ["9", "1", ""]])
def test_a_sum_or_a_null_passes(row: list[str]) -> None:
    assert of_row(summed(), row) == []


def test_a_wrong_sum_shows_both() -> None:
    (error,) = of_row(summed(), ["4", "1", "2"])
    assert (error.code, error.field_name, error.cell) == ("custom-check-error/sum-columns-value", "a", "4")
    assert error.params == {
        "reason": "different", "column": "a", "columns": ("b", "c"), "at": "a", "value": "4", "sum": "3",
    }  # fmt: skip


def test_a_sum_of_decimals_is_exact() -> None:
    schema = summed(a="number", b="number", c="number")
    assert of_row(schema, ["0.3", "0.1", "0.2"]) == []
    (error,) = of_row(schema, ["0.31", "0.10", "0.20"])
    assert error.params["sum"] == "0.30"


def test_a_cell_of_the_wrong_type_is_not_reported_twice() -> None:
    assert [error.type for error in of_row(summed(), ["3", "1", "x"])] == ["type-error"]


def test_texts_are_summed_if_they_spell_numbers() -> None:
    schema = summed(**TEXTS)
    assert of_row(schema, ["3", "1", "2"]) == []
    (error,) = of_row(schema, ["3", "1", "deux"])
    assert (error.params["reason"], error.params["at"], error.params["value"]) == (
        "not-a-number",
        "c",
        "deux",
    )


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "1e999999999"])
def test_numbers_beyond_measure_get_a_verdict(odd: str) -> None:
    schema = summed(a="number", b="number", c="number")
    for row in ([odd, "1", "2"], ["1", odd, odd]):
        (error,) = of_row(schema, row)
        assert len(error.params["sum"]) < 100


@given(
    st.lists(st.integers(-(10**20), 10**20) | st.decimals(-(10**6), 10**6, places=3), min_size=2, max_size=2)
)
def test_what_adds_up_passes_and_one_more_does_not(parts: list[Any]) -> None:
    schema = summed(a="number", b="number", c="number")
    (check,) = for_columns(schema, schema.fields)
    b, c = (Decimal(part) for part in parts)
    assert not list(check.faults({"a": b + c, "b": b, "c": c}))
    assert list(check.faults({"a": b + c + 1, "b": b, "c": c}))


# -- comparisons ------------------------------------------------------------------------------------------------------


def compared(op: str, a: Any = "integer", b: Any = "integer") -> Any:
    return schema_with("compare-columns-value", {"column": "a", "op": op, "column2": "b"}, {"a": a, "b": b})


@pytest.mark.parametrize(
    ("op", "less", "same", "more"),
    [(">", 0, 0, 1), (">=", 0, 1, 1), ("==", 0, 1, 0), ("<=", 1, 1, 0), ("<", 1, 0, 0)],
)
def test_operators(op: str, less: int, same: int, more: int) -> None:
    schema = compared(op)
    verdicts = [not of_row(schema, row) for row in (["9", "10"], ["9", "9"], ["10", "9"])]
    assert verdicts == [bool(less), bool(same), bool(more)]


@pytest.mark.parametrize("row", [["", "2"], ["1", ""]])
def test_a_null_is_not_compared(row: list[str]) -> None:
    assert of_row(compared(">"), row) == []


@pytest.mark.parametrize(
    ("kinds", "row", "holds"),
    [
        (("date", "date"), ["2020-01-02", "2020-01-01"], True),
        (("date", "date"), ["2020-01-01", "2020-01-02"], False),
        (({"type": "date", "format": "%d/%m/%Y"},) * 2, ["02/01/2020", "15/12/2019"], True),
        (("number", "integer"), ["9.5", "9"], True),
        (("string", "string"), ["10", "9"], True),
        (("string", "string"), ["a", "b"], False),
        (("integer", "string"), ["10", "9"], True),
        (("year", "year"), ["0999", "1000"], False),
        (("datetime", "datetime"), ["2020-01-01T10:00:00+02:00", "2020-01-01T09:00:00Z"], False),
        (("boolean", "boolean"), ["true", "false"], True),
        (("duration", "duration"), ["P2D", "P1D"], True),
    ],
)
def test_values_are_compared_as_what_they_are(kinds: tuple[Any, Any], row: list[str], holds: bool) -> None:
    errors = of_row(compared(">=", *kinds), row)
    assert not errors if holds else [error.params["reason"] for error in errors] == ["order"]


@pytest.mark.parametrize(
    ("kinds", "row"),
    [
        (("date", "string"), ["2020-01-02", "2020-01-01"]),
        (("date", "datetime"), ["2020-01-02", "2020-01-01T00:00:00"]),
        (("integer", "string"), ["9", "x"]),
        (("number", "number"), ["NaN", "1"]),
    ],
)
def test_values_of_different_kinds_cannot_be_compared(kinds: tuple[str, str], row: list[str]) -> None:
    (error,) = of_row(compared(">=", *kinds), row)
    assert error.params["reason"] == "not-comparable"


def test_a_failed_comparison_shows_both_values() -> None:
    (error,) = of_row(compared(">=", "date", "date"), ["2020-01-01", "2020-01-02"])
    assert (error.code, error.field_name) == ("custom-check-error/compare-columns-value", "a")
    assert error.params == {
        "reason": "order", "column": "a", "op": ">=", "column2": "b", "value": "2020-01-01", "value2": "2020-01-02",
    }  # fmt: skip


anything = st.text(max_size=8) | st.sampled_from(["1", "1.5", "-2", "2020-01-01", "true", "NaN", "1e99999"])


@given(st.sampled_from(["string", "number", "any", "date", "array", "object"]), anything, anything)
def test_order_is_one_way(kind: str, one: str, other: str) -> None:
    schema = compared(">", kind, kind)
    (check,) = for_columns(schema, schema.fields)
    values = [schema.fields[0].read(text)[0] for text in (one, other)]
    both = [list(check.faults({"a": a, "b": b})) for a, b in (values, values[::-1])]
    assert None in values or any(both)


# -- columns that go together -----------------------------------------------------------------------------------------


def cohesive(columns: dict[str, str] = ABC) -> Any:
    return schema_with("cohesive-columns-value", {"column": "a", "othercolumns": ["b"]}, columns)


@pytest.mark.parametrize("row", [["3", "1", ""], ["", "", "1"], ["0", "0", ""]])
def test_columns_all_filled_or_all_empty_pass(row: list[str]) -> None:
    assert of_row(cohesive(), row) == []


@pytest.mark.parametrize(
    ("row", "filled", "empty"), [(["3", "", "1"], ("a",), ("b",)), (["", "0", ""], ("b",), ("a",))]
)
def test_columns_partly_filled_fail(row: list[str], filled: tuple[str], empty: tuple[str]) -> None:
    (error,) = of_row(cohesive(), row)
    assert (error.code, error.field_name) == ("custom-check-error/cohesive-columns-value", "a")
    assert error.params == {"column": "a", "othercolumns": ("b",), "filled": filled, "empty": empty}


def test_a_file_with_some_of_the_columns_is_wrong_as_a_whole() -> None:
    schema = cohesive(TEXTS)
    (error,) = check_table(schema, ["a", "c"], [["1", "1"], ["", "1"]])
    assert (error.type, error.row_number, error.field) == ("custom-check-error", 1, None)
    ((place, fault),) = header_faults(schema, schema.fields[:1])
    assert place == WHOLE_ROW
    assert fault.code == "custom-check-error/cohesive-columns-value"
    assert fault.params == {"column": "a", "othercolumns": ("b",), "missing": ("b",)}
    assert header_faults(schema, schema.fields) == header_faults(schema, schema.fields[2:]) == ()
    assert for_columns(schema, schema.fields[:1]) == ()


# -- one of two -------------------------------------------------------------------------------------------------------


def one_of(columns: dict[str, str] = TEXTS) -> Any:
    return schema_with("one-of-required", {"column1": "a", "column2": "b"}, columns)


@pytest.mark.parametrize("row", [["1", "", ""], ["", "1", ""], ["0", "", ""], ["1", "1", ""]])
def test_one_of_two_passes(row: list[str]) -> None:
    assert of_row(one_of(), row) == []


def test_none_of_two_is_an_error_of_the_row() -> None:
    (error,) = of_row(one_of(), ["", "", "1"])
    assert (error.code, error.row_number, error.field, error.field_number) == (
        "one-of-required",
        2,
        None,
        None,
    )
    assert error.params == {"column1": "a", "column2": "b"}


@pytest.mark.parametrize("row", [["0", "", "1"], ["", "0", "1"], ["0", "0", "1"]])
def test_zero_counts_as_empty(row: list[str]) -> None:
    assert [error.code for error in of_row(one_of(ABC), row)] == ["one-of-required"]


def test_a_file_without_one_of_the_two_needs_the_other() -> None:
    schema = one_of()
    errors = list(check_table(schema, ["b", "c"], [["", "1"], ["1", "1"]]))
    assert [(error.code, error.row_number) for error in errors] == [("one-of-required", 2)]
    assert header_faults(schema, schema.fields[1:]) == ()


def test_a_file_without_both_is_wrong_as_a_whole() -> None:
    schema = one_of()
    (error,) = check_table(schema, ["c"], [["1"], ["2"]])
    assert (error.code, error.row_number, error.field) == ("one-of-required", 1, None)
    ((place, fault),) = header_faults(schema, schema.fields[2:])
    assert (place, fault.code) == (WHOLE_ROW, "one-of-required")
    assert fault.params == {"column1": "a", "column2": "b", "missing": ("a", "b")}
    assert for_columns(schema, schema.fields[2:]) == ()


# -- declarations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "params", "param", "reason"),
    [
        ("sum-columns-value", {"column": "a"}, "columns", "missing"),
        ("sum-columns-value", {"column": "a", "columns": []}, "columns", "missing"),
        ("sum-columns-value", {"column": "a", "columns": [1]}, "columns", "not-list"),
        ("sum-columns-value", {"columns": ["a"]}, "column", "missing"),
        ("compare-columns-value", {"column": "a", "column2": "b"}, "op", "missing"),
        ("compare-columns-value", {"column": "a", "column2": "b", "op": "!="}, "op", "unknown-operator"),
        ("compare-columns-value", {"column": "a", "column2": 3, "op": ">"}, "column2", "not-text"),
        ("cohesive-columns-value", {"column": "a", "othercolumns": {}}, "othercolumns", "not-list"),
        ("one-of-required", {"column1": "a"}, "column2", "missing"),
    ],
)
def test_a_check_without_what_it_needs_is_not_applied(
    check: str, params: Any, param: str, reason: str
) -> None:
    schema = schema_with(check, params, ABC)
    expected = {"check": check, "param": param, "reason": reason, "runs": False}
    assert warnings(schema) == [("check-misdeclared", "", expected)]
    assert of_row(schema, ["1", "", ""]) == []


def test_a_lone_name_stands_for_a_list() -> None:
    schema = schema_with("cohesive-columns-value", {"column": "a", "othercolumns": "b"}, ABC)
    expected = {
        "check": "cohesive-columns-value",
        "param": "othercolumns",
        "reason": "not-list",
        "runs": True,
    }
    assert warnings(schema) == [("check-misdeclared", "", expected)]
    assert len(of_row(schema, ["1", "", ""])) == 1


def test_a_form_is_checked_across_its_columns_too() -> None:
    schema = compile_descriptor(
        {
            "fields": [
                {"name": "début", "type": "date"},
                {
                    "name": "fin",
                    "type": "date",
                    "customCheck": {"name": "compare-columns-value", "op": ">=", "column2": "début"},
                },
            ]
        }
    )
    assert check_row(schema, {"début": "2024-01-01", "fin": "2024-02-01"}) == []
    (error,) = check_row(schema, {"début": "2024-01-01", "fin": "2023-02-01"})
    assert error.field_name == "fin" and error.params["column2"] == "début"
