"""A schema as a person reads it before using it: its columns with their rules and examples, the required ones first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from app import i18n
from app.markdown import to_html
from schema_loader import messages
from schema_loader.compile import compile_schema
from schema_loader.field import Field
from schema_loader.messages import Message
from schema_loader.table_schema import TableSchema

KEPT = 128  # schemas in words, in memory


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind``: the type in words; ``rules``: the other rules, each a short phrase."""

    name: str
    title: str
    anchor: str
    description: Markup
    kind: str
    rules: tuple[str, ...]
    example: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A version of a schema in words. ``keys``: sets of columns whose values together are found on one line only."""

    required: tuple[Column, ...]
    optional: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    warnings: tuple[Message, ...]

    @property
    def count(self) -> int:
        return len(self.required) + len(self.optional)


def explain(content_hash: str, load: Callable[[], bytes]) -> Explained:
    """The words of a version in the current language; its descriptor is only loaded when they are not in memory."""
    key = (content_hash, i18n.language())
    found = _words.get(key)
    if found is None:
        found = _explain(compile_schema(load()), i18n.language())
        while len(_words) >= KEPT:
            _words.pop(next(iter(_words)), None)
        _words[key] = found
    return found


_words: dict[tuple[str, str], Explained] = {}


def _explain(table: TableSchema, lang: str) -> Explained:
    columns = [_column(table, field, lang) for field in table.fields]
    keys = ((table.primary_key,) if table.primary_key else ()) + table.unique_keys
    return Explained(
        required=tuple(column for column in columns if column.required),
        optional=tuple(column for column in columns if not column.required),
        keys=tuple(dict.fromkeys(keys)),
        warnings=tuple(messages.schema_warning(warning, lang) for warning in table.warnings),
    )


def _column(table: TableSchema, field: Field, lang: str) -> Column:
    kind, _required, *rules = messages.describe_field(field, lang)
    return Column(
        name=field.name,
        title=field.title if _says_more(field.title, field.name) else "",
        anchor=f"colonne-{field.position}",
        description=to_html(field.description),
        kind=kind[:1].upper() + kind[1:],
        rules=tuple(rules),
        example=field.example,
        required=field.name in table.must_have,
    )


@lru_cache(maxsize=1024)
def _says_more(title: str, name: str) -> bool:
    """Whether a title is more than the name in another case."""
    return bool(title) and re.sub(r"\W|_", "", title).casefold() != re.sub(r"\W|_", "", name).casefold()
