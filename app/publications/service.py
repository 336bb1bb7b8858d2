"""Decisions about the versions of a dataset: made by a job, published, proposed, refused, gone back to, withdrawn.

A version is made in two steps: the act writes a line « preparing » and puts :mod:`app.publications.work` in the queue, in one
transaction; the job writes its files, has them judged, then publishes or proposes it, all or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import jobs, journal
from app.datasets import queries as datasets
from app.datasets.service import DatasetView, refuse_if_closed
from app.errors import AppError, Conflict, NotFound
from app.formats import PARIS
from app.i18n import N_
from app.models import Publication, PublicationState
from app.models.job import JobState
from app.publications import describe, hooks, personal, queries, snapshots, store
from app.publications.frequencies import next_due
from app.records.export import service as export

metadata = describe.metadata
REASON_LENGTH, PERIOD_LENGTH = 500, 100
GIVEN_UP = timedelta(hours=6)
"""A version that a command began, and did not end by then, is given up."""


class PublishedNowhere(Conflict):
    """A « bac à sable » publishes nothing."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Un bac à sable ne publie rien : il sert à s’entraîner. Ouvrez ce jeu de données dans votre établissement pour le publier."
            )
        )


def find(session: Session, dataset: DatasetView, number: int) -> Publication:
    """A version. Raises :class:`NotFound`."""
    found = queries.get(session, dataset.establishment, dataset.id, number)
    if found is None:
        raise NotFound
    return found


def refuse_if_unfit(session: Session, dataset: DatasetView) -> None:
    """Raises :class:`Conflict` where no version may be made: in a « bac à sable », put away, or while one is under way."""
    place = queries.establishment_of(session, dataset.establishment)
    if place is None or place.is_sandbox:
        raise PublishedNowhere
    refuse_if_closed(dataset)
    settle(session, dataset)
    under_way = queries.pending(session, dataset.establishment, dataset.id)
    if under_way is None:
        return
    if under_way.state == PublicationState.proposed:
        raise Conflict(
            N_(
                "La version {number} attend d’être publiée ou refusée. Décidez-en d’abord, puis préparez la suivante."
            ),
            number=under_way.number,
        )
    raise Conflict(
        N_("La version {number} est en préparation. Attendez qu’elle soit prête."), number=under_way.number
    )


def refuse_personal(found: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    """Raises :class:`Conflict` while somebody must still say whether what was found may go out, or has said that it must not.

    ``found``: as :meth:`app.publications.personal.Scan.to_json`.
    """
    if columns := personal.refused(found, answers):
        raise Conflict(
            N_(
                "Vous avez répondu que ces données personnelles ne doivent pas être publiées : {columns}. Retirez-les des lignes, ou changez votre réponse."
            ),
            columns=", ".join(columns),
        )
    if columns := personal.open_questions(found, answers):
        raise Conflict(
            N_(
                "Ces colonnes contiennent peut-être des données personnelles : {columns}. Répondez d’abord à la question, sur la page « Publier »."
            ),
            columns=", ".join(columns),
        )


def publish_now(
    session: Session, dataset: DatasetView, *, account: int | None, queued: bool = True
) -> Publication:
    """Make a version of the valid lines, and publish it once it is whole. Flushes. Raises :class:`Conflict`, :class:`AppError`.

    ``queued``: by the worker; a command that makes it itself does without (:func:`app.publications.work.make_version`).
    """
    return _begin(session, dataset, account=account, publish=True, queued=queued)


def propose(session: Session, dataset: DatasetView, *, account: int | None) -> Publication:
    """The same, to be published or refused by somebody else. Flushes."""
    return _begin(session, dataset, account=account, publish=False)


def declare_nothing(
    session: Session, dataset: DatasetView, period: str, *, account: int | None, publish: bool = True
) -> Publication:
    """« Néant »: a version that says there is nothing to publish for a period, in words. Flushes.

    It becomes the current one only where no version with lines is: the lines of the periods before stay readable.
    """
    words = " ".join(period.split())
    if not words or len(words) > PERIOD_LENGTH:
        raise AppError(
            N_("Dites de quelle période il s’agit, en {most} caractères au plus : « 2e trimestre 2026 »."),
            most=PERIOD_LENGTH,
        )
    return _begin(session, dataset, account=account, publish=publish, period=words)


def _begin(
    session: Session,
    dataset: DatasetView,
    *,
    account: int | None,
    publish: bool,
    period: str = "",
    queued: bool = True,
) -> Publication:
    datasets.lock(session, dataset.establishment, dataset.id)  # numbers are given one after the other
    refuse_if_unfit(session, dataset)
    if not period and not export.outcome(session, dataset).exported:
        raise Conflict(
            N_(
                "Aucune ligne n’est prête à publier. Saisissez ou corrigez des lignes, ou déclarez « néant » s’il n’y a rien pour cette période."
            )
        )
    made = Publication(
        establishment_id=dataset.establishment,
        dataset_id=dataset.id,
        number=queries.last_number(session, dataset.establishment, dataset.id) + 1,
        version_id=dataset.version_id,
        state=PublicationState.preparing,
        is_empty=bool(period),
        period=period,
        title=dataset.title,
        description=describe.frozen(session, dataset),
        created_by=account,
    )
    session.add(made)
    session.flush()
    if not queued:
        return made
    from app.publications import work  # it decides by this module

    made.job_id = jobs.enqueue(
        session,
        work.prepare,
        establishment=dataset.establishment,
        account=account,
        lock=f"publication:{dataset.establishment}:{dataset.id}",
        dataset=dataset.id,
        number=made.number,
        publish=publish,
    )
    session.flush()
    return made


def await_publisher(
    session: Session, dataset: DatasetView, publication: Publication, *, account: int | None
) -> None:
    """A version whose files are whole waits for somebody who may publish. The version is locked."""
    publication.state = PublicationState.proposed
    session.flush()
    _note(session, dataset, publication, "publication.proposed", account, rows=publication.rows)


def approve(session: Session, dataset: DatasetView, publication: Publication, *, account: int | None) -> None:
    """Publish a version that was proposed. Raises :class:`Conflict`."""
    held = _held(session, publication, PublicationState.proposed)
    _compare(session, held)
    make_current(session, dataset, held, account=account)


def refuse(
    session: Session, dataset: DatasetView, publication: Publication, reason: str, *, account: int | None
) -> None:
    """Say no to a version that was proposed, and why; its files are erased. Raises :class:`AppError` without a reason."""
    held = _held(session, publication, PublicationState.proposed)
    held.reason = _reason(reason)
    held.state = PublicationState.refused
    held.files = {}
    session.flush()
    _erase_later(session, held, account)
    _note(session, dataset, held, "publication.refused", account)


def make_current(
    session: Session, dataset: DatasetView, publication: Publication, *, account: int | None
) -> None:
    """Publish a version whose files are whole: everybody reads it from now on. The version is locked."""
    now = datetime.now(UTC)
    before = queries.current(session, publication.establishment_id, publication.dataset_id)
    leads = before is None or before.is_empty or not publication.is_empty
    if leads:
        queries.unset_current(session, publication.establishment_id, publication.dataset_id)
    publication.state = PublicationState.published
    publication.is_current = leads
    publication.published_at, publication.published_by = now, account
    session.flush()
    queries.published_on(session, publication.establishment_id, publication.dataset_id, now)
    said = describe.of_dataset(session, dataset)
    place = (publication.establishment_id, publication.dataset_id)
    # what was proposed is published now: the next version says it too
    proposed = {"zones": said.zones, "granularity": said.granularity}
    queries.say(
        session,
        *place,
        **({} if queries.publishing(session, *place) else proposed),
        due_on=next_due(now.astimezone(PARIS).date(), said.frequency),
        due_is_set=False,
        told_late_on=None,
    )
    _note(session, dataset, publication, "publication.published", account, rows=publication.rows)
    _write_formats(session, publication, account)
    if leads:
        hooks.after(session, publication)


def roll_back(
    session: Session, dataset: DatasetView, publication: Publication, *, account: int | None
) -> None:
    """Go back to an older version, or forth again: everybody reads that one. Raises :class:`Conflict`."""
    _refuse_sandbox(session, publication)
    held = _held(session, publication, PublicationState.published)
    if held.is_current:
        raise Conflict(N_("Cette version est déjà celle que tout le monde lit."))
    queries.unset_current(session, held.establishment_id, held.dataset_id)
    held.is_current = True
    session.flush()
    _note(session, dataset, held, "publication.rolled-back", account)
    hooks.after(session, held)


def withdraw(
    session: Session, dataset: DatasetView, publication: Publication, reason: str, *, account: int | None
) -> Publication | None:
    """Take a version back, with a reason that everybody may read; all its files are erased. Gives the version that is now read.

    Where it was the current one, the newest other one becomes so. Raises :class:`AppError` without a reason.
    """
    why = _reason(reason)
    held = _held(session, publication, PublicationState.published)
    was_current = held.is_current
    held.state = PublicationState.withdrawn
    held.is_current = False
    held.reason, held.files = why, {}
    held.withdrawn_at, held.withdrawn_by = datetime.now(UTC), account
    session.flush()
    _erase_later(session, held, account)
    _note(session, dataset, held, "publication.withdrawn", account)
    following = None
    if was_current:
        place = (held.establishment_id, held.dataset_id)
        following = queries.newest_published(
            session, *place, besides=held.number, with_rows=True
        ) or queries.newest_published(session, *place, besides=held.number, with_rows=False)
        if following is not None:
            following.is_current = True
    hooks.after(session, held)
    if following is not None:
        hooks.after(session, following)
    return following


def settle(session: Session, dataset: DatasetView) -> None:
    """A version whose job was given up (its worker died three times) has failed: say so, and erase what it wrote."""
    held = queries.pending(session, dataset.establishment, dataset.id)
    if held is None or held.state != PublicationState.preparing:
        return
    job = queries.progress(session, dataset.establishment, held.job_id) if held.job_id else None
    given_up = held.created_at < datetime.now(UTC) - GIVEN_UP if job is None else job.state == JobState.failed
    if given_up:
        held.state, held.reason = PublicationState.failed, jobs.FAILED
        session.flush()
        _erase_later(session, held, None)


def erase_files(session: Session, publication: Publication) -> None:
    """Erase the files of a version that nobody may read."""
    if publication.state not in (PublicationState.published, PublicationState.proposed):
        store.erase(publication.establishment_id, publication.dataset_id, publication.number)


def compare_with_current(session: Session, publication: Publication) -> None:
    """Count what the version changes against the one that everybody reads now."""
    _compare(session, publication)


def _compare(session: Session, publication: Publication) -> None:
    place = (publication.establishment_id, publication.dataset_id)
    before = queries.current(session, *place)
    if publication.is_empty:
        publication.added = publication.changed = publication.removed = 0
        return
    old = (
        snapshots.nothing()
        if before is None
        else snapshots.read_lines(store.lines_path(*place, before.number))
    )
    new = snapshots.read_lines(store.lines_path(*place, publication.number))
    publication.added, publication.changed, publication.removed = snapshots.compare(old, new).counts
    session.flush()


def _held(session: Session, publication: Publication, state: PublicationState) -> Publication:
    """The version, locked. Raises :class:`Conflict` when somebody has decided otherwise meanwhile."""
    datasets.lock(session, publication.establishment_id, publication.dataset_id)
    held = queries.locked(session, publication.establishment_id, publication.dataset_id, publication.number)
    if held is None:
        raise NotFound
    if held.state != state:
        raise Conflict(
            N_("La version {number} a changé d’état entre-temps : relisez la page des publications."),
            number=held.number,
        )
    return held


def _refuse_sandbox(session: Session, publication: Publication) -> None:
    place = queries.establishment_of(session, publication.establishment_id)
    if place is None or place.is_sandbox:
        raise PublishedNowhere


def _reason(typed: str) -> str:
    words = " ".join(typed.split())
    if not words or len(words) > REASON_LENGTH:
        raise AppError(
            N_(
                "Dites pourquoi, en {most} caractères au plus : « Une colonne contenait des adresses personnelles »."
            ),
            most=REASON_LENGTH,
        )
    return words


def _erase_later(session: Session, publication: Publication, account: int | None) -> None:
    """The files go once the transaction is kept, and whatever stops the process then."""
    from app.publications import work

    jobs.enqueue(
        session,
        work.erase,
        establishment=publication.establishment_id,
        account=account,
        dataset=publication.dataset_id,
        number=publication.number,
    )


def _write_formats(session: Session, publication: Publication, account: int | None) -> None:
    from app.publications import work

    jobs.enqueue(
        session,
        work.write_formats,
        establishment=publication.establishment_id,
        account=account,
        dataset=publication.dataset_id,
        number=publication.number,
    )


def _note(
    session: Session,
    dataset: DatasetView,
    publication: Publication,
    act: str,
    account: int | None,
    **details: int,
) -> None:
    journal.note(
        session,
        act=act,
        account=account,
        establishment=publication.establishment_id,
        subject=f"publication:{dataset.slug}/{publication.number}",
        **details,
    )
