"""The check column by column gives, error for error, the verdict of the check row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.bulk import Batch, BulkTableCheck, RaggedRow, keys
from schema_loader.bulk.acceptors import acceptor
from schema_loader.bulk.columns import ColumnJudge
from schema_loader.bulk.texts import Texts
from schema_loader.check import check_table, in_row_order
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.errors import CellError, by_kind
from schema_loader.table_schema import TableSchema
from tests.corpus import corpus_files
from tests.schema_loader.strategies import cells, fields, fields_and_cells

NAMES = ["a", "b", "c"]
Seen = tuple[int | None, str, int | None, str, str, Any]


def seen(error: CellError) -> Seen:
    params = tuple(sorted((key, str(value)) for key, value in error.params.items()))
    return error.row_number, error.field_name, error.field_number, error.code, error.cell, params


def in_batches(rows: Sequence[list[str]], width: int, size: int) -> list[Batch]:
    batches = []
    for start in range(0, len(rows), size):
        part = list(enumerate(rows[start : start + size], start=start + 2))
        whole = [(number, row) for number, row in part if len(row) == width]
        columns = [pa.array([row[n] for _, row in whole], pa.string()) for n in range(width)]
        ragged = [RaggedRow(number, row) for number, row in part if len(row) != width]
        batches.append(Batch(columns, np.array([number for number, _ in whole], dtype=np.int64), ragged))
    return batches


def both(
    schema: TableSchema, labels: list[str], rows: list[list[str]], size: int = 3
) -> tuple[list[Seen], list[Seen]]:
    exact = check_table(schema, labels, rows)
    bulk = BulkTableCheck(schema, labels, lambda: in_batches(rows, len(labels), size))
    by_row = [seen(error) for error in exact]
    found = bulk.errors()
    by_column = [seen(error) for error in found]
    assert [seen(found[place]) for place in range(len(found))] == by_column
    assert [seen(error) for kind in by_kind(found) for error in kind] == [
        seen(error) for kind in by_kind(list(found)) for error in kind
    ]
    one_by_one = BulkTableCheck(schema, labels, lambda: in_batches(rows, len(labels), size))
    assert [seen(error) for error in in_row_order(one_by_one)] == by_column
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "KEPT_BYTES", -1)  # a table too large to keep the texts of its keys
        read_twice = BulkTableCheck(schema, labels, lambda: in_batches(rows, len(labels), size))
        assert [seen(error) for error in read_twice.errors()] == by_column
    assert bulk.rows == exact.rows
    assert [seen(warning) for warning in bulk.warnings] == [seen(warning) for warning in exact.warnings]
    return by_column, by_row


@given(st.data())
def test_any_table_has_the_same_errors_in_the_same_order(data: st.DataObject) -> None:
    drawn = [data.draw(fields_and_cells()) for _ in NAMES]
    described = [{**field, "name": name} for name, (field, _) in zip(NAMES, drawn, strict=True)]
    descriptor: dict[str, Any] = {"fields": described}
    if data.draw(st.booleans()):
        described[0].setdefault("constraints", {})["unique"] = True
    if data.draw(st.booleans()):
        descriptor["primaryKey"] = data.draw(st.sampled_from([["b"], ["a", "c"]]))
    if data.draw(st.booleans()):
        descriptor["uniqueKeys"] = [["b", "c"]]
    if data.draw(st.booleans()):
        descriptor["custom_checks"] = data.draw(st.lists(checks, max_size=2))
    labels = data.draw(st.permutations([*NAMES, "other"]))[: data.draw(st.integers(2, 4))]
    pool = st.sampled_from([text for _, text in drawn]) | cells | st.just("")
    rows = data.draw(st.lists(st.lists(pool, min_size=1, max_size=5), max_size=9))
    by_column, by_row = both(compile_descriptor(descriptor), list(labels), rows, data.draw(st.integers(1, 4)))
    assert by_column == by_row


checks = st.sampled_from(
    [
        {"name": "siret", "params": {"column": "a"}},
        {"name": "siren", "params": {"column": "b"}},
        {"name": "one-of-required", "params": {"column1": "a", "column2": "b"}},
        {"name": "cohesive-columns-value", "params": {"column": "a", "othercolumns": ["b", "c"]}},
        {"name": "compare-columns-value", "params": {"column": "a", "op": "<=", "column2": "b"}},
        {"name": "compare-columns-value", "params": {"column": "a", "op": ">", "column2": "c"}},
        {"name": "sum-columns-value", "params": {"column": "a", "columns": ["b", "c"]}},
        {"name": "year-interval-value", "params": {"column": "c"}},
    ]
)
SIRET = ["21750001600019", "35600000000048", "217500016 00019", "21750001600018", "", "0" * 14, "x"]
AMOUNTS = [
    "10",
    "10.00",
    "20.5",
    "0",
    "",
    "1e3",
    "-5",
    "30",
    "7.25",
    "999999999999.99",
    "NaN",
    "abc",
    "0.30",
    "0.1",
    "0.2",
]
DATES = ["2024-03-12", "2024-3-12", "2024-03-13", "", "0001-01-01", "nope", "9999-12-31"]


@given(st.data())
def test_checks_across_columns_have_the_same_errors(data: st.DataObject) -> None:
    kind, pool = data.draw(
        st.sampled_from(
            [
                ("number", AMOUNTS),
                ("string", AMOUNTS),
                ("string", SIRET),
                ("date", DATES),
                ("integer", AMOUNTS),
            ]
        )
    )
    described = [{"name": name, "type": kind} for name in NAMES]
    declared = data.draw(st.lists(checks, min_size=1, max_size=3, unique_by=str))
    cell = st.sampled_from(pool)
    rows = data.draw(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=12))
    by_column, by_row = both(
        compile_descriptor({"fields": described, "custom_checks": declared}), NAMES, rows, 5
    )
    assert by_column == by_row


@given(fields(), st.lists(cells | st.dates().map(str) | st.integers().map(str), min_size=1, max_size=30))
def test_what_an_acceptor_accepts_has_no_fault(described: dict[str, Any], texts: list[str]) -> None:
    field = compile_descriptor({"fields": [described]}).fields[0]
    accepts = acceptor(field)
    if accepts is None:
        return
    texts = [*texts, *field.type.samples(), *field.examples()]
    mask = accepts(Texts(pa.array(texts, pa.string())))
    accepted = (
        texts if mask is None else [text for text, good in zip(texts, mask.tolist(), strict=True) if good]
    )
    assert [text for text in accepted if field.read(text)[1]] == []


@pytest.mark.parametrize("path", corpus_files("schemas/*.json")[::4], ids=lambda path: path.stem)
def test_acceptors_of_real_schemas_accept_nothing_wrong(path: Any) -> None:
    odd = ["", " ", "0", "1", "-1", "1.5", "1,5", "2024-02-30", "2024-02-29", "2024-06-31", "0000-01-01", "x" * 300, "oui",
           "true", "12345678901234", "12345678901234\n", "٣", "1e5", "a@b.fr", "http://a", "NaN", "12:30:00", "24:00:00"]  # fmt: skip
    for field in compile_schema(path.read_bytes()).fields:
        accepts = acceptor(field)
        texts = [
            *odd,
            *field.examples(),
            *field.choices[:20],
            *(choice.upper() for choice in field.choices[:20]),
        ]
        if accepts is not None:
            mask = accepts(Texts(pa.array(texts, pa.string())))
            accepted = (
                texts if mask is None else [t for t, good in zip(texts, mask.tolist(), strict=True) if good]
            )
            assert [text for text in accepted if field.read(text)[1]] == [], field.name


@pytest.mark.parametrize("path", corpus_files("schemas/scdl__*.json"), ids=lambda path: path.stem)
def test_most_columns_of_the_common_schemas_have_an_acceptor(path: Any) -> None:
    described = compile_schema(path.read_bytes()).fields
    without = [field.name for field in described if acceptor(field) is None]
    assert len(without) <= len(described) / 4, without


def test_a_column_of_a_few_texts_asks_the_rule_once_for_each() -> None:
    field = compile_descriptor({"fields": [{"name": "a", "type": "date"}]}).fields[0]
    asked: list[str | None] = []
    rule = field.read
    field.__dict__["read"] = lambda text: asked.append(text) or rule(text)
    judge = ColumnJudge(field)
    for _ in range(2):
        found = judge.faults(Texts(pa.array(["2024-01-01", "2024-1-1", "nope"] * 5_000, pa.string())))
        assert found is not None
        assert found.places.tolist() == list(range(2, 15_000, 3))
    assert sorted(map(str, asked)) == ["2024-01-01", "2024-1-1", "nope"]


def test_two_equal_values_in_different_spellings_break_a_key() -> None:
    schema = compile_descriptor(
        {"fields": [{"name": "a", "type": "number"}, {"name": "b"}], "primaryKey": ["a"]}
    )
    by_column, by_row = both(
        schema, ["a", "b"], [["1", "x"], ["1.0", "y"], ["", "z"], ["2", "t"], ["01", "u"]], 2
    )
    assert by_column == by_row
    assert [(row, code) for row, _, _, code, _, _ in by_row] == [
        (3, "primary-key"), (4, "primary-key/empty"), (6, "primary-key"),
    ]  # fmt: skip
