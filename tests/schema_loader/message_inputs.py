"""Crafted fields, tables, schemas and files: between them they make every code that the core can give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from schema_loader.catalogue import read_catalogue
from schema_loader.check import check_cell, check_table
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.custom_checks import header_faults
from schema_loader.errors import CellError, SchemaRefused, SchemaWarning
from schema_loader.field import Field


def field(**descriptor: Any) -> Field:
    return compile_descriptor({"fields": [{"name": "montant", **descriptor}]}).fields[0]


CELLS: list[tuple[dict[str, Any], str]] = [
    ({"type": "number"}, "abc"),
    ({"type": "number"}, "1 234,50 €"),
    ({"type": "number", "decimalChar": ","}, "12.5"),
    ({"type": "number"}, "NC"),
    ({"type": "number"}, "#REF!"),
    ({"type": "number"}, "  "),
    ({"type": "number", "constraints": {"required": True}}, " "),
    ({"type": "integer"}, "12,5"),
    ({"type": "integer"}, "1 200"),
    ({"type": "integer"}, "2,17E+13"),
    ({"type": "boolean", "trueValues": ["1"], "falseValues": ["0"]}, "Oui"),
    ({"type": "boolean"}, "zzz"),
    ({"type": "date"}, "27/06/2017"),
    ({"type": "date"}, "2023-25-12"),
    ({"type": "date"}, "30/02/2023"),
    ({"type": "date"}, "45000"),
    ({"type": "date"}, "2017"),
    ({"type": "date"}, "2017-06"),
    ({"type": "date"}, "zzz"),
    ({"type": "date"}, "2017-06-27 "),
    ({"type": "date"}, "\t2017-06-27"),
    ({"type": "date", "format": "%d/%m/%Y"}, "2017-06-27"),
    ({"type": "date", "format": "any"}, "zzz"),
    ({"type": "date", "format": "%Y-%j"}, "zzz"),
    ({"type": "time"}, "14h30"),
    ({"type": "time"}, "zzz"),
    ({"type": "datetime"}, "12/03/2024 14h30"),
    ({"type": "datetime"}, "2024-03-12"),
    ({"type": "datetime"}, "zzz"),
    ({"type": "year"}, "24"),
    ({"type": "yearmonth"}, "03/2024"),
    ({"type": "yearmonth"}, "zzz"),
    ({"type": "duration"}, "2 h"),
    ({"type": "array"}, "12; 34"),
    ({"type": "array", "arrayItem": {"constraints": {"enum": ["12", "34"]}}}, '["56"]'),
    ({"type": "array", "arrayItem": {"type": "integer"}}, '["zzz"]'),
    ({"type": "list", "itemType": "integer", "delimiter": ";"}, "12;zzz"),
    ({"type": "object"}, "zzz"),
    ({"type": "geopoint"}, "zzz"),
    ({"type": "geopoint"}, "200,3"),
    ({"type": "geopoint", "format": "array"}, "12"),
    ({"type": "geopoint", "format": "object"}, "12"),
    ({"type": "geojson"}, "zzz"),
    ({"type": "geojson"}, "{}"),
    ({"type": "geojson", "format": "topojson"}, "{}"),
    ({"format": "email"}, "zzz"),
    ({"format": "email"}, "z@z@z"),
    ({"format": "email"}, "z@z"),
    ({"format": "email"}, "z z@z.fr z"),
    ({"format": "uri"}, "www.12.fr"),
    ({"format": "uuid"}, "zzz"),
    ({"format": "binary"}, "z"),
    ({"format": "wkt"}, "zzz"),
    ({"constraints": {"required": True}}, ""),
    ({"type": "date", "constraints": {"required": True}}, ""),
    ({"constraints": {"required": True, "enum": ["12", "34"]}}, ""),
    ({"constraints": {"required": True}, "missingValues": ["", "NA"]}, "NA"),
    ({"constraints": {"minLength": 3}}, "z"),
    ({"constraints": {"maxLength": 3}}, "zzzzz"),
    ({"type": "array", "constraints": {"minLength": 3}}, "[1]"),
    ({"type": "array", "constraints": {"maxLength": 1}}, "[1, 2, 3]"),
    ({"type": "number", "constraints": {"minimum": 0, "maximum": 1}}, "-3"),
    ({"type": "number", "constraints": {"minimum": 0, "maximum": 1}}, "80"),
    ({"type": "number", "constraints": {"maximum": 10}}, "1e400"),
    ({"type": "number", "constraints": {"maximum": 10}}, "NaN"),
    ({"type": "integer", "constraints": {"exclusiveMinimum": 0}}, "0"),
    ({"type": "integer", "constraints": {"exclusiveMaximum": 10}}, "10"),
    ({"type": "date", "constraints": {"minimum": "2020-01-01"}}, "2019-03-12"),
    ({"type": "date", "constraints": {"maximum": "2020-01-01"}}, "2024-03-12"),
    ({"type": "date", "constraints": {"exclusiveMinimum": "2020-01-01"}}, "2020-01-01"),
    ({"type": "date", "constraints": {"exclusiveMaximum": "2020-01-01"}}, "2020-01-01"),
    ({"type": "year", "constraints": {"minimum": 2000}}, "1999"),
    ({"constraints": {"enum": ["Nantes", "Rezé"]}}, "reze"),
    ({"constraints": {"enum": ["Nantes", "Rezé"]}}, "Nantes;Rezé"),
    ({"constraints": {"enum": ["Nantes", "Rezé"]}}, "Nantes "),
    ({"constraints": {"enum": [f"{n:03}" for n in range(150)]}}, "zzz"),
    ({"constraints": {"pattern": r"^\d{14}$"}}, "123"),
    ({"title": "SIRET", "constraints": {"pattern": r"^\d{14}$"}}, "123"),
    ({"title": "SIREN", "constraints": {"pattern": r"^\d{9}$"}}, "123"),
    ({"title": "Code postal", "constraints": {"pattern": r"^\d{5}$"}}, "1000"),
    ({"constraints": {"pattern": r"^\d{4,6}$"}}, "12"),
    ({"constraints": {"pattern": r"^\d{14}$"}}, "217 500 016 00019"),
    ({"constraints": {"pattern": r"^[\w.]+$"}}, "z & z"),
    ({"constraints": {"pattern": r"^[A-Z]+$"}}, "12345"),
    ({"constraints": {"pattern": r"^W\d{9}$"}}, "zzz"),
    ({"constraints": {"pattern": r"^(Nantes|Rezé)$"}}, "reze"),
    ({"constraints": {"pattern": r"^(Nantes|Rezé)(;(Nantes|Rezé))*$"}}, "reze;nantes"),
    ({"constraints": {"pattern": r"^(Nantes|Rezé)(;(Nantes|Rezé))*$"}}, "zzz"),
    ({"constraints": {"pattern": r"^(\w+) \1$"}}, "zzz"),
    ({"constraints": {"pattern": r"(?=z)[^z]"}}, "zzz"),
    ({"type": "any", "constraints": {"enum": ["12"]}}, "zzz"),
]  # fmt: skip

TABLE = {
    "fields": [
        {"name": "siret", "title": "SIRET", "constraints": {"required": True}},
        {"name": "date", "type": "date", "constraints": {"unique": True}},
        {"name": "lieu"},
    ],
    "primaryKey": ["siret", "lieu"],
    "uniqueKeys": [["lieu", "date"], ["lieu"]],
}
ONE_KEY = {"fields": [{"name": "siret"}, {"name": "lieu"}], "primaryKey": "siret", "fieldsMatch": "partial"}

TREE = {
    "fields": [{"name": "siret"}, {"name": "lieu"}],
    "foreignKeys": [
        {"fields": "lieu", "reference": {"resource": "", "fields": "siret"}},
        {"fields": ["siret", "lieu"], "reference": {"resource": "", "fields": ["lieu", "siret"]}},
    ],
}

HEADERS: list[tuple[dict[str, Any], list[str], str]] = [
    (TABLE, ["lieu", "siret", "zzz", ""], "validata"),
    (TABLE, ["date", "siret", "date"], "validata"),
    (TABLE, ["lieu"], "validata"),
    (TABLE, ["siret", "", "siret", "zzz", ""], "frictionless"),
    (TABLE, ["siret", "zzz"], "frictionless"),
    (ONE_KEY, ["zzz"], "frictionless"),
]
ROWS: list[tuple[dict[str, Any], list[list[str]]]] = [
    (
        TABLE,
        [
            ["12", "2024-03-12", "34"],
            ["12", "2024-03-12", "34"],
            ["", "", ""],
            ["12"],
            ["12", "", "56", "z", ""],
        ],
    ),
    (TABLE, [["", "2024-03-12", ""], ["12", "", "34"], ["13", "", "34"]]),
    (ONE_KEY, [["12", "34"], ["12", "34"], ["", "34"]]),
    (TREE, [["12", "34"]]),
]


def cell_errors() -> Iterator[CellError]:
    for descriptor, text in CELLS:
        found = check_cell(field(**descriptor), text)[1]
        assert found, f"{text!r} was to be an error of {descriptor}"
        yield from found
    for descriptor, rows in ROWS:
        schema = compile_descriptor(descriptor)
        found = tuple(check_table(schema, list(schema.field_names), rows, profile="frictionless"))
        assert found
        yield from found
        extra = [*schema.field_names, "zzz"]
        yield from check_table(schema, extra, [["12"]], profile="validata")
    for descriptor, labels, profile in HEADERS:
        yield from check_table(compile_descriptor(descriptor), labels, [], profile=profile).header.errors  # type: ignore[arg-type]


def header_warnings() -> Iterator[CellError]:
    odd = check_table(compile_descriptor(one(type="number")), ["montant"], [["1_000"], ["NaN"], ["٢"]])
    assert not list(odd)
    yield from odd.warnings
    unknown = {**one(), "custom_checks": [{"name": "zzz"}, {"name": "siret", "params": {"column": "zzz"}}]}
    yield from check_table(compile_descriptor(unknown), ["montant"], []).warnings
    for descriptor, labels, profile in HEADERS:
        yield from check_table(compile_descriptor(descriptor), labels, [], profile=profile).header.warnings  # type: ignore[arg-type]


def one(**descriptor: Any) -> dict[str, Any]:
    return {"fields": [{"name": "montant", **descriptor}]}


ODD: list[dict[str, Any]] = [
    {"name": "Nom du schéma", **one()},
    {"primarykey": "montant", **one()},
    {"fields": [{"name": "montant\u200d"}]},
    one(descripton="zzz"),
    one(required=True),
    one(type="array", items={}),
    one(type="texte"),
    one(type=12),
    one(type="string", arrayItem={"type": "string"}),
    one(type="list", itemType="zzz"),
    one(type="list", delimiter=12),
    one(type="array", arrayItem=12),
    one(type="date", format="zzz"),
    one(type="date", format="JJ/MM/AAAA"),
    one(format="zzz"),
    one(type="number", bareNumber="zzz"),
    one(type="number", decimalChar=12),
    one(type="integer", groupChar=12),
    one(type="boolean", trueValues=["1"], falseValues=["1"]),
    one(type="boolean", trueValues=[1], falseValues=[0]),
    one(type="boolean", trueValues="zzz"),
    one(constraints=12),
    one(constraints={"requird": True}),
    one(constraints={"zzz": True}),
    one(constraints={"minimum": 12}),
    one(constraints={"minLength": "zzz"}),
    one(constraints={"pattern": "("}),
    one(type="integer", constraints={"enum": [12, "zzz"]}),
    one(type="integer", constraints={"minimum": "12"}),
    one(constraints={"required": "true"}),
    one(constraints={"required": 12}),
    one(missingValues=12),
    one(example=12),
    one(type="date", example="zzz"),
    one(categories=12),
    one(customCheck=12),
    one(customCheck="zzz"),
    one(customCheck="siretz"),
    one(customCheck="code-fantoir"),
    one(type="integer", customCheck="siret"),
    one(customCheck="french-gps-coordinates"),
    one(customCheck="region"),
    one(customCheck={"name": "region", "params": {"cog": "12"}}),
    one(customCheck={"name": "year-interval-value", "params": {"allow-year-only": "zzz"}}),
    one(customCheck={"name": "compare-columns-value", "params": {"column2": "montant", "op": "zzz"}}),
    one(customCheck={"name": "compare-columns-value", "params": {"op": ">"}}),
    one(customCheck={"name": "compare-columns-value", "params": {"column2": 12, "op": ">"}}),
    one(customCheck={"name": "compare-columns-value", "params": {"column2": "zzz", "op": ">"}}),
    one(customCheck={"name": "sum-columns-value", "params": {"columns": "montant"}}),
    one(customCheck={"name": "sum-columns-value", "params": {"columns": 12}}),
    {"primaryKey": ["zzz"], **one()},
    {"primaryKey": 12, **one()},
    {"uniqueKeys": 12, **one()},
    {"foreignKeys": 12, **one()},
    {"foreignKeys": [12], **one()},
    {"foreignKeys": [{"fields": "montant", "reference": {"resource": 12, "fields": 12}}], **one()},
    {"fieldsMatch": "zzz", **one()},
    {"custom_checks": 12, **one()},
]  # fmt: skip


def schema_warnings() -> Iterator[SchemaWarning]:
    for descriptor in ODD:
        found = compile_descriptor(descriptor).warnings
        assert found, f"{descriptor} was to be odd"
        yield from found


BAD: list[bytes] = [
    b"\xff\xff", b"zzz", b"[" * 100_000, b" " * 10_000_001, b"[]", b"{}", b'{"fields": 12}', b'{"fields": []}',
    b'{"fields": [12]}', b'{"fields": [{}]}', b'{"fields": [{"title": "Montant"}]}', b'{"fields": [{"name": "12"}, {"name": "12"}]}',
    b'{"resources": []}', b'{"schema": {}}', b'{"properties": {}}', b'{"schemas": []}',
    json.dumps({"fields": [{"name": str(n)} for n in range(20_001)]}).encode(),
]  # fmt: skip


def refusals() -> Iterator[SchemaRefused]:
    for data in BAD:
        with pytest.raises(SchemaRefused) as caught:
            compile_schema(data)
        yield caught.value
    for data in (b"zzz", b"\xff\xff", b"[]", b"[" * 100_000):
        with pytest.raises(SchemaRefused) as caught:
            read_catalogue(data)
        yield caught.value


def checked(name: str, value: str, **params: Any) -> tuple[dict[str, Any], list[str], list[list[str]]]:
    """A check of the first column of a table of one row."""
    kind = params.pop("type", "string")
    fields = [{"name": "valeur", "type": kind}, {"name": "lieu"}]
    check = {"name": name, "params": {"column": "valeur", **params}}
    return {"fields": fields, "custom_checks": [check]}, ["valeur", "lieu"], [[value, "12"]]


def across(name: str, row: list[str], labels: str = "a b c", kind: str = "any", **params: Any) -> Any:
    """A check of a table with three columns and one row."""
    fields = [{"name": column, "type": kind} for column in "abcdef"]
    return {"fields": fields, "custom_checks": [{"name": name, "params": params}]}, labels.split(), [row]


CHECKED = [
    checked("siret", "12345678901234"), checked("siret", "123"), checked("siret", "zzz"), checked("siret", "217500016"),
    checked("siret", "W123456789"), checked("siret", "21750001600019", type="integer"),
    checked("siren", "123456789"), checked("siren", "123"), checked("siren", "zzz"), checked("siren", "21750001600019"),
    checked("siren", "W123456789"),
    checked("code-fantoir", "zzz"),
    checked("nomenclature-acte", "zzz"), checked("nomenclature-acte", "zzz/12"),
    checked("nomenclature-acte", "Finances locales / 12"), checked("nomenclature-acte", "Finance local/12"),
    checked("phone-number-value", "zzz"), checked("phone-number-value", "0142"),
    checked("phone-number-value", "014276404012345"), checked("phone-number-value", "0000000000"),
    checked("opening-hours-value", "zzz"), checked("opening-hours-value", "Mo-Fr 09:00-zz"),
    checked("year-interval-value", "zzz"), checked("year-interval-value", "2020/2020"),
    checked("year-interval-value", "2024/2020"), checked("year-interval-value", "zzz", **{"allow-year-only": True}),
    checked("french-gps-coordinates", "48.85,2.35", type="geopoint"),
    checked("french-gps-coordinates", "12,12", type="geopoint"),
    checked("code-postal", "zzz"), checked("code-commune-insee", "zzz", cog="2024"),
    checked("code-postal", "1000"), checked("code-commune-insee", "12132", cog="2026"),
    checked("commune", "PARIS", cog="2024"), checked("commune", " 12", cog="2024"),
    checked("code-commune-insee", "16238", cog="latest"), checked("commune", "Oissel-sur-Seine", cog="2024"),
    checked("commune", "Oissel", cog="latest"), checked("commune", "Moutonneau", cog="latest"),
    checked("canton", "BREST", cog="2024"), checked("canton", " 12", cog="2024"),
    checked("numero-departement", "zzz", cog="2024"), checked("departement", "girronde", cog="2024"),
    checked("departement", "gironde", cog="2024"), checked("departement", "zzzzzz", cog="2024"),
    checked("code-region", "zzz", cog="2024"), checked("region", "bretagne", cog="2024"),
    checked("pays", "zzzzzz", cog="2024"), checked("pays", "france", cog="2024"),
    checked("code-pays-iso2", "zz", cog="2024"), checked("code-pays-iso3", "zzz", cog="2024"),
    across("sum-columns-value", ["1000", "2", "3"], kind="number", column="a", columns=["b", "c"]),
    across("sum-columns-value", ["10", "2", "zzz"], column="a", columns=["b", "c"]),
    *(across("compare-columns-value", ["5", "5", ""], kind="number", column="a", op=op, column2="b") for op in "<>"),
    *(across("compare-columns-value", ["2020-01-01"] * 3, kind="date", column="a", op=op, column2="b") for op in "<>"),
    across("compare-columns-value", ["5", "6", ""], kind="number", column="a", op="==", column2="b"),
    across("compare-columns-value", ["5", "6", ""], kind="number", column="a", op=">=", column2="b"),
    across("compare-columns-value", ["6", "5", ""], kind="number", column="a", op="<=", column2="b"),
    across("compare-columns-value", ["zzz", "5", ""], column="a", op="==", column2="b"),
    across("cohesive-columns-value", ["1", "", ""], column="a", othercolumns=["b", "c"]),
    across("cohesive-columns-value", ["1", "2", ""], column="a", othercolumns=["b", "c"]),
    across("cohesive-columns-value", ["1"], labels="a", column="a", othercolumns=["b", "c"]),
    across("cohesive-columns-value", ["1", *[""] * 5], labels="a b c d e f", column="a", othercolumns=[*"bcdef"]),
    across("one-of-required", ["", "", "1"], column1="a", column2="b"),
    across("one-of-required", ["1"], labels="c", column1="a", column2="b"),
]  # fmt: skip


def check_faults() -> Iterator[CellError]:
    for descriptor, labels, rows in CHECKED:
        schema = compile_descriptor(descriptor)
        check = check_table(schema, labels, rows)
        of_rows = [error for error in check if error.type in CHECK_TYPES]
        of_header = header_faults(schema, check.header.columns)
        assert of_rows or of_header, f"{rows} was to fail {descriptor['custom_checks']}"
        yield from of_rows
        yield from (CellError(fault.code, params=fault.params) for _, fault in of_header)


CHECK_TYPES = ("custom-check-error", "one-of-required")
