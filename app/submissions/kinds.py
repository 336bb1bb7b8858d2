"""Errors of a file by kind: what a column's rule says of many rows, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.access import At
from app.i18n import language
from app.models import Submission
from app.records.entry.faults import in_words
from app.records.judge import stored_faults
from app.submissions import pages, queries, service
from app.submissions.check import Checked
from forms.control import controls
from schema_loader.errors import CellError
from schema_loader.table_schema import TableSchema

PLACES = 5
"""Row numbers that a kind names."""
KINDS = 200
SAMPLE = 2000
"""Characters of the text that is kept of a kind: its sentence may count them."""


def gathered(checked: Checked, most: int) -> list[dict[str, Any]]:
    """Errors by column and rule, the most frequent first: ``code, field, cells, rows`` (the first row numbers), and the first
    one's text as ``sample`` and parameters as ``params``, of which its sentence is made. ``kept``: how many of the cells are in
    the first ``most`` faulty rows, which can be corrected one by one."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    faulty = 0
    for number in sorted(checked.errors):
        faulty += checked.errors[number][0].code != "blank-row"
        for error in checked.errors[number]:
            if error.code == "blank-row":
                continue
            key = _key(error)
            group = groups.get(key)
            if group is None:
                (noted,) = stored_faults([error]) or ()
                group = groups[key] = {
                    "code": key[0],
                    "field": key[1],
                    "cells": 0,
                    "kept": 0,
                    "rows": [],
                    "sample": error.cell[:SAMPLE],
                    "params": noted["params"],
                }
            group["cells"] += 1
            group["kept"] += faulty <= most
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


def shown(session: Session, at: At, submission: Submission, chosen_: Mapping[str, Any] | None) -> list[Kind]:
    """Errors by column and rule, the most frequent first; what was corrected since the check counts no more."""
    schema = at.dataset.schema
    labels = {control.field.name: control.label for control in controls(schema, language())}
    noted = {(group["code"], group["field"]): group for group in submission.summary.get("kinds", ())}
    if submission.summary.get(service.CORRECTED):
        found = _corrected(session, schema, submission, noted)
    else:
        found = [(key, _error(schema, one), one["cells"], one["rows"]) for key, one in noted.items()]
    return [
        Kind(
            *key,
            in_words(schema, [error]).all[0].problem,
            labels.get(key[1], ""),
            cells,
            tuple(rows),
            chosen_ is not None and (chosen_["code"], chosen_["field"] or "") == key,
        )
        for key, error, cells, rows in found
    ]


Found = tuple[tuple[str, str], CellError, int, Sequence[int]]


def _corrected(
    session: Session,
    schema: TableSchema,
    submission: Submission,
    noted: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[Found]:
    """Kinds as the rows are now, each told by the first row that has it; rows beyond those that are kept are as they were found."""
    left = queries.fault_kinds(session, submission.establishment_id, submission.id, PLACES)
    firsts = {rows[0] for _, rows in left.values()}
    rows = queries.faulty_numbered(session, submission.establishment_id, submission.id, firsts)
    found: list[Found] = []
    for key in dict.fromkeys((*noted, *left)):
        group = noted.get(key)
        cells, places = left.get(key, (0, []))
        error = (
            next((one for one in pages.errors_of(schema, rows[places[0]]) if _key(one) == key), None)
            if places
            else None
        )
        if error is None and group is not None:
            error = _error(schema, group)
        beyond = group["cells"] - group.get("kept", group["cells"]) if group is not None else 0
        if error is not None and cells + beyond:
            found.append((key, error, cells + beyond, places))
    return sorted(found, key=lambda one: -one[2])


def _key(error: CellError) -> tuple[str, str]:
    return error.code, error.field.name if error.field is not None else ""


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
