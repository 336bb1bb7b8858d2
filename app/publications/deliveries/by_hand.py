"""Deliveries asked for by whoever runs the service: ``tabellion publish … --to``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.datasets import service as datasets
from app.errors import AppError
from app.folding import fold
from app.i18n import N_, gettext
from app.models import Connection
from app.publications.connections import queries as connection_queries
from app.publications.connections import service as connections
from app.publications.deliveries import queries, service
from app.publications.deliveries.plan import trial_of
from app.publications.deliveries.work import Transaction
from app.publications.portals.null import Null
from app.publications.portals.send import SendState, send
from app.records.export import service as export

LONGEST = 900  # seconds that the end of a delivery is waited for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. ``page``: where people read it at the portal; ``problem``: why it did not arrive, and what to do."""

    portal: str
    arrived: bool
    page: str = ""
    problem: str = ""
    said: tuple[str, ...] = ()


def portal_named(session: Session, establishment: int, name: str) -> Connection:
    """A portal by its number, its name or its kind (``datagouv``). Raises :class:`AppError` for none, or several."""
    wanted = fold(name)
    every = connection_queries.of_establishment(session, establishment)
    for known in (
        [one for one in every if str(one.id) == name],
        [one for one in every if fold(one.name) == wanted],
        [one for one in every if one.kind == wanted],
    ):
        if len(known) == 1:
            return known[0]
    raise AppError(
        N_("Aucun portail ne s’appelle « {name} ». Ceux de l’établissement : {names}."),
        name=name,
        names=", ".join(f"{one.id} ({one.name})" for one in every) or gettext("aucun"),
    )


def rehearse(transaction: Transaction, establishment: int, slug: str, name: str) -> Outcome:
    """What sending the lines of now would do: the portal is looked at, nothing is written there or here.

    Raises :class:`AppError`.
    """
    with tempfile.TemporaryDirectory(prefix="tabellion-") as folder:
        path = Path(folder) / "essai.csv"
        with transaction() as session:
            view = datasets.find(session, establishment, slug)
            portal = portal_named(session, establishment, name)
            export.write(path, export.csv_chunks(session, view))
            plan = trial_of(session, view, portal, path)
            held = queries.locked(session, establishment, view.id, portal.id)
            state = service.state_of(held) if held is not None else SendState()
            opened = Null(other=connections.opened(portal))
        try:
            send(opened, plan, lambda state: None, state)
        finally:
            opened.close()
        return Outcome(portal.name, False, state.ids.page, said=tuple(opened.said))


def deliver(
    transaction: Transaction,
    establishment: int,
    slug: str,
    name: str,
    *,
    work: Callable[[], None],
    pause: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Bring the current version to a portal, now, and from now on. ``work``: does what waits in the queue of portals; what the
    worker of the service does meanwhile is waited for, so that no two processes ever send the same.

    Raises :class:`AppError` for a portal that is not ready.
    """
    with transaction() as session:
        view = datasets.find(session, establishment, slug)
        portal = portal_named(session, establishment, name)
        service.choose(session, view, portal.id, account=None)
        held = service.find(session, view, portal.id)
        if held.next_try_at is None:
            service.send_now(session, view, portal.id, account=None)
    for _ in range(LONGEST):
        work()
        with transaction() as session:
            held = service.find(session, view, portal.id)
            state, ended = service.state_of(held), held.next_try_at is None
        if ended or state.fault is not None:
            break
        pause(1)
    problem = state.fault.text() if state.fault is not None else ""
    return Outcome(portal.name, ended and not problem, state.ids.page, problem)
