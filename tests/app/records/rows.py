"""Schemas and rows that tests of records share."""

from __future__ import annotations

import json
from typing import Any

PLACES = {
    "name": "lieux",
    "title": "Lieux",
    "fields": [
        {"name": "code", "type": "string", "constraints": {"unique": True}},
        {"name": "nom", "type": "string", "constraints": {"required": True}},
        {"name": "genre", "type": "string", "constraints": {"enum": ["école", "stade", "mairie"]}},
        {"name": "ouvert", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
        {"name": "jour", "type": "date"},
        {"name": "prix", "type": "number"},
        {"name": "rang", "type": "integer"},
    ],
}
"""A little of everything, and a column without duplicates."""


def descriptor(content: dict[str, Any] = PLACES, /, **changes: Any) -> bytes:
    """The descriptor, with some of its properties changed."""
    return json.dumps({**content, **changes}).encode()
