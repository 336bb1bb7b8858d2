"""What a repair is: frozen data that a page shows, a person accepts or refuses, and an import keeps in its history.

``kind`` is a stable code (:data:`schema_loader.messages.repairs.KINDS` has the words of each); ``status`` says what may be
done with it:

======  ==============================================================================================================
safe    the text can mean nothing else; accepted as a group
near    a guess at what was meant (a misspelt choice, a word for « nothing »): shown apart, accepted after a look
ask     the text can mean several things and the column does not tell which: nothing happens before an answer
beyond  what was lost cannot be made out from the text: the words say how to get it back, there is nothing to accept
======  ==============================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Status = Literal["safe", "near", "ask", "beyond"]

NO_CHANGES: Mapping[str, str] = MappingProxyType({})
NO_READINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
Decisions = Mapping[str, str]
"""How a column is read where its texts can mean several things: question → answer (:data:`ANSWERS`)."""
NO_DECISIONS: Decisions = MappingProxyType({})

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "date_order": ("dmy", "mdy", "ymd"),
    "century": ("1900", "2000"),
    "comma": ("decimal", "thousands"),
    "point": ("decimal", "thousands"),
    "percent": ("share", "hundred"),
    "axes": ("swap", "keep"),
}
"""Every question that a column may ask, with its answers; keyword arguments of ``propose_column``."""


class Meant(NamedTuple):
    """One reading of a text: what it would become, by which kind of repair.

    ``choices`` are the answers that this reading supposes, where the text has others.
    """

    kind: str
    text: str
    near: bool = False
    choices: Decisions = NO_DECISIONS


Readings = tuple[Meant, ...]
"""The readings of one text among which only an answer can choose; mostly one alone."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one cell. ``others`` are further readings, where ``status`` is ask."""

    kind: str
    before: str
    after: str
    status: Status = "safe"
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        return {
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "status": self.status,
            "others": list(self.others),
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """One text of a column, what it would become (empty where that is beyond repair) and how many cells hold it."""

    before: str
    after: str
    cells: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question, with what the texts would become. ``answer`` is one of :data:`ANSWERS`."""

    answer: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a column does not tell. ``name`` is the keyword with which ``propose_column`` takes the answer."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One kind of repair in one column: how many ``cells``, of how many distinct ``texts``, and ``samples``.

    ``changes`` maps each text to what it becomes; it is empty where an answer is awaited or nothing can be done, and
    ``readings`` then maps each text to all that it may become (nothing, where that is beyond repair).
    ``decisions`` are the readings that the column, or an answer, has settled for these changes. ``partner`` is the other column
    of a repair that changes two of them together (:mod:`schema_loader.repair.axes`).
    """

    field: str
    kind: str
    status: Status
    cells: int
    texts: int
    samples: tuple[Sample, ...]
    question: Question | None = None
    decisions: Decisions = attribute(default_factory=lambda: NO_DECISIONS, hash=False)
    changes: Mapping[str, str] = attribute(default_factory=lambda: NO_CHANGES, repr=False, hash=False)
    readings: Mapping[str, tuple[str, ...]] = attribute(
        default_factory=lambda: NO_READINGS, repr=False, hash=False
    )
    partner: str = ""

    @property
    def id(self) -> str:
        """What tells the group from the others of its column."""
        return f"{self.kind}/{self.status}"

    def to_json(self, *, with_changes: bool = False) -> dict[str, Any]:
        """The group as JSON can hold it. Its texts can be many, and :func:`~schema_loader.repair.mender` finds them again."""
        data: dict[str, Any] = {
            "field": self.field, "kind": self.kind, "status": self.status, "cells": self.cells, "texts": self.texts,
            "samples": [_sample_json(sample) for sample in self.samples],
            "question": None, "decisions": dict(self.decisions),
        }  # fmt: skip
        if self.partner:
            data["partner"] = self.partner
        if self.question is not None:
            choices = [
                {"answer": choice.answer, "samples": [_sample_json(sample) for sample in choice.samples]}
                for choice in self.question.choices
            ]
            data["question"] = {"name": self.question.name, "choices": choices}
        if with_changes:
            data["changes"] = dict(self.changes)
            data["readings"] = {text: list(readings) for text, readings in self.readings.items()}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnProposal:
        """The group that :meth:`to_json` wrote; without its texts where they were left out."""
        question = data.get("question")
        return cls(
            data["field"], data["kind"], data["status"], data["cells"], data["texts"], _samples(data["samples"]),
            None if question is None else Question(
                question["name"],
                tuple(Choice(choice["answer"], _samples(choice["samples"])) for choice in question["choices"]),
            ),
            dict(data.get("decisions", {})), dict(data.get("changes", {})),
            {text: tuple(readings) for text, readings in data.get("readings", {}).items()},
            data.get("partner", ""),
        )  # fmt: skip


def _sample_json(sample: Sample) -> dict[str, Any]:
    return {"before": sample.before, "after": sample.after, "cells": sample.cells}


def _samples(data: Any) -> tuple[Sample, ...]:
    return tuple(Sample(entry["before"], entry["after"], entry["cells"]) for entry in data)


def apply(group: ColumnProposal, text: str) -> str:
    """The text as the group mends it; the text itself where it is none of the group's."""
    return group.changes.get(text, text)
