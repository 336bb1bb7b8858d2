"""A schema and a list of schemas, shown to a person at a terminal or to a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.i18n import words
from app.schema_sources import ListedSchema
from schema_loader import messages
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema


def schema_as_json(schema: TableSchema, lang: str) -> dict[str, Any]:
    """Identity, keys and fields; ``rules`` are in words, ``constraints`` as published."""
    return {
        "name": schema.name,
        "title": schema.title,
        "version": schema.version,
        "hash": schema.content_hash,
        "primaryKey": schema.primary_key,
        "uniqueKeys": schema.unique_keys,
        "foreignKeys": [
            {"fields": key.fields, "resource": key.resource, "referenceFields": key.reference_fields}
            for key in schema.foreign_keys
        ],
        "checks": [{"name": check.name, "params": dict(check.params)} for check in schema.declared_checks],
        "fields": [_field_as_json(field, lang) for field in schema.fields],
    }


def _field_as_json(field: Field, lang: str) -> dict[str, Any]:
    published = field.descriptor.get("constraints", {})
    return {
        "name": field.name,
        "title": field.title or None,
        "type": field.type.name,
        "format": field.type.format_name,
        "required": field.required,
        "unique": field.unique,
        "constraints": {name: published[name] for name in field.constraints},
        "rules": messages.describe_field(field, lang),
        "example": field.example,
    }


def schema_as_text(schema: TableSchema, lang: str, called: str) -> str:
    """Title and version, key, then each field with its rules and an example."""
    t = words(lang)
    lines = [" ".join(part for part in (schema.title or schema.name or called, schema.version) if part)]
    if schema.primary_key:
        lines.append(t.gettext("Clé : {names}", names=", ".join(schema.primary_key)))
    for field in schema.fields:
        lines += ["", f"{field.position}. {field.name}" + (f" — {field.title}" if field.title else "")]
        lines.append("   " + _rules(field, lang))
        if field.example is not None:
            lines.append("   " + t.gettext("Exemple : {example}", example=field.example))
    return "\n".join(lines)


def _rules(field: Field, lang: str) -> str:
    return ", ".join(messages.describe_field(field, lang))


def list_as_text(listed: Sequence[ListedSchema], lang: str) -> str:
    """What can be served, then what cannot, with the tool that serves it."""
    t = words(lang)
    lines = [f"{entry.name}@{entry.newest} — {entry.title}" for entry in listed if entry.servable]
    others = [entry for entry in listed if not entry.servable]
    if others:
        lines += ["", t.gettext("Schémas d’une autre nature, que Tabellion ne sert pas :")]
    for entry in others:
        tool = (
            t.gettext("outil : {address}", address=entry.tool)
            if entry.tool
            else t.gettext("pas d’outil indiqué")
        )
        lines.append(f"  {entry.name} ({entry.kind}) — {tool}")
    return "\n".join(lines)
