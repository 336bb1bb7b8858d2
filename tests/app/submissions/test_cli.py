"""``tabellion import``: the same engine, the same counts, from a terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from app import db, provision
from app.cli import main
from tests.app.submissions.conftest import Desk
from tests.app.submissions.test_steps import GOOD


@pytest.fixture
def run(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``run(content, "--dry-run")``: the command on a file, in the database of the test."""

    @contextmanager
    def opened(_settings: object) -> Iterator[object]:
        yield desk.database

    monkeypatch.setattr(provision, "open_database", opened)
    monkeypatch.setattr(db, "connect", lambda *_, **__: None)
    monkeypatch.setattr(db, "disconnect", lambda: None)

    def called(content: str | bytes, *options: str, to: str | None = None) -> Result:
        path = tmp_path / ("lieux.csv" if isinstance(content, str) else "lieux.xlsx")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        place = to or f"{desk.establishment.slug}/{desk.dataset.slug}"
        return CliRunner().invoke(main, ["import", str(path), "--to", place, *options])

    return called


def answer(result: Result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_dry_run_counts_and_keeps_nothing(desk: Desk, run) -> None:
    result = run(GOOD, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "2 lignes ajoutées" in result.stdout.replace("\xa0", " ")
    assert "Rien n’a été gardé" in result.stdout
    assert desk.records() == []
    assert "lieux.csv" not in desk.get(f"{desk.path}/imports")


def test_it_imports_and_the_pages_know_it(desk: Desk, run) -> None:
    done = answer(run(GOOD, "--format", "json"))
    assert (done["rows"], done["counts"]["added"], done["dryRun"]) == (2, 2, False)
    assert len(desk.records()) == 2
    assert "lieux.csv" in desk.get(f"{desk.path}/imports")
    again = answer(run("code,nom\nA1,École Neuve\n", "--format", "json", "--dry-run"))
    assert (again["mode"], again["key"], again["counts"]["changed"]) == ("update", ["code"], 1)


def test_columns_keys_and_modes_are_said(desk: Desk, run) -> None:
    content = "identifiant interne;nom\nA1;École\n"
    done = answer(run(content, "--map", "identifiant interne=code", "--mode", "add", "--format", "json"))
    assert done["columns"]["code"] == "identifiant interne"
    assert desk.records() == [{"code": "A1", "nom": "École"}]
    done = answer(run("code,nom,rang\nZ9,École,4\n", "--key", "nom", "--mode", "update", "--format", "json"))
    assert done["counts"]["changed"] == 1
    assert desk.records() == [{"code": "Z9", "nom": "École", "rang": "4"}]


def test_rows_already_there_are_left_aside_unless_asked(desk: Desk, run) -> None:
    run(GOOD)
    again = answer(run(GOOD, "--mode", "add", "--dry-run", "--format", "json"))
    assert (again["counts"]["added"], again["counts"]["twins"]) == (0, 2)
    twice = answer(run(GOOD, "--mode", "add", "--add-twins", "--format", "json"))
    assert twice["counts"]["added"] == 2
    assert len(desk.records()) == 4


def test_a_sheet_is_chosen_by_name_or_number(desk: Desk, run) -> None:
    book = Workbook()
    for name, place in (("Écoles", "A1"), ("Stades", "A2")):
        sheet = book.create_sheet(name)
        sheet.append(["code", "nom"])
        sheet.append([place, name])
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    chosen = answer(run(data, "--sheet", "Stades", "--format", "json", "--dry-run"))
    assert (chosen["rows"], chosen["counts"]["added"]) == (1, 1)
    answer(run(data, "--sheet", "2", "--format", "json"))
    assert [cells["nom"] for cells in desk.records()] == ["Écoles"]
    answer(run(data, "--sheet", "stades", "--key", "nom", "--format", "json"))
    assert [cells["nom"] for cells in desk.records()] == ["Écoles", "Stades"]
    wrong = run(data, "--sheet", "Mairies")
    assert wrong.exit_code == 1
    assert "Mairies" in wrong.stderr
    assert "Stades" in wrong.stderr, "the sheets that there are"


def test_repairs_are_made_only_where_asked(desk: Desk, run) -> None:
    content = "code,nom,jour\nA1,École,31/01/2025\n"
    assert answer(run(content, "--dry-run", "--format", "json"))["counts"]["to_fix"] == 1
    assert answer(run(content, "--repair", "--format", "json"))["counts"]["to_fix"] == 0
    assert desk.records()[0]["jour"] == "2025-01-31"


def test_a_replacement_past_half_asks_for_a_yes(desk: Desk, run) -> None:
    run(GOOD)
    result = run("code,nom\nA9,Halle\n", "--mode", "replace")
    assert (result.exit_code, len(desk.records())) == (1, 2)
    assert "--yes" in result.stderr
    assert run("code,nom\nA9,Halle\n", "--mode", "replace", "--yes").exit_code == 0
    assert [cells["code"] for cells in desk.records()] == ["A9"]


def test_what_cannot_be_is_said(desk: Desk, run) -> None:
    assert run(GOOD, to="nulle/part").exit_code == 2
    assert run(GOOD, to=f"{desk.establishment.slug}/rien").exit_code == 2
    assert run(GOOD, "--map", "x=y").exit_code == 1
    assert run(GOOD, "--key", "inconnu").exit_code == 1
    assert run("").exit_code == 1
    assert desk.records() == []
