"""``tabellion publish``: the same version as the pages make, from a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from app import db, provision
from app.cli import main
from app.models import Establishment
from tests.app.publications.conftest import Press


@pytest.fixture
def run(press: Press, monkeypatch: pytest.MonkeyPatch):
    """``run("--dry-run")``: the command on the dataset, in the database of the test."""

    @contextmanager
    def opened(_settings: object) -> Iterator[object]:
        yield press.database

    monkeypatch.setattr(provision, "open_database", opened)
    monkeypatch.setattr(db, "connect", lambda *_, **__: None)
    monkeypatch.setattr(db, "disconnect", lambda: None)

    def called(*options: str, to: str | None = None) -> Result:
        return CliRunner().invoke(
            main, ["publish", to or f"{press.establishment.slug}/{press.view.slug}", *options]
        )

    return called


def test_a_trial_publishes_nothing(press: Press, run) -> None:
    result = run("--dry-run")
    assert result.exit_code == 0, result.output
    assert "3 lignes seraient publiées" in result.stdout.replace("\xa0", " ")
    assert press.current is None


def test_it_publishes_what_the_pages_then_show(press: Press, run) -> None:
    result = run("--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["version"], told["rows"], told["added"]) == (1, 3, 3)
    assert told["sha256"] == press.held(1).sha256
    assert "version en cours" in press.get("/publications/1")


def test_what_is_refused_and_what_is_not_there(press: Press, run) -> None:
    press.publish()
    press.trash(1, 2)
    result = run()
    assert result.exit_code == 1
    assert "--yes" in result.stderr
    assert press.current == 1
    assert run("--yes").exit_code == 0
    assert press.current == 2
    assert run(to="nulle-part/rien").exit_code == 2


def test_what_has_not_changed_makes_no_other_version(press: Press, run) -> None:
    press.publish()
    files = press.files()
    trial = run("--dry-run")
    assert trial.exit_code == 0, trial.output
    assert "rien ne serait publié" in trial.stdout
    assert "seraient publiées" not in trial.stdout
    result = run()
    assert result.exit_code == 0, result.output
    assert "Rien n’a changé depuis la version 1" in result.stdout
    assert "--force" in result.stdout
    told = json.loads(run("--format", "json").stdout)
    assert (told["version"], told["unchangedSince"], told["rows"], told["added"]) == (1, 1, 3, 0)
    assert told["sha256"] == press.held(1).sha256
    assert press.current == 1
    assert [one for one in press.files() if ".preview" not in one] == [
        one for one in files if ".preview" not in one
    ]
    forced = json.loads(run("--force", "--format", "json").stdout)
    assert (forced["version"], forced["unchangedSince"], forced["added"]) == (2, None, 0)
    assert press.current == 2


def test_a_line_or_a_word_that_changed_makes_another_version(press: Press, run) -> None:
    press.publish()
    press.change(1, nom="École neuve")
    assert run().exit_code == 0
    assert press.current == 2
    with press.session() as session:
        session.execute(
            update(Establishment)
            .where(Establishment.id == press.establishment.id)
            .values(contact_email="autre@mairie.example")
        )
    assert run().exit_code == 0
    assert press.current == 3
    assert "version 3" in run().stdout.replace("\xa0", " ")
    assert press.current == 3
