"""What is plainly good, seen in whole columns.

An acceptor takes a column of texts and gives a mask: True only where the field's rule finds no fault. It may be as narrow
as is convenient; a field whose rule has a part that cannot be seen so has no acceptor at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema_loader.bulk.forms import form_test
from schema_loader.bulk.texts import Bytes, Mask, Texts, as_mask
from schema_loader.constraints import Constraint
from schema_loader.field import Field
from schema_loader.patterns import to_re2
from schema_loader.types import BooleanType, FieldType

Test = Callable[[Texts], Mask]

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


@dataclass(frozen=True, slots=True)
class Acceptor:
    """A test of whole columns, made of tests that must all hold.

    ``nulls_pass``: an empty text is a null, and as good as any value. ``at_sight``: the lengths of texts are all it looks at.
    """

    tests: tuple[Test, ...]
    nulls_pass: bool
    at_sight: bool

    def __call__(self, texts: Texts) -> Mask | None:
        """The mask; None where every text is accepted."""
        if not self.tests:
            return None
        mask = self.tests[0](texts)
        for test in self.tests[1:]:
            mask = mask & test(texts)
        return mask | texts.empty if self.nulls_pass else mask


def acceptor(field: Field) -> Acceptor | None:
    """A vectorised test that accepts only texts without a fault, or None where there is no such test."""
    tests = _type_tests(field.type)
    if tests is None:
        return None
    at_sight = not tests
    for constraint in field.constraints.values():
        test = _constraint_test(field.type, constraint)
        if test is None:
            return None
        tests = [*tests, test]
        at_sight = at_sight and constraint.name in ("minLength", "maxLength")
    # A null is judged by the field's rule, unless it is as good as any value
    if field.required:
        nulls = [text for text in field.missing_values if text]
        if nulls:
            is_null = _one_of(nulls)
            tests, at_sight = [*tests, lambda texts: ~is_null(texts)], False
        if "" in field.missing_values:
            tests = [*tests, lambda texts: ~texts.empty]
    return Acceptor(tuple(tests), not field.required and "" in field.missing_values, at_sight)


def _like(regex: str) -> Test:
    pattern = rf"\A(?:{regex})\z"
    return lambda texts: as_mask(pc.match_substring_regex(texts.array, pattern))


def _one_of(words: Sequence[str]) -> Test:
    known = pa.array(words, pa.string())
    return lambda texts: texts.among(known)


def _type_tests(kind: FieldType) -> list[Test] | None:
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
            if not isinstance(kind, BooleanType):
                return None
            return [_one_of(list(kind.words))]
        case "date" if kind.format_name == "default":
            return [_days]
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


DAYS = np.zeros(256, dtype=np.uint8)
DAYS[1:13] = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The last day of each month that every year has; none for what is no month."""


def _days(texts: Texts) -> Mask:
    """Days as ``2024-03-12``; the 29th of February is left to the rule."""
    rows, places = texts.of_length(10)
    mask = np.zeros(len(texts), dtype=np.bool_)
    if len(rows):
        digits = places - np.uint8(ord("0"))
        good = digits[[0, 1, 2, 3, 5, 6, 8, 9]].max(axis=0) <= 9
        good &= (places[4] == ord("-")) & (places[7] == ord("-")) & (digits[0] > 0)
        month, day = _two(digits[5:7]), _two(digits[8:10])
        mask[rows] = good & (day > 0) & (day <= DAYS[month])
    return mask


def _two(digits: Bytes) -> Bytes:
    """The numbers of two digits (of what are no digits, any number)."""
    number: Bytes = digits[0] * np.uint8(10) + digits[1]
    return number


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


def _constraint_test(kind: FieldType, constraint: Constraint) -> Test | None:
    """A test that holds only where the constraint does, for texts that the type's own tests accept."""
    name, value = constraint.name, constraint.value
    if name == "pattern":
        return form_test(f"^{value}$") or _matches(f"^{value}$")
    if name == "enum":
        # of the many spellings of a value, the normalised one is seen here
        return _one_of(value)
    if name in ("minLength", "maxLength"):
        if kind.name != "string":
            return None
        return _long_enough(value) if name == "minLength" else _short_enough(value)
    return _bound(kind, name, constraint)


def _matches(anchored: str) -> Test | None:
    translated = to_re2(anchored)
    if translated is None:
        return None
    pattern = rf"\A(?:{translated})"
    return lambda texts: as_mask(pc.match_substring_regex(texts.array, pattern))


def _short_enough(most: int) -> Test:
    """No more characters than ``most``; a text has no more of them than bytes."""

    def accepts(texts: Texts) -> Mask:
        mask: Mask = texts.lengths <= most
        return _counted(texts, mask, lambda characters: characters <= most)

    return accepts


def _long_enough(least: int) -> Test:
    """No fewer characters than ``least``; each takes four bytes at most."""

    def accepts(texts: Texts) -> Mask:
        mask: Mask = texts.lengths >= 4 * least
        return _counted(texts, mask, lambda characters: characters >= least)

    return accepts


def _counted(texts: Texts, mask: Mask, holds: Callable[[Any], Mask]) -> Mask:
    """Count the characters of the texts whose bytes do not tell."""
    rows = np.flatnonzero(~mask)
    if len(rows):
        mask[rows] = holds(pc.utf8_length(texts.take(rows)).to_numpy())
    return mask


def _bound(kind: FieldType, name: str, constraint: Constraint) -> Test | None:
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
    return lambda texts: as_mask(compare(texts.array, limit))


def _numeric_bound(kind: FieldType, lower: bool, constraint: Constraint) -> Test | None:
    if getattr(kind, "decimal_char", ".") != ".":
        return None
    try:
        limit = float(constraint.value)
    except OverflowError:
        return None
    if lower and limit <= 0 and constraint.name == "minimum":
        return lambda texts: texts.first_bytes != ord("-")  # digits without a sign are not below zero
    # Rounding keeps order: a double strictly above the rounded limit comes from a number strictly above the limit.
    compare = pc.greater if lower else pc.less
    plain = r"\A-?[0-9]{1,15}(?:\.[0-9]{1,15})?\z"

    def accepts(texts: Texts) -> Mask:
        readable = pc.match_substring_regex(texts.array, plain)
        numbers = pc.cast(pc.if_else(readable, texts.array, "nan"), pa.float64())
        return as_mask(compare(numbers, limit))

    return accepts
