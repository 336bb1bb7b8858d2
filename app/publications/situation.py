"""How a dataset stands at a portal, in one word that people know."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.i18n import N_, gettext
from app.publications.portals.faults import Fault
from app.publications.portals.send import SendState


class Situation(StrEnum):
    """From nothing sent to a failure."""

    DRAFT = "draft"
    SENDING = "sending"
    PUBLISHED = "published"
    UP_TO_DATE = "up_to_date"
    LATE = "late"
    CONFLICT = "conflict"
    SUSPENDED = "suspended"
    FAILED = "failed"


WORDS: dict[Situation, str] = {
    Situation.DRAFT: N_("brouillon"),
    Situation.SENDING: N_("envoi en cours"),
    Situation.PUBLISHED: N_("publié"),
    Situation.UP_TO_DATE: N_("à jour"),
    Situation.LATE: N_("en retard"),
    Situation.CONFLICT: N_("en conflit"),
    Situation.SUSPENDED: N_("suspendu"),
    Situation.FAILED: N_("échec"),
}


def situation(
    state: SendState | None,
    *,
    sha256: str,
    due: date | None,
    today: date,
    suspended: bool = False,
) -> Situation:
    """``sha256``: of the newest publication here; ``due``: the last day in time of the next one, None where none is due.

    « publié » is a version older than the newest; a wait (portal out of reach, taken up again by itself) is a sending, no failure.
    """
    if suspended or (state is not None and state.withdrawn):
        return Situation.SUSPENDED
    if state is None or not (state.ids.dataset_id or state.plan or state.fault):
        return Situation.DRAFT
    if state.fault is not None:
        if state.fault.kind is Fault.CONFLICT:
            return Situation.CONFLICT
        return Situation.SENDING if state.fault.passing else Situation.FAILED
    if not state.arrived:
        return Situation.SENDING
    if due is not None and today > due:
        return Situation.LATE
    return Situation.UP_TO_DATE if state.sha256 == sha256 else Situation.PUBLISHED


def situation_text(found: Situation) -> str:
    """In the current language."""
    return gettext(WORDS[found])
