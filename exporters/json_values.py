"""Stored texts as JSON: typed as ``FieldType.to_json`` says, a null where the schema says null, the text where it says neither."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from exporters.rows import Memo, Row, Rows, batches, typed
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from schema_loader.types import StringType

Maker = Callable[[str], bytes]
"""A stored text → a member of an object, ``"name":value``."""


def dump(value: Any) -> bytes:
    """Compact JSON in UTF-8. Whole numbers of any size are fine; NaN, which JSON does not know, is null."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a whole number beyond 64 bits, or lone halves of a character
        return json.dumps(_without_nan(value), separators=(",", ":")).encode("ascii")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list) else value


def json_value(field: Field, text: str | None) -> Any:
    """The JSON of a stored text; what is no value of its field stays text."""
    value, fits = typed(field, text)
    if not fits:
        return value
    return None if value is None else field.type.to_json(value)


def member_maker(field: Field) -> Maker:
    """How a field is written: its name, then its JSON value."""
    start = dump(field.name) + b":"
    if isinstance(field.type, StringType):  # right or wrong, a text is a text
        missing = frozenset(field.missing_values)
        return lambda text: start + (b"null" if text in missing else dump(text))
    return lambda text: start + dump(json_value(field, text))


class ObjectWriter:
    """Rows → JSON objects: every field in order, nulls included. ``makers`` write some fields their own way.

    A maker that gives no octets leaves the field out of that object.
    """

    def __init__(self, schema: TableSchema, makers: Mapping[str, Maker] = MappingProxyType({})) -> None:
        self._columns = [
            (
                Memo(make := makers.get(f.name) or member_maker(f), len(schema.fields)),
                dump(f.name) + b":null",
                make(""),
            )
            for f in schema.fields
        ]
        self._some_left_out = bool(makers)

    def objects(self, rows: list[Row]) -> Iterator[bytes]:
        """The object of each row."""
        columns, some_left_out = self._columns, self._some_left_out
        for row in rows:
            members: Iterable[bytes] = [
                memo[text] if text else (null if text is None else empty)
                for text, (memo, null, empty) in zip(row, columns, strict=True)
            ]
            yield b"{" + b",".join(filter(None, members) if some_left_out else members) + b"}"


def write_json(schema: TableSchema, rows: Rows) -> Iterator[bytes]:
    """An array of objects, one to a line, keyed by the names of the fields (RFC 8259)."""
    writer = ObjectWriter(schema)
    yield b"["
    start = b"\n"
    for batch in batches(schema, rows):
        yield start + b",\n".join(writer.objects(batch))
        start = b",\n"
    yield b"\n]\n"


def write_ndjson(schema: TableSchema, rows: Rows) -> Iterator[bytes]:
    """One object to a line, and nothing else (ndjson.org)."""
    writer = ObjectWriter(schema)
    for batch in batches(schema, rows):
        yield b"\n".join(writer.objects(batch)) + b"\n"
