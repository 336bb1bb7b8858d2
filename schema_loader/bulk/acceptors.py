"""What is plainly good, seen in whole columns.

An acceptor takes a pyarrow string array and gives a boolean array: True only where the field's rule finds no fault. It
may be as narrow as is convenient; a field whose rule has a part that cannot be seen so has no acceptor at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schema_loader.constraints import Constraint
from schema_loader.field import Field
from schema_loader.patterns import to_re2
from schema_loader.types import BooleanType, FieldType

Accepts = Callable[[pa.Array], Any]

YEAR = "(?:[1-9][0-9]{3})"
DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
DIRECTIVES = {
    "Y": YEAR, "m": "(?:0[1-9]|1[0-2])", "d": "(?:0[1-9]|1[0-9]|2[0-8])", "H": "(?:[01][0-9]|2[0-3])", "M": "[0-5][0-9]",
    "S": "[0-5][0-9]", "%": "%",
}  # fmt: skip
"""strptime directives that a regular expression can stand for, days stopping at the 28th, which every month has."""
WORDS = r"[a-z0-9]{1,20}"
EMAIL = rf"{WORDS}(?:[._-]{WORDS}){{0,2}}@{WORDS}(?:-{WORDS})?(?:\.{WORDS}){{0,2}}\.(?:fr|com|org|net|eu|info|bzh)"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
STRING_FORMATS = {"email": EMAIL, "uri": r"https?://[!-~]+", "uuid": UUID}
DEGREES = r"(?:\.[0-9]{1,15})?"
POINT = rf"-?(?:1[0-7][0-9]|[1-9]?[0-9]){DEGREES}, ?-?[1-8]?[0-9]{DEGREES}"


def acceptor(field: Field) -> Accepts | None:
    """A vectorised test that accepts only texts without a fault, or None where there is no such test."""
    tests = _type_tests(field.type)
    if tests is None:
        return None
    for constraint in field.constraints.values():
        test = _constraint_test(field.type, constraint)
        if test is None:
            return None
        tests = [*tests, test]
    # A null is judged by the field's rule, unless it is as good as any value
    nulls = [text for text in field.missing_values if text] if field.required else []
    if nulls:
        tests = [*tests, _none_of(nulls)]
    if field.required and "" in field.missing_values and not _refuses_nothing_typed(field):
        tests = [*tests, lambda array: pc.greater(pc.binary_length(array), 0)]
    return _all(tests)


def _refuses_nothing_typed(field: Field) -> bool:
    """Whether the tests of the type refuse the empty text anyhow."""
    return field.type.name not in ("string", "any") or field.type.format_name in STRING_FORMATS


def _all(tests: Sequence[Accepts]) -> Accepts:
    if not tests:
        return lambda array: None  # everything: no mask at all is made
    if len(tests) == 1:
        return tests[0]

    def accepts(array: pa.Array) -> Any:
        mask = tests[0](array)
        for test in tests[1:]:
            mask = pc.and_(mask, test(array))
        return mask

    return accepts


def _like(regex: str) -> Accepts:
    pattern = rf"\A(?:{regex})\z"
    return lambda array: pc.match_substring_regex(array, pattern)


def _one_of(texts: Sequence[str]) -> Accepts:
    known = pa.array(texts, pa.string())
    return lambda array: pc.is_in(array, value_set=known)


def _none_of(texts: Sequence[str]) -> Accepts:
    known = pa.array(texts, pa.string())
    return lambda array: pc.invert(pc.is_in(array, value_set=known))


def _type_tests(kind: FieldType) -> list[Accepts] | None:
    """Tests for texts that are values of the type; none where every text is; None where no test can see it."""
    match kind.name:
        case "any":
            return []
        case "string":
            if kind.format_name == "default":
                return []
            regex = STRING_FORMATS.get(kind.format_name)
        case "number":
            mark = getattr(kind, "decimal_char", ".")
            grouped = getattr(kind, "group_char", "")
            odd = (
                len(mark) != 1 or mark in "0123456789+-_eE " or (grouped and grouped in f"0123456789-{mark}")
            )
            regex = None if odd else rf"-?[0-9]{{1,15}}(?:{re.escape(mark)}[0-9]{{1,15}})?"
        case "integer":
            grouped = getattr(kind, "group_char", "")
            regex = None if grouped and set(grouped) & set("0123456789-") else "-?[0-9]{1,15}"
        case "boolean":
            return [_one_of(list(kind.words))] if isinstance(kind, BooleanType) else None
        case "date" | "time" | "datetime":
            regex = _moment(kind)
        case "year":
            regex = "[0-9]{4}"
        case "yearmonth":
            regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"
        case "geopoint":
            regex = POINT if kind.format_name == "default" else None
        case _:
            regex = None
    return None if regex is None else [_like(regex)]


def _moment(kind: FieldType) -> str | None:
    if kind.format_name == "default":
        return {"date": f"{YEAR}-{DAY}", "time": CLOCK, "datetime": f"{YEAR}-{DAY}T{CLOCK}Z?"}[kind.name]
    if kind.format_name == "any":
        return None
    pieces = []
    for directive, literal in re.findall(r"%(.)|([^%]+)", kind.format_name, re.S):
        if literal:
            if any(character.isspace() for character in literal):
                return None  # strptime takes any white space for a space
            pieces.append(re.escape(literal))
        elif directive in DIRECTIVES:
            pieces.append(DIRECTIVES[directive])
        else:
            return None
    return "".join(pieces)


def _constraint_test(kind: FieldType, constraint: Constraint) -> Accepts | None:
    """A test that holds only where the constraint does, for texts that the type's own tests accept."""
    name, value = constraint.name, constraint.value
    if name == "pattern":
        translated = to_re2(f"^{value}$")
        return (
            None
            if translated is None
            else (lambda array: pc.match_substring_regex(array, rf"\A(?:{translated})"))
        )
    if name == "enum":
        # of the many spellings of a value, the normalised one is seen here
        return _one_of(value)
    if name in ("minLength", "maxLength"):
        if kind.name != "string":
            return None
        compare = pc.greater_equal if name == "minLength" else pc.less_equal
        return lambda array: compare(pc.utf8_length(array), value)
    return _bound(kind, name, constraint)


def _bound(kind: FieldType, name: str, constraint: Constraint) -> Accepts | None:
    lower = name in ("minimum", "exclusiveMinimum")
    if kind.name in ("number", "integer"):
        return _numeric_bound(kind, lower, constraint)
    if kind.name == "datetime" or (kind.format_name != "default"):
        return None
    # ISO texts of one length sort as the moments they stand for; strictly within is within
    limit = kind.format(constraint.value)
    if len(limit) != {"date": 10, "time": 8, "year": 4, "yearmonth": 7}.get(kind.name):
        return None
    compare = pc.greater if lower else pc.less
    return lambda array: compare(array, limit)


def _numeric_bound(kind: FieldType, lower: bool, constraint: Constraint) -> Accepts | None:
    if getattr(kind, "decimal_char", ".") != ".":
        return None
    try:
        limit = float(constraint.value)
    except OverflowError:
        return None
    if lower and limit <= 0 and constraint.name == "minimum":
        return lambda array: pc.invert(pc.starts_with(array, "-"))  # digits without a sign are not below zero
    # Rounding keeps order: a double strictly above the rounded limit comes from a number strictly above the limit.
    compare = pc.greater if lower else pc.less
    plain = r"\A-?[0-9]{1,15}(?:\.[0-9]{1,15})?\z"

    def accepts(array: pa.Array) -> Any:
        readable = pc.match_substring_regex(array, plain)
        numbers = pc.cast(pc.if_else(readable, array, "nan"), pa.float64())
        return compare(numbers, limit)

    return accepts
