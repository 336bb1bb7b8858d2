"""A column's repairs, by kind, from its distinct texts: what the column as a whole tells decides how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from schema_loader.field import Field
from schema_loader.repair import find as finding
from schema_loader.repair.codes import decide_digits, decide_zeros
from schema_loader.repair.doubts import DOUBT, doubt, told_by
from schema_loader.repair.find import find
from schema_loader.repair.groups import Groups
from schema_loader.repair.model import (
    ANSWERS,
    ColumnProposal,
    Decisions,
    Proposal,
)
from schema_loader.repair.numbers import decide_marks, doubtful
from schema_loader.repair.periods import decide_order
from schema_loader.repair.rule import ColumnRule, rule_of
from schema_loader.repair.texts import cleaned
from schema_loader.table_schema import TableSchema

OF_DAYS = ("date", "datetime", "yearmonth", "year")


def propose_cell(field: Field, text: str, context: TableSchema | None = None) -> Proposal | None:
    """What a form proposes for a text that its field refuses (« vouliez-vous dire 2024-03-12 ? »); None for a valid one.

    With the schema as ``context``, the French checks that it declares for the field count as its rule. A text that can mean
    several things is read as people mostly mean it, and the other readings come along.
    """
    rule = rule_of(field, context)
    if rule.accepts(text):
        return None
    found = find(rule, text)
    if found is None or not found.readings:
        return None
    first, *others = (meant for meant in found.readings if meant.text != text)
    kind = first.kind if found.question else found.kind
    return Proposal(kind, text, first.text, found.status, tuple(meant.text for meant in others))


def spelling(field: Field, text: str) -> str | None:
    """The value that a text was meant to be, in the way of its type, be it that another rule of the field refuses it."""
    return finding.spelling(rule_of(field), text)


def propose_column(
    field: Field, counts: Mapping[str, int], context: TableSchema | None = None, **answers: str
) -> list[ColumnProposal]:
    """Repairs for the texts of a column that its field refuses, by kind; ``counts`` are cells by distinct text.

    Valid texts are never proposed a change, but they tell how the column is written: give them too. ``answers`` are those
    to the questions of an earlier call (:data:`ANSWERS`). Raises ValueError for an answer that no question has.
    """
    rule = rule_of(field, context)
    bad = {text: cells for text, cells in counts.items() if not rule.accepts(text)}
    if not bad:
        return []
    decisions = decide(rule, counts, bad, answers)
    groups = Groups()
    for text, cells in bad.items():
        found = find(rule, text, decisions)
        if found is not None:
            groups.add(text, cells, found)
    return groups.proposals(field.name, decisions)


def checked(answers: Mapping[str, str]) -> Mapping[str, str]:
    """The answers, each to a question that there is."""
    for question, answer in answers.items():
        if answer not in ANSWERS.get(question, ()):
            raise ValueError(f"no such answer: {question}={answer!r}")
    return answers


def decide(
    rule: ColumnRule, counts: Mapping[str, int], bad: Mapping[str, int], answers: Mapping[str, str]
) -> Decisions:
    """How the column is read: what its texts tell, and what was answered, which goes before."""
    checked(answers)
    decisions: dict[str, str] = {}
    kind = rule.field.type.name
    if kind in OF_DAYS or rule.of_days or rule.of_intervals:
        decisions.update(decide_order(cleaned(text)[0] for text in bad))
    elif kind in ("number", "integer"):
        if any(doubtful(cleaned(text)[0]) for text in bad):
            decisions.update(decide_marks((cleaned(text)[0] for text in counts), whole=kind == "integer"))
    elif kind in ("string", "any"):
        decisions.update(decide_zeros(text for text in counts if text not in bad))
        decisions.update(decide_digits(counts))
    return {**decisions, **answers}


def mender(
    field: Field, accepted: Iterable[ColumnProposal], context: TableSchema | None = None
) -> Callable[[str], str]:
    """A function that mends the texts of a column by the groups that were accepted, found again without their changes.

    For groups of one :func:`propose_column`, and of :func:`second_look` (or read from their JSON): the same texts become
    the same.
    """
    groups = [group for group in accepted if group.field == field.name]
    kinds = {(group.kind, group.status) for group in groups if group.status in ("safe", "near")}
    repairs = [group for group in groups if not group.kind.startswith(DOUBT)]
    decisions = repairs[0].decisions if repairs else {}
    answers = {question: answer for group in groups for question, answer in group.decisions.items()}
    rule = rule_of(field, context)
    known: dict[str, str] = {}

    def mended(text: str) -> str:
        found = doubt(rule, text, answers) if rule.accepts(text) else find(rule, text, decisions)
        return found.readings[0].text if found is not None and (found.kind, found.status) in kinds else text

    def mend(text: str) -> str:
        after = known.get(text)
        if after is None:
            after = known[text] = mended(text) if kinds else text
        return after

    return mend


def second_look(
    field: Field, counts: Mapping[str, int], context: TableSchema | None = None, **answers: str
) -> list[ColumnProposal]:
    """Doubts about the valid texts of a column, by kind; ``counts`` are cells by distinct text, wrong ones too.

    None of them is safe: each group is near, asks or is beyond repair. Raises ValueError as :func:`propose_column` does.
    """
    rule = rule_of(field, context)
    decisions = {**told_by(rule, counts), **checked(answers)}
    groups = Groups()
    for text, cells in counts.items():
        if text and rule.accepts(text):
            found = doubt(rule, text, decisions)
            if found is not None:
                groups.add(text, cells, found)
    return groups.proposals(field.name, decisions)
