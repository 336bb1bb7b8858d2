"""How a schema declares a check: names old and new, both places, mistakes."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import pytest

from schema_loader import custom_checks
from schema_loader.compile import compile_descriptor
from schema_loader.table_schema import TableSchema
from tests.schema_loader.custom_checks.declared import of_row, schema_with, warnings

WRONG = ["21860194600014", ""]


@pytest.mark.parametrize("name", ["siret", "french-siret-value", "french_siret_value", " siret "])
def test_older_names_and_underscores_are_known(name: str) -> None:
    schema = schema_with(name, {"column": "a"}, {"a": "string", "b": "string"})
    assert warnings(schema) == []
    assert [error.code for error in of_row(schema, WRONG)] == ["custom-check-error/siret"]


@pytest.mark.parametrize(
    "declared",
    ["siret", {"name": "siret"}, {"name": "siret", "params": {}}, {"name": "siret", "column": "a"}],
)
def test_a_field_declares_its_own_check(declared: object) -> None:
    schema = compile_descriptor({"fields": [{"name": "a", "customCheck": declared}, {"name": "b"}]})
    assert warnings(schema) == []
    assert [(error.code, error.field_name) for error in of_row(schema, WRONG)] == [
        ("custom-check-error/siret", "a")
    ]


def test_a_check_declared_twice_is_said_once() -> None:
    schema = compile_descriptor(
        {
            "fields": [
                {"name": "a", "type": "string", "customCheck": "siret"},
                {"name": "b", "type": "string"},
            ],
            "custom_checks": [{"name": "french-siret-value", "params": {"column": "a"}}],
        }
    )
    assert len(of_row(schema, WRONG)) == 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [("code-ommune-insee", "code-commune-insee"), ("siert", "siret"), ("french-gps-coordinate", "french-gps-coordinates"),
     ("french_siret", "siret"), ("kings-of-france", "")],
)  # fmt: skip
def test_an_unknown_check_is_named_with_what_was_meant(name: str, meant: str) -> None:
    schema = compile_descriptor({"fields": [{"name": "a", "type": "string", "customCheck": name}]})
    assert warnings(schema) == [("unknown-check", "a", {"name": name, "meant": meant})]
    assert of_row(schema, ["x"]) == []


def test_a_check_of_a_column_that_the_schema_lacks_is_not_applied() -> None:
    schema = schema_with(
        "cohesive-columns-value", {"column": "a", "othercolumns": ["y", "z"]}, {"a": "string"}
    )
    assert warnings(schema) == [
        ("check-missing-column", "", {"check": "cohesive-columns-value", "column": name})
        for name in ("y", "z")
    ]
    assert of_row(schema, ["x"]) == []


@pytest.mark.parametrize(
    ("params", "reason"), [({}, "missing"), ({"column": 3}, "not-text"), ({"column": ""}, "missing")]
)
@pytest.mark.parametrize("name", [n for n in custom_checks.CHECKS if not n.endswith("-required")])
def test_every_check_needs_its_column(name: str, params: dict[str, object], reason: str) -> None:
    schema = schema_with(name, params, {"a": "string"})
    expected = {"check": name, "param": "column", "reason": reason, "runs": False}
    assert warnings(schema) == [("check-misdeclared", "", expected)]


@pytest.mark.parametrize("name", custom_checks.CHECKS)
def test_every_check_skips_a_column_that_the_file_lacks(name: str) -> None:
    params = {
        "column": "a", "columns": ["b"], "column2": "b", "op": ">", "othercolumns": ["b"], "column1": "a", "cog": "2024",
    }  # fmt: skip
    kind = "geopoint" if name == "french-gps-coordinates" else "string"
    schema = schema_with(name, params, {"a": kind, "b": kind, "c": "string"})
    assert len(custom_checks.for_columns(schema, schema.fields)) == 1
    assert custom_checks.for_columns(schema, schema.fields[2:]) == ()


@pytest.mark.parametrize(
    "name", sorted(set(custom_checks.CHECKS) - {"cohesive-columns-value", "one-of-required"})
)
def test_every_check_but_two_skips_nulls(name: str) -> None:
    params = {"column": "a", "columns": ["b"], "column2": "b", "op": ">", "cog": "2024"}
    schema = schema_with(name, params, {"a": "geopoint" if "gps" in name else "string", "b": "integer"})
    (check,) = custom_checks.for_columns(schema, schema.fields)
    assert not list(check.faults({"a": None, "b": 1}))
    assert not list(check.faults({"a": None, "b": None}))


def test_checks_do_not_keep_a_schema_alive() -> None:
    params = {"column": "a", "columns": ["b"]}
    compiled = schema_with("sum-columns-value", params, {"a": "integer", "b": "integer"})
    schema = TableSchema(
        "x", compiled.fields, declared_checks=compiled.declared_checks
    )  # the compiler keeps its own
    assert custom_checks.for_columns(schema, schema.fields)
    gone = weakref.ref(schema)
    del schema
    gc.collect()
    assert gone() is None


def test_compiling_a_schema_with_checks_imports_no_library_for_them() -> None:
    code = """
import sys
from schema_loader.compile import compile_descriptor
from schema_loader import custom_checks
names = [n for n in custom_checks.CHECKS if n not in ("one-of-required",)]
compile_descriptor({"fields": [{"name": "a", "customCheck": {"name": n, "cog": "2024"}} for n in names[:1]]})
for n in names:
    compile_descriptor({"fields": [{"name": "a", "customCheck": {"name": n, "cog": "2024"}}]})
print([m for m in ("stdnum", "phonenumbers", "opening_hours", "pycountry", "babel") if m in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
