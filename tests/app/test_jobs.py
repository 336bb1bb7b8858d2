"""Jobs: asked for with a transaction, run by a worker, begun again when one dies, followed while they run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import DeleteJobCondition
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app import db, jobs, jobs_schema
from app.errors import Conflict
from app.jobs import Job, Task, enqueue, task
from app.models import Account, Establishment, JobProgress, JournalEntry, LoginSession, SignInAttempt
from app.models.job import JobState
from app.provision import Database
from app.tenancy import INSTANCE, Role, Scope
from app.worker import opened
from tests.factories import Make

acts: dict[str, Callable[[Job], None]] = {}


@task("tests.act")
def act(job: Job, name: str) -> None:
    acts[name](job)


@pytest.fixture
def place(make: Make) -> Iterator[Establishment]:
    yield make.establishment()
    acts.clear()


def ask(place: int, name: str, wanted: Task = act, **options) -> int | None:
    with db.in_transaction(Scope.of(place, Role.manager, account=None)) as session:
        return enqueue(session, wanted, establishment=place, account=None, name=name, **options)


def work(database: Database) -> None:
    """What the worker does, until nothing waits."""

    async def run() -> None:
        async with opened(database.url) as app:
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, delete_jobs=DeleteJobCondition.SUCCESSFUL
            )

    asyncio.run(run())


def progress(place: int, number: int) -> JobProgress:
    with db.in_transaction(Scope.of(place, Role.reader, account=None)) as session:
        return session.get_one(JobProgress, (place, number))


def queued(make: Make) -> list[tuple[str, str]]:
    """(task, status) of what is in the queue."""
    with make.engine.connect() as connection:
        rows = connection.execute(text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))
        return [(name, status) for name, status in rows]


def test_a_job_runs_within_its_establishment(database, make, place) -> None:
    other = make.establishment()
    make.add(JobProgress(establishment_id=other.id, task="t"))
    seen: list[int] = []

    def look(job: Job) -> None:
        with job.transaction() as session:
            seen.extend(session.execute(select(JobProgress.establishment_id)).scalars())
            assert session.execute(text("SELECT current_user")).scalar() == "tab_worker"
        job.leave(rows=3)

    acts["look"] = look
    number = ask(place.id, "look")
    assert progress(place.id, number).state == JobState.queued
    work(database)
    assert seen == [place.id]
    done = progress(place.id, number)
    assert (done.state, done.result) == (JobState.done, {"rows": 3})
    assert done.finished_at is not None
    assert queued(make) == []


def refused_after_asking(place: int) -> None:
    with db.in_transaction(Scope.of(place, Role.manager, account=None)) as session:
        enqueue(session, act, establishment=place, account=None, name="never")
        raise Conflict("non")


def test_a_job_of_a_rolled_back_act_never_was(make, place) -> None:
    with pytest.raises(Conflict):
        refused_after_asking(place.id)
    assert queued(make) == []
    with make.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM job_progress")).scalar() == 0


def test_a_job_cannot_be_asked_for_elsewhere(make, place) -> None:
    other = make.establishment()
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        db.in_transaction(Scope.of(place.id, Role.manager, account=None)) as session,
    ):
        enqueue(session, act, establishment=other.id, account=None, name="x")
    assert queued(make) == []


def test_requests_see_nothing_of_the_queue(make, place) -> None:
    ask(place.id, "x")
    for statement in ("SELECT * FROM procrastinate_jobs", "UPDATE procrastinate_jobs SET args = '{}'"):
        for scope in (Scope(), Scope("tab_worker"), Scope("tab_public")):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                db.in_transaction(scope) as session,
            ):
                session.execute(text(statement))


def test_progress_is_read_while_it_runs(database, place) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow(job: Job) -> None:
        with job.transaction() as session:
            session.execute(text("UPDATE establishment SET address = 'x'"))
            job.progress(412, 1000, "{done} lignes lues sur {total}", file="a.csv")
            reached.set()
            go_on.wait(20)

    acts["slow"] = slow
    number = ask(place.id, "slow")
    worker = threading.Thread(target=work, args=(database,))
    worker.start()
    try:
        assert reached.wait(20)
        now = progress(place.id, number)
        assert (now.state, now.done, now.total, now.params) == (
            JobState.running,
            412,
            1000,
            {"file": "a.csv"},
        )
        assert now.message == "{done} lignes lues sur {total}"
    finally:
        go_on.set()
        worker.join()
    assert progress(place.id, number).state == JobState.done


def test_an_expected_failure_says_why(database, make, place) -> None:
    def refuse(job: Job) -> None:
        raise Conflict("Le fichier « {name} » est déjà importé.", name="a.csv")

    acts["refuse"] = refuse
    number = ask(place.id, "refuse")
    work(database)
    found = progress(place.id, number)
    assert (found.state, found.message) == (JobState.failed, "Le fichier « {name} » est déjà importé.")
    assert found.params == {"name": "a.csv"}


def test_an_unexpected_failure_rolls_back_and_says_what_to_do(database, make, place, caplog) -> None:
    def fail(job: Job) -> None:
        with job.transaction() as session:
            session.execute(text("UPDATE establishment SET address = 'half done'"))
            raise ZeroDivisionError("Madame Durand")

    acts["fail"] = fail
    number = ask(place.id, "fail")
    work(database)
    found = progress(place.id, number)
    assert (found.state, found.message) == (JobState.failed, jobs.FAILED)
    assert queued(make) == [("tests.act", "failed")]
    with make.engine.connect() as connection:
        assert connection.execute(text("SELECT address FROM establishment")).scalar() is None


def test_a_job_may_ask_for_another(database, place) -> None:
    ran: list[str] = []

    def first(job: Job) -> None:
        with job.transaction() as session:
            enqueue(session, act, establishment=job.establishment, account=None, name="second")

    acts["first"] = first
    acts["second"] = lambda job: ran.append("second")
    ask(place.id, "first")
    work(database)
    assert ran == ["second"]


def test_one_waiting_job_is_enough_where_it_is_said_so(make, place) -> None:
    assert ask(place.id, "x", once="sync") is not None
    assert ask(place.id, "x", once="sync") is None
    with make.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM job_progress")).scalar() == 1


@pytest.mark.parametrize(("attempts", "status", "state"), [(0, "todo", "queued"), (2, "failed", "failed")])
def test_a_dead_worker_s_job_begins_again_then_is_given_up(
    database, make, place, attempts, status, state
) -> None:
    number = ask(place.id, "x")
    with make.engine.begin() as connection:
        dead = connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
            )
        ).scalar()
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :dead, attempts = :attempts"),
            {"dead": dead, "attempts": attempts},
        )
        connection.execute(text("UPDATE job_progress SET state = 'running'"))

    async def look() -> int:
        async with opened(database.url) as app:
            return await jobs.retry_stalled(app.job_manager)

    assert asyncio.run(look()) == 1
    assert queued(make) == [("tests.act", status)]
    assert progress(place.id, number).state == state


def test_a_living_worker_s_job_is_left_to_it(database, make, place) -> None:
    ask(place.id, "x")
    with make.engine.begin() as connection:
        alive = connection.execute(
            text("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        ).scalar()
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :alive"), {"alive": alive}
        )

    async def look() -> int:
        async with opened(database.url) as app:
            return await jobs.retry_stalled(app.job_manager)

    assert asyncio.run(look()) == 0
    assert queued(make) == [("tests.act", "doing")]


def test_what_has_expired_is_forgotten(make, place) -> None:
    account: Account = make.account()
    make.signed_in(account)
    long_ago = datetime.now(UTC) - timedelta(days=500)
    make.add(LoginSession(token_hash=b"old", account_id=account.id, expires_at=long_ago))
    make.add(SignInAttempt(email_hash=b"x", network="192.0.2.1/32", at=long_ago))
    for where in (INSTANCE, place.id):
        make.add(JournalEntry(establishment_id=where, act="old.act", at=long_ago))
        make.add(JournalEntry(establishment_id=where, act="new.act"))
        make.add(JobProgress(establishment_id=where, task="old", created_at=long_ago))
        make.add(JobProgress(establishment_id=where, task="new"))
    jobs.tidy()
    with make.engine.connect() as connection:
        counts = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM login_session), (SELECT count(*) FROM sign_in_attempt),"
                " (SELECT string_agg(DISTINCT act, ' ') FROM journal_entry),"
                " (SELECT string_agg(DISTINCT task, ' ') FROM job_progress)"
            )
        ).one()
    assert counts == (1, 0, "new.act", "new")


def test_the_queue_s_tables_are_those_of_the_library(owner_engine, database) -> None:
    """After a newer procrastinate: a migration that calls ``upgrade_job_schema(op.get_bind())``."""
    with owner_engine.connect() as connection:
        assert jobs_schema.installed_step(connection) == jobs_schema.last_step()


def test_task_names_are_stable() -> None:
    assert {name for name in jobs.queue.tasks if name.startswith(("queue.", "instance."))} == {
        "queue.retry-stalled",
        "instance.tidy",
    }
