"""Ours against frictionless itself, on generated fields, cells and tables: the same row, field and type, or a named reason."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schema_loader.check import check_table
from schema_loader.compile import compile_descriptor
from tests.differences import named
from tests.schema_loader.strategies import cells, fields

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import frictionless

Triples = Counter[tuple[int | None, str, str]]


def difference(field: dict[str, Any], text: str) -> str | None:
    """The named reason for which a verdict on this cell may differ."""
    kind = field["type"]
    rules = field.get("constraints", {})
    bounded = any(name.endswith("imum") for name in rules)
    if kind == "number" and "snan" in text.lower():
        return named("signalling-nan")
    if kind in ("datetime", "time") and bounded:
        return named("bounds-across-zones")
    if kind == "geopoint" and field.get("format") in ("array", "object"):
        return named("geopoint-odd-json")
    if kind == "geojson":
        return named("geojson-profile")
    return None


@given(fields(), cells)
def test_a_cell_is_judged_as_frictionless_judges_it(field: dict[str, Any], text: str) -> None:
    assume(difference(field, text) is None)
    ours = compile_descriptor({"$schema": V2, "fields": [field]}).fields[0]
    value, faults = ours.read(text)
    theirs, notes = reference_field(field).read_cell(text)
    assert (value is None) == (theirs is None)
    assert Counter(fault.code.split("/")[0] for fault in faults) == Counter(
        "type-error" if name == "type" else "constraint-error" for name in notes or ()
    )
    if (
        value is not None
        and field["type"] in ("number", "integer", "string", "boolean", "year")
        and value == value
    ):
        assert value == theirs


V2 = "https://datapackage.org/profiles/2.0/tableschema.json"


def reference_field(field: dict[str, Any]) -> Any:
    schema = frictionless.Schema.from_descriptor({"$schema": V2, "fields": [field]})
    return schema.fields[0]


@given(st.data())
def test_a_table_is_judged_as_frictionless_judges_it(data: st.DataObject) -> None:
    names = ["a", "b", "c"][: data.draw(st.integers(1, 3))]
    described = [data.draw(fields(name)) for name in names]
    if data.draw(st.booleans()):
        described[0].setdefault("constraints", {})["unique"] = True
    assume(described[0]["type"] not in ("array", "list", "object", "geojson"))  # unhashable-unique
    descriptor: dict[str, Any] = {"$schema": V2, "fields": described}
    if data.draw(st.booleans()):
        descriptor["primaryKey"] = names[:1]
    if data.draw(st.booleans()):
        descriptor["missingValues"] = ["", "NA"]
    mode = data.draw(st.sampled_from([None, "exact", "equal", "subset", "superset", "partial"]))
    if mode is not None:
        descriptor["fieldsMatch"] = mode
    labels = data.draw(st.permutations([*names, "x"]).map(lambda found: found[: len(names) + 1]))
    labels = labels[: data.draw(st.integers(1, len(labels)))]
    good = [data.draw(cells) for _ in range(3)]  # a few texts that come again, so that uniqueness has work
    cell = st.sampled_from(good) | cells
    rows = data.draw(st.lists(st.lists(cell, max_size=len(labels) + 1), max_size=5))
    schema = compile_descriptor(descriptor)
    for row in rows:
        for text in row:
            assume(all(difference(field, text) is None for field in described))
    ours = Counter(
        (e.row_number, e.field_name, e.type)
        for e in check_table(schema, labels, rows, profile="frictionless")
    )
    theirs = judged_by_reference(descriptor, labels, rows)
    assert ours == theirs


def judged_by_reference(descriptor: dict[str, Any], labels: list[str], rows: list[list[str]]) -> Triples:
    # the reference guesses which row is the header unless it is told, and takes a table for v1 unless it is told
    resource = frictionless.Resource.from_descriptor(
        {
            "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
            "name": "table",
            "data": [labels, *rows],
            "schema": descriptor,
            "dialect": {"headerRows": [1]},
        }
    )
    report = resource.validate(limit_errors=100_000)
    if report.errors:
        pytest.fail(str(report.errors))
    found: Triples = Counter()
    for error in report.tasks[0].errors:
        found[(getattr(error, "row_number", None), getattr(error, "field_name", "") or "", error.type)] += 1
    return found
