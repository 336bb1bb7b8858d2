"""``number``, ``integer`` and ``boolean``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from schema_loader.types.base import FieldType, Warn

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
# `bareNumber: false`: whatever is no digit goes, at both ends (a leading minus stays).
TRIMMINGS = re.compile(r"((^[^-\d]*)|(\D*$))")
MAX_EXPANDED = (
    400  # digits: `1e1000000` is a number of one byte a digit once written out, so it keeps its exponent
)
NARROW_SPACE = "\u202f"


def group_thousands(text: str, lang: str) -> str:
    """A plain decimal text with grouped thousands: ``1234.5`` → ``1 234,5`` (French) or ``1,234.5`` (English)."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return text
    whole, _, decimals = text.partition(".")
    group, mark = (NARROW_SPACE, ",") if lang == "fr" else (",", ".")
    return (
        f"{int(whole):,}".replace(",", group) + (mark + decimals if decimals else "")
        if whole != "-0"
        else ("-0" + (mark + decimals if decimals else ""))
    )


class _Numeric(FieldType):
    constraints = ("required", *BOUNDS, "enum")

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        super().__init__(descriptor, warn)
        bare = descriptor.get("bareNumber", True)
        if not isinstance(bare, bool):
            warn("option-invalid", option="bareNumber", value=bare)
            bare = True
        self.bare_number = bare

    def read_format(self, raw: Any, warn: Warn) -> str:
        """Numbers have one format only; ``currency`` is Table Schema 0's word for a number with trimmings."""
        if raw not in (None, "", "default", "fmt:default"):
            warn("unknown-format", format=raw)
        return "default"


class NumberType(_Numeric):
    """Table Schema ``number``, exact (``Decimal``), with ``decimalChar``, ``groupChar`` and ``bareNumber``."""

    name = "number"
    options = ("decimalChar", "groupChar", "bareNumber", "floatNumber")
    input_mode = "decimal"

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        super().__init__(descriptor, warn)
        self.decimal_char = self._mark(descriptor, "decimalChar", ".", warn) or "."
        self.group_char = self._mark(descriptor, "groupChar", "", warn)
        # frictionless' own `floatNumber` asks for binary floats; Decimal holds more, and a text read back stays equal.
        self._prepare: Callable[[str], str | None] | None = None
        if not (self.bare_number and self.decimal_char == "." and not self.group_char):
            self._prepare = self._strip_marks

    @staticmethod
    def _mark(descriptor: Mapping[str, Any], option: str, default: str, warn: Warn) -> str:
        mark = descriptor.get(option, default)
        if isinstance(mark, str):
            return mark
        warn("option-invalid", option=option, value=mark)
        return default

    def _strip_marks(self, text: str) -> str | None:
        if not self.bare_number:
            text = TRIMMINGS.sub("", text)
        if self.group_char:
            text = text.replace(self.group_char, "")
        if self.decimal_char != ".":
            if "." in text:
                return None
            text = text.replace(self.decimal_char, ".")
        return text

    def parse(self, text: str) -> Decimal | None:
        """A Decimal: spaces around are let be, ``1e3``, ``.5``, ``1_000``, ``NaN`` and other scripts' digits too.

        Those last spellings are the reference's.
        """
        text = text.strip()
        if self._prepare is not None:
            prepared = self._prepare(text)
            if prepared is None:
                return None
            text = prepared
        try:
            value = Decimal(text)
        except InvalidOperation:
            return None
        return None if value.is_snan() else value  # a signalling NaN cannot even be compared

    def from_json(self, data: Any) -> Decimal | None:
        """A JSON number (a float by its shortest text) or a text as in a cell; booleans are no numbers."""
        if isinstance(data, bool):
            return None
        if isinstance(data, (int, float)):
            return Decimal(str(data))
        if isinstance(data, Decimal):
            return data
        return self.parse(data) if isinstance(data, str) else None

    def format(self, value: Decimal) -> str:
        """Plain decimal digits: ``1E+3`` → ``1000``, ``007`` → ``7``; decimals stay as they were typed (``1.50``)."""
        if (
            value.is_finite()
            and abs(value.adjusted()) < MAX_EXPANDED
            and abs(_exponent(value)) < MAX_EXPANDED
        ):
            text = f"{value:f}"
        else:
            text = str(value)
        return text.replace(".", self.decimal_char) if self.decimal_char != "." else text

    def to_json(self, value: Decimal) -> int | float | str:
        """A JSON number where it holds the very value, else the text."""
        if value.is_finite() and abs(value.adjusted()) < MAX_EXPANDED:
            if value == value.to_integral_value():
                return int(value)
            if Decimal(repr(float(value))) == value:
                return float(value)
        return self.format(value)

    def to_spreadsheet(self, value: Decimal) -> Any:
        """A float where a spreadsheet holds the value exactly enough (15 figures), else text."""
        if value.is_finite() and len(value.as_tuple().digits) <= 15 and abs(value.adjusted()) < 300:
            return float(value)
        return self.format(value)

    spreadsheet_format = "General"

    def json_schema(self) -> dict[str, Any]:
        """A number; text where JSON's numbers cannot hold it."""
        return {"type": ["number", "string"]}

    def display(self, value: Decimal, lang: str = "fr") -> str:
        """Grouped thousands and the reader's decimal mark."""
        text = f"{value:f}" if value.is_finite() and abs(value.adjusted()) < MAX_EXPANDED else str(value)
        return group_thousands(text, lang)

    def samples(self) -> tuple[str, ...]:
        """Plain decimals in the field's own marks."""
        return tuple(
            t.replace(".", self.decimal_char) for t in ("1234.5", "12", "0.5", "1", "0", "100", "-1")
        )


class IntegerType(_Numeric):
    """Table Schema ``integer``: what Python's ``int()`` reads after stripping; ``1.0`` and ``1e3`` are none."""

    name = "integer"
    options = ("bareNumber", "groupChar")
    input_mode = "numeric"
    spreadsheet_format = "0"

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        super().__init__(descriptor, warn)
        group = descriptor.get(
            "groupChar", ""
        )  # Data Package v2 gives it to integers; v1 and frictionless do not
        if not isinstance(group, str):
            warn("option-invalid", option="groupChar", value=group)
            group = ""
        self.group_char = group

    def parse(self, text: str) -> int | None:
        """An int; ``1_000`` and other scripts' digits are read as the reference does."""
        text = text.strip()
        if not self.bare_number:
            text = TRIMMINGS.sub("", text)
        if self.group_char:
            text = text.replace(self.group_char, "")
        try:
            return int(text)
        except ValueError:  # also what int() says of more than 4,300 digits
            return None

    def from_json(self, data: Any) -> int | None:
        """A JSON integer, a float without decimals, or a text as in a cell; booleans are no numbers."""
        if isinstance(data, bool):
            return None
        if isinstance(data, int):
            return data
        if isinstance(data, float):
            return int(data) if data.is_integer() else None
        return self.parse(data) if isinstance(data, str) else None

    def bound(self, data: Any) -> Decimal | int | None:
        """A bound, which may have decimals: ``minimum: 0.5`` is a sound thing to ask of integers."""
        whole = self.from_json(data)
        if whole is not None:
            return whole
        if isinstance(data, bool) or not isinstance(data, (str, float)):
            return None
        try:
            limit = Decimal(str(data).strip())
        except InvalidOperation:
            return None
        return limit if limit.is_finite() else None

    def format(self, value: int) -> str:
        """Plain digits."""
        return str(value)

    def to_json(self, value: int) -> int:
        """The integer."""
        return value

    def to_spreadsheet(self, value: int) -> Any:
        """The integer, or text past the 15 figures that a spreadsheet holds."""
        return value if abs(value) < 10**15 else str(value)

    def json_schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer"}

    def display(self, value: int, lang: str = "fr") -> str:
        """Grouped thousands."""
        return group_thousands(str(value), lang)

    def samples(self) -> tuple[str, ...]:
        """Small whole numbers."""
        return ("12", "1", "0", "100", "5", "2024", "-1")


class BooleanType(FieldType):
    """Table Schema ``boolean``: the schema's own words, letter for letter, without stripping.

    ``words`` maps each of them to what it means.
    """

    name = "boolean"
    options = ("trueValues", "falseValues")
    TRUE: ClassVar = ("true", "True", "TRUE", "1")
    FALSE: ClassVar = ("false", "False", "FALSE", "0")

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        super().__init__(descriptor, warn)
        self.true_values = self._words(descriptor, "trueValues", self.TRUE, warn)
        self.false_values = self._words(descriptor, "falseValues", self.FALSE, warn)
        both = sorted(set(self.true_values) & set(self.false_values))
        if both:
            warn("boolean-words-clash", words=both)
        self.words = dict.fromkeys(self.true_values, True) | dict.fromkeys(self.false_values, False)

    @staticmethod
    def _words(
        descriptor: Mapping[str, Any], option: str, default: tuple[str, ...], warn: Warn
    ) -> tuple[str, ...]:
        raw = descriptor.get(option)
        if raw is None:
            return default
        if isinstance(raw, list) and raw and all(isinstance(word, (str, bool, int)) for word in raw):
            if not all(isinstance(word, str) for word in raw):
                warn("boolean-word-not-text", option=option, value=raw)
            return tuple(word if isinstance(word, str) else str(word).lower() for word in raw)
        warn("option-invalid", option=option, value=raw)
        return default

    def parse(self, text: str) -> bool | None:
        """True or False."""
        return self.words.get(text)

    def from_json(self, data: Any) -> bool | None:
        """A JSON boolean, or one of the schema's words."""
        if isinstance(data, bool):
            return data
        return self.words.get(data) if isinstance(data, str) else None

    def format(self, value: bool) -> str:
        """The schema's first word for it."""
        words = self.true_values if value else self.false_values
        # a word that is listed on both sides reads as false: take one that reads back as the value
        return next((word for word in words if self.words[word] is value), words[0])

    def to_json(self, value: bool) -> bool:
        """The boolean."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}

    def samples(self) -> tuple[str, ...]:
        """Both words."""
        return (self.true_values[0], self.false_values[0])


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else MAX_EXPANDED
