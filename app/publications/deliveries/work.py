"""Bringing a version to a portal, in short transactions of its own: the ids that a portal gives are kept before they are used.

Whatever stops it (a refusal, a cut, the end of the process), it is gone on with from what was kept: by the same job where the
queue begins it again, else by the minute's round, for a delivery under way holds a date at which it is taken for abandoned.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from procrastinate import JobContext
from sqlalchemy.orm import Session

from app import db, journal
from app.datasets import service as datasets
from app.errors import NotFound
from app.i18n import N_
from app.jobs import Job, queue, task
from app.models import Answer, Connection, Delivery
from app.publications import queries as publications
from app.publications.connections import queries as connection_queries
from app.publications.connections import service as connections
from app.publications.connections.kinds import open_portal
from app.publications.deliveries import queries, service
from app.publications.deliveries.plan import plan_of
from app.publications.portals.base import Portal
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.null import Null
from app.publications.portals.send import Plan, SendState, Step, send, withdraw
from app.publications.secrets import Unreadable
from app.tenancy import INSTANCE, Scope

log = logging.getLogger(__name__)

ABANDONED = timedelta(minutes=15)
"""Without a sign of life, a delivery under way is begun again."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
TRIES = 2
"""Within one job, so that a portal that is down is left quickly: the next try is another job's."""
OF_THE_KEY = frozenset({Fault.BAD_KEY, Fault.EXPIRED, Fault.FORBIDDEN})
STEPS = len(Step) - 2  # of a sending, but for the tidying

wait = time.sleep
Transaction = Callable[[], AbstractContextManager[Session]]


class Vanished(Exception):
    """The delivery was removed while it was under way."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be done, read before anything is asked of the portal. ``plan``: none, to withdraw; ``open``: the portal."""

    establishment: int
    dataset: int
    connection: int
    name: str
    number: int | None
    plan: Plan | None
    state: SendState
    open: Callable[[], Portal]


@task("deliveries.send", lane="portals")
def deliver(job: Job, dataset: int, connection: int) -> None:
    """Bring to one portal what must be there."""

    def progress(state: SendState, name: str) -> None:
        job.progress(
            len(state.done), STEPS, N_("Envoi vers {portal} : étape {done} sur {total}"), portal=name
        )

    said = send_one(job.transaction, job.establishment, dataset, connection, progress=progress)
    if said:
        job.leave(said=said)


def send_one(
    transaction: Transaction,
    establishment: int,
    dataset: int,
    connection: int,
    *,
    progress: Callable[[SendState, str], None] = lambda state, name: None,
    sleep: Callable[[float], None] | None = None,
) -> list[str]:
    """The same without a queue. ``sleep``: takes seconds. Gives what a rehearsal says; what a portal refuses is kept, not raised."""
    sleep = sleep or wait
    with transaction() as session:
        errand = prepare(session, establishment, dataset, connection)
    if errand is None:
        return []

    def store(state: SendState) -> None:
        with transaction() as session:
            kept = queries.keep(
                session,
                establishment,
                dataset,
                connection,
                state=state.to_dict(),
                next_try_at=datetime.now(UTC) + ABANDONED,
            )
        if not kept:
            raise Vanished
        progress(state, errand.name)

    try:
        with closing(errand.open()) as portal:
            if errand.plan is None:
                state = withdraw(portal, store, errand.state, sleep=sleep, tries=TRIES)
            else:
                state = send(portal, errand.plan, store, errand.state, sleep=sleep, tries=TRIES)
            said = portal.said if isinstance(portal, Null) else []
    except Vanished:
        return []
    except PortalError as error:
        with transaction() as session:
            _failed(session, errand, error)
        return []
    with transaction() as session:
        _arrived(session, errand, state)
    return said


def prepare(session: Session, establishment: int, dataset: int, connection: int) -> Errand | None:
    """What is to be done now; None where nothing is. From here on the delivery is under way."""
    held = queries.locked(session, establishment, dataset, connection)
    portal = connection_queries.get(session, establishment, connection)
    if held is None or portal is None or held.is_suspended or held.next_try_at is None:
        return None
    now, state = datetime.now(UTC), service.state_of(held)
    if held.next_try_at > now and state.fault is not None:
        return None  # it waits; another job of it was in the queue
    plan: Plan | None = None
    if held.wanted is not None:
        try:
            view = datasets.find_by_id(session, establishment, dataset)
        except NotFound:
            queries.remove(session, establishment, dataset, connection)
            return None
        version = publications.get(session, establishment, dataset, held.wanted)
        plan = plan_of(session, view, version, portal, held.answer) if version is not None else None
        if plan is None:  # withdrawn meanwhile: what follows it has its own job
            held.next_try_at = None
            return None
    elif not state.ids.dataset_id:
        _settle(session, held, None)
        return None
    held.next_try_at = now + ABANDONED
    session.flush()
    return Errand(establishment, dataset, connection, portal.name, held.wanted, plan, state, _opening(portal))


def _opening(portal: Connection) -> Callable[[], Portal]:
    """Opens the portal later, outside of any transaction; what keeps its key from being read is said as the portal would."""
    kind, base_url, name, bearer = portal.kind, portal.base_url, portal.name, portal.by_oauth
    try:
        key, fault = connections.key_of(portal), None
    except Unreadable:
        key, fault = "", Fault.BAD_KEY
    if not connections.is_ready(portal):
        fault = Fault.FORBIDDEN

    def opened() -> Portal:
        if fault is not None:
            raise PortalError(fault, portal=name)
        return open_portal(kind, base_url, name, key, bearer=bearer)

    return opened


def _failed(session: Session, errand: Errand, error: PortalError) -> None:
    """Keep why; what passes is tried again later, later each time; the rest waits for a person."""
    held = queries.locked(session, errand.establishment, errand.dataset, errand.connection)
    if held is None:
        return
    state = service.state_of(held)
    if state.fault is None:  # the portal could not even be opened
        state = replace(state, fault=error, tries=state.tries + 1)
        held.state = state.to_dict()
    held.next_try_at = datetime.now(UTC) + wait_after(state.tries, error) if error.passing else None
    if held.wanted != errand.number and not held.is_suspended:
        held.next_try_at = datetime.now(UTC)  # another version is wanted meanwhile: it may pass
    if held.is_suspended:
        held.next_try_at = None
    session.flush()
    if error.kind in OF_THE_KEY:
        portal = connection_queries.get(session, errand.establishment, errand.connection)
        if portal is not None:
            portal.fault = error.to_dict()
    log.warning(
        "delivery put off" if error.passing else "delivery refused",
        extra={
            "establishment": errand.establishment,
            "dataset": errand.dataset,
            "portal": errand.connection,
            "fault": str(error.kind),
            "tries": state.tries,
        },
    )


def wait_after(tries: int, error: PortalError) -> timedelta:
    """How long before the next try: a minute, two, four… six hours at most, or as long as the portal asks."""
    own = min(FIRST_WAIT * 2 ** min(max(tries, 1) - 1, 12), LONGEST_WAIT)
    return max(own, timedelta(seconds=error.retry_after or 0))


def _arrived(session: Session, errand: Errand, state: SendState) -> None:
    held = queries.locked(session, errand.establishment, errand.dataset, errand.connection)
    if held is None:
        return
    portal = connection_queries.get(session, errand.establishment, errand.connection)
    if portal is not None:
        portal.fault = None
    act = "delivery.withdrawn" if errand.plan is None else "delivery.arrived"
    if errand.number != held.sent:
        journal.note(
            session,
            act=act,
            account=None,
            establishment=errand.establishment,
            subject=f"dataset:{errand.dataset}",
            portal=errand.connection,
            version=errand.number or 0,
        )
    if held.wanted != errand.number:  # another version became the current one meanwhile
        held.sent, held.sent_at = errand.number, datetime.now(UTC)
        service.go(session, held, account=None)
        return
    _settle(session, held, errand.number)


def _settle(session: Session, held: Delivery, number: int | None) -> None:
    """Nothing more is to be done."""
    if held.answer == Answer.leave:
        queries.remove(session, held.establishment_id, held.dataset_id, held.connection_id)
        return
    if number != held.sent or held.sent_at is None:
        held.sent, held.sent_at = number, datetime.now(UTC) if number is not None else None
    held.next_try_at, held.answer = None, Answer.none
    session.flush()


@queue.periodic(cron="* * * * *")
@queue.task(name="deliveries.round", queueing_lock="deliveries.round", pass_context=True)
def go_on_regularly(context: JobContext, timestamp: int) -> None:
    """Each minute."""
    go_on_with_due()


def go_on_with_due() -> int:
    """Put in the queue what is due; gives how many."""
    with db.in_transaction(Scope.job(INSTANCE), read_only=True) as session:
        places = queries.due_places(session)
    found = 0
    for place in places:
        with db.in_transaction(Scope.job(place)) as session:
            for held in queries.due(session, place):
                service.go(session, held, account=None)
                found += 1
    return found
