"""The descriptor that the second judge is given: what the loader compiled, written back in the standard's own words.

The judge refuses a whole schema for an example that is no value, an unknown type or a constraint that its type does not
support. Such oddities are the loader's to mend and to report; the judge is asked about the data. What it cannot be asked
without stopping is left out, under the name that docs/differences.md gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from typing import Any

from schema_loader.constraints import Constraint
from schema_loader.field import Field
from schema_loader.patterns import compile_pattern
from schema_loader.table_schema import TableSchema
from schema_loader.types import (
    ArrayType,
    BooleanType,
    FieldType,
    IntegerType,
    ListType,
    NumberType,
)

VERSION = "https://datapackage.org/profiles/2.0/tableschema.json"
UNHASHABLE = ("array", "list", "object", "geojson")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
MOMENTS = ("datetime", "time")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule that the second judge is not asked about, and the named difference that says why."""

    field: str
    rule: str
    difference: str


def judged_descriptor(
    schema: TableSchema, *, careful: bool = False
) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:
    """The descriptor, and what it leaves out. ``careful`` leaves out bounds of moments too, which can stop the judge."""
    left_out: list[LeftOut] = []
    fields = [_described(field, left_out, careful=careful) for field in schema.fields]
    descriptor: dict[str, Any] = {"$schema": VERSION, "fields": fields}
    if schema.primary_key:
        if any(schema.by_name[name].type.name in UNHASHABLE for name in schema.primary_key):
            left_out.append(LeftOut("", "primaryKey", "unhashable-unique"))
        else:
            descriptor["primaryKey"] = list(schema.primary_key)
    own = [key for key in schema.foreign_keys if not key.resource]  # other tables are not at hand
    if own:
        descriptor["foreignKeys"] = [
            {"fields": list(key.fields), "reference": {"resource": "", "fields": list(key.reference_fields)}}
            for key in own
        ]
    return descriptor, tuple(left_out)


def _described(field: Field, left_out: list[LeftOut], *, careful: bool) -> dict[str, Any]:
    kind = field.type
    described: dict[str, Any] = {"name": field.name, "type": kind.name, **_options(kind, field, left_out)}
    if kind.format_name != "default":
        described["format"] = kind.format_name
    rules = dict(_rules(field, left_out, careful=careful))
    if field.required:
        rules["required"] = True
    if field.unique:
        if kind.name in UNHASHABLE:
            left_out.append(LeftOut(field.name, "unique", "unhashable-unique"))
        else:
            rules["unique"] = True
    if rules:
        described["constraints"] = rules
    described["missingValues"] = list(field.missing_values)
    return described


def _options(kind: FieldType, field: Field, left_out: list[LeftOut]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if isinstance(kind, (NumberType, IntegerType)):
        if not kind.bare_number:
            options["bareNumber"] = False
        if kind.group_char:
            if isinstance(kind, IntegerType):
                left_out.append(LeftOut(field.name, "groupChar", "integer-group-char"))
            else:
                options["groupChar"] = kind.group_char
    if isinstance(kind, NumberType) and kind.decimal_char != ".":
        options["decimalChar"] = kind.decimal_char
    if isinstance(kind, BooleanType):
        options |= {"trueValues": list(kind.true_values), "falseValues": list(kind.false_values)}
    if isinstance(kind, ListType):
        options |= {"delimiter": kind.delimiter, "itemType": kind.item.name}
    if isinstance(kind, ArrayType) and kind.item is not None:
        options["arrayItem"] = _described(kind.item, left_out, careful=False)
    return options


def _rules(field: Field, left_out: list[LeftOut], *, careful: bool) -> Iterator[tuple[str, Any]]:
    kind = field.type
    for name, constraint in field.constraints.items():
        if name == "pattern" and compile_pattern(constraint.value).engine == "regex":
            left_out.append(LeftOut(field.name, name, "pattern-engine"))  # it could hang on a text
        elif name in BOUNDS and careful and kind.name in MOMENTS:
            left_out.append(LeftOut(field.name, name, "bounds-across-zones"))
        elif name in BOUNDS and isinstance(kind, IntegerType):
            yield _whole_bound(name, constraint)
        elif name in BOUNDS:
            yield name, kind.format(constraint.value)
        else:
            yield name, list(constraint.value) if name == "enum" else constraint.value


def _whole_bound(name: str, constraint: Constraint) -> tuple[str, int]:
    """The bound of whole numbers that says the same without decimals: at least 0.5 is at least 1."""
    limit = Decimal(constraint.value)
    if limit == limit.to_integral_value():
        return name, int(limit)
    return ("minimum", ceil(limit)) if name.lower().endswith("minimum") else ("maximum", floor(limit))


def difference(field: Field, text: str, left_out: Mapping[str, str]) -> str | None:
    """The named reason for which both judges may differ on a cell; None where they must agree.

    ``left_out`` gives the difference of what the judge was not asked, by field.
    """
    kind, form = field.type, field.type.format_name
    if field.name in left_out:
        return left_out[field.name]
    named = {
        "signalling-nan": kind.name == "number" and "snan" in text.lower(),
        "bounds-across-zones": kind.name in MOMENTS and any(name in field.constraints for name in BOUNDS),
        "date-any": kind.name in ("date", "datetime", "time") and form == "any",
        "geopoint-odd-json": kind.name == "geopoint" and form in ("array", "object"),
        "geojson-profile": kind.name == "geojson",
        "wkt-trailing-text": form == "wkt",
        "float-number": kind.name == "number" and "floatNumber" in field.descriptor,
    }
    return next((name for name, applies in named.items() if applies), None)
