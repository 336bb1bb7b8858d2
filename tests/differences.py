"""The named differences of docs/differences.md: a comparison may skip a case by one of these names, and by nothing else."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "differences.md"
NAMES = frozenset(re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.M))


def named(name: str) -> str:
    """The name, if the page explains it."""
    assert name in NAMES, f"docs/differences.md does not explain {name!r}"
    return name
