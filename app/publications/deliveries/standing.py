"""How a dataset stands at each portal, in words: a state, why, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.formats import PARIS, ago, moment, short_date
from app.i18n import gettext
from app.models import Answer, Connection, Delivery, JobProgress, Publication
from app.publications import hooks
from app.publications import queries as publications
from app.publications.connections import queries as connection_queries
from app.publications.deliveries import queries, service
from app.publications.portals.faults import Fault, PortalError, notice_text
from app.publications.portals.send import SendState
from app.publications.situation import Situation, situation, situation_text

BADGES: dict[Situation, str] = {
    Situation.DRAFT: "draft",
    Situation.SENDING: "running",
    Situation.PUBLISHED: "published",
    Situation.UP_TO_DATE: "up_to_date",
    Situation.LATE: "late",
    Situation.CONFLICT: "warning",
    Situation.SUSPENDED: "archived",
    Situation.FAILED: "failed",
}
DELETED = frozenset({Fault.GONE, Fault.MISSING})


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset at one portal. ``line``: a sentence about it; ``problem``, ``remedy``, ``told``: of a refusal, ``told`` in the
    portal's own words; ``page``: where people read it there; ``acts``: what may be done, in order of likelihood."""

    number: int
    portal: str
    kind: str
    organisation: str
    situation: Situation
    line: str = ""
    problem: str = ""
    remedy: str = ""
    told: str = ""
    notices: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    page: str = ""
    acts: tuple[str, ...] = ()
    job: JobProgress | None = None

    @property
    def badge(self) -> str:
        return BADGES[self.situation]

    @property
    def word(self) -> str:
        return situation_text(self.situation)

    @property
    def is_moving(self) -> bool:
        """Whether the page looks again by itself."""
        return self.situation is Situation.SENDING and not self.problem


@dataclass(frozen=True, slots=True)
class Board:
    """Every portal of a dataset, and the portals of its establishment where it does not go yet. ``current``: the version that
    everybody reads."""

    standings: list[Standing]
    others: list[Connection] = field(default_factory=list)
    current: Publication | None = None


def board(session: Session, dataset: DatasetView, today: date | None = None) -> Board:
    """The portals of a dataset, in the current language."""
    place, today = dataset.establishment, today or datetime.now(PARIS).date()
    current = publications.current(session, place, dataset.id)
    said = publications.publishing(session, place, dataset.id)
    due = said.due_on if said is not None else None
    rows = queries.of_dataset(session, place, dataset.id)
    taken = {held.connection_id for held, _ in rows}
    others = [one for one in connection_queries.of_establishment(session, place) if one.id not in taken]
    return Board(
        [_standing(session, held, portal, current, due, today) for held, portal in rows], others, current
    )


def destinations(session: Session, dataset: DatasetView) -> list[hooks.Destination]:
    """The portals of a dataset, as the pages of publication show them."""
    return [
        hooks.Destination(one.portal, one.page, one.problem or one.line, one.badge, capital(one.word))
        for one in board(session, dataset).standings
    ]


def capital(word: str) -> str:
    """The word of a situation, as a badge begins it."""
    return word[:1].upper() + word[1:]


def _standing(
    session: Session,
    held: Delivery,
    portal: Connection,
    current: Publication | None,
    due: date | None,
    today: date,
) -> Standing:
    state = service.state_of(held)
    # without a « current » version the only thing to reach is nothing, which is said below
    found = situation(
        state if held.state else None,
        sha256=current.sha256 if current is not None else "",
        due=due if current is not None else None,
        today=today,
        suspended=held.is_suspended,
    )
    if found in (Situation.DRAFT, Situation.PUBLISHED) and held.next_try_at is not None:
        found = Situation.SENDING
    if found is Situation.SUSPENDED and not held.is_suspended and held.next_try_at is not None:
        found = Situation.SENDING  # withdrawn, and on its way back
    fault = state.fault if found in (Situation.CONFLICT, Situation.FAILED, Situation.SENDING) else None
    job = publications.progress(session, held.establishment_id, held.job_id) if held.job_id else None
    return Standing(
        held.connection_id,
        portal.name,
        portal.kind,
        portal.organisation_name,
        found,
        line=_line(held, state, found, due, fault),
        problem=fault.problem() if fault is not None else "",
        remedy=_remedy(fault) if fault is not None else "",
        told=fault.told()
        if fault is not None and not fault.passing and fault.kind is not Fault.CONFLICT
        else "",
        notices=tuple(notice_text(code, portal.name) for code in state.notices),
        said=_said(job),
        page=state.ids.page
        if state.ids.page.startswith(("http://", "https://")) and not state.withdrawn
        else "",
        acts=_acts(held, found, fault, current),
        job=job,
    )


def _line(
    held: Delivery, state: SendState, found: Situation, due: date | None, fault: PortalError | None
) -> str:
    if held.answer == Answer.leave:
        return gettext("Le jeu de données est en train d’être retiré du portail.")
    if fault is not None and held.next_try_at is not None:
        return gettext("Prochain essai : {when}.", when=moment(held.next_try_at))
    if found is Situation.DRAFT:
        return gettext("Partira à la prochaine publication.")
    if found is Situation.SUSPENDED and not held.is_suspended:
        return gettext("Retiré du portail, comme ici.")
    if held.sent is None or held.sent_at is None:
        return ""
    words = gettext("Version {number}, envoyée {when}.", number=held.sent, when=ago(held.sent_at))
    if found is Situation.LATE and due is not None:
        words += " " + gettext("La suivante était attendue le {day}.", day=short_date(due))
    return words


def _remedy(fault: PortalError) -> str:
    """What to do, by the buttons of this page where it has some."""
    if fault.kind is Fault.CONFLICT:
        return gettext(
            "Regardez ce qui a changé sur le portail, puis choisissez : remplacer par ce qui est ici, ou laisser ce qui est là-bas."
        )
    return fault.remedy()


def _said(job: JobProgress | None) -> tuple[str, ...]:
    told: Any = job.result.get("said") if job is not None else None
    return tuple(map(str, told)) if isinstance(told, list) else ()


def _acts(
    held: Delivery, found: Situation, fault: PortalError | None, current: Publication | None
) -> tuple[str, ...]:
    """``envoyer``, ``remplacer``, ``laisser``, ``recreer``, ``suspendre``, ``reprendre``, ``arreter``."""
    if held.answer == Answer.leave:
        return ("envoyer",) if fault is not None else ()
    if found is Situation.CONFLICT:
        return ("remplacer", "laisser", "arreter")
    if fault is not None and fault.kind in DELETED:
        return ("recreer", "envoyer", "arreter")
    if held.is_suspended:
        return ("reprendre", "arreter")
    if current is None:
        return ("arreter",)
    if found is Situation.SENDING and fault is None:
        return ("suspendre",)
    return ("envoyer", "suspendre", "arreter")


hooks.DESTINATIONS.append(destinations)
