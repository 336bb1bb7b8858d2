"""One function per constraint of Table Schema: descriptor value → a test over cast values.

Each takes the field's type and the raw value of the descriptor, and returns a :class:`Constraint`; one that cannot be
read raises :class:`ConstraintInvalid`, and the field is compiled without it, with a warning.
Sources: Table Schema v1 and v2, "Constraints"; verdicts as frictionless-py 5.21 gives them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from schema_loader.errors import Fault
from schema_loader.patience import PatternTimeout
from schema_loader.patterns import PatternInvalid, compile_pattern
from schema_loader.types import FieldType, IntegerType
from schema_loader.types.dates import as_naive

Test = Callable[[Any], bool]


class ConstraintInvalid(ValueError):
    """The descriptor's value makes no constraint. ``code`` is that of the warning."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A compiled constraint: its name, the fault of a value that fails it, the test, and what a form or a template shows.

    ``value`` is typed: an int for lengths, a value of the field's type for bounds, a tuple of texts for ``enum``, the
    source of the regular expression for ``pattern``.
    """

    name: str
    value: Any
    test: Test
    fault: Fault
    ignored: tuple[Any, ...] = ()
    """Entries of the descriptor that no cell could ever equal (an enum's)."""


def _length(name: str, compare: Callable[[int, int], bool]) -> Callable[[FieldType, Any], Constraint]:
    def build(_: FieldType, raw: Any) -> Constraint:
        limit = _whole(raw)
        return Constraint(
            name,
            limit,
            lambda value: compare(len(value), limit),
            Fault(f"constraint-error/{name}", {"limit": limit}),
        )

    return build


def _whole(raw: Any) -> int:
    if isinstance(raw, bool):
        raise ConstraintInvalid("constraint-invalid")
    if isinstance(raw, str) and raw.strip().isdecimal():
        raw = int(raw)
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, int) or raw < 0:
        raise ConstraintInvalid("constraint-invalid")
    return raw


def _bound(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[FieldType, Any], Constraint]:
    def build(field_type: FieldType, raw: Any) -> Constraint:
        limit = field_type.bound(raw) if isinstance(field_type, IntegerType) else field_type.from_json(raw)
        if limit is None or limit != limit:
            raise ConstraintInvalid("constraint-invalid")

        def test(value: Any) -> bool:
            try:
                # NaN, which equals nothing, is within no bounds
                return bool(value == value and compare(value, limit))
            except TypeError:  # with a zone against without
                return bool(compare(as_naive(value), as_naive(limit)))

        text = str(limit) if isinstance(field_type, IntegerType) else field_type.format(limit)
        return Constraint(name, limit, test, Fault(f"constraint-error/{name}", {"limit": text}))

    return build


def pattern(_: FieldType, raw: Any) -> Constraint:
    """``^pattern$`` at the start of the text, as the reference reads it; a match that takes too long is no match."""
    if not isinstance(raw, str):
        raise ConstraintInvalid("constraint-invalid")
    try:
        compiled = compile_pattern(raw)
    except PatternInvalid as error:
        raise ConstraintInvalid("pattern-invalid", reason=str(error)) from error
    matches = compiled.matches

    def test(value: Any) -> bool:
        try:
            return matches(value)
        except PatternTimeout:
            return False

    return Constraint("pattern", raw, test, Fault("constraint-error/pattern", {"pattern": raw}))


def enum(field_type: FieldType, raw: Any) -> Constraint:
    """One of the values listed, compared after both are cast (``1.0`` equals ``1``)."""
    if not isinstance(raw, list) or not raw:
        raise ConstraintInvalid("constraint-invalid")
    values, texts, ignored = [], [], []
    for entry in raw:
        value = field_type.from_json(entry)
        if value is None and isinstance(entry, (int, float)) and not isinstance(entry, bool):
            value = field_type.parse(str(entry))  # a number listed for a text: its spelling is meant
        if value is None:
            ignored.append(entry)
        else:
            values.append(value)
            texts.append(field_type.format(value))
    if not values:
        raise ConstraintInvalid("constraint-invalid")
    allowed: Any = values
    with suppress(TypeError):  # lists and objects cannot be hashed
        allowed = frozenset(values)
    choices = tuple(dict.fromkeys(texts))
    return Constraint(
        "enum",
        choices,
        _membership(allowed),
        Fault("constraint-error/enum", {"choices": choices}),
        tuple(ignored),
    )


def _membership(allowed: Any) -> Test:
    def test(value: Any) -> bool:
        try:
            return value in allowed
        except TypeError:
            return False

    return test


minimum = _bound("minimum", operator.ge)
maximum = _bound("maximum", operator.le)
exclusive_minimum = _bound("exclusiveMinimum", operator.gt)
exclusive_maximum = _bound("exclusiveMaximum", operator.lt)
min_length = _length("minLength", operator.ge)
max_length = _length("maxLength", operator.le)

CONSTRAINTS: Mapping[str, Callable[[FieldType, Any], Constraint]] = {
    "minLength": min_length,
    "maxLength": max_length,
    "minimum": minimum,
    "maximum": maximum,
    "exclusiveMinimum": exclusive_minimum,
    "exclusiveMaximum": exclusive_maximum,
    "pattern": pattern,
    "enum": enum,
}
"""Every constraint that looks at a value. ``required`` looks at nulls and ``unique`` at a column."""

KNOWN = ("required", "unique", *CONSTRAINTS)
