"""Checks that read several columns of a row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import Any, ClassVar

from schema_loader.custom_checks.base import NONE, WHOLE_ROW, Check, Faults, Params, Unusable
from schema_loader.errors import Fault
from schema_loader.table_schema import TableSchema
from schema_loader.types.dates import as_naive

Number = int | Decimal


EXACT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])  # what cells hold must never raise


def as_number(value: Any) -> Number | None:
    """The number that a cast value is, or that a text spells with digits and a decimal point; None for any other.

    Infinities and NaN are no numbers here: no sum or order holds with them.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    return value if isinstance(value, Decimal) and value.is_finite() else None


def add(numbers: Sequence[Number]) -> Number:
    """The sum: exact for integers, to 60 digits for decimals."""
    total: Number = 0
    for number in numbers:
        if isinstance(total, int) and isinstance(number, int):
            total += number
        else:
            total = EXACT.add(total, number)
    return total


def plain(number: Number) -> str:
    """The digits of a number, with an exponent where they would be endless."""
    value = EXACT.create_decimal(number)
    return f"{value:f}" if abs(value.adjusted()) < EXACT.prec else str(value)


def formats(schema: TableSchema, columns: Iterable[str]) -> Mapping[str, Callable[[Any], str]]:
    """How the values of these columns are stored. (A check keeps no hold of its schema, which would keep itself alive.)"""
    return {name: schema.by_name[name].type.format for name in columns if name in schema.by_name}


class SumColumns(Check):
    """``column`` holds the sum of ``columns``. A row where one is null is skipped; texts that spell numbers count."""

    name = "sum-columns-value"

    def __init__(self, params: Params, schema: TableSchema) -> None:
        self.column = params.text("column")
        self.parts = params.texts("columns")
        self.columns = (self.column, *self.parts)
        self._format = formats(schema, self.columns)

    def faults(self, values: Mapping[str, Any]) -> Faults:
        """``reason`` is different or not-a-number; ``value`` stands in column ``at``; ``sum`` is empty if there is none."""
        numbers: list[Number] = []
        for name in self.columns:
            value = values[name]
            if value is None:
                return NONE
            number = as_number(value)
            if number is None:
                if any(values[other] is None for other in self.columns):
                    return NONE
                return self._fault("not-a-number", name, value, "")
            numbers.append(number)
        found, *parts = numbers
        total = add(parts)
        if found == total:
            return NONE
        return self._fault("different", self.column, values[self.column], plain(total))

    def _fault(self, reason: str, at: str, value: Any, total: str) -> Faults:
        fault = self.fault(
            reason=reason,
            column=self.column,
            columns=self.parts,
            at=at,
            value=self._format[at](value),
            sum=total,
        )
        return ((self.column, fault),)


class CompareColumns(Check):
    """``column`` ``op`` ``column2`` holds: as numbers if both are (texts that spell numbers included), moments as moments, else as texts.

    Values of different kinds (a date and a text) cannot be compared, and fail. A row where one is null is skipped.
    """

    name = "compare-columns-value"
    OPERATORS: ClassVar[Mapping[str, Callable[[Any, Any], Any]]] = {
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "<=": operator.le,
        "<": operator.lt,
    }

    def __init__(self, params: Params, schema: TableSchema) -> None:
        self.column, self.other = params.text("column"), params.text("column2")
        self.columns = (self.column, self.other)
        self.op = params.text("op").strip()
        if self.op not in self.OPERATORS:
            raise Unusable("op", "unknown-operator")
        self._holds = self.OPERATORS[self.op]
        self._format = formats(schema, self.columns)

    def faults(self, values: Mapping[str, Any]) -> Faults:
        """``reason`` is order or not-comparable; ``value`` and ``value2`` as texts, ``column``, ``column2``, ``op``."""
        value, other = values[self.column], values[self.other]
        if value is None or other is None:
            return NONE
        verdict = self.compare(value, other)
        if verdict:
            return NONE
        fault = self.fault(
            reason="not-comparable" if verdict is None else "order",
            column=self.column, op=self.op, column2=self.other,
            value=self._format[self.column](value), value2=self._format[self.other](other),
        )  # fmt: skip
        return ((self.column, fault),)

    def compare(self, value: Any, other: Any) -> bool | None:
        """Whether the comparison holds for two values that are no nulls; None where they cannot be compared."""
        number, other_number = as_number(value), as_number(other)
        if number is not None and other_number is not None:
            return bool(self._holds(number, other_number))
        if isinstance(value, Decimal) or isinstance(other, Decimal):
            return None
        if isinstance(value, (date, time)):
            if isinstance(value, datetime) != isinstance(other, datetime):
                return None
            value, other = as_naive(value), as_naive(other)
        if type(value) is not type(other):
            return None
        try:
            return bool(self._holds(value, other))
        except TypeError:  # objects and calendar durations have no order: their texts have one
            return bool(self._holds(str(value), str(other)))


class CohesiveColumns(Check):
    """``column`` and ``othercolumns`` are all filled or all empty, in each row, and all there or all missing in a file."""

    name = "cohesive-columns-value"

    def __init__(self, params: Params, schema: TableSchema) -> None:
        self.column = params.text("column")
        self.others = params.texts("othercolumns")
        self.columns = tuple(dict.fromkeys((self.column, *self.others)))

    def faults(self, values: Mapping[str, Any]) -> Faults:
        """``filled`` and ``empty`` name columns; ``column`` and ``othercolumns`` as declared."""
        empty = [name for name in self.columns if values[name] is None]
        if not empty or len(empty) == len(self.columns):
            return NONE
        filled = tuple(name for name in self.columns if name not in empty)
        return ((self.column, self._fault(filled=filled, empty=tuple(empty))),)

    def header_faults(self, present: Collection[str]) -> Faults:
        """``missing`` names the columns that are not there though others are."""
        missing = tuple(name for name in self.columns if name not in present)
        if not missing or len(missing) == len(self.columns):
            return NONE
        return ((WHOLE_ROW, self._fault(missing=missing)),)

    def _fault(self, **params: Any) -> Fault:
        return self.fault(column=self.column, othercolumns=self.others, **params)


class OneOfRequired(Check):
    """``column1`` or ``column2`` is filled. Zero, false and an empty list count as empty, as they do in the reference.

    In a file that lacks one of the two, the other must be filled; a file that lacks both is wrong as a whole.
    """

    name = "one-of-required"

    def __init__(self, params: Params, schema: TableSchema) -> None:
        self.columns = (params.text("column1"), params.text("column2"))
        self._fault = Fault("one-of-required", {"column1": self.columns[0], "column2": self.columns[1]})

    def within(self, present: Collection[str]) -> Check | None:
        """The check as long as one of the two is there."""
        return self if any(name in present for name in self.columns) else None

    def faults(self, values: Mapping[str, Any]) -> Faults:
        """``column1`` and ``column2`` as declared; a fault of the row."""
        first, second = self.columns
        return NONE if values.get(first) or values.get(second) else ((WHOLE_ROW, self._fault),)

    def header_faults(self, present: Collection[str]) -> Faults:
        """``missing`` names both columns when neither is there."""
        if any(name in present for name in self.columns):
            return NONE
        return ((WHOLE_ROW, Fault(self._fault.code, {**self._fault.params, "missing": self.columns})),)
