"""Cells that hold several values: a JSON array, a list with a delimiter, a text whose schema names a separator.

A :class:`ListForm` takes such a cell apart into the texts of its items, and puts it together again. What a person did not
touch comes back as it was stored: the former items are kept by their text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schema_loader.field import Field
from schema_loader.shapes import Choice, Literal, ManyOf, Shape, shapes
from schema_loader.types import ArrayType, FieldType, ListType, StringType
from schema_loader.types.structured import write_json

USUAL_SEPARATORS = (";", "|", ",")


@dataclass(frozen=True, slots=True)
class ListForm:
    """How a field's cell holds several values. ``separator`` is empty for a JSON array.

    ``item``: the field that each item must meet, where the schema describes one. ``choices``: the items that there are;
    ``enforced`` says whether a rule refuses others. ``alone``: choices that a rule lets stand only by themselves.
    """

    field: Field
    separator: str = ""
    item: Field | None = None
    choices: tuple[str, ...] = ()
    enforced: bool = True
    alone: tuple[str, ...] = ()
    joint: str = ""
    """The separator as it is written between two items, with the spaces that the rule asks for."""

    def split(self, text: str) -> tuple[str, ...] | None:
        """The texts of the items of a stored cell; None where it is no list of this form."""
        if not self.separator:
            values = self.field.type.parse(text)
            return None if values is None else tuple(self._item_text(value) for value in values)
        if isinstance(self.field.type, ListType):
            return None if self.field.type.parse(text) is None else tuple(text.split(self.separator))
        pieces = self._by_choices(text) if self.choices else None
        return pieces or tuple(piece.strip() for piece in text.split(self.separator))

    def join(self, items: Sequence[str], former: str | None = None) -> str:
        """The cell that holds these items. ``former``: the stored text before, whose items are kept as they were."""
        if self.separator:
            return (self.joint or self.separator).join(items)
        known = self._former(former)
        return write_json([known.get(text, self._item_value(text)) for text in items])

    def _former(self, text: str | None) -> Mapping[str, Any]:
        values = self.field.type.parse(text) if text else None
        return {self._item_text(value): value for value in values or ()}

    def _item_text(self, data: Any) -> str:
        if self.item is not None and not isinstance(data, str):
            value = self.item.type.from_json(data)
            if value is not None:
                return self.item.type.format(value)
        return data if isinstance(data, str) else write_json(data)

    def _item_value(self, text: str) -> Any:
        if self.item is None:
            return text
        value = self.item.type.parse(text)
        return text if value is None else self.item.type.to_json(value)

    def _by_choices(self, text: str) -> tuple[str, ...] | None:
        """The items of a text whose choices may hold the separator themselves (« Direction, cabinet »)."""
        if not any(self.separator in choice for choice in self.choices):
            return None
        one = "|".join(re.escape(choice) for choice in sorted(self.choices, key=len, reverse=True))
        found, at = [], 0
        step = re.compile(rf"\s*({one})\s*(?:{re.escape(self.separator)}|$)")
        while at < len(text):
            match = step.match(text, at)
            if match is None:
                return None
            found.append(match[1])
            at = match.end()
        return tuple(found)


def list_form(field: Field) -> ListForm | None:
    """How a field holds several values, or None for a field of one value."""
    kind: FieldType = field.type
    if isinstance(kind, ArrayType):
        if field.choices:
            return None  # whole arrays to choose from
        choices, enforced = _choices(field, kind.item)
        return ListForm(field, item=kind.item, choices=choices, enforced=enforced)
    if isinstance(kind, ListType):
        return ListForm(
            field, kind.delimiter, choices=field.suggestions, enforced=False, joint=kind.delimiter
        )
    if isinstance(kind, StringType) and not field.choices and kind.format_name == "default":
        return _text_list(field)
    return None


def _choices(field: Field, item: Field | None) -> tuple[tuple[str, ...], bool]:
    if item is not None and item.choices:
        return item.choices, True
    return field.suggestions or (item.suggestions if item is not None else ()), False


def _text_list(field: Field) -> ListForm | None:
    pattern = field.constraints.get("pattern")
    found = shapes(pattern.value) if pattern is not None else None
    if found is not None:
        form = _of_shapes(field, found)
        if form is not None:
            return form
    item = field.descriptor.get("arrayItem")
    if not isinstance(item, dict):
        return None
    rules = item.get("constraints")
    choices = rules.get("enum") if isinstance(rules, dict) else None
    texts = tuple(map(str, choices)) if isinstance(choices, list) else field.suggestions
    examples = "".join(field.published_examples)
    separator = next((sign for sign in USUAL_SEPARATORS if sign in examples), USUAL_SEPARATORS[0])
    return ListForm(field, separator, choices=texts, enforced=False, joint=separator)


def _of_shapes(field: Field, found: tuple[Shape, ...]) -> ListForm | None:
    """A pattern that lets one write several of its texts: ``(a|b)(;(a|b))*``, perhaps or another text alone."""
    parts = [shape[0] for shape in found if len(shape) == 1]
    many = [part for part in parts if isinstance(part, ManyOf)]
    if len(parts) != len(found) or len(many) != 1:
        return None
    alone: list[str] = []
    for part in parts:
        if isinstance(part, Literal):
            alone.append(part.text)
        elif isinstance(part, Choice):
            alone += part.texts
    (several,) = many
    texts, sign = several.texts, several.separator
    test = field.constraints["pattern"].test
    for joint in (sign, f" {sign} ", f"{sign} "):
        if test(joint.join(texts[:2])) and test(joint.join(reversed(texts[:2]))):
            only = tuple(text for text in alone if text not in texts)
            return ListForm(field, sign, choices=texts + only, alone=only, joint=joint)
    return None


def pattern_choices(field: Field) -> tuple[str, ...]:
    """The texts of a pattern that is nothing but a list of them (an enumeration in disguise); empty for any other."""
    pattern = field.constraints.get("pattern")
    if pattern is None or not isinstance(field.type, StringType):
        return ()
    found = shapes(pattern.value)
    if not found or any(len(shape) != 1 for shape in found):
        return ()
    texts: list[str] = []
    for (part,) in found:
        if isinstance(part, Choice):
            texts += part.texts
        elif isinstance(part, Literal):
            texts.append(part.text)
        else:
            return ()
    return tuple(text for text in dict.fromkeys(texts) if not field.read(text)[1])
