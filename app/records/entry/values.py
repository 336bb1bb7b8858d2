"""A stored text as it is read in a page: 2024-03-12 → 12/03/2024, a choice by its label, several values one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import gettext, language
from forms.binding import show
from forms.control import CHOICES, Control, controls
from schema_loader.table_schema import TableSchema


def in_words(control: Control, text: str | None) -> str:
    """What a reader sees of a stored text; empty for an empty one."""
    if not text:
        return ""
    shown = show(control, text)
    if control.kind in CHOICES:
        if not shown.value:
            return ""
        if control.kind == "yes_no" and not shown.off_list:
            first = control.options[0][0] == shown.value
            label = control.options[0 if first else 1][1]
            return label or (gettext("Oui") if first else gettext("Non"))
        return dict(control.options).get(shown.value) or shown.value
    if control.kind == "checkboxes" and not shown.raw:
        labels = dict(control.options)
        others = shown.others.split("\n") if shown.others else []
        return " · ".join([*(labels.get(value) or value for value in shown.checked), *others])
    if control.kind == "geopoint" and not shown.raw:
        return gettext("latitude {lat}, longitude {lon}", lat=shown.lat or "–", lon=shown.lon or "–")
    if control.unit and shown.value and not control.field.read(text)[1]:
        return f"{shown.value}\u202f{control.unit}"
    return shown.raw or shown.value


@dataclass(frozen=True, slots=True)
class Difference:
    """A column that two states of a record do not share, both in words."""

    control: Control
    before: str
    after: str


def differences(
    schema: TableSchema, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> list[Difference]:
    """The columns in which two states differ, in schema order. None: a state without any cell."""
    one, other = before or {}, after or {}
    return [
        Difference(control, in_words(control, one.get(name)), in_words(control, other.get(name)))
        for control in controls(schema, language())
        if one.get(name := control.field.name, "") != other.get(name, "")
    ]
