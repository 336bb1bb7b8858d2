"""A compiled Table Schema: the fields, the keys, and the identity of what was compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from typing import Any, Literal, get_args

from schema_loader.errors import SchemaWarning
from schema_loader.field import Field

FieldsMatch = Literal["exact", "equal", "subset", "superset", "partial"]
FIELDS_MATCH = get_args(FieldsMatch)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Fields of this table whose values must stand in fields of another (``resource``; empty for this very table)."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclaredCheck:
    """A French check as the schema declares it, at the root or on a field (then ``field`` is its name)."""

    name: str
    params: Mapping[str, Any]
    field: str | None = None


@dataclass(frozen=True, eq=False)
class TableSchema:
    """Everything that Tabellion knows of a table: forms, grids, templates, checks and exports derive from this alone.

    ``content_hash`` is the SHA-256 (hex) of the descriptor in canonical JSON: the same content in another layout has
    the same hash, and compiles once. ``unique_keys`` holds tuples of field names. ``fields_match`` is None where the
    schema does not say (Table Schema v1), so that a header profile decides.
    """

    content_hash: str
    fields: tuple[Field, ...]
    name: str = ""
    title: str = ""
    description: str = ""
    version: str = ""
    homepage: str = ""
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    fields_match: FieldsMatch | None = None
    declared_checks: tuple[DeclaredCheck, ...] = ()
    warnings: tuple[SchemaWarning, ...] = ()
    descriptor: Mapping[str, Any] = attribute(default_factory=dict, repr=False)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names in schema order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def must_have(self) -> frozenset[str]:
        """Names of the columns that a file cannot do without: required fields and those of the primary key."""
        return frozenset(f.name for f in self.fields if f.required) | frozenset(self.primary_key)
