"""Descriptors that tests put into the catalogue."""

from __future__ import annotations

import json
from typing import Any


def descriptor(name: str = "arbres", version: str | None = "1.0.0", **more: Any) -> bytes:
    """A small schema; ``more`` replaces or adds properties."""
    content: dict[str, Any] = {
        "name": name,
        "title": "Arbres remarquables",
        "description": "Une ligne par arbre.",
        "fields": [
            {"name": "espece", "type": "string", "constraints": {"required": True}},
            {"name": "hauteur", "type": "number", "constraints": {"minimum": 0}},
        ],
    }
    if version is not None:
        content["version"] = version
    return json.dumps({**content, **more}, ensure_ascii=False).encode()
