"""Tables with one declared check: what tests of every check start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schema_loader.check import check_table
from schema_loader.compile import compile_descriptor
from schema_loader.errors import CellError
from schema_loader.table_schema import TableSchema


def schema_with(
    check: str, params: Mapping[str, Any], columns: Mapping[str, str | Mapping[str, Any]]
) -> TableSchema:
    """A schema whose columns have these types (or descriptors), with the check declared at the root."""
    fields = [
        {"name": name, **({"type": kind} if isinstance(kind, str) else kind)}
        for name, kind in columns.items()
    ]
    return compile_descriptor({"fields": fields, "custom_checks": [{"name": check, "params": dict(params)}]})


def of_value(
    check: str, text: str, kind: str | Mapping[str, Any] = "string", **params: Any
) -> CellError | None:
    """The error of a check of one column on a text, if any; the column is named ``value``."""
    schema = schema_with(check, {"column": "value", **params}, {"value": kind, "other": "string"})
    errors = list(check_table(schema, ["value", "other"], [[text, "x"]]))
    assert len(errors) <= 1, errors
    assert all(
        error.field_name == "value" and error.row_number == 2 and error.cell == text for error in errors
    )
    return errors[0] if errors else None


def of_row(schema: TableSchema, row: Sequence[str]) -> list[CellError]:
    """The errors of a row that holds all columns."""
    return list(check_table(schema, schema.field_names, [row]))


def warnings(schema: TableSchema) -> list[tuple[str, str, dict[str, Any]]]:
    """Code, place and parameters of the warnings about checks."""
    return [(w.code, w.place, dict(w.params)) for w in schema.warnings if "check" in w.code]
