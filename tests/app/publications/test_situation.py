"""How a dataset stands at a portal, in one word."""

from __future__ import annotations

from datetime import date

import pytest

from app.publications.portals.base import RemoteIds
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.send import SendState, Step
from app.publications.situation import Situation, situation, situation_text

TODAY = date(2026, 3, 1)
ALL = tuple(step for step in Step if step not in {Step.TIDY, Step.WITHDRAW})
HERE = SendState(ids=RemoteIds("d", "r"), plan="p", done=ALL, sha256="new")


def fault(kind: Fault) -> PortalError:
    return PortalError(kind, portal="x")


@pytest.mark.parametrize(
    ("state", "due", "expected"),
    [
        (None, None, Situation.DRAFT),
        (SendState(), date(2020, 1, 1), Situation.DRAFT),
        (SendState(plan="p", step=Step.DATASET), None, Situation.SENDING),
        (SendState(ids=RemoteIds("d"), plan="p", done=(Step.CHECK,)), None, Situation.SENDING),
        (HERE, None, Situation.UP_TO_DATE),
        (HERE, TODAY, Situation.UP_TO_DATE),
        (HERE, date(2026, 2, 28), Situation.LATE),
        (SendState(ids=RemoteIds("d", "r"), plan="p", done=ALL, sha256="old"), None, Situation.PUBLISHED),
        (SendState(ids=RemoteIds("d"), plan="p", fault=fault(Fault.CONFLICT)), None, Situation.CONFLICT),
        (SendState(ids=RemoteIds("d"), plan="p", fault=fault(Fault.BAD_KEY)), None, Situation.FAILED),
        (SendState(plan="p", fault=fault(Fault.BUSY)), None, Situation.SENDING),
        (SendState(ids=RemoteIds("d"), withdrawn=True), None, Situation.SUSPENDED),
    ],
)
def test_in_one_word(state: SendState | None, due: date | None, expected: Situation) -> None:
    assert situation(state, sha256="new", due=due, today=TODAY) is expected


def test_a_suspended_dataset_is_nothing_else() -> None:
    assert situation(HERE, sha256="x", due=None, today=TODAY, suspended=True) is Situation.SUSPENDED


def test_each_has_its_word() -> None:
    assert len({situation_text(one) for one in Situation}) == len(Situation)
    assert situation_text(Situation.CONFLICT) == "en conflit"
