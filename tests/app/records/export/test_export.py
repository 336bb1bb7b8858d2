"""What leaves a dataset: the very rows that are valid, in the form that portals take."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from typer.testing import CliRunner

from app.records import service as records
from app.records.export import service
from app.tenancy import Role, Scope
from exporters.conformance import judge
from exporters.marks import read_marks
from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.records.rows import descriptor

DeskOn = Callable[..., Desk]


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Three valid lines, one « à corriger », one in the trash."""
    with desk.session() as session:
        for n, objet in enumerate(("Travaux, de l’école", 'Dit « "oui" »', "Deux\nlignes", "Faux", "Parti")):
            row = {**DELIBERATION, "DELIB_ID": f"2025-{n}", "DELIB_OBJET": objet}
            if objet == "Faux":
                row["DELIB_DATE"] = "12/03/2024"
            records.create(session, desk.dataset, row, account=None)
        records.trash(session, desk.dataset, [5], account=None)
    return desk


def test_the_csv_holds_the_valid_rows_as_they_are_stored(filled: Desk) -> None:
    answer = filled.browser.get(f"{filled.path}/telecharger.csv")
    assert answer.status_code == 200
    data = answer.content
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    assert tuple(header) == filled.dataset.schema.field_names
    expected = [filled.cells(number) for number in (1, 2, 3)]
    assert [{k: v for k, v in zip(header, row, strict=True) if v} for row in rows] == expected
    assert b"Deux\nlignes" in data, "what is within a cell is not touched"
    assert answer.headers["x-tabellion-left-out"] == "1"
    name = re.search(r'filename="(\d{8})_(\d{9})_([a-z0-9-]+)\.csv"', answer.headers["content-disposition"])
    assert name is not None
    assert (name[2], name[3]) == (filled.establishment.siren, filled.dataset.slug)


def test_what_is_left_out_is_said_before(filled: Desk) -> None:
    page = filled.get("/telecharger").replace("\u00a0", " ")
    assert "3 lignes valides" in page
    assert "1 ligne à corriger n’y est pas" in page


def test_frictionless_accepts_the_file(filled: Desk, tmp_path: Path) -> None:
    file = tmp_path / "deliberations.csv"
    file.write_bytes(filled.browser.get(f"{filled.path}/telecharger.csv").content)
    verdict = judge(file, filled.dataset.schema)
    assert (verdict.valid, verdict.agrees, verdict.rows) == (True, True, 3), verdict


def test_the_workbook_has_typed_cells(filled: Desk) -> None:
    answer = filled.browser.get(f"{filled.path}/telecharger.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    header, first = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
    row = dict(zip(header, first, strict=True))
    assert row["DELIB_DATE"].isoformat().startswith("2025-03-24")
    assert row["VOTE_POUR"] == 20
    assert row["COLL_SIRET"] == "21350987000019"
    assert sheet.max_row == 4


def test_an_empty_dataset_gives_its_header(desk: Desk) -> None:
    data = desk.browser.get(f"{desk.path}/telecharger.csv").content
    assert data == ",".join(desk.dataset.schema.field_names).encode() + b"\r\n"


def test_a_line_of_one_empty_cell_is_a_line(desk_on: DeskOn) -> None:
    desk = desk_on("test/un", descriptor({"fields": [{"name": "seul", "type": "string"}]}))
    with desk.session() as session:
        records.create(session, desk.dataset, {"seul": "x"}, account=None)
        session.execute(text("INSERT INTO record (establishment_id, dataset_id, number, cells, state) VALUES (:e, :d, 9, '{}', 'valid')"), {"e": desk.establishment.id, "d": desk.dataset.id})  # fmt: skip
    assert desk.browser.get(f"{desk.path}/telecharger.csv").content == b'seul\r\nx\r\n""\r\n'


def test_chunks_join_into_the_same_file(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = Scope.of(filled.establishment.id, Role.reader, account=None)
    whole = b"".join(service.csv_stream(scope, filled.dataset))
    monkeypatch.setattr(service, "CHUNK", 1)
    small = list(service.csv_stream(scope, filled.dataset))
    assert len(small) > 3
    assert b"".join(small) == whole
    assert next(row for batch in service.text_rows(scope, filled.dataset) for row in batch)[2] == "2025-0"


def test_readers_download_and_others_do_not(filled: Desk) -> None:
    assert filled.someone("reader").get(f"{filled.path}/telecharger.csv").status_code == 200
    stranger = filled.make.account()
    filled.browser.cookies.clear()
    assert filled.browser.get(f"{filled.path}/telecharger.csv").status_code in (303, 401)
    assert stranger.id


def test_the_command_writes_whole_files_and_says_what_is_left_out(
    filled: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager
    from types import SimpleNamespace

    from app import db, provision
    from app.cli import main

    @contextmanager
    def here(_settings, **_more):
        yield SimpleNamespace(url="")

    monkeypatch.setattr(provision, "open_database", here)
    monkeypatch.setattr(db, "connect", lambda *_, **__: None)
    monkeypatch.setattr(db, "disconnect", lambda: None)
    monkeypatch.setattr("app.cli_service._configure_logs", lambda _settings: None)
    run = CliRunner().invoke
    address = f"{filled.establishment.slug}/{filled.dataset.slug}"
    file = tmp_path / "a.csv"
    done = run(main, ["export", address, "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == filled.browser.get(f"{filled.path}/telecharger.csv").content
    told = done.stderr.replace("\u00a0", " ")
    assert "3 lignes écrites" in told
    assert "1 ligne à corriger" in told
    book = tmp_path / "a.xlsx"
    assert run(main, ["export", address, "-o", str(book), "--format", "xlsx"]).exit_code == 0
    assert load_workbook(book).worksheets[0].max_row == 4
    assert run(main, ["export", "nulle/part", "-o", str(file)]).exit_code == 1
    assert run(main, ["export", address, "-o", str(tmp_path / "absent" / "a.csv")]).exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.xlsx"]


def test_the_template_comes_empty_or_with_every_line_and_its_number(filled: Desk, tmp_path: Path) -> None:
    page = filled.get("/telecharger")
    assert f"{filled.path}/gabarit.xlsx?lignes=1" in page
    file = tmp_path / "gabarit.xlsx"
    file.write_bytes(filled.browser.get(f"{filled.path}/gabarit.xlsx").content)
    empty = list(load_workbook(file).worksheets[0].iter_rows(values_only=True))
    assert not any(any(row) for row in empty[3:])
    file.write_bytes(filled.browser.get(f"{filled.path}/gabarit.xlsx?lignes=1").content)
    rows = list(load_workbook(file).worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[3:] if row[0]] == [1, 2, 3, 4], "« à corriger » too, the trash not"
    subject = rows[0].index("DELIB_OBJET")
    assert rows[5][subject] == "Deux\nlignes"
    marks = read_marks(file)
    assert marks is not None
    assert (marks.establishment, marks.dataset) == (filled.establishment.slug, filled.dataset.slug)
    assert marks.made_at is not None
