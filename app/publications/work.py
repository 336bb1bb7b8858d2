"""What jobs do for publications: write a version and have it judged, write its other formats, erase what was withdrawn.

Each may be killed at any moment and begun again: a version becomes readable by one transaction, after its files are whole; what
a job that died left behind is written over, or erased.
"""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager
from typing import Any, Protocol

from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session

from app import files, jobs
from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.errors import AppError, NotFound
from app.i18n import N_
from app.jobs import Job, task
from app.mail import Letter
from app.models import Publication, PublicationState
from app.publications import describe, letters, queries, service, snapshots, store
from app.publications.personal import Scan
from app.publications.public import beside
from app.records.export import service as export
from exporters import conformance
from exporters.formats import available

log = logging.getLogger(__name__)

BESIDE = "parquet"
"""Written with the reference: the public table reads it."""
TOLD = 5
"""Disagreements of the second judge that are kept."""


class Hand(Protocol):
    """Who makes a version: a :class:`Job`, or a command that does without the queue."""

    establishment: int
    account: int | None

    def transaction(self, *, read_only: bool = False) -> AbstractContextManager[Session]: ...

    def progress(self, done: int, total: int | None = None, message: str = "", **params: Any) -> None: ...


class Disputed(AppError):
    """The second judge says otherwise than the first."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "La version n’est pas publiée : une seconde vérification du fichier n’est pas d’accord avec la nôtre. L’erreur vient de Tabellion, pas de vos lignes : la personne qui administre le service en est prévenue."
            )
        )


def _read(session: Session, job: Hand, dataset: int, number: int) -> tuple[DatasetView, Publication]:
    held = queries.get(session, job.establishment, dataset, number)
    if held is None:
        raise NotFound
    return datasets.find_by_id(session, job.establishment, dataset), held


@task("publications.prepare", lane="default")
def prepare(job: Job, dataset: int, number: int, publish: bool) -> None:
    """Write a version, have it judged, then publish or propose it: all, or nothing that anybody may see."""
    make_version(job, dataset, number, publish=publish)


def make_version(job: Hand, dataset: int, number: int, *, publish: bool) -> None:
    """The same, whoever does it. Raises :class:`AppError` when it may not go out; the version has failed then."""
    try:
        _prepare(job, dataset, number, publish)
    except JobAborted:
        raise  # the service stops: the job begins again later
    except AppError as error:
        _failed(job, dataset, number, error.text("fr") if error.params else error.message)
        raise
    except Exception:
        _failed(job, dataset, number, jobs.FAILED)
        raise


def _prepare(job: Hand, dataset: int, number: int, publish: bool) -> None:
    with job.transaction(read_only=True) as session:
        snapshots.freeze(session)
        view, held = _read(session, job, dataset, number)
        if held.state != PublicationState.preparing:
            return  # done already, by a worker that died before it could say so
        if held.version_id != view.version_id:
            raise AppError(N_("Le modèle du jeu de données a changé entre-temps : publiez à nouveau."))
        files.remove_drafts(job.establishment, store.prefix(dataset, number))
        total = 0 if held.is_empty else export.outcome(session, view).exported
        scan = Scan(view.schema)

        def on_batch(rows: int, batch: snapshots.Batch) -> None:
            scan.batch(batch.csv, batch.records)
            job.progress(rows, max(rows, total), N_("{done} lignes écrites sur {total}"))

        snapshot = snapshots.write(session, view, number, empty=held.is_empty, on_batch=on_batch)
        if not held.is_empty:
            service.refuse_personal(scan.to_json(), describe.of_dataset(session, view).answers)
        about = describe.about(session, view, held)
        session.expunge_all()
    held.files = {store.REFERENCE: snapshot.reference}
    verdict = _judged(job, view, held)
    job.progress(snapshot.rows, snapshot.rows, N_("Préparation des fichiers"))
    waiting: list[Letter] = []
    held.files[BESIDE] = store.write_format(held, view.schema, BESIDE, about)
    with job.transaction() as session:
        view, found = _locked(session, job, dataset, number)
        if found.state != PublicationState.preparing:
            return
        found.files, found.verdict = held.files, verdict
        found.sha256, found.size = snapshot.reference["sha256"], snapshot.reference["size"]
        found.rows, found.left_out, found.revision = snapshot.rows, snapshot.left_out, snapshot.revision
        service.compare_with_current(session, found)
        if publish:
            service.make_current(session, view, found, account=job.account)
        else:
            service.await_publisher(session, view, found, account=job.account)
            waiting = letters.proposed(session, view, found)
    letters.deliver(waiting)


def _locked(session: Session, job: Hand, dataset: int, number: int) -> tuple[DatasetView, Publication]:
    dataset_queries.lock(session, job.establishment, dataset)
    held = queries.locked(session, job.establishment, dataset, number)
    if held is None:
        raise NotFound
    return datasets.find_by_id(session, job.establishment, dataset), held


def _judged(job: Hand, view: DatasetView, held: Publication) -> dict[str, Any]:
    """What the second judge says of the reference. Raises :class:`Disputed`."""
    path = store.path_of(held)
    if path is None:
        raise NotFound
    job.progress(1, 1, N_("Seconde vérification du fichier"))
    began = time.monotonic()
    said = conformance.judge(path, view.schema)
    verdict = {
        "valid": said.valid,
        "rows": said.rows,
        "judged": said.judged,
        "partial": not said.whole,
        "explained": dict(said.explained),
        "seconds": round(time.monotonic() - began, 3),
    }
    if said.agrees and said.valid:
        return verdict
    log.error(
        "the second judge disagrees: our fault until shown otherwise",
        extra={
            "establishment": held.establishment_id,
            "dataset": held.dataset_id,
            "version": held.number,
            "problem": said.problem,
            "detail": said.detail,
            "only_theirs": [(f.row, f.field, f.type, f.note) for f in said.only_theirs[:TOLD]],
            "only_ours": [(f.row, f.field, f.type) for f in said.only_ours[:TOLD]],
            "findings": [(f.row, f.field, f.type) for f in said.findings[:TOLD]],
        },
    )
    raise Disputed


def _failed(job: Hand, dataset: int, number: int, why: str) -> None:
    """The version has failed: it says why, and its files go."""
    with job.transaction() as session:
        held = queries.locked(session, job.establishment, dataset, number)
        if held is None or held.state != PublicationState.preparing:
            return
        held.state, held.reason, held.files = PublicationState.failed, why, {}
    store.erase(job.establishment, dataset, number)


@task("publications.formats", lane="default")
def write_formats(job: Job, dataset: int, number: int) -> None:
    """Write the formats that a published version does not have yet, one after the other, and what serves them fast."""
    with job.transaction(read_only=True) as session:
        view, held = _read(session, job, dataset, number)
        about = describe.about(session, view, held)
        schema = datasets.schema_of(session, held.version_id)
        session.expunge_all()
    if held.state == PublicationState.published:
        for form, file in held.files.items():
            beside.prepare(job.establishment, file["stored"], form, schema)
    wanted = [form.name for form in available(schema) if form.name not in held.files]
    for done, form in enumerate(wanted):
        job.progress(done, len(wanted), N_("{done} formats écrits sur {total}"))
        if held.state != PublicationState.published:
            break
        kept = store.write_format(held, schema, form, about)
        beside.prepare(job.establishment, kept["stored"], form, schema)
        with job.transaction() as session:
            found = queries.locked(session, job.establishment, dataset, number)
            if found is not None and found.state == PublicationState.published:
                found.files = {**found.files, form: kept}
                continue
        break
    _erase(job, dataset, number)  # if it was withdrawn meanwhile


@task("publications.erase", lane="default")
def erase(job: Job, dataset: int, number: int) -> None:
    """Erase the files of a version that was withdrawn or refused, or that failed."""
    _erase(job, dataset, number)


def _erase(job: Job, dataset: int, number: int) -> None:
    with job.transaction(read_only=True) as session:
        held = queries.get(session, job.establishment, dataset, number)
        if held is not None and held.state in (
            PublicationState.preparing,
            PublicationState.proposed,
            PublicationState.published,
        ):
            return
    store.erase(job.establishment, dataset, number)
