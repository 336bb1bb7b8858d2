"""Shared by the tests of forms: one field compiled, its control, and what a browser makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from forms.binding import Shown, posted, read_form, show
from forms.control import Control, controls
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.errors import SchemaRefused
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from tests.corpus import corpus_files


def schema_of(*fields: dict[str, Any], **root: Any) -> TableSchema:
    return compile_descriptor({"fields": list(fields), **root})


def control_of(
    kind: str = "string", name: str = "a", lang: str = "fr", root: Any = None, **more: Any
) -> Control:
    return controls(schema_of({"name": name, "type": kind, **more}, **(root or {})), lang)[0]


def browser(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Line ends as every browser sends them."""
    return [(name, value.replace("\n", "\r\n")) for name, value in pairs]


def read_one(control: Control, *pairs: tuple[str, str]) -> str:
    """The stored text of a form of one control; a name is given by its suffix."""
    from forms.binding import parts_by_position, read

    sent = [(f"{control.name}-{suffix}" if suffix else control.name, value) for suffix, value in pairs]
    return read(control, parts_by_position(browser(sent)).get(control.field.position, {}))


def there_and_back(control: Control, text: str) -> tuple[Shown, str]:
    """What is shown of a stored text, and what comes back of it untouched."""
    made = show(control, text)
    back = read_one(
        control,
        *(
            (name.removeprefix(control.name).removeprefix("-"), value)
            for name, value in posted(control, made)
        ),
    )
    return made, back


@lru_cache(maxsize=1)
def corpus_schemas() -> tuple[tuple[str, TableSchema], ...]:
    """Every schema of the corpus that compiles, once for each content."""
    found: dict[str, tuple[str, TableSchema]] = {}
    for path in corpus_files("schemas/*.json"):
        try:
            schema = compile_schema(path.read_bytes())
        except SchemaRefused:
            continue
        found.setdefault(schema.content_hash, (path.stem, schema))
    return tuple(found.values())


def corpus_controls() -> Iterator[Control]:
    for _, schema in corpus_schemas():
        yield from controls(schema)


__all__ = [
    "Field",
    "browser",
    "control_of",
    "corpus_controls",
    "corpus_schemas",
    "read_form",
    "read_one",
    "schema_of",
    "there_and_back",
]
