"""What a person decided of an import, ready to be applied to every row of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.datasets.service import DatasetView
from app.errors import Conflict
from app.i18n import N_
from app.models import Submission
from app.submissions import returned
from app.submissions.intake import Change, Plan
from exporters.correction import KEY_LABEL
from importers.matching import Matching
from schema_loader.repair import Axes, ColumnProposal, mender

LABEL_MOST = 200
"""Characters of a label that are remembered, or kept beside a record."""


def accepted_repairs(submission: Submission) -> list[ColumnProposal]:
    """The proposals that a person has accepted, or answered."""
    return [
        ColumnProposal.from_json(repair)
        for repair in submission.repairs
        if repair.get("said") == "accept" and repair["status"] in ("safe", "near")
    ]


def plan_of(dataset: DatasetView, submission: Submission, matching: Matching | None = None) -> Plan:
    """What the person decided, ready to be applied to every row."""
    if matching is None:
        if submission.matching is None:
            raise Conflict(N_("Dites d’abord quelle colonne est laquelle."))
        matching = Matching.from_json(submission.matching)
    repairs = accepted_repairs(submission)
    changes: dict[str, Change] = {}
    for field in dataset.schema.fields:
        own = [repair for repair in repairs if repair.field == field.name]
        replaced = submission.replacements.get(field.name, {})
        mend = mender(field, own, dataset.schema) if own else None
        if mend is not None or replaced:
            changes[field.name] = _change(mend, replaced)
    columns = {match.field: match.column for match in matching.matches if match.column is not None}
    labels = matching.labels
    template = returned.of(submission)
    number = template.number_column(labels) if template.by_number else None
    return Plan(
        columns=columns,
        constants={filler.field: filler.value for filler in matching.constants},
        changes=changes,
        fixes={int(number): cells for number, cells in submission.fixes.items()},
        kept=[
            (index, labels[index][:LABEL_MOST])
            for index in matching.ignored
            if labels[index] != template.number_label
        ],
        left_out=frozenset(template.notes),
        number=number,
        number_due=template.number_label == KEY_LABEL,
        swaps=[
            Axes(repair.field, repair.partner)
            for repair in repairs
            if repair.partner and {repair.field, repair.partner} <= columns.keys()
        ],
    )


def columns_of(submission: Submission) -> tuple[str, ...]:
    """The fields that the file has, by a column or a constant."""
    if submission.matching is None:
        return ()
    missing = set(Matching.from_json(submission.matching).missing)
    return tuple(match["field"] for match in submission.matching["matches"] if match["field"] not in missing)


def _change(mend: Callable[[str], str] | None, replaced: Mapping[str, str]) -> Change:
    def change(text: str) -> str:
        made = mend(text) if mend is not None else text
        return replaced.get(made, made)

    return change
