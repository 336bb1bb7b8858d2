"""A version whose making dies at any statement or file is not there; begun again, it ends, once, with no file left over."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from app import files
from app.jobs import Job
from app.publications import service, store, work
from app.settings import get_settings
from exporters import conformance
from exporters.formats import available
from tests.app.publications.conftest import Press
from tests.app.submissions.test_kills import Killed, dying_at
from tests.corpus import ROOT

KILLS = 40


def begun(press: Press) -> int:
    with press.session() as session:
        return service.publish_now(session, press.dataset, account=press.account.id).number


def job_of(press: Press, number: int) -> Job:
    context: Any = SimpleNamespace(should_abort=lambda: False)
    return Job(context, press.establishment.id, press.held(number).job_id or 0, press.account.id)


def left(press: Press) -> set[str]:
    """What lies in the folder, but for what serves a whole file faster: it goes with that file."""
    there = set(press.files())
    return {
        name
        for name in there
        if not any(name != other and name.startswith(f"{other}.") for other in there if "." in other)
    }


def names(press: Press, number: int) -> set[str]:
    """The files of a whole version."""
    forms = {store.name_of(press.view.id, number, form.name) for form in available(press.view.schema)}
    return forms | {store.lines_name(press.view.id, number)}


def test_killed_at_random_it_is_all_or_nothing_and_ends(press: Press) -> None:
    press.publish()
    press.add("B1")
    number = begun(press)
    with dying_at(10_000) as seen, pytest.MonkeyPatch.context() as patch:

        def last(*_: Any, **__: Any) -> None:
            raise Killed

        patch.setattr(service, "make_current", last)
        with pytest.raises(Killed):
            work.prepare.run(job_of(press, number), press.view.id, number, True)
        statements = seen[0]
    chance = random.Random(3)  # noqa: S311 (no secret is made of it)
    for _ in range(KILLS):
        with dying_at(chance.randrange(statements)), pytest.raises(Killed):
            work.prepare.run(job_of(press, number), press.view.id, number, True)
        assert press.held(number).state == "preparing"
        assert press.held(number).files == {}
        assert press.current == 1
    press.work()
    made = press.held(number)
    assert (made.state, made.added, press.current) == ("published", 1, number)
    assert left(press) == names(press, 1) | names(press, number)
    work.prepare.run(job_of(press, number), press.view.id, number, True)  # begun again by mistake
    assert press.held(number).published_at == made.published_at


@pytest.mark.parametrize("dies", ["replace", "fsync"])
def test_killed_while_a_file_is_written(press: Press, dies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begun(press)
    for most in range(3):
        seen = [0]
        whole = getattr(os, dies)

        def dying(*arguments: Any, seen: list[int] = seen, most: int = most, whole: Any = whole) -> Any:
            seen[0] += 1
            if seen[0] > most:
                raise Killed
            return whole(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, dies, dying)
            if dies == "replace":
                patch.setattr(type(files.path_of(1, "x")), "replace", lambda path, to: dying(path, to))
            with pytest.raises(Killed):
                work.prepare.run(job_of(press, number), press.view.id, number, True)
        assert press.held(number).state == "preparing"
    press.work()
    assert press.held(number).state == "published"
    assert left(press) == names(press, number)


SCRIPT = """
import os, sys
from types import SimpleNamespace
from app import db, files
from app.jobs import Job
from app.publications import work
url, establishment, progress, account, dataset, number, most = sys.argv[1], *map(int, sys.argv[2:])
db.connect(url, pool_size=4, name="killed")
seen, write = 0, files.Draft.write
def counted(self, data):
    global seen
    seen += 1
    if seen > most:
        os._exit(9)
    return write(self, data)
files.Draft.write = counted
job = Job(SimpleNamespace(should_abort=lambda: False), establishment, progress, account)
work.prepare.run(job, dataset, number, True)
"""


def test_a_process_that_ends_in_the_middle_leaves_no_file_behind(press: Press) -> None:
    number = begun(press)
    given = (press.establishment.id, press.held(number).job_id, press.account.id, press.view.id, number)
    for most in (1, 3):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, press.database.url, *map(str, given), str(most)],
            cwd=ROOT,
            env={**os.environ, "TABELLION_DATA_DIR": str(get_settings().data_dir)},
            check=False,
            timeout=100,
        )
        assert ended.returncode == 9
        assert any(name.startswith(".") for name in press.files())  # a draft of the process that died
        assert press.current is None
    press.work()
    assert press.current == number
    assert left(press) == names(press, number)


def test_a_disagreement_blocks_and_is_said(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    number = begun(press)
    odd = conformance.Finding(2, "nom", "type-error", "odd")
    verdict = conformance.Verdict(3, ((2, 4),), findings=(odd,), only_theirs=(odd,))
    with monkeypatch.context() as patch:
        patch.setattr(conformance, "judge", lambda *_: verdict)
        press.work()
    held = press.held(number)
    assert (held.state, held.files, press.current) == ("failed", {}, None)
    assert press.files() == []
    assert "L’erreur vient de Tabellion" in press.get(f"/publications/{number}").replace("\xa0", " ")
    assert any("disagrees" in record.getMessage() for record in caplog.records)
    assert press.publish().state == "published"


def test_a_version_whose_job_was_given_up_has_failed(press: Press) -> None:
    from sqlalchemy import text

    number = begun(press)
    with press.make.engine.begin() as connection:
        connection.execute(text("UPDATE job_progress SET state = 'failed'"))
    assert "réessayez" in press.get(f"/publications/{number}")
    assert press.held(number).state == "failed"
    press.get("/publier")


def test_a_format_written_while_the_version_is_withdrawn_is_erased(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(press)
    whole = store.write_format

    def withdrawn_meanwhile(publication: Any, schema: Any, form: str, about: Any) -> Any:
        if form == "xlsx":
            with press.session() as session:
                service.withdraw(session, press.dataset, press.held(number), "Une erreur", account=None)
        return whole(publication, schema, form, about)

    monkeypatch.setattr(store, "write_format", withdrawn_meanwhile)
    press.work()
    assert press.held(number).state == "withdrawn"
    assert press.files() == []
