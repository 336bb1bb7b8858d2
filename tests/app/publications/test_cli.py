"""``tabellion publish``: the same version as the pages make, from a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner, Result

from app import db, provision
from app.cli import main
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
