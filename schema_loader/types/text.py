"""``string`` with its formats, and ``any``."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from schema_loader.types.base import FieldType, Warn
from schema_loader.types.wkt import is_wkt

# RFC 3986 §3.1. The reference asks for nothing more than a scheme (`a:b` is a URI, `www.x.fr` is not).
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def is_email(text: str) -> bool:
    """Whether ``validators`` (the library the reference uses) takes the text for an e-mail address."""
    from validators import email  # 30 ms of import, wanted only by schemas with an e-mail field

    return email(text) is True


def is_uri(text: str) -> bool:
    """Whether the text starts with a URI scheme."""
    return URI.match(text) is not None


def is_uuid(text: str) -> bool:
    """Whether Python's ``UUID()`` reads the text (braces, ``urn:uuid:`` and missing hyphens are fine)."""
    if UUID_TEXT.fullmatch(text):
        return True
    try:
        UUID(text)
    except ValueError:
        return False
    return bool(text)


def is_base64(text: str) -> bool:
    """Whether the standard library decodes the text as base64, foreign characters being skipped as it does."""
    try:
        base64.b64decode(text)
    except (binascii.Error, ValueError):
        return False
    return True


class StringType(FieldType):
    """Table Schema ``string``: any text; ``email``, ``uri``, ``uuid``, ``binary`` (base64) and ``wkt`` narrow it."""

    name = "string"
    formats = ("default", "email", "uri", "binary", "uuid", "wkt")
    constraints = ("required", "minLength", "maxLength", "pattern", "enum")
    TESTS: ClassVar = {"email": is_email, "uri": is_uri, "uuid": is_uuid, "binary": is_base64, "wkt": is_wkt}
    SAMPLES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "default": ("texte", "A1", "12345"),
        "email": ("mairie@exemple.fr",),
        "uri": ("https://www.exemple.fr/page",),
        "uuid": ("2bc1c94f-0deb-43e9-92a1-4775189ec9f8",),
        "binary": ("dGV4dGU=",),
        "wkt": ("POINT (2.3522 48.8566)",),
    }

    def __init__(self, descriptor: Mapping[str, Any], warn: Warn) -> None:
        super().__init__(descriptor, warn)
        self._accepts = self.TESTS.get(self.format_name)
        self.input_mode = {"email": "email", "uri": "url"}.get(self.format_name, "text")  # type: ignore[misc]

    def parse(self, text: str) -> str | None:
        """The text itself, never stripped: a space is part of a string."""
        accepts = self._accepts
        return text if accepts is None or accepts(text) else None

    def format(self, value: str) -> str:
        """The text itself."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """A string, with the JSON Schema format where one exists."""
        known = {"email": "email", "uri": "uri", "uuid": "uuid"}.get(self.format_name)
        return {"type": "string", "format": known} if known else {"type": "string"}

    def samples(self) -> tuple[str, ...]:
        """One text per format."""
        return self.SAMPLES[self.format_name]


class AnyType(FieldType):
    """Table Schema ``any``: the text as it stands."""

    name = "any"

    def read_format(self, raw: Any, warn: Warn) -> str:
        """Formats mean nothing here and are let be, as the reference does."""
        return "default"

    def parse(self, text: str) -> Any:
        """The text itself."""
        return text

    def from_json(self, data: Any) -> Any | None:
        """Whatever JSON holds."""
        return data

    def format(self, value: Any) -> str:
        """The text itself."""
        return str(value)

    def to_json(self, value: Any) -> Any:
        """The value itself."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """No promise."""
        return {}

    def samples(self) -> tuple[str, ...]:
        """Any text."""
        return ("texte",)
