"""``tabellion user``: accounts from the machine of the service, on its own database."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app import provision
from app.accounts import passwords
from app.cli import main
from app.models import Account, JournalEntry, PasswordReset

runner = CliRunner()


@pytest.fixture
def run(database, bound_database, monkeypatch):
    """Runs a command on the database of the tests."""
    from contextlib import contextmanager

    from app import db, logs

    @contextmanager
    def opened(settings, **options):
        yield database

    monkeypatch.setattr(provision, "open_database", opened)
    monkeypatch.setattr(logs, "configure", lambda *args: None)

    def command(*arguments: str, typed: str = ""):
        try:
            return runner.invoke(main, ["user", *arguments], input=typed)
        finally:
            db.connect(database.url, pool_size=4, name="tests")

    return command


def one(make, *columns):
    with make.engine.connect() as connection:
        return connection.execute(select(*columns)).all()


def test_an_administrator_is_added_and_chooses_a_password_by_the_link(run, make, client) -> None:
    result = run("add", " Ada@Ville.fr", "--name", "Ada  Martin", "--administrator")
    assert result.exit_code == 0, result.output
    assert "Le compte ada@ville.fr est créé." in result.stdout
    assert one(make, Account.email, Account.name, Account.is_administrator) == [
        ("ada@ville.fr", "Ada Martin", True)
    ]
    link = re.search(r"http://127\.0\.0\.1:8000(/mot-de-passe/[\w-]+)", result.stdout)
    assert link
    answer = client.post(link[1], data={"mot_de_passe": "cheval orange pluie douce"})
    assert answer.status_code == 303
    acts = [act for (act,) in one(make, JournalEntry.act)]
    assert acts[:2] == ["account.created", "account.link-given"]


def test_a_password_is_read_and_judged(run, make) -> None:
    result = run("add", "ada@ville.fr", "--password-stdin", typed="motdepasse123\n")
    assert result.exit_code == 2
    assert "parmi les premiers" in result.stderr
    assert one(make, Account.id) == []
    assert run("add", "ada@ville.fr", "--password-stdin", typed="cheval orange pluie douce\n").exit_code == 0
    ((stored,),) = one(make, Account.password_hash)
    assert passwords.matches(stored, "cheval orange pluie douce")
    assert one(make, PasswordReset.id) == []


def test_an_account_that_exists_may_be_made_administrator(run, make) -> None:
    make.account(email="ada@ville.fr", name="Ada")
    assert run("add", "ada@ville.fr").exit_code == 2
    assert run("add", "ada@ville.fr", "--administrator").exit_code == 0
    assert one(make, Account.is_administrator) == [(True,)]
    again = run("add", "ada@ville.fr", "--administrator")
    assert again.exit_code == 2
    assert "a déjà un compte" in again.stderr


def test_what_is_no_address_is_said(run) -> None:
    result = run("add", "ada")
    assert result.exit_code == 2
    assert "n’est pas complète" in result.stderr


def test_accounts_are_listed(run, make) -> None:
    make.account(email="b@ville.fr", name="Bob", is_active=False)
    make.account(email="a@ville.fr", name="Ada", is_administrator=True)
    lines = run("list").stdout.splitlines()
    assert lines == [
        "a@ville.fr\tAda\tadministre le service\taucune connexion",
        "b@ville.fr\tBob\tcompte fermé\taucune connexion",
    ]


def test_a_link_replaces_those_before(run, make) -> None:
    make.account(email="ada@ville.fr")
    for _ in range(2):
        assert "/mot-de-passe/" in run("reset", "ADA@ville.fr").stdout
    assert [used is None for (used,) in one(make, PasswordReset.used_at)] == [False, True]


@pytest.mark.parametrize("exists", [True, False])
def test_nobody_to_reset_is_said(run, make, exists) -> None:
    if exists:
        make.account(email="ada@ville.fr", is_active=False)
    result = run("reset", "ada@ville.fr")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr
