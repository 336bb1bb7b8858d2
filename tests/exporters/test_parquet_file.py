"""Parquet: the types of the columns, and every cell again."""

from __future__ import annotations

import io
import math
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from pyarrow import parquet

from exporters.about import About
from exporters.parquet_file import POINT, write_parquet
from schema_loader.field import Field
from tests.exporters.datasets import Dataset, datasets, schema_of


def table(schema: Any, rows: Any, about: About | None = None) -> pa.Table:
    return parquet.read_table(io.BytesIO(b"".join(write_parquet(schema, rows, about))))


@pytest.mark.parametrize(
    ("described", "cells", "kind", "values"),
    [
        ({"type": "string", "missingValues": ["", "NA"]}, ["a", "", None, "NA"], pa.string(), ["a", None, None, None]),
        ({"type": "integer"}, ["12", "-3", ""], pa.int64(), [12, -3, None]),
        ({"type": "integer"}, ["12", str(2**63), ""], pa.string(), ["12", str(2**63), None]),
        ({"type": "number"}, ["1.50", "12"], pa.float64(), [1.5, 12.0]),
        ({"type": "number"}, ["1.50", "0.12345678901234567890"], pa.string(), ["1.50", "0.12345678901234567890"]),
        ({"type": "number"}, ["1.50", "douze"], pa.string(), ["1.50", "douze"]),
        ({"type": "number", "decimalChar": ","}, ["1,50"], pa.float64(), [1.5]),
        ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, ["oui", "non", ""], pa.bool_(), [True, False, None]),
        ({"type": "date"}, ["2024-03-12", "1850-01-01"], pa.date32(), [date(2024, 3, 12), date(1850, 1, 1)]),
        ({"type": "date", "format": "%d/%m/%Y"}, ["12/03/2024"], pa.date32(), [date(2024, 3, 12)]),
        ({"type": "date", "format": "%Y"}, ["2024"], pa.string(), ["2024"]),
        ({"type": "date"}, ["12/03/2024"], pa.string(), ["12/03/2024"]),
        ({"type": "datetime"}, ["2024-03-12T14:30:00"], pa.timestamp("us"), [datetime(2024, 3, 12, 14, 30)]),
        (
            {"type": "datetime"},
            ["", "2024-03-12T14:30:00+02:00"],
            pa.timestamp("us", "UTC"),
            [None, datetime(2024, 3, 12, 12, 30, tzinfo=UTC)],
        ),
        (
            {"type": "datetime"},
            ["2024-03-12T14:30:00", "2024-03-12T14:30:00Z"],
            pa.string(),
            ["2024-03-12T14:30:00", "2024-03-12T14:30:00Z"],
        ),
        ({"type": "time"}, ["14:30:00"], pa.time64("us"), [time(14, 30)]),
        ({"type": "time"}, ["14:30:00Z"], pa.string(), ["14:30:00Z"]),
        ({"type": "year"}, ["2024", "0024"], pa.int32(), [2024, 24]),
        ({"type": "geopoint"}, ["2.35,48.85", ""], POINT, [{"lon": 2.35, "lat": 48.85}, None]),
        ({"type": "array", "arrayItem": {"type": "string"}}, ['["a", "b"]', "[]"], pa.list_(pa.string()), [["a", "b"], []]),
        ({"type": "array"}, ["[1]"], pa.string(), ["[1]"]),
        ({"type": "list"}, ["a,b"], pa.list_(pa.string()), [["a", "b"]]),
        ({"type": "list", "itemType": "integer"}, ["1,2"], pa.string(), ["1,2"]),
        ({"type": "object"}, ['{"a": 1}'], pa.string(), ['{"a": 1}']),
    ],
)  # fmt: skip
def test_a_column_has_the_type_of_its_field_or_else_is_text(
    described: dict[str, Any], cells: list[str | None], kind: pa.DataType, values: list[Any]
) -> None:
    found = table(schema_of({"name": "a", **described}), [[cell] for cell in cells])
    assert found.schema.field("a").type == kind
    assert found.column("a").to_pylist() == values


def test_a_misfit_in_the_last_group_makes_the_whole_column_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.parquet_file.GROUP_ROWS", 10)
    schema = schema_of({"name": "n", "type": "integer"}, {"name": "m", "type": "integer"})
    rows = [[str(n), str(n)] for n in range(35)] + [["36", "x"]]
    found = table(schema, rows)
    assert found.column("n").to_pylist() == [*range(35), 36]
    assert found.column("m").to_pylist() == [*map(str, range(35)), "x"]


def test_no_rows_leave_typed_columns_and_the_file_says_what_it_is() -> None:
    schema = schema_of({"name": "n", "type": "integer"}, {"name": "t"}, name="essai", version="1.2.0")
    found = table(schema, [], About(title="Essai", publisher="Nantes"))
    assert found.num_rows == 0 and found.schema.types == [pa.int64(), pa.string()]
    said = found.schema.metadata
    assert (said[b"title"], said[b"publisher"], said[b"schema"], said[b"schema_version"]) == (
        b"Essai",
        b"Nantes",
        b"essai",
        b"1.2.0",
    )


def again(field: Field, data: Any) -> str:
    """The stored text of what Parquet gave back."""
    if isinstance(data, str):
        return data
    if isinstance(data, (bool, date, time, datetime)):
        return field.type.format(data)
    value = field.type.from_json(data)
    return field.type.format(value)


@given(datasets())
def test_every_cell_is_there_again(dataset: Dataset) -> None:
    schema, rows = dataset
    found = table(schema, rows)
    assert found.column_names == list(schema.field_names)
    for index, field in enumerate(schema.fields):
        for row, data in zip(rows, found.column(index).to_pylist(), strict=True):
            stored = row[index]
            if stored is None or stored in field.missing_values:
                assert data is None
            elif isinstance(data, float) and math.isnan(data):
                assert field.read(stored)[0] != field.read(stored)[0]
            elif isinstance(data, str):
                assert data == stored
            elif data is None:
                assert stored == ""
            elif isinstance(data, datetime) and data.tzinfo is not None:
                assert data == field.read(stored)[0]
            else:
                assert (
                    field.read(again(field, data))[0] == field.read(stored)[0]
                    or field.type.name == "geopoint"
                )
