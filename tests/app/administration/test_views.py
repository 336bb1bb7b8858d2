"""The first page of the administration, and the journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.models import Account, JournalEntry
from app.tenancy import INSTANCE
from tests.factories import Make

SignIn = Callable[[Account], TestClient]


@pytest.fixture
def admin(make: Make, sign_in: SignIn, database: object) -> TestClient:
    return sign_in(make.account(name="Alix Bernard", is_administrator=True))


def test_the_first_page_counts_and_shows_the_latest_acts(admin: TestClient, make: Make) -> None:
    make.establishment()
    make.add(JournalEntry(establishment_id=INSTANCE, act="schema.added", subject="schema:a/b@1"))
    text = admin.get("/administration").text
    assert "1 établissement" in text
    assert "Modèle ajouté" in text
    assert "a/b@1" in text


def test_the_journal_names_who_did_what_to_whom_and_is_paged(admin: TestClient, make: Make) -> None:
    town = make.establishment(name="Saint-Rémi")
    ada = make.account(name="Ada Martin")
    for _ in range(60):
        make.add(
            JournalEntry(establishment_id=INSTANCE, act="account.signed-in", subject=f"account:{ada.id}")
        )
    make.add(
        JournalEntry(
            establishment_id=town.id,
            act="member.role-changed",
            account_id=ada.id,
            subject=f"account:{ada.id}",
            details={"before": "reader", "after": "<b>"},
        )
    )
    text = admin.get("/administration/journal").text
    assert "Rôle changé" in text
    assert "Saint-Rémi" in text
    assert "Ada Martin" in text
    assert "after=&lt;b&gt;" in text
    assert text.count("<tr>") == 51
    assert "page=2" in text
    assert admin.get("/administration/journal", params={"page": "2"}).text.count("<tr>") == 12
    filtered = admin.get("/administration/journal", params={"acte": "member.role-changed"}).text
    assert filtered.count("<tr>") == 2


@pytest.mark.parametrize("page", ["x", "-1", "0", "99999999999", "²"])
def test_an_odd_page_is_no_fault(admin: TestClient, page: str) -> None:
    assert admin.get("/administration/journal", params={"page": page, "acte": "rien"}).status_code == 200


PAGES = (
    "/administration",
    "/administration/journal",
    "/administration/schemas",
    "/administration/schemas/ajouter",
    "/administration/schemas/synchroniser",
    "/administration/etablissements",
    "/administration/etablissements/creer",
    "/administration/etablissements/importer",
    "/administration/etablissements/importer/modele.csv",
    "/administration/personnes",
    "/administration/personnes/creer",
)


@pytest.mark.parametrize("path", PAGES)
def test_to_others_the_administration_does_not_exist(
    client: TestClient, make: Make, sign_in: SignIn, path: str
) -> None:
    manager = make.account()
    make.member(manager, make.establishment(), "manager")
    assert sign_in(manager).get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_each_page_speaks_english_too(admin: TestClient, path: str) -> None:
    answer = admin.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "Établissements" not in answer.text
