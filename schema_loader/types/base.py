"""What every type of Table Schema offers: read, write, show.

A type is built once per field from its descriptor and never changes afterwards. ``None`` stands for "this text is no
value of the type": a null is decided before a type is asked, by the field's missing values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from schema_loader.errors import Fault

Warn = Callable[..., None]
"""``warn(code, **params)``: how a type reports an oddity of its descriptor while it is built."""


class FieldType:
    """One type of Table Schema. Subclasses set the class attributes and implement ``parse`` and ``format``.

    Source: Table Schema v1 and v2, "Field types"; where they leave freedom, frictionless-py 5.21 decides.
    """

    name: ClassVar[str]
    formats: ClassVar[tuple[str, ...]] = ("default",)
    constraints: ClassVar[tuple[str, ...]] = ("required", "enum")
    """The constraints that apply, in the order in which they are tried (``unique`` concerns a table, not a cell)."""
    options: ClassVar[tuple[str, ...]] = ()
    """Descriptor properties that only this type reads."""

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        self.format_name = self.read_format(descriptor.get("format"), warn)

    def read_format(self, raw: Any, warn: Warn) -> str:
        """The format to use; an unknown one is reported and read as ``default``."""
        if raw is None or raw == "":
            return "default"
        if isinstance(raw, str):
            text = raw.removeprefix("fmt:")  # the spelling of Table Schema before v1
            if text in self.formats:
                return text
        warn("unknown-format", format=raw)
        return "default"

    # -- values ---------------------------------------------------------------------------------------------------

    def parse(self, text: str) -> Any | None:
        """The value that a cell's text stands for, or None when it stands for none."""
        raise NotImplementedError

    def from_json(self, data: Any) -> Any | None:
        """The value that a JSON value stands for (an API's body, a bound in a descriptor), or None."""
        return self.parse(data) if isinstance(data, str) else None

    def format(self, value: Any) -> str:
        """The normalised text of a value: what is stored and exported. ``parse`` reads it back as an equal value."""
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """The value as JSON can hold it; ``from_json`` reads it back."""
        return self.format(value)

    def item_faults(self, value: Any) -> tuple[Fault, ...]:
        """Faults inside a value that is itself made of values (arrays); none for plain types."""
        return ()

    # -- what others need to show it ------------------------------------------------------------------------------

    input_mode: ClassVar[str] = "text"
    """The HTML ``inputmode`` of a text control: text, numeric, decimal, email, url."""
    spreadsheet_format: ClassVar[str] = "@"
    """The number format of a spreadsheet cell (``@`` is text)."""

    def to_spreadsheet(self, value: Any) -> Any:
        """The value as a spreadsheet cell holds it natively: text, int, float, bool, date or datetime."""
        return self.format(value)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of ``to_json``'s results, for the description of an API."""
        return {"type": "string"}

    def display(self, value: Any, lang: str = "fr") -> str:
        """The value as a French (or English) reader expects it, e.g. 12/03/2024; the stored text stays ISO."""
        return self.format(value)

    def samples(self) -> tuple[str, ...]:
        """Texts that the type accepts, most telling first: candidates for an example."""
        raise NotImplementedError
