"""Texts gathered by what would become of them: the groups that a person accepts or refuses as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from schema_loader.repair.find import Found
from schema_loader.repair.model import ANSWERS, Choice, ColumnProposal, Decisions, Question, Sample, Status

SAMPLES = 5
STATUSES: tuple[Status, ...] = ("safe", "ask", "near", "beyond")
"""The order in which groups are shown."""


class Groups:
    """The groups of one column, while its distinct texts are gone through."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Status], _Group] = {}

    def add(self, text: str, cells: int, found: Found) -> None:
        """Put a text that so many cells hold with those of its kind."""
        group = self._groups.get((found.kind, found.status))
        if group is None:
            group = self._groups[found.kind, found.status] = _Group(found.kind, found.status, found.question)
        group.cells[text] = cells
        group.found[text] = found

    def proposals(self, name: str, decisions: Decisions) -> list[ColumnProposal]:
        """The groups as they are shown: by status, the largest first."""
        proposals = [group.proposal(name, decisions) for group in self._groups.values()]
        return sorted(proposals, key=lambda group: (STATUSES.index(group.status), -group.cells, group.kind))


@dataclass
class _Group:
    """The texts of one kind of repair, while a column is gone through."""

    kind: str
    status: Status
    question: str
    cells: dict[str, int] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)

    def proposal(self, name: str, decisions: Decisions) -> ColumnProposal:
        shown = sorted(self.cells, key=lambda text: (-self.cells[text], text))[:SAMPLES]
        question = self._question(shown) if self.question else None
        changes: dict[str, str] = {}
        readings: dict[str, tuple[str, ...]] = {}
        if self.status in ("safe", "near"):
            changes = {text: found.readings[0].text for text, found in self.found.items()}
        else:
            readings = {text: tuple(m.text for m in found.readings) for text, found in self.found.items()}
        samples = tuple(Sample(text, changes.get(text, ""), self.cells[text]) for text in shown)
        return ColumnProposal(
            name, self.kind, self.status, sum(self.cells.values()), len(self.cells), samples, question,
            dict(decisions), changes, readings,
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
