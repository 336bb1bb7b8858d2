"""What the lines above a header say of the fields that have no column: the producer is often named only there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from importers.evidence import Rule
from importers.labels import likeness, weights, words
from importers.table import TitleLine
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

LEAST = 0.55
MOST_LINES = 40
MOST_CELLS = 40
LONGEST = 500  # characters


class TitleValue(NamedTuple):
    """A text above the header that a field would take, and where it stands."""

    field: str
    text: str
    row: int
    letter: str


def proposed_values(
    schema: TableSchema, fields: Sequence[Field], lines: Sequence[TitleLine]
) -> list[TitleValue]:
    """Likeliest first: a label near to the field's stands before the text, or few texts keep the field's rule."""
    if not fields or not lines:
        return []
    weight = weights(text for field in schema.fields for text in {field.name, field.title})
    rules = {field.name: Rule(schema, field) for field in fields}
    spoken = {field.name: [w for w in {words(field.name), words(field.title)} if w] for field in fields}
    found: dict[TitleValue, float] = {}
    for label, text, row, letter in _labelled(lines):
        said = words(label)
        for field in fields:
            rule = rules[field.name]
            if not rule.takes(text):
                continue
            alike = max((likeness(said, w, weight) for w in spoken[field.name]), default=0.0)
            if alike + rule.strictness >= LEAST:
                found.setdefault(TitleValue(field.name, text, row, letter), alike + rule.strictness)
    return sorted(found, key=lambda value: -found[value])


def _labelled(lines: Sequence[TitleLine]) -> Iterator[tuple[str, str, int, str]]:
    """Texts above the header with what seems to label them: before a colon, or in the cell before."""
    for line in lines[:MOST_LINES]:
        before = ""
        for cell in line.cells[:MOST_CELLS]:
            text = cell.text.strip()
            label, colon, value = text.partition(":")
            if colon and 0 < len(value.strip()) <= LONGEST:
                yield label, value.strip(), line.number, cell.letter
            if 0 < len(text) <= LONGEST:
                yield before, text, line.number, cell.letter
            before = text.rstrip(" :")
