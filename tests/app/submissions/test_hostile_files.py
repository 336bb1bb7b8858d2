"""Files that mean harm, or were harmed: each is answered with a sentence, at whichever step it shows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.settings import get_settings
from tests.app.submissions.conftest import Desk, form_of
from tests.app.submissions.test_steps import said
from tests.importers.test_hostile_tables import HOSTILE
from tests.importers.workbooks import row, text, xlsx


def empty(folder: Path) -> Path:
    (folder / "a.csv").write_bytes(b"")
    return folder / "a.csv"


def page(folder: Path) -> Path:
    (folder / "a.xlsx").write_bytes(b"<!doctype html><html><body>Connexion</body></html>")
    return folder / "a.xlsx"


def picture(folder: Path) -> Path:
    (folder / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    return folder / "a.csv"


def refused(desk: Desk, content: bytes, name: str) -> str:
    """What the page says of a file that is refused, at whichever step it shows."""
    answer = desk.upload(content, name)
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
    return said(answer.text)


@pytest.mark.parametrize("spoilt", [*HOSTILE, empty, page, picture], ids=lambda spoilt: spoilt.__name__)
def test_a_hostile_file_is_answered_with_a_sentence(
    desk: Desk, tmp_path: Path, spoilt: Callable[[Path], Path]
) -> None:
    path = spoilt(tmp_path)
    refused(desk, path.read_bytes(), path.name)


def rows_of_text(_: Path) -> tuple[bytes, str]:
    return b"code,nom\n" + b"A1,Mairie\n" * 1000, "lieux.csv"


def many_sheets(_: Path) -> tuple[bytes, str]:
    book = Workbook()
    for n in range(4):
        book.create_sheet(f"Feuille {n}").append(["code", "nom"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), "lieux.xlsx"


def dense(folder: Path) -> tuple[bytes, str]:
    """65 MiB of spaces in a few kilobytes: within every other bound."""
    rows = row(1, text("A1", "code")) + " " * (65 << 20)
    return xlsx(folder / "dense.xlsx", rows).read_bytes(), "dense.xlsx"


@pytest.mark.parametrize(
    ("setting", "bound", "made", "told"),
    [
        ("max_upload", 5000, rows_of_text, "Ce fichier est trop volumineux"),
        ("max_import_rows", 900, rows_of_text, "Ce fichier a trop de lignes : plus de 900"),
        ("max_import_rows", 50, rows_of_text, "Ce fichier a trop de lignes : plus de 50"),
        ("max_import_cells", 1500, rows_of_text, "trop de cellules"),
        ("max_import_sheets", 3, many_sheets, "trop de feuilles"),
        ("max_import_ratio", 50, dense, "trop volumineux une fois décompressé"),
    ],
)
def test_each_bound_of_the_settings_is_said_by_the_page(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    bound: int,
    made: Callable[[Path], tuple[bytes, str]],
    told: str,
) -> None:
    content, name = made(tmp_path)
    monkeypatch.setattr(get_settings(), setting, bound)
    page = refused(desk, content, name)
    assert told in page, re.findall(r"error-summary.{0,900}", page, re.DOTALL)


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
