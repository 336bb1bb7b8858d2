"""A column's repairs, by kind, from its distinct texts: what the column as a whole tells decides how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from schema_loader.field import Field
from schema_loader.repair import find as finding
from schema_loader.repair.codes import decide_zeros
from schema_loader.repair.days import decide_order
from schema_loader.repair.find import Found, find
from schema_loader.repair.model import (
    ANSWERS,
    Choice,
    ColumnProposal,
    Decisions,
    Proposal,
    Question,
    Sample,
    Status,
)
from schema_loader.repair.numbers import decide_marks, doubtful
from schema_loader.repair.rule import ColumnRule, rule_of
from schema_loader.repair.texts import cleaned
from schema_loader.table_schema import TableSchema

SAMPLES = 5
STATUSES: tuple[Status, ...] = ("safe", "ask", "near", "beyond")
"""The order in which groups are shown."""
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
    groups: dict[tuple[str, Status], _Group] = {}
    for text, cells in bad.items():
        found = find(rule, text, decisions)
        if found is not None:
            group = groups.get((found.kind, found.status))
            if group is None:
                group = groups[found.kind, found.status] = _Group(found.kind, found.status, found.question)
            group.add(text, cells, found)
    return in_order(group.proposal(field.name, decisions) for group in groups.values())


def in_order(groups: Iterable[ColumnProposal]) -> list[ColumnProposal]:
    """Groups as they are shown: by status, the largest first."""
    return sorted(groups, key=lambda group: (STATUSES.index(group.status), -group.cells, group.kind))


def decide(
    rule: ColumnRule, counts: Mapping[str, int], bad: Mapping[str, int], answers: Mapping[str, str]
) -> Decisions:
    """How the column is read: what its texts tell, and what was answered, which goes before."""
    for question, answer in answers.items():
        if answer not in ANSWERS.get(question, ()):
            raise ValueError(f"no such answer: {question}={answer!r}")
    decisions: dict[str, str] = {}
    kind = rule.field.type.name
    if kind in OF_DAYS or rule.of_days or rule.of_intervals:
        decisions.update(decide_order(cleaned(text)[0] for text in bad))
    elif kind in ("number", "integer"):
        if any(doubtful(cleaned(text)[0]) for text in bad):
            decisions.update(decide_marks((cleaned(text)[0] for text in counts), whole=kind == "integer"))
    elif kind in ("string", "any"):
        decisions.update(decide_zeros(text for text in counts if text not in bad))
    return {**decisions, **answers}


@dataclass
class _Group:
    """The texts of one kind of repair, while a column is gone through."""

    kind: str
    status: Status
    question: str
    cells: dict[str, int] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)

    def add(self, text: str, cells: int, found: Found) -> None:
        self.cells[text] = cells
        self.found[text] = found

    def proposal(self, name: str, decisions: Decisions) -> ColumnProposal:
        shown = sorted(self.cells, key=lambda text: (-self.cells[text], text))[:SAMPLES]
        question = self._question(shown) if self.question else None
        changes = {} if question else {t: f.readings[0].text for t, f in self.found.items() if f.readings}
        samples = tuple(Sample(text, changes.get(text, ""), self.cells[text]) for text in shown)
        return ColumnProposal(
            name, self.kind, self.status, sum(self.cells.values()), len(self.cells), samples, question,
            dict(decisions), changes,
        )  # fmt: skip

    def _question(self, shown: list[str]) -> Question:
        choices = []
        for answer in ANSWERS[self.question]:
            samples = []
            for text in shown:
                after = next(
                    (m.text for m in self.found[text].readings if m.choices.get(self.question) == answer),
                    None,
                )
                if after is not None:
                    samples.append(Sample(text, after, self.cells[text]))
            if samples:
                choices.append(Choice(answer, tuple(samples)))
        return Question(self.question, tuple(choices))


def mender(
    field: Field, accepted: Iterable[ColumnProposal], context: TableSchema | None = None
) -> Callable[[str], str]:
    """A function that mends the texts of a column by the groups that were accepted, found again without their changes.

    For groups of one :func:`propose_column` (or read from their JSON): the same texts become the same.
    """
    groups = [group for group in accepted if group.field == field.name]
    kinds = {(group.kind, group.status) for group in groups if group.status in ("safe", "near")}
    decisions = groups[0].decisions if groups else {}
    rule = rule_of(field, context)
    known: dict[str, str] = {}

    def mend(text: str) -> str:
        after = known.get(text)
        if after is None:
            after = text
            if kinds and not rule.accepts(text):
                found = find(rule, text, decisions)
                if found is not None and (found.kind, found.status) in kinds:
                    after = found.readings[0].text
            known[text] = after
        return after

    return mend
