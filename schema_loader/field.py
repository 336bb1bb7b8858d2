"""A compiled field: what its cells may hold, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from typing import Any

from schema_loader.constraints import Constraint
from schema_loader.errors import NO_PARAMS, Fault
from schema_loader.types import FieldType

Reading = tuple[Any, tuple[Fault, ...]]
"""A cast value (None for a null, or where the text is no value of the type) and the faults found."""

REQUIRED = Fault("constraint-error/required")
OK_NULL: Reading = (None, ())
REQUIRED_NULL: Reading = (None, (REQUIRED,))


@dataclass(frozen=True, eq=False)
class Field:
    """One column of a Table Schema, compiled. Equality is identity: two schemas never share a field.

    ``title``, ``description`` are as published (may be empty); ``missing_values`` are the texts that stand for a null;
    ``constraints`` maps names to compiled constraints, in the order in which they are tried; ``examples`` are texts of
    the descriptor, valid or not; ``suggestions`` are choices that the descriptor names outside of any constraint
    (``arrayItem.enum``, ``enum`` beside the constraints): offered in a form, never enforced.
    """

    name: str
    type: FieldType
    position: int
    title: str = ""
    description: str = ""
    required: bool = False
    unique: bool = False
    missing_values: tuple[str, ...] = ("",)
    constraints: Mapping[str, Constraint] = attribute(default_factory=lambda: NO_PARAMS)
    published_examples: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    descriptor: Mapping[str, Any] = attribute(default_factory=lambda: NO_PARAMS, repr=False)

    @cached_property
    def read(self) -> Callable[[str | None], Reading]:
        """``read(text)`` → value and faults: the rule of the cell, the only one there is.

        A null is a text of ``missing_values``, or None for a cell that a short row does not have. A text that is no
        value of the type has that one fault; else each constraint that fails adds one.
        """
        return make_reader(self)

    def read_json(self, data: Any) -> Reading:
        """The same rule for a JSON value (an API's body, an item of an array): null is null, texts are read as cells."""
        if data is None or isinstance(data, str):
            return self.read(data)
        if str(data) in self.missing_values:
            return self.read(None)
        return self._judge(self.type.from_json(data))

    def _judge(self, value: Any) -> Reading:
        if value is None:
            return None, (self.type_fault,)
        faults = tuple(c.fault for c in self.constraints.values() if not c.test(value))
        return value, faults or self.type.item_faults(value)

    @cached_property
    def type_fault(self) -> Fault:
        """The fault of a text that is no value of the type."""
        return Fault(f"type-error/{self.type.name}", {"format": self.type.format_name})

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts of the ``enum`` constraint, in the schema's order; empty where any value goes."""
        constraint = self.constraints.get("enum")
        return constraint.value if constraint is not None else ()

    def examples(self) -> tuple[str, ...]:
        """Valid texts for this field, most telling first: published, chosen, or made from the rules. May be empty."""
        return self._examples

    @cached_property
    def _examples(self) -> tuple[str, ...]:
        from schema_loader.examples import valid_examples  # examples.py needs Field

        return valid_examples(self)

    @property
    def example(self) -> str | None:
        """The best valid text for this field, or None where none could be found."""
        return next(iter(self.examples()), None)

    def normalise(self, text: str) -> str:
        """The text to store for a valid cell: null is an empty text, a value its normalised form.

        Where the empty text is a value (``missingValues`` without it), a null keeps the first missing value. A text
        that is no value of the type comes back as it was: nothing typed is ever lost.
        """
        value, faults = self.read(text)
        if value is not None:
            return self.type.format(value) if not faults else text
        if faults:
            return text
        return "" if "" in self.missing_values or not self.missing_values else self.missing_values[0]


def make_reader(field: Field) -> Callable[[str | None], Reading]:
    """Close a field's rule over its parts: what is asked a million times looks nothing up."""
    parse = field.type.parse
    missing = frozenset(field.missing_values)
    null = REQUIRED_NULL if field.required else OK_NULL
    type_error: Reading = (None, (field.type_fault,))
    tests = tuple((constraint.test, constraint.fault) for constraint in field.constraints.values())
    item_faults = field.type.item_faults if getattr(field.type, "item", None) is not None else None

    def read(text: str | None) -> Reading:
        if text is None or text in missing:
            return null
        value = parse(text)
        if value is None:
            return type_error
        for test, _ in tests:
            if not test(value):
                return value, tuple(fault for test, fault in tests if not test(value))
        return value, item_faults(value) if item_faults is not None else ()

    return read
