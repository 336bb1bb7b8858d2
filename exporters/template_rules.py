"""What a spreadsheet may check of a field while one types: derived from the field's rule, never wider words of our own.

A sheet's check that is as wide as the rule *refuses*; one that is narrower (the rule also takes a word, a year before 1900)
only *warns*, and lets the person go on: whether a value is right is decided when the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from exporters.sheet_cells import serial
from schema_loader.constraints import Constraint
from schema_loader.field import Field
from schema_loader.types import (
    ArrayType,
    BooleanType,
    DatetimeType,
    DateType,
    IntegerType,
    ListType,
    NumberType,
    ObjectType,
    YearType,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

Kind = Literal["list", "whole", "decimal", "date", "textLength"]
Operator = Literal["between", "greaterThan", "greaterThanOrEqual", "lessThan"]

LARGEST_WHOLE = 999_999_999_999_999  # figures beyond are lost to a sheet
LARGEST = "1E+300"
PROBE = datetime(2024, 3, 12, 14, 30)


@dataclass(frozen=True, slots=True)
class SheetRule:
    """``kind`` is a type of validation; of a list, the range is known once it is placed. ``strict``: the sheet may refuse."""

    kind: Kind
    operator: Operator | None = None
    first: str | None = None
    second: str | None = None
    strict: bool = True

    def validation(self, choices: str | None = None) -> DataValidation:
        """As openpyxl has it; ``choices`` is the range of a list."""
        from openpyxl.worksheet.datavalidation import DataValidation

        return DataValidation(
            type=self.kind,
            operator=self.operator,
            formula1=choices or self.first,
            formula2=self.second,
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="stop" if self.strict else "warning",
        )


def choices_of(field: Field) -> tuple[Any, ...]:
    """What a drop-down of the field offers, as cells hold it; empty where one types freely.

    The words of a boolean, an enumeration, or what the schema suggests; then the words that stand for « nothing here ».
    """
    kind = field.type
    if isinstance(kind, (ArrayType, ListType, ObjectType)):
        return ()  # several in one cell
    if isinstance(kind, BooleanType):
        texts: tuple[str, ...] = field.choices or (kind.format(True), kind.format(False))
    else:
        texts = field.choices or field.suggestions
    if not texts:
        return ()
    values = [(text, kind.parse(text)) for text in texts]
    cells = [text if value is None else kind.to_spreadsheet(value) for text, value in values]
    return (*cells, *(text for text in field.missing_values if text))


def is_native(field: Field) -> bool:
    """Whether days and moments of a field are days and moments of a sheet, shown as the reader's country writes them."""
    kind = field.type
    if isinstance(kind, DatetimeType):
        return isinstance(kind.to_spreadsheet(PROBE), datetime)
    return isinstance(kind, DateType) and isinstance(kind.to_spreadsheet(PROBE.date()), date)


def sheet_rule(field: Field) -> SheetRule | None:
    """The check of a column, or None where a sheet has none that fits."""
    if choices_of(field):
        return SheetRule("list", strict=bool(field.choices) or _has_two_words(field.type))
    kind, rules = field.type, field.constraints
    speaks = any(field.missing_values)  # « NA » is a word for nothing: no check of numbers would let it pass
    if isinstance(kind, (IntegerType, YearType)):
        limits = ("0", "9999") if isinstance(kind, YearType) else (str(-LARGEST_WHOLE), str(LARGEST_WHOLE))
        return _bounded("whole", rules, str, limits, strict=not speaks)
    if isinstance(kind, NumberType):
        return _bounded(
            "decimal", rules, lambda limit: f"{limit:f}", (f"-{LARGEST}", LARGEST), strict=not speaks
        )
    if is_native(field):
        low = rules.get("minimum") or rules.get("exclusiveMinimum")
        modern = low is not None and low.value.year > 1900
        return _bounded("date", rules, _day, ("1", None), strict=modern and not speaks)
    shortest, longest = rules.get("minLength"), rules.get("maxLength")
    if field.type.name == "string" and (shortest or longest):
        low_text = str(shortest.value) if shortest else "0"
        if longest is None:
            return SheetRule("textLength", "greaterThanOrEqual", low_text)
        # a sheet counts some signs twice
        return SheetRule("textLength", "between", low_text, str(longest.value), strict=False)
    return None


def _has_two_words(kind: Any) -> bool:
    return isinstance(kind, BooleanType) and len({word.casefold() for word in kind.words}) == 2


def _day(limit: Any) -> str | None:
    return serial(limit.replace(tzinfo=None) if isinstance(limit, datetime) else limit)


def _bounded(
    kind: Kind, rules: Mapping[str, Constraint], write: Any, default: tuple[str, str | None], *, strict: bool
) -> SheetRule:
    """Bounds as a sheet can say them: both inclusive, or one; where it cannot say all, it says less, never more."""
    low, high = (_limit(rules.get(name), write) for name in ("minimum", "maximum"))
    above, below = (_limit(rules.get(name), write) for name in ("exclusiveMinimum", "exclusiveMaximum"))
    if above is not None and low is None and high is None and below is None:
        return SheetRule(kind, "greaterThan", above, strict=strict)
    if below is not None and high is None and low is None and above is None:
        return SheetRule(kind, "lessThan", below, strict=strict)
    low, high = low or above or default[0], high or below or default[1]
    if high is None:
        return SheetRule(kind, "greaterThanOrEqual", low, strict=strict)
    return SheetRule(kind, "between", low, high, strict=strict)


def _limit(constraint: Constraint | None, write: Any) -> str | None:
    return None if constraint is None else write(constraint.value)
