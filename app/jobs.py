"""Work that takes longer than a page may: put in the queue by the very transaction of the act that asks for it.

    @task("catalogue.synchronise")
    def synchronise(job: Job, source: str) -> None:
        with job.transaction() as session: ...
        job.progress(3, 10, N_("{done} schémas lus sur {total}"))

    jobs.enqueue(session, synchronise, establishment=INSTANCE, account=viewer.id, source="…")

If the transaction is rolled back the job never was. A job carries ids and short values, never rows. It may run more than
once (a worker that dies is noticed and its job begun again), hence does nothing twice that must be done once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import import_module
from typing import Any, Concatenate, Generic, ParamSpec

import procrastinate
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, JobAborted
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from sqlalchemy import delete, func, update
from sqlalchemy.orm import Session

from app import db
from app.errors import AppError
from app.i18n import N_
from app.models import JobProgress, JournalEntry, LoginSession, PasswordReset, SignInAttempt
from app.models.job import JobState
from app.tenancy import INSTANCE, Scope, set_scope

log = logging.getLogger(__name__)

MODULES: tuple[str, ...] = (
    "app.catalog.synchronisation",
    "app.publications.preview",
    "app.publications.reminders",
    "app.publications.work",
    "app.records.attachments.work",
    "app.records.indexing",
    "app.publications.deliveries.work",
    "app.records.rechecking",
    "app.submissions.work",
)
"""Modules that define tasks: the worker imports them. A new feature adds its name here."""

HEARTBEAT, STALLED = (
    10.0,
    30.0,
)  # seconds between signs of life; silence after which a worker is taken for dead
ATTEMPTS = 3
SHOWN_EVERY = 0.5  # seconds between two writings of a progress
JOURNAL_KEPT, PROGRESS_KEPT, ATTEMPTS_KEPT = timedelta(days=400), timedelta(days=30), timedelta(days=2)

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Knows the tasks; only the worker opens it."""

_enqueuing = JobManager(procrastinate.SyncPsycopgConnector())
"""Works on the connections of our own sessions, in the worker too, hence never opens one."""

P = ParamSpec("P")


class Job:
    """A job under way, as its function sees it."""

    def __init__(
        self, context: JobContext, establishment: int, progress_id: int, account: int | None
    ) -> None:
        self.establishment = establishment
        self.progress_id = progress_id
        self.account = account
        self._context = context
        self._lock = threading.Lock()
        self._written = 0.0

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Session]:
        """One transaction within the establishment of the job."""
        with db.in_transaction(Scope.job(self.establishment), read_only=read_only) as session:
            yield session

    def progress(self, done: int, total: int | None = None, message: str = "", **params: Any) -> None:
        """Say how far it is; cheap enough for each thousand rows, written twice a second at most.

        ``message``: a msgid, with ``{done}`` and ``{total}``. Raises JobAborted, to be let through, when the service stops and has
        waited long enough: the job begins again later.
        """
        if self._context.should_abort():
            raise JobAborted
        with self._lock:
            now = time.monotonic()
            if now - self._written < SHOWN_EVERY and done != total:
                return
            self._written = now
        self._note(done=done, total=total, message=message, params=params)

    def leave(self, **result: Any) -> None:
        """Leave ids and counts to the page that waits for the job."""
        with db.aside(Scope.job(self.establishment)) as session:
            found = session.get(JobProgress, (self.establishment, self.progress_id))
            if found is not None:
                found.result = {**found.result, **result}

    def _note(self, **values: Any) -> None:
        with db.aside(Scope.job(self.establishment)) as session:
            note_progress(session, self.establishment, self.progress_id, **values)


@dataclass(frozen=True)
class Task(Generic[P]):
    """A function that can be put in the queue with :func:`enqueue`."""

    name: str
    run: Callable[Concatenate[Job, P], None]
    lane: str
    retries: RetryStrategy = field(
        default_factory=lambda: RetryStrategy(max_attempts=ATTEMPTS, retry_exceptions=[JobAborted])
    )


def task(name: str, *, lane: str = "default") -> Callable[[Callable[Concatenate[Job, P], None]], Task[P]]:
    """Make a task of a function whose first argument is its :class:`Job`. ``name``: stable, it is stored with jobs."""

    def register(run: Callable[Concatenate[Job, P], None]) -> Task[P]:
        made: Task[P] = Task(name, run, lane)

        @wraps(run)
        def runner(
            context: JobContext,
            establishment: int,
            progress: int,
            account: int | None,
            arguments: dict[str, Any],
        ) -> None:
            _run(made, Job(context, establishment, progress, account), arguments)

        queue.task(name=name, queue=lane, pass_context=True, retry=made.retries)(runner)
        return made

    return register


def enqueue(
    session: Session,
    wanted: Task[P],
    *,
    establishment: int,
    account: int | None,
    lock: str | None = None,
    once: str | None = None,
    **arguments: Any,
) -> int | None:
    """Put a job in the queue with the transaction of the session; gives the id of its :class:`JobProgress`.

    The scope must let write in the establishment (:data:`app.tenancy.INSTANCE` for the instance). ``lock``: jobs of the same
    lock run one after the other. ``once``: while such a job waits, no other joins it, and None is given. Flushes.
    """
    progress = JobProgress(establishment_id=establishment, task=wanted.name, account_id=account)
    try:
        with session.begin_nested():
            session.add(progress)
            session.flush()
            configure_task(
                name=wanted.name,
                job_manager=_enqueuing,
                queue=wanted.lane,
                lock=lock,
                queueing_lock=once,
                connection=session.connection().connection.driver_connection,
            ).defer(establishment=establishment, progress=progress.id, account=account, arguments=arguments)
    except AlreadyEnqueued:
        return None
    return progress.id


def note_progress(session: Session, establishment: int, progress_id: int, **values: Any) -> None:
    """Write columns of a job's progress."""
    session.execute(
        update(JobProgress)
        .where(JobProgress.establishment_id == establishment, JobProgress.id == progress_id)
        .values(updated_at=func.now(), **values)
        .execution_options(synchronize_session=False)
    )


def load_tasks() -> None:
    """Import every module that defines tasks."""
    for name in MODULES:
        import_module(name)


def _run(wanted: Task[Any], job: Job, arguments: dict[str, Any]) -> None:
    """Run a job and say how it ends. What is expected to fail says why; the rest is logged and said plainly."""
    job._note(state=JobState.running, started_at=func.now())
    try:
        wanted.run(job, **arguments)
    except JobAborted:
        job._note(state=JobState.queued)
        raise
    except AppError as error:
        job._note(
            state=JobState.failed, finished_at=func.now(), message=error.message, params=_plain(error.params)
        )
    except Exception:
        job._note(state=JobState.failed, finished_at=func.now(), message=FAILED, params={})
        raise
    else:
        job._note(state=JobState.done, finished_at=func.now())


FAILED = N_(
    "Le traitement s’est arrêté sur un problème du service. Rien n’est perdu : réessayez, et si cela se répète, prévenez la "
    "personne qui administre Tabellion."
)


def _plain(params: dict[str, object]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float | str) else str(value) for name, value in params.items()
    }


# --- what the worker does of itself ---------------------------------------------------------------------------------


async def retry_stalled(manager: JobManager) -> int:
    """Begin again the jobs of workers that died; after three attempts, give them up. Gives how many were found."""
    found = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED))
    for job in found:
        again = job.attempts + 1 < ATTEMPTS
        log.warning("stalled job", extra={"task": job.task_name, "job": job.id, "again": again})
        if again:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        state = JobState.queued if again else JobState.failed
        _note_stalled(job.task_kwargs, state)
    return len(found)


def _note_stalled(arguments: Any, state: JobState) -> None:
    establishment, progress = arguments.get("establishment"), arguments.get("progress")
    if not isinstance(establishment, int) or not isinstance(progress, int):
        return
    ended = {"finished_at": func.now(), "message": FAILED, "params": {}} if state is JobState.failed else {}
    with db.aside(Scope.job(establishment)) as session:
        note_progress(session, establishment, progress, state=state, **ended)


@queue.periodic(cron="* * * * *")
@queue.task(name="queue.retry-stalled", queueing_lock="queue.retry-stalled", pass_context=True)
async def retry_stalled_regularly(context: JobContext, timestamp: int) -> None:
    """Each minute."""
    await retry_stalled(context.app.job_manager)


@queue.periodic(cron="17 3 * * *")
@queue.task(name="instance.tidy", queueing_lock="instance.tidy", pass_context=True)
def tidy_regularly(context: JobContext, timestamp: int) -> None:
    """Each night."""
    tidy()


def tidy() -> None:
    """Forget what has expired: sign-ins, links, attempts, old progress, and the journal after thirteen months."""
    now = datetime.now(UTC)
    with db.in_transaction(Scope.job(INSTANCE)) as session:
        session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
        session.execute(delete(PasswordReset).where(PasswordReset.expires_at < now - ATTEMPTS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPTS_KEPT))
        session.execute(delete(JournalEntry).where(JournalEntry.at < now - JOURNAL_KEPT))
        from app.checking import service as checking
        from app.models import Establishment

        places = [
            INSTANCE,
            *session.scalars(Establishment.__table__.select().with_only_columns(Establishment.id)),
        ]
    checking.tidy()
    for place in places:
        with db.in_transaction(Scope.job(place)) as session:
            set_scope(session, Scope.job(place))
            session.execute(delete(JobProgress).where(JobProgress.created_at < now - PROGRESS_KEPT))
