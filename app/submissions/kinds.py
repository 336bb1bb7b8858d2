"""Errors of a file by kind: what a column's rule says of many rows, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.datasets.access import At
from app.i18n import language
from app.models import Submission
from app.records.entry.faults import in_words
from app.records.judge import stored_faults
from app.submissions.check import Checked
from forms.control import controls
from schema_loader.errors import CellError
from schema_loader.table_schema import TableSchema

PLACES = 5
"""Row numbers that a kind names."""
KINDS = 200
SAMPLE = 2000
"""Characters of the text that is kept of a kind: its sentence may count them."""


def gathered(checked: Checked) -> list[dict[str, Any]]:
    """Errors by column and rule, the most frequent first: ``code, field, cells, rows`` (the first row numbers), and the first
    one's text as ``sample`` and parameters as ``params``, of which its sentence is made."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for number in sorted(checked.errors):
        for error in checked.errors[number]:
            if error.code == "blank-row":
                continue
            key = (error.code, error.field.name if error.field is not None else "")
            group = groups.get(key)
            if group is None:
                (noted,) = stored_faults([error]) or ()
                group = groups[key] = {
                    "code": key[0],
                    "field": key[1],
                    "cells": 0,
                    "rows": [],
                    "sample": error.cell[:SAMPLE],
                    "params": noted["params"],
                }
            group["cells"] += 1
            if len(group["rows"]) < PLACES:
                group["rows"].append(number)
    return sorted(groups.values(), key=lambda group: -group["cells"])[:KINDS]


@dataclass(frozen=True, slots=True)
class Kind:
    """Errors alike: how many cells, the first rows, what is wrong. ``code`` and ``field`` select them."""

    code: str
    field: str
    problem: str
    label: str
    cells: int
    rows: tuple[int, ...]
    is_chosen: bool


def shown(at: At, submission: Submission, chosen_: Mapping[str, Any] | None) -> list[Kind]:
    """Errors by column and rule, the most frequent first."""
    labels = {control.field.name: control.label for control in controls(at.dataset.schema, language())}
    return [
        Kind(
            group["code"],
            group["field"],
            in_words(at.dataset.schema, [_error(at.dataset.schema, group)]).all[0].problem,
            labels.get(group["field"], ""),
            group["cells"],
            tuple(group["rows"]),
            chosen_ is not None
            and (chosen_["code"], chosen_["field"] or "") == (group["code"], group["field"]),
        )
        for group in submission.summary.get("kinds", ())
    ]


def _error(schema: TableSchema, group: Mapping[str, Any]) -> CellError:
    """The first error of a kind. The rule of its field gives its own parameters again; others are as they were noted."""
    field, sample = schema.by_name.get(group["field"]), group["sample"]
    again = [fault for fault in field.read(sample)[1] if fault.code == group["code"]] if field else []
    noted = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in group.get("params", {}).items()
    }
    params = again[0].params if again else noted
    return CellError(group["code"], None, field, field.position if field else None, sample, params)


def chosen(text: str) -> dict[str, Any] | None:
    """``code:field`` of an address, as faults are kept; None for none."""
    code, colon, field = text.partition(":")
    return {"code": code, "field": field or None} if colon and code else None
