"""Accounts, created, closed and reopened by administrators."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import auth, db
from app.models import Account, JournalEntry, LoginSession
from app.tenancy import Scope
from tests.factories import Make

ROOT = "/administration/personnes"
LINK = r"/mot-de-passe/[\w-]{30,}"


@pytest.fixture
def alix(make: Make) -> Account:
    return make.account(name="Alix Bernard", is_administrator=True)


@pytest.fixture
def admin(alix: Account, sign_in: Callable[[Account], TestClient], database: object) -> TestClient:
    return sign_in(alix)


def account(number: int) -> Account:
    with db.in_transaction(Scope.instance()) as session:
        return session.get_one(Account, number)


def acts() -> list[str]:
    with db.in_transaction(Scope.instance()) as session:
        return list(session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def test_an_account_is_created_with_a_link_to_hand_over(admin: TestClient) -> None:
    answer = admin.post(f"{ROOT}/creer", data={"nom": "Ada  Martin", "courriel": "ADA@exemple.fr "})
    assert re.search(LINK, answer.text)
    assert answer.headers["cache-control"] == "no-store"
    with db.in_transaction(Scope.instance()) as session:
        made = session.scalars(select(Account).where(Account.email == "ada@exemple.fr")).one()
        assert (made.name, made.is_administrator, made.password_hash) == ("Ada Martin", False, None)
    assert acts() == ["account.created", "account.link-given"]


def test_what_is_wrong_is_said(admin: TestClient, alix: Account) -> None:
    for typed, anchor in (
        ({"nom": "", "courriel": "a@b.fr"}, "#nom"),
        ({"nom": "Ada", "courriel": "a"}, "#courriel"),
        ({"nom": "Ada", "courriel": alix.email}, "#courriel"),
    ):
        answer = admin.post(f"{ROOT}/creer", data=typed)
        assert answer.status_code == 422
        assert f'href="{anchor}"' in answer.text
    assert acts() == []


def test_a_closed_account_is_signed_out_at_once_and_can_be_reopened(admin: TestClient, make: Make) -> None:
    ada = make.account(name="Ada Martin")
    make.signed_in(ada)
    question = admin.get(f"{ROOT}/{ada.id}/desactiver")
    assert "Désactiver le compte de Ada Martin" in question.text
    assert admin.post(f"{ROOT}/{ada.id}/desactiver").status_code == 303
    assert not account(ada.id).is_active
    with db.in_transaction(Scope.instance()) as session:
        found = session.scalars(select(LoginSession).where(LoginSession.account_id == ada.id)).all()
        assert found == []
    text = admin.get(f"{ROOT}/{ada.id}").text
    assert "Annuler" in text
    assert f"{ROOT}/{ada.id}/reactiver" in text
    assert admin.post(f"{ROOT}/{ada.id}/lien").status_code == 409
    admin.post(f"{ROOT}/{ada.id}/reactiver")
    assert account(ada.id).is_active
    assert acts() == ["account.deactivated", "account.activated"]


def test_one_does_not_close_ones_own_account(admin: TestClient, alix: Account) -> None:
    assert f"{ROOT}/{alix.id}/desactiver" not in admin.get(f"{ROOT}/{alix.id}").text
    admin.post(f"{ROOT}/{alix.id}/desactiver")
    assert account(alix.id).is_active


def test_somebody_always_administers(admin: TestClient, alix: Account, make: Make) -> None:
    make.account(is_administrator=True, is_active=False)
    admin.post(f"{ROOT}/{alix.id}/administration", data={"administre": "non"})
    assert account(alix.id).is_administrator
    assert "au moins une personne" in admin.get(f"{ROOT}/{alix.id}").text
    ada = make.account()
    admin.post(f"{ROOT}/{ada.id}/administration", data={"administre": "oui"})
    assert account(ada.id).is_administrator
    answer = admin.post(f"{ROOT}/{alix.id}/administration", data={"administre": "non"})
    assert answer.headers["location"] == "/"
    assert admin.get(ROOT).status_code == 404
    assert acts() == ["account.made-administrator", "account.unmade-administrator"]


def test_a_link_is_shown_once(admin: TestClient, make: Make) -> None:
    ada = make.account()
    given = admin.post(f"{ROOT}/{ada.id}/lien")
    assert re.search(LINK, given.text)
    assert not re.search(LINK, admin.get(f"{ROOT}/{ada.id}").text)


def test_the_list_is_paged_sought_and_tells_states(admin: TestClient, make: Make) -> None:
    for n in range(55):
        make.account(name=f"Élise {n:02}")
    make.account(name="Zoé Fermée", is_active=False)
    assert "1–50 sur 57" in admin.get(ROOT).text
    assert "Désactivé" in admin.get(ROOT, params={"page": "2"}).text
    found = admin.get(ROOT, params={"q": "zoe FERMEE"}).text
    assert found.count("<tr>") == 2
    assert "Aucune personne pour" in admin.get(ROOT, params={"q": "<b>"}).text


@pytest.mark.parametrize("number", ["999", "0", "99999999999999999999", "x"])
def test_somebody_who_does_not_exist(admin: TestClient, number: str) -> None:
    assert admin.get(f"{ROOT}/{number}").status_code in {400, 404}


def test_the_cookie_of_a_closed_account_opens_nothing(
    admin: TestClient, make: Make, client: TestClient
) -> None:
    ada = make.account()
    token = make.signed_in(ada)
    admin.post(f"{ROOT}/{ada.id}/desactiver")
    client.cookies.set(auth.cookie_name(), token)
    assert "Se connecter" in client.get("/").text
