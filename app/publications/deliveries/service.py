"""Decisions about deliveries: where a dataset goes, what must be there, what a person says when a portal refuses.

A delivery follows the current version of its dataset (:func:`follow`), in the transaction in which that version becomes the
current one: what must be at the portal (``wanted``) and the job that brings it there stay or go together. Sending itself is in
:mod:`app.publications.deliveries.work`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app import jobs, journal
from app.datasets.service import DatasetView
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.models import Answer, Connection, Delivery, PortalKind, Publication
from app.publications import hooks
from app.publications import queries as publications
from app.publications.connections import service as connections
from app.publications.deliveries import queries
from app.publications.portals.send import SendState

LOCK = "portals"
"""Deliveries go one after the other, so that a portal that is down never holds both hands of the worker."""


def find(session: Session, dataset: DatasetView, connection: int) -> Delivery:
    """A delivery, held until the transaction ends. Raises :class:`NotFound`."""
    held = queries.locked(session, dataset.establishment, dataset.id, connection)
    if held is None:
        raise NotFound
    return held


def state_of(delivery: Delivery) -> SendState:
    """How far it is at its portal."""
    return SendState.from_dict(delivery.state)


def choose(session: Session, dataset: DatasetView, number: int, *, account: int | None) -> Connection:
    """Publish a dataset at a portal too, from its current version on. Flushes.

    Raises :class:`NotFound` for a portal of others, :class:`Conflict` for one that is not ready, or from a « bac à sable ».
    """
    portal = connections.find(session, dataset.establishment, number)
    place = publications.establishment_of(session, dataset.establishment)
    if place is None or (place.is_sandbox and portal.kind != PortalKind.null):
        raise Conflict(
            N_(
                "Un bac à sable ne publie rien sur un portail. Choisissez une répétition, qui n’envoie rien nulle part."
            )
        )
    if not connections.is_ready(portal):
        raise Conflict(
            N_(
                "{portal} n’est pas encore prêt : choisissez l’organisation au nom de laquelle publier, dans « Portails »."
            ),
            portal=portal.name,
        )
    if queries.locked(session, dataset.establishment, dataset.id, portal.id) is None:
        made = Delivery(
            establishment_id=dataset.establishment,
            dataset_id=dataset.id,
            connection_id=portal.id,
            created_by=account,
        )
        session.add(made)
        session.flush()
        made.wanted = _current(session, made)
        if made.wanted is not None:
            go(session, made, account=account)
        _note(session, dataset, portal.id, "delivery.added", account)
    return portal


def follow(session: Session, publication: Publication) -> None:
    """What must be at each portal once the current version of a dataset has changed; registered with
    :mod:`app.publications.hooks`."""
    for held in queries.locked_of_dataset(session, publication.establishment_id, publication.dataset_id):
        if held.answer == Answer.leave:
            continue  # it is being taken off the portal for good
        held.wanted = _current(session, held)
        if held.wanted is None and not held.state:
            held.next_try_at = None  # nothing was sent, nothing is to be
        elif not held.is_suspended:
            go(session, held, account=publication.published_by)


def send_now(session: Session, dataset: DatasetView, connection: int, *, account: int | None) -> None:
    """Send again what must be there, without waiting."""
    held = find(session, dataset, connection)
    held.is_suspended = False
    if held.answer != Answer.leave:
        held.wanted = _current(session, held)
    go(session, held, account=account)


def answer(
    session: Session, dataset: DatasetView, connection: int, said: Answer, *, account: int | None
) -> None:
    """Say what becomes of a dataset that was changed at its portal (``overwrite``) or deleted there (``recreate``)."""
    held = find(session, dataset, connection)
    held.answer, held.is_suspended = said, False
    go(session, held, account=account)
    _note(session, dataset, connection, f"delivery.{said}", account)


def suspend(session: Session, dataset: DatasetView, connection: int, *, account: int | None) -> None:
    """Send nothing more, and leave what is at the portal as it is."""
    held = find(session, dataset, connection)
    held.is_suspended, held.next_try_at = True, None
    session.flush()
    _note(session, dataset, connection, "delivery.suspended", account)


def resume(session: Session, dataset: DatasetView, connection: int, *, account: int | None) -> None:
    """Send again, beginning by what was not sent meanwhile."""
    send_now(session, dataset, connection, account=account)
    _note(session, dataset, connection, "delivery.resumed", account)


def stop(
    session: Session, dataset: DatasetView, connection: int, *, withdraw: bool, account: int | None
) -> None:
    """Publish a dataset at a portal no more: what is there stays there, or is withdrawn first by a job."""
    held = find(session, dataset, connection)
    _note(session, dataset, connection, "delivery.removed", account)
    if not withdraw or not state_of(held).ids.dataset_id:
        queries.remove(session, dataset.establishment, dataset.id, connection)
        return
    held.wanted, held.answer, held.is_suspended = None, Answer.leave, False
    go(session, held, account=account)


def go_on(session: Session, connection: Connection, *, account: int | None) -> None:
    """Go on with what a portal had refused, now that its key or its organisation has changed."""
    session.flush()
    if not connections.is_ready(connection):
        return
    for held in queries.locked_at(session, connection.establishment_id, connection.id):
        if not held.is_suspended and state_of(held).fault is not None:
            go(session, held, account=account)


def go(session: Session, delivery: Delivery, *, account: int | None) -> None:
    """Put the job in the queue. Should it be lost, the minute's round begins it again, for :attr:`Delivery.next_try_at` stays."""
    from app.publications.deliveries import work  # it decides by this module

    delivery.next_try_at = datetime.now(UTC)
    session.flush()
    place = (delivery.establishment_id, delivery.dataset_id, delivery.connection_id)
    job = jobs.enqueue(
        session,
        work.deliver,
        establishment=delivery.establishment_id,
        account=account,
        lock=LOCK,
        once="delivery:{}:{}:{}".format(*place),
        dataset=delivery.dataset_id,
        connection=delivery.connection_id,
    )
    if job is not None:
        delivery.job_id = job
        session.flush()


def _current(session: Session, delivery: Delivery) -> int | None:
    found = publications.current(session, delivery.establishment_id, delivery.dataset_id)
    return found.number if found is not None else None


def _note(session: Session, dataset: DatasetView, connection: int, act: str, account: int | None) -> None:
    journal.note(
        session,
        act=act,
        account=account,
        establishment=dataset.establishment,
        subject=f"dataset:{dataset.slug}",
        portal=connection,
    )


hooks.AFTER.append(follow)
