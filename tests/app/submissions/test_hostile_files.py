"""Files that mean harm, or were harmed: each is answered with a sentence, at whichever step it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.submissions.conftest import Desk, form_of
from tests.app.submissions.test_steps import said
from tests.importers.test_hostile_tables import HOSTILE


def empty(folder: Path) -> Path:
    (folder / "a.csv").write_bytes(b"")
    return folder / "a.csv"


def page(folder: Path) -> Path:
    (folder / "a.xlsx").write_bytes(b"<!doctype html><html><body>Connexion</body></html>")
    return folder / "a.xlsx"


def picture(folder: Path) -> Path:
    (folder / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    return folder / "a.csv"


@pytest.mark.parametrize("spoilt", [*HOSTILE, empty, page, picture], ids=lambda spoilt: spoilt.__name__)
def test_a_hostile_file_is_answered_with_a_sentence(
    desk: Desk, tmp_path: Path, spoilt: Callable[[Path], Path]
) -> None:
    path = spoilt(tmp_path)
    answer = desk.upload(path.read_bytes(), path.name)
    if answer.status_code == 303:
        number = int(answer.headers["location"].split("/")[-2])
        answer = desk.browser.get(desk.at(number, "feuille"))
        if answer.status_code == 200:
            desk.post(desk.at(number, "feuille"), form_of(answer.text), leads="colonnes")
            answer = desk.browser.get(desk.at(number, "colonnes"))
            assert answer.status_code == 200
            desk.post(desk.at(number, "colonnes"), form_of(answer.text), leads="attente")
            desk.work()  # what is wrong stands below the rows that a page shows
            held = desk.held(number)
            assert held.state == "open"
            assert "unreadable" in held.summary
            answer = desk.browser.get(desk.browser.get(desk.at(number, "attente")).headers["location"])
            assert answer.status_code == 200
        else:
            assert answer.status_code == 422
    else:
        assert answer.status_code == 422
    assert re.search(r'class="[^"]*error-summary', answer.text), said(answer.text)[:3000]
    assert desk.records() == []


def test_a_file_larger_than_the_bound_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.submissions import service

    real = service.get_settings()
    monkeypatch.setattr(service, "get_settings", lambda: real.model_copy(update={"max_upload": 1 << 20}))
    answer = desk.upload(b"code,nom\n" + b"A1,nom\n" * 200_000)
    assert answer.status_code == 422
    assert "Mo" in said(answer.text)


def test_names_that_would_leave_the_folder_are_names_and_no_more(desk: Desk) -> None:
    number = desk.send("code,nom\nA1,École\n", "../../etc/<script>alert(1)<script>.csv")
    assert desk.held(number).file_name.count("/") == 0
    assert "<script>alert" not in desk.get(desk.at(number, "feuille"))
