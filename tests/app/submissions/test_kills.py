"""An acceptance that dies at any statement leaves all or nothing; begun again, it ends, and does so once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from app.jobs import Job
from app.settings import get_settings
from app.submissions import work
from tests.app.submissions.conftest import Desk
from tests.app.submissions.test_steps import GOOD
from tests.corpus import ROOT

KILLS = 50


class Killed(BaseException):
    """As if the process had ended there: nothing after it is heard of but by the database."""


@contextmanager
def dying_at(statement: int) -> Iterator[list[int]]:
    """Die at that statement, counted from 0; the list tells how many there were."""
    seen = [0]
    execute = psycopg.Cursor.execute

    def counted(self: Any, *arguments: Any, **more: Any) -> Any:
        seen[0] += 1
        if seen[0] > statement:
            raise Killed
        return execute(self, *arguments, **more)

    psycopg.Cursor.execute = counted  # type: ignore[assignment,method-assign]
    try:
        yield seen
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def job_of(desk: Desk, number: int) -> Job:
    """A job that says nothing on its way: how often it would depends on the clock, and the statements are counted."""
    context: Any = SimpleNamespace(should_abort=lambda: False)
    job = Job(context, desk.establishment.id, desk.held(number).job_id or 0, desk.account.id)
    job.progress = lambda *_, **__: None  # type: ignore[method-assign]
    return job


def merging(desk: Desk) -> int:
    """An import that adds, changes and puts into the trash, whose acceptance has been asked for."""
    desk.accept(desk.bring(GOOD))
    number = desk.bring("code,nom,rang\nA1,École Neuve,dix\nA3,Mairie,3\n", said="refuse")
    desk.mode(number, "replace", ["code"])
    desk.post(desk.at(number, "accepter"), {"sur": "oui"}, leads="attente")
    return number


def test_killed_at_random_it_is_all_or_nothing_and_ends(desk: Desk) -> None:
    number = merging(desk)
    before = desk.everything()
    chance = random.Random(6)  # noqa: S311 (no secret is made of it)
    with dying_at(10_000) as seen:
        with pytest.raises(Killed):  # at the very last moment, to count the statements
            work.accept_rows.run(last_moment(desk, number), number)
        statements = seen[0]
    assert desk.everything() == before
    for _ in range(KILLS):
        with dying_at(chance.randrange(statements)), pytest.raises(Killed):
            work.accept_rows.run(job_of(desk, number), number)
        assert desk.held(number).state == "accepting"
    assert desk.everything() == before
    desk.work()
    assert desk.held(number).state == "accepted"
    after = desk.everything()
    assert [cells["nom"] for cells in desk.records()] == ["École Neuve", "Mairie"]
    work.accept_rows.run(job_of(desk, number), number)  # begun again by mistake
    assert desk.everything() == after


def last_moment(desk: Desk, number: int) -> Job:
    """A job that dies after its last statement, before its transaction is kept."""
    job = job_of(desk, number)
    whole = job.transaction

    @contextmanager
    def transaction(*, read_only: bool = False) -> Iterator[Any]:
        with whole(read_only=read_only) as session:
            yield session
            if not read_only:
                raise Killed

    job.transaction = transaction  # type: ignore[method-assign]
    return job


SCRIPT = """
import os, sys
from types import SimpleNamespace
import psycopg
from app import db
from app.jobs import Job
from app.submissions import work
url, establishment, progress, account, number, most = sys.argv[1], *map(int, sys.argv[2:])
db.connect(url, pool_size=4, name="killed")
seen, execute = 0, psycopg.Cursor.execute
def counted(self, *arguments, **more):
    global seen
    seen += 1
    if seen > most:
        os._exit(9)
    return execute(self, *arguments, **more)
psycopg.Cursor.execute = counted
work.accept_rows.run(Job(SimpleNamespace(should_abort=lambda: False), establishment, progress, account), number)
"""


def test_a_process_that_ends_in_the_middle_leaves_nothing(desk: Desk) -> None:
    number = merging(desk)
    before = desk.everything()
    for most in (25, 40):
        given = (desk.establishment.id, desk.held(number).job_id, desk.account.id, number, most)
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, desk.database.url, *map(str, given)],
            cwd=ROOT,
            env={**os.environ, "TABELLION_DATA_DIR": str(get_settings().data_dir)},
            check=False,
            timeout=100,
        )
        assert ended.returncode == 9
        assert desk.everything() == before
    desk.work()
    assert desk.held(number).state == "accepted"
    assert len(desk.records()) == 2


def test_a_check_that_fails_gives_the_import_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours ends the job, says so, and leaves the person where they may try again."""
    number = desk.send(GOOD)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(work, "proposals", broken)
        desk.columns(number)
    assert desk.held(number).state == "open"
    answer = desk.browser.get(desk.at(number, "attente"))
    assert answer.status_code == 303
    desk.columns(number)
    assert desk.counts(number) == {"added": 2}
