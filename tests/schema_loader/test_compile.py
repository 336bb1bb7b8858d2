"""Compiling descriptors: oddities become named warnings, nonsense a refusal with a place, nothing a traceback."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.errors import NotReadable, SchemaRefused
from schema_loader.table_schema import ForeignKey, TableSchema
from tests.corpus import corpus_files, needs_corpus


def compiled(*fields: dict[str, Any], **root: Any) -> TableSchema:
    return compile_descriptor({"fields": list(fields), **root})


def codes(schema: TableSchema) -> set[tuple[str, str]]:
    return {(warning.code, warning.place) for warning in schema.warnings}


@pytest.mark.parametrize("path", corpus_files("schemas/*.json"), ids=lambda path: path.stem)
def test_every_real_schema_compiles(path: Any) -> None:
    schema = compile_schema(path.read_bytes())
    assert schema.fields
    for field in schema.fields:
        field.read("")
        field.read("x")


@needs_corpus
def test_the_whole_corpus_leaves_hardly_a_field_without_an_example() -> None:
    without = [
        (path.stem, field.name)
        for path in corpus_files("schemas/*.json")
        for field in compile_schema(path.read_bytes()).fields
        if field.example is None
    ]
    # a maximum length of 18 with a published example of 18 characters that breaks it: nothing can be made of that
    assert {name for _, name in without} <= {"EQUIP_UID"}


@needs_corpus
def test_examples_are_valid_for_their_own_field() -> None:
    for path in corpus_files("schemas/*.json"):
        for field in compile_schema(path.read_bytes()).fields:
            for example in field.examples():
                assert field.read(example)[1] == (), (path.stem, field.name, example)


def test_same_content_in_another_layout_is_the_same_object() -> None:
    content = {"fields": [{"name": "a", "type": "integer"}], "title": "é"}
    one = compile_schema(json.dumps(content).encode())
    other = compile_schema(
        b"\xef\xbb\xbf" + json.dumps(content, indent=4, ensure_ascii=False, sort_keys=True).encode()
    )
    assert one is other
    assert compile_schema(json.dumps({**content, "title": "e"}).encode()).content_hash != one.content_hash


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"fields": NaN}', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"a": ' * 50_000, "not-json"),
        ("é".encode("latin-1"), "not-utf8"),
        (b" " * 10_000_001, "too-large"),
    ],
)
def test_what_is_no_json_is_not_readable(data: bytes, code: str) -> None:
    with pytest.raises(NotReadable) as caught:
        compile_schema(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ([], "not-object", ""),
        ({}, "no-fields", ""),
        ({"fields": []}, "no-fields", ""),
        ({"fields": {"a": 1}}, "fields-not-list", ""),
        ({"resources": []}, "no-fields", ""),
        ({"fields": ["a"]}, "field-not-object", ""),
        ({"fields": [{"type": "string"}]}, "field-without-name", ""),
        ({"fields": [{"name": 3}]}, "field-without-name", ""),
        ({"fields": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}, "field-twice", "a"),
    ],
)
def test_what_has_no_fields_to_check_is_refused_with_its_place(content: Any, code: str, place: str) -> None:
    with pytest.raises(SchemaRefused) as caught:
        compile_schema(json.dumps(content).encode())
    assert (caught.value.code, caught.value.place) == (code, place)
    assert not isinstance(caught.value, NotReadable)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"type": "float"}, "unknown-type"),
        ({"type": "texte"}, "unknown-type"),
        ({"type": "no such thing"}, "unknown-type"),
        ({"type": ["string", "null"]}, "unknown-type"),
        ({"type": "string", "format": "no such thing"}, "unknown-format"),
        ({"type": "date", "format": "JJ/MM/AAAA"}, "foreign-format"),
        ({"type": "date", "format": "%Q"}, "unknown-format"),
        ({"type": "string", "constraints": {"minimum": 3}}, "constraint-unsupported"),
        ({"type": "date", "constraints": {"pattern": "x"}}, "constraint-unsupported"),
        ({"type": "string", "constraints": {"patern": "x"}}, "unknown-constraint"),
        ({"type": "string", "constraints": {"pattern": "("}}, "pattern-invalid"),
        ({"type": "string", "constraints": {"pattern": 3}}, "constraint-invalid"),
        ({"type": "string", "constraints": {"maxLength": "long"}}, "constraint-invalid"),
        ({"type": "string", "constraints": {"enum": "a"}}, "constraint-invalid"),
        ({"type": "integer", "constraints": {"enum": ["1", "un"]}}, "enum-value-invalid"),
        ({"type": "number", "constraints": {"minimum": "-90"}}, "bound-as-text"),
        ({"type": "number", "constraints": {"minimum": "low"}}, "constraint-invalid"),
        ({"type": "string", "constraints": {"required": "true"}}, "flag-as-text"),
        ({"type": "string", "constraints": ["required"]}, "option-invalid"),
        ({"type": "string", "contraints": {"required": True}}, "property-misspelt"),
        ({"type": "string", "required": True}, "constraint-outside"),
        ({"type": "string", "enum": ["a"]}, "constraint-outside"),
        ({"type": "array", "items": {"type": "string"}}, "json-schema-word"),
        ({"type": "string", "arrayItem": {"enum": ["a"]}}, "option-elsewhere"),
        ({"type": "array", "arrayItem": "string"}, "option-invalid"),
        ({"type": "list", "itemType": "geojson"}, "option-invalid"),
        ({"type": "boolean", "trueValues": [True, 1]}, "boolean-word-not-text"),
        ({"type": "boolean", "trueValues": ["x"], "falseValues": ["x"]}, "boolean-words-clash"),
        ({"type": "boolean", "trueValues": "oui"}, "option-invalid"),
        ({"type": "number", "decimalChar": 3}, "option-invalid"),
        ({"type": "integer", "example": 12}, "example-not-text"),
        ({"type": "integer", "example": "douze"}, "example-invalid"),
        ({"type": "string", "missingValues": [1]}, "option-invalid"),
    ],
)
def test_oddities_of_a_field_are_named(field: dict[str, Any], code: str) -> None:
    assert (code, "a") in codes(compiled({"name": "a", **field}))


@pytest.mark.parametrize(
    ("root", "code"),
    [
        ({"name": "DAE"}, "schema-name"),
        ({"primaryKey": "z"}, "key-names-missing-column"),
        ({"primaryKey": ["a", "z"]}, "key-names-missing-column"),
        ({"primaryKey": 3}, "option-invalid"),
        ({"foreignKeys": {"fields": "a"}}, "option-invalid"),
        ({"foreignKeys": [{"fields": "a"}]}, "option-invalid"),
        (
            {"foreignKeys": [{"fields": ["a"], "reference": {"resource": "", "fields": ["x", "y"]}}]},
            "option-invalid",
        ),
        ({"uniqueKeys": [["z"]]}, "key-names-missing-column"),
        ({"fieldsMatch": "close"}, "option-invalid"),
        ({"missingValues": "NA"}, "option-invalid"),
        ({"missingValue": ["NA"]}, "property-misspelt"),
        ({"custom_checks": "siret"}, "option-invalid"),
    ],
)
def test_oddities_of_the_schema_are_named(root: dict[str, Any], code: str) -> None:
    assert (code, "") in codes(compiled({"name": "a"}, **root))


def test_a_name_with_an_invisible_character_is_named() -> None:
    assert ("field-name-invisible", "a\u200d") in codes(compiled({"name": "a\u200d"}))


def test_a_sound_schema_has_no_warning() -> None:
    schema = compiled(
        {"name": "a", "type": "string", "title": "A", "example": "x", "constraints": {"required": True, "pattern": "x"}},
        {"name": "b", "type": "date", "format": "%Y", "example": "2024", "constraints": {"minimum": "2000"}},
        name="sound", primaryKey=["a"], missingValues=["", "NA"],
    )  # fmt: skip
    assert schema.warnings == ()


def test_keys_are_read_in_every_spelling() -> None:
    schema = compiled(
        {"name": "a"}, {"name": "b"},
        primaryKey="a",
        uniqueKeys=[["a", "b"]],
        foreignKeys=[{"fields": "b", "reference": {"resource": "r", "fields": "z"}}],
    )  # fmt: skip
    assert schema.primary_key == ("a",)
    assert schema.unique_keys == (("a", "b"),)
    assert schema.foreign_keys == (ForeignKey(("b",), "r", ("z",)),)


def test_missing_values_of_a_field_replace_those_of_the_schema() -> None:
    schema = compiled(
        {"name": "a"}, {"name": "b", "missingValues": ["-"]},
        missingValues=[{"value": "NA", "label": "non applicable"}, {"value": ""}],
    )  # fmt: skip
    assert [field.missing_values for field in schema.fields] == [("NA", ""), ("-",)]


def test_both_spellings_of_list_choices_are_offered_but_one_is_enforced() -> None:
    loose = compiled(
        {"name": "a", "type": "array", "arrayItem": {"type": "string", "enum": ["x", "y"]}}
    ).fields[0]
    strict = compiled(
        {"name": "a", "type": "array", "arrayItem": {"type": "string", "constraints": {"enum": ["x", "y"]}}}
    ).fields[0]
    assert loose.suggestions == ("x", "y")
    assert loose.read('["z"]')[1] == ()
    assert strict.type.item.choices == ("x", "y")  # type: ignore[attr-defined]
    assert [fault.code for fault in strict.read('["x", "z"]')[1]] == ["constraint-error/enum"]


def test_checks_are_kept_from_the_root_and_from_fields() -> None:
    schema = compiled(
        {"name": "a", "customCheck": "siret"}, {"name": "b", "customCheck": {"name": "commune", "cog": "2024"}},
        custom_checks=[{"name": "siren", "params": {"column": "a"}}],
    )  # fmt: skip
    assert [(check.name, dict(check.params)) for check in schema.declared_checks] == [
        ("siren", {"column": "a"}), ("siret", {"column": "a"}), ("commune", {"column": "b", "cog": "2024"}),
    ]  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(
    ["string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth", "duration", "array",
     "list", "object", "geopoint", "geojson", "any", "float"]
)  # fmt: skip
properties = st.dictionaries(
    st.sampled_from(
        ["format", "title", "description", "example", "examples", "constraints", "missingValues", "trueValues",
         "falseValues", "decimalChar", "groupChar", "bareNumber", "arrayItem", "delimiter", "itemType", "categories",
         "customCheck", "enum", "required"]
    ),
    json_values,
    max_size=5,
)  # fmt: skip
constraint_sets = st.dictionaries(
    st.sampled_from(
        [
            "required",
            "unique",
            "enum",
            "pattern",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
        ]
    ),
    json_values | st.lists(json_values, max_size=3),
    max_size=4,
)


@given(words, properties, constraint_sets, st.text(max_size=20))
def test_no_descriptor_makes_a_traceback(
    kind: str, extra: dict[str, Any], rules: dict[str, Any], text: str
) -> None:
    schema = compiled({"name": "a", "constraints": rules, **extra, "type": kind})
    field = schema.fields[0]
    for cell in (text, "", "1", "2024-01-01", "[1]"):
        value, _ = field.read(cell)
        if value is not None:
            field.type.format(value)
    assert all(field.read(example)[1] == () for example in field.examples())


@given(json_values)
def test_no_json_makes_a_traceback(content: Any) -> None:
    try:
        compile_schema(json.dumps(content).encode())
    except SchemaRefused:
        return
    assert isinstance(content, dict)


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(a|aa)+$", r"(.*a){20}", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?=(a+))\1b", "(a?){40}a{40}"],
)
def test_no_pattern_can_hang_the_service(pattern: str) -> None:
    field = compiled({"name": "a", "constraints": {"pattern": pattern}}).fields[0]
    start = time.perf_counter()
    for text in ("a" * 60 + "!", "a" * 5_000 + "!"):
        field.read(text)
    assert (
        time.perf_counter() - start < 10
    )  # catastrophic backtracking would take longer than the universe has


@needs_corpus
def test_the_corpus_is_the_whole_one() -> None:
    assert len(corpus_files("schemas/*.json")) >= 200
