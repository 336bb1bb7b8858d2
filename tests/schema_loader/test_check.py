"""Rows and tables: which errors, where, in which order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.check import check_cell, check_row, check_table
from schema_loader.compile import compile_descriptor
from schema_loader.header import HeaderProfile
from schema_loader.table_schema import TableSchema
from tests.schema_loader.strategies import cells, fields

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True, "unique": True}},
        {"name": "day", "type": "date"},
        {"name": "kind", "type": "string", "constraints": {"enum": ["x", "y"], "maxLength": 1}},
    ]
}


def schema(**extra: Any) -> TableSchema:
    return compile_descriptor({**SCHEMA, **extra})


def found(
    one: TableSchema, labels: list[str], rows: list[list[str]], profile: HeaderProfile = "frictionless"
) -> list[Any]:
    return [(e.row_number, e.field_name, e.code) for e in check_table(one, labels, rows, profile=profile)]


def test_a_cell_has_each_rule_it_breaks() -> None:
    value, errors = check_cell(schema().by_name["kind"], "zz")
    assert value == "zz"
    assert [error.code for error in errors] == ["constraint-error/maxLength", "constraint-error/enum"]
    assert all(
        error.cell == "zz" and error.field_name == "kind" and error.row_number is None for error in errors
    )


def test_a_wrong_type_is_the_only_error_of_its_cell() -> None:
    value, errors = check_cell(schema().by_name["id"], "un")
    assert value is None
    assert [error.code for error in errors] == ["type-error/integer"]


def test_a_row_is_taken_by_position_or_by_name() -> None:
    by_position = check_row(schema(), ["", "2020-13-01", "x"])
    by_name = check_row(schema(), {"day": "2020-13-01", "kind": "x"})
    assert [(e.field_name, e.type) for e in by_position] == [
        ("id", "constraint-error"),
        ("day", "type-error"),
    ]
    assert [(e.field_name, e.type) for e in by_name] == [(e.field_name, e.type) for e in by_position]


def test_short_long_and_blank_rows() -> None:
    rows = [["1"], ["2", "", "x", "more", ""], ["", "", ""], [], ["4", "", "x"]]
    assert found(schema(), ["id", "day", "kind"], rows) == [
        (2, "day", "missing-cell"), (2, "kind", "missing-cell"),
        (3, "", "extra-cell"), (3, "", "extra-cell"),
        (4, "", "blank-row"), (5, "", "blank-row"),
    ]  # fmt: skip


def test_a_short_row_breaks_required_where_it_stops() -> None:
    one = compile_descriptor({"fields": [{"name": "a"}, {"name": "b", "constraints": {"required": True}}]})
    assert found(one, ["a", "b"], [["x"]]) == [
        (2, "b", "constraint-error/required"),
        (2, "b", "missing-cell"),
    ]


def test_unique_compares_values_and_cites_the_nearest_earlier_row() -> None:
    table = check_table(schema(), ["id", "day", "kind"], [["1", "", "x"], ["01", "", "x"], [" 1", "", "x"]])
    errors = list(table)
    assert [(e.row_number, e.code, e.params["row"]) for e in errors] == [
        (3, "unique-error", 2),
        (4, "unique-error", 3),
    ]
    assert table.rows == 3


def test_primary_key_partly_null_is_fine_all_null_is_not() -> None:
    one = compile_descriptor(
        {"fields": [{"name": "a"}, {"name": "b"}, {"name": "c"}], "primaryKey": ["a", "b"]}
    )
    rows = [["x", "", "1"], ["x", "", "2"], ["", "", "3"], ["y", "z", "4"]]
    assert found(one, ["a", "b", "c"], rows) == [(3, "", "primary-key"), (4, "", "primary-key/empty")]


def test_unique_keys_ignore_rows_with_a_null() -> None:
    one = compile_descriptor({"fields": [{"name": "a"}, {"name": "b"}], "uniqueKeys": [["a", "b"]]})
    assert found(one, ["a", "b"], [["x", ""], ["x", ""], ["x", "y"], ["x", "y"]]) == [
        (5, "", "unique-error/key")
    ]


def test_lists_can_be_unique() -> None:
    one = compile_descriptor({"fields": [{"name": "a", "type": "array", "constraints": {"unique": True}}]})
    assert found(one, ["a"], [["[1]"], ["[2]"], ["[1]"]]) == [(4, "a", "unique-error")]


def test_french_header_profile_takes_columns_by_name() -> None:
    table = check_table(schema(), ["kind", "note", " id "], [["x", "?", "1"], ["z", "?", "2"]])
    assert [(e.row_number, e.field_name, e.field_number, e.code) for e in table] == [
        (3, "kind", 1, "constraint-error/enum")
    ]
    assert [(w.code, w.field_name or w.cell) for w in table.header.warnings] == [
        ("extra-label", "note"), ("missing-label", "day"), ("incorrect-order", ""),
    ]  # fmt: skip


def test_french_header_profile_refuses_a_missing_required_or_key_column() -> None:
    one = schema(primaryKey="day")
    assert found(one, ["kind"], [], "validata") == [
        (None, "id", "missing-label"),
        (None, "day", "missing-label"),
    ]


def test_french_header_profile_names_blank_and_double_labels() -> None:
    labels = ["id", "", "day", "id", "kind"]
    assert found(schema(), labels, [["1", "", "", "??", "x"]], "validata") == [
        (None, "", "duplicate-label"), (None, "", "blank-label"),
    ]  # fmt: skip


def test_standard_header_profile_is_positional() -> None:
    table = check_table(schema(), ["id", "kind", "kind", "z"], [["1", "x", "x", ""]], profile="frictionless")
    assert [(e.row_number, e.field_name, e.code) for e in table] == [
        (None, "", "extra-label"), (None, "day", "incorrect-label"), (None, "kind", "duplicate-label"),
        (2, "day", "type-error/date"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "codes"),
    [
        ("exact", {"incorrect-label"}),
        ("equal", {"extra-label", "missing-label"}),
        ("subset", {"missing-label"}),
        ("superset", {"extra-label", "missing-label"}),
        ("partial", {"missing-label"}),
    ],
)
def test_fields_match_of_the_standard(mode: str, codes: set[str]) -> None:
    one = schema(fieldsMatch=mode)
    table = check_table(one, ["kind", "z", "day"], [], profile="frictionless")
    assert {error.code for error in table} == codes


def test_no_label_in_common_is_said_as_such() -> None:
    one = compile_descriptor({"fields": [{"name": "a"}], "fieldsMatch": "partial"})
    assert found(one, ["z"], []) == [(None, "", "unmatched-header")]


@given(st.data())
def test_a_table_says_what_its_rows_say_one_by_one(data: st.DataObject) -> None:
    names = ["a", "b", "c"]
    one = compile_descriptor({"fields": [data.draw(fields(name)) for name in names]})
    pool = st.sampled_from([data.draw(cells) for _ in range(4)])
    rows = data.draw(st.lists(st.lists(pool, min_size=1, max_size=4), max_size=12))
    whole = [(e.row_number, e.field_name, e.code) for e in check_table(one, names, rows)]
    by_row = [
        (e.row_number, e.field_name, e.code)
        for n, row in enumerate(rows, start=2)
        for e in check_row(one, row, n)
    ]
    assert whole == by_row


TREE: dict[str, Any] = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "parent", "type": "integer"}],
    "foreignKeys": [{"fields": "parent", "reference": {"resource": "", "fields": "id"}}],
}


def test_a_key_to_the_table_itself_may_refer_to_a_later_row() -> None:
    one = compile_descriptor(TREE)
    rows = [["1", "2"], ["2", ""], ["3", "01"], ["4", "9"], ["5"]]
    errors = list(check_table(one, ["id", "parent"], rows))
    assert [(e.row_number, e.code) for e in errors] == [(6, "missing-cell"), (5, "foreign-key")]
    assert errors[1].params["values"] == ("9",)


def test_a_key_to_another_table_is_judged_by_what_is_known_of_it() -> None:
    described = {
        **TREE,
        "foreignKeys": [{"fields": "parent", "reference": {"resource": "towns", "fields": "code"}}],
    }
    one = compile_descriptor(described)
    rows = [["1", "10"], ["2", "11"], ["3", ""]]
    known = check_table(
        one, ["id", "parent"], rows, references=lambda key: {(10,)} if key.resource == "towns" else None
    )
    assert [(e.row_number, e.code) for e in known] == [(3, "foreign-key")]
    assert list(check_table(one, ["id", "parent"], rows)) == []


def test_categories_are_the_only_values() -> None:
    described = {
        "name": "a",
        "type": "integer",
        "categories": [{"value": 1, "label": "peu"}, {"value": 2, "label": "beaucoup"}],
    }
    one = compile_descriptor({"fields": [described]}).fields[0]
    assert one.choices == ("1", "2")
    assert one.categories == (("1", "peu"), ("2", "beaucoup"))
    assert [fault.code for fault in one.read("3")[1]] == ["constraint-error/enum"]


def test_checks_judge_each_row_once_for_each_set_of_texts() -> None:
    one = compile_descriptor(
        {"fields": [{"name": "a"}, {"name": "b"}], "custom_checks": [
            {"name": "cohesive-columns-value", "params": {"column": "a", "othercolumns": ["b"]}}]}
    )  # fmt: skip
    rows = [["x", ""], ["x", "y"]] * 3
    assert [row for row, _, code in found(one, ["a", "b"], rows) if code.startswith("custom")] == [2, 4, 6]


def test_a_label_close_to_a_missing_column_is_told_apart() -> None:
    one = compile_descriptor({"fields": [{"name": "objet"}, {"name": "montant"}]})
    table = check_table(one, ["Object", "montant", "zzz"], [])
    assert [dict(w.params) for w in table.header.warnings if w.code == "extra-label"] == [
        {"meant": "objet"},
        {},
    ]
