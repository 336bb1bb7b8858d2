"""Cells that keep every rule and are probably not what was meant: shown apart, for a person to look at.

A valid cell is never repaired; these are no repairs but doubts. Accented letters encoded twice are a sound text to a rule,
``12.000`` is a sound number beside ``1.234,50``, and a point in the Indian Ocean is a sound point.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schema_loader.custom_checks.identifiers import LENGTHS
from schema_loader.repair.codes import codes_with_point, decide_digits
from schema_loader.repair.days import as_capitals, split_clock, written_days
from schema_loader.repair.find import Found
from schema_loader.repair.model import Decisions, Meant
from schema_loader.repair.numbers import decide_marks, doubtful, written_numbers
from schema_loader.repair.periods import decide_order
from schema_loader.repair.places import swapped
from schema_loader.repair.rule import ColumnRule
from schema_loader.repair.texts import cleaned, trimmed, well_encoded

DOUBT = "doubt-"
"""What the kinds of doubts start with; the rest is the kind of the like repair."""


def told_by(rule: ColumnRule, texts: Iterable[str]) -> dict[str, str]:
    """What the texts of a column tell about its valid cells: whether the point of its numbers groups thousands."""
    if rule.field.type.name in ("string", "any"):
        return decide_digits(texts)
    if rule.field.type.name == "date" and rule.field.type.format_name == "any":
        return decide_order(texts)
    if rule.field.type.name != "number" or not any(map(doubtful, texts)):
        return {}
    mark = _mark(rule)
    decided = decide_marks(texts, whole=False).get(mark)
    return {mark: decided} if decided is not None else {}


def _mark(rule: ColumnRule) -> str:
    """The question about the sign that this column takes for the decimal one."""
    return "comma" if getattr(rule.field.type, "decimal_char", ".") == "," else "point"


def doubt(rule: ColumnRule, text: str, decisions: Decisions) -> Found | None:
    """What a text that its column accepts may have been meant to be."""
    kind = rule.field.type.name
    if kind in ("string", "any"):
        found = _in_text(rule, text, decisions) if not rule.field.choices else None
    elif kind == "date":
        found = _in_day(rule, text, decisions) if rule.field.type.format_name == "any" else None
    elif kind == "number":
        found = _in_number(text, _mark(rule), decisions)
    else:
        found = _in_point(rule, text, decisions) if kind == "geopoint" else None
    if found is not None and all(meant.text == text or rule.accepts(meant.text) for meant in found.readings):
        return found
    return None


def _near(kind: str, text: str) -> Found:
    return Found(DOUBT + kind, "near", (Meant(kind, text, near=True),))


def _in_text(rule: ColumnRule, text: str, decisions: Decisions) -> Found | None:
    if not text.isascii():
        mended = well_encoded(text)
        if mended != text:
            return _near("encoding", trimmed(mended)[0])
    for readings in codes_with_point(rule, text):
        return _near("code-point-zero", readings.text)
    bare, kind = cleaned(text) if rule.is_coded or text.startswith('="') else trimmed(text)
    if kind and bare:
        return _near(kind, bare)
    zeros = "00" if decisions.get("digits") == "rounded" else "00000"
    lost = len(text) == LENGTHS["siret"] and text.endswith(zeros) and text.isdecimal()
    return Found(f"{DOUBT}beyond-rounded", "beyond", ()) if lost else None


def _in_number(text: str, mark: str, decisions: Decisions) -> Found | None:
    """``1.234``, unless the column tells that its point is the decimal one."""
    decided = decisions.get(mark)
    meant = [number.plain for number in written_numbers(text) if number.choices.get(mark) == "thousands"]
    if not meant or decided == "decimal":
        return None
    if decided == "thousands":
        return _near("number-thousands", meant[0])
    readings = (
        Meant("number-comma", text, choices={mark: "decimal"}),
        Meant("number-thousands", meant[0], choices={mark: "thousands"}),
    )
    return Found(f"{DOUBT}ask-{mark}", "ask", readings, mark)


def _in_day(rule: ColumnRule, text: str, decisions: Decisions) -> Found | None:
    """``01/02/2024`` in a column that takes any spelling, which the reference reads with the month first."""
    kind: Any = rule.field.type
    split = split_clock(as_capitals(text))
    found = written_days(split[0]) if split is not None else []
    written = [one for one in found if one.layout.startswith("dmy")]
    day = written[0].date if written else None
    if day is None or day == kind.parse(text):
        return None
    decided = decisions.get("date_order") if "date_order" in written[0].choices else "dmy"
    if decided == "mdy":
        return None
    if decided == "dmy":
        return _near("date-dmy", kind.format(day))
    readings = (
        Meant("date-dmy", kind.format(day), choices={"date_order": "dmy"}),
        Meant("date-mdy", text, choices={"date_order": "mdy"}),
    )
    return Found(f"{DOUBT}ask-date-order", "ask", readings, "date_order")


def _in_point(rule: ColumnRule, text: str, decisions: Decisions) -> Found | None:
    kind: Any = rule.field.type
    point = kind.parse(text)
    decided = decisions.get("axes")
    if point is None or decided == "keep" or not swapped(point):
        return None
    turned = kind.format(point._replace(lon=point.lat, lat=point.lon))
    if decided == "swap":
        return _near("point-swapped", turned)
    readings = (
        Meant("point-swapped", turned, choices={"axes": "swap"}),
        Meant("point-form", text, choices={"axes": "keep"}),
    )
    return Found(f"{DOUBT}ask-axes", "ask", readings, "axes")
