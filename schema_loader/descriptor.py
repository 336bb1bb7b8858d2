"""Descriptor bytes → a checked JSON object. Nothing is fetched, whatever the descriptor refers to."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from schema_loader.errors import NotReadable, SchemaRefused

MAX_BYTES = 10_000_000  # the largest real schema has 300 kB
MAX_FIELDS = 20_000  # a spreadsheet stops at 16,384 columns


def read_descriptor(data: bytes) -> dict[str, Any]:
    """The JSON object that the bytes hold, in UTF-8 (a byte order mark is fine) or UTF-16 with one.

    Raises :class:`NotReadable` where they hold no JSON, :class:`SchemaRefused` where it is no descriptor of a table.
    """
    if len(data) > MAX_BYTES:
        raise NotReadable("too-large", bytes=len(data), limit=MAX_BYTES)
    try:
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        content = json.loads(data.decode(encoding), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise NotReadable("not-utf8", byte=error.start + 1) from error
    except json.JSONDecodeError as error:
        raise NotReadable("not-json", line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:  # nested beyond reason; a number of 5,000 digits
        raise NotReadable("not-json", line=0, column=0) from error
    if not isinstance(content, dict):
        raise SchemaRefused("not-object", found=type(content).__name__)
    _check_fields(content)
    return content


def _no_constant(text: str) -> NoReturn:
    raise json.JSONDecodeError(f"{text} is no JSON", text, 0)


def _check_fields(content: dict[str, Any]) -> None:
    fields = content.get("fields")
    if fields is None:
        raise SchemaRefused("no-fields", looks_like=_looks_like(content))
    if not isinstance(fields, list):
        raise SchemaRefused("fields-not-list", found=type(fields).__name__)
    if not fields:
        raise SchemaRefused("no-fields", looks_like="")
    if len(fields) > MAX_FIELDS:
        raise SchemaRefused("too-many-fields", count=len(fields), limit=MAX_FIELDS)
    seen: dict[str, int] = {}
    for number, field in enumerate(fields, start=1):
        if not isinstance(field, dict):
            raise SchemaRefused("field-not-object", number=number, found=type(field).__name__)
        name = field.get("name")
        if not isinstance(name, str) or not name.strip():
            raise SchemaRefused("field-without-name", number=number, title=str(field.get("title") or ""))
        if name in seen:
            raise SchemaRefused("field-twice", name, first=seen[name], second=number)
        seen[name] = number


def _looks_like(content: dict[str, Any]) -> str:
    """What a descriptor without fields seems to be, so that the refusal can say where its table schema is."""
    if "resources" in content:
        return "datapackage"
    if isinstance(content.get("schema"), (dict, str)):
        return "resource"
    if "properties" in content or "json-schema.org" in str(content.get("$schema", "")):
        return "jsonschema"
    return "catalogue" if "schemas" in content else ""


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON: keys sorted, no white space."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
