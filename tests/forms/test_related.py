"""Columns that are checked together."""

from __future__ import annotations

from forms.related import related
from tests.forms.fields import schema_of


def test_each_column_of_a_check_across_columns_names_the_others() -> None:
    columns = [{"name": name, "type": "number"} for name in ("total", "a", "b", "seul")]
    schema = schema_of(
        *columns,
        custom_checks=[{"name": "sum-columns-value", "params": {"column": "total", "columns": ["b", "a"]}}],
    )
    assert related(schema) == {"total": ("a", "b"), "a": ("total", "b"), "b": ("total", "a")}
    assert related(schema) is related(schema)


def test_a_check_of_one_column_relates_nothing() -> None:
    schema = schema_of(
        {"name": "a", "type": "string"}, custom_checks=[{"name": "siret", "params": {"column": "a"}}]
    )
    assert related(schema) == {}
