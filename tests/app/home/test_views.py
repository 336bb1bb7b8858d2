"""The first page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import db
from app.catalog.service import install_starter
from app.models import Account
from app.tenancy import Scope
from tests.factories import Make

SignIn = Callable[[Account], TestClient]


def test_a_stranger_learns_what_this_is_and_how_to_enter(client: TestClient, database: object) -> None:
    with db.in_transaction(Scope.instance()) as session:
        install_starter(session)
    text = client.get("/").text
    assert 'href="/connexion"' in text
    assert "À faire" not in text
    assert 'href="/modeles/scdl/deliberations"' in text


def test_a_person_finds_their_establishments_and_roles(
    client: TestClient, make: Make, sign_in: SignIn
) -> None:
    ada = make.account(name="Ada Martin")
    make.member(ada, make.establishment(name="Zoé-sur-Mer", slug="zoe", contact_email="a@b.fr"), "manager")
    make.member(ada, make.establishment(name="Essai", slug="essai", is_sandbox=True, siren=None), "editor")
    make.establishment(name="Chez le voisin", slug="voisin")
    text = sign_in(ada).get("/").text
    assert "Bonjour Ada Martin" in text
    assert text.index("/e/zoe/", text.index("Vos établissements</h2>")) < text.index("rien n’y est publié")
    assert "Gestion" in text
    assert "Rien ne vous attend" in text
    assert "voisin" not in text


def test_what_waits_is_what_exists(client: TestClient, make: Make, sign_in: SignIn) -> None:
    ada = make.account()
    make.member(ada, make.establishment(name="Muette", slug="muette"), "manager")
    make.member(ada, make.establishment(name="Autre", slug="autre"), "reader")
    text = sign_in(ada).get("/").text
    assert 'href="/e/muette/reglages#courriel"' in text
    assert "/e/autre/reglages" not in text


def test_an_administrator_of_an_empty_service_begins_by_an_establishment(
    client: TestClient, make: Make, sign_in: SignIn
) -> None:
    text = sign_in(make.account(is_administrator=True)).get("/").text
    assert 'href="/administration/etablissements/creer"' in text
    assert "mentions légales ne disent pas" in text
    make.establishment()
    assert "/administration/etablissements/creer" not in client.get("/").text


def test_somebody_without_an_establishment_is_told_whom_to_ask(
    client: TestClient, make: Make, sign_in: SignIn
) -> None:
    ada = make.account(email="ada@exemple.fr")
    text = sign_in(ada).get("/").text
    assert "ada@exemple.fr" in text
    assert "vous inviter" in text


@pytest.fixture
def many(make: Make, database: object) -> Account:
    ada = make.account()
    for n in range(30):
        make.member(ada, make.establishment(name=f"École {n:02}", slug=f"ecole-{n:02}"), "editor")
    return ada


def test_many_establishments_are_paged_and_sought(client: TestClient, many: Account, sign_in: SignIn) -> None:
    first = sign_in(many).get("/").text
    assert "1–12 sur 30" in first
    assert client.get("/", params={"page": "3"}).text.count('class="card-link"') == 6
    found = client.get("/", params={"cherche": "ecole-07"}).text
    assert found.count('class="card-link"') == 1
    assert "Aucun de vos établissements" in client.get("/", params={"cherche": "%zz"}).text


def test_the_page_asks_few_questions_however_many_establishments(
    client: TestClient, many: Account, sign_in: SignIn, statements: Callable[[], int]
) -> None:
    sign_in(many).get("/")
    before = statements()
    client.get("/")
    assert statements() - before <= 12
