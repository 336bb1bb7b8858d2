"""What a person who waits sees, and how soon."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.submissions import accept, queries, service, work
from tests.app.submissions.conftest import Desk
from tests.app.submissions.test_steps import GOOD, said


def progress(desk: Desk, submission: int) -> tuple[str, int]:
    """The words of the job as they are written now, and how far it says it is."""
    held = desk.held(submission)
    with desk.session() as session:
        job = queries.progress(session, desk.establishment.id, held.job_id or 0)
        assert job is not None
        return job.message, job.done


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``watched(module, name, look)``: call ``look`` when a job begins its heavy work."""

    def watch(module: Any, name: str, look: Any) -> None:
        real = getattr(module, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            look()
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, called)

    return watch


def test_the_first_words_are_written_before_the_file_is_read(desk: Desk, watched: Any) -> None:
    seen: list[tuple[str, str, int]] = []
    number = desk.send(GOOD)
    form = {"c1-colonne": "0", "c2-colonne": "1"}
    desk.post(desk.at(number, "colonnes"), form, leads="attente")
    # only now: the pages read the file too
    for module, name in (
        (service, "table_of"),
        (work, "_checked"),
        (work.accept, "accept"),
        (work.undo, "undo"),
    ):
        watched(module, name, lambda name=name: seen.append((name, *progress(desk, number))))
    desk.work()
    assert seen[0] == ("table_of", "lecture du fichier", 0)
    seen.clear()
    desk.mode(number, "update", ["code"])
    assert seen[0] == ("_checked", "lecture du fichier", 0)
    seen.clear()
    desk.accept(number)
    assert seen[0] == ("_checked", "lecture du fichier, avant d’enregistrer ses lignes", 0)
    seen.clear()
    desk.undo(number)
    assert seen == [("undo", "recherche des lignes que cet import a changées", 0)]


def test_a_page_that_waits_says_it_within_a_second_of_the_start(desk: Desk, watched: Any) -> None:
    number = desk.send("code,nom\n" + "".join(f"P{n},Lieu {n}\n" for n in range(3000)))
    desk.post(desk.at(number, "colonnes"), {"c1-colonne": "0", "c2-colonne": "1"}, leads="attente")
    assert "en attente de son tour" in said(desk.get(desk.at(number, "attente")))
    times: dict[str, float] = {}
    pages: list[str] = []

    def begins() -> None:
        times.setdefault("start", time.monotonic())

    def reads() -> None:
        if not pages:
            times["words"] = time.monotonic()
            pages.append(said(desk.get(desk.at(number, "attente"))))

    watched(work, "begun", begins)
    watched(work, "proposals", reads)
    desk.work()
    assert "lecture du fichier" in pages[0]
    assert times["words"] - times["start"] < 1


def test_a_person_who_waits_for_the_comparison_is_told_that_it_goes_on(desk: Desk, watched: Any) -> None:
    """Laying a large file beside the records lasts longer than checking it: the words must not stand still meanwhile."""
    desk.accept(desk.bring(GOOD))
    number = desk.bring(GOOD)
    seen: list[str] = []
    watched(accept.staging, "counts", lambda: seen.append(progress(desk, number)[0]))
    desk.mode(number, "update", ["code"])
    assert seen == ["toutes les lignes sont comparées, reste à compter ce qui change"]
