"""A form posted after its session has ended: carried, given back, and to nobody else."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from app import auth, csrf
from app.accounts import kept, passwords
from app.models import Account
from tests.factories import Make

GOOD = "cheval orange pluie douce"
SIGN_IN = {"email": "ada@ville.fr", "mot_de_passe": GOOD}


@pytest.fixture(scope="module")
def good_hash() -> str:
    return passwords.hash_of(GOOD)


@pytest.fixture
def ada(make: Make, good_hash: str) -> Account:
    return make.account(name="Ada Martin", email="ada@ville.fr", password_hash=good_hash)


@pytest.fixture
def ended(client: TestClient, ada: Account, make: Make) -> TestClient:
    """A browser whose session has just expired."""
    assert client.post("/connexion", data=SIGN_IN).status_code == 303
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE login_session SET expires_at = created_at"))
    return client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def token(browser: TestClient) -> str:
    """That of a page opened before the session ended."""
    key = browser.app.state.signing_key  # type: ignore[attr-defined]
    return csrf.token_of(key, f"session:{browser.cookies[auth.cookie_name()]}")


def sent(browser: TestClient, path: str, **data: object):
    """As a form sends: the token in a field."""
    return browser.post(path, data={"csrf_token": token(browser), **data}, headers={csrf.HEADER: ""})


def test_what_was_typed_is_sent_once_signed_in_again(ended: TestClient, make: Make) -> None:
    typed = {"nom": 'Ada "la" <Byron>\nComtesse', "langue": "en"}
    answer = sent(ended, "/mon-compte?onglet=1", **typed)
    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "no-store"
    assert "Rien n’est perdu" in answer.text
    sealed = hidden(answer.text, "reprise")

    answer = ended.post("/connexion", data={**SIGN_IN, "mot_de_passe": "faux", "reprise": sealed})
    assert answer.status_code == 422
    assert hidden(answer.text, "reprise") == sealed

    answer = ended.post("/connexion", data={**SIGN_IN, "reprise": sealed})
    assert answer.status_code == 200
    assert 'action="/mon-compte?onglet=1"' in answer.text
    again = {name: hidden(answer.text, name) for name in ("nom", "langue")}
    assert {name: value.replace("\r\n", "\n") for name, value in again.items()} == typed
    given = hidden(answer.text, "csrf_token")
    answer = ended.post("/mon-compte", data={**again, "csrf_token": given}, headers={csrf.HEADER: ""})
    assert answer.status_code == 303
    with make.engine.connect() as connection:
        assert connection.scalar(select(Account.name)) == 'Ada "la" <Byron> Comtesse'


def test_a_file_is_named_and_the_rest_is_carried(ended: TestClient, ada: Account, make: Make) -> None:
    make.member(ada, make.establishment(slug="saint-remi"), "manager")
    answer = ended.post(
        "/e/saint-remi/reglages",
        data={"csrf_token": token(ended), "courriel": "mairie@ville.fr"},
        files={"logo": ("blason.png", b"\x89PNG")},
        headers={csrf.HEADER: ""},
    )
    assert answer.status_code == 401
    assert "blason.png" in answer.text
    answer = ended.post("/connexion", data={**SIGN_IN, "reprise": hidden(answer.text, "reprise")})
    assert 'enctype="multipart/form-data"' in answer.text
    assert hidden(answer.text, "courriel") == "mairie@ville.fr"
    assert "blason.png" in answer.text


def test_a_password_is_asked_again(ended: TestClient) -> None:
    answer = sent(ended, "/mon-compte/mot-de-passe", mot_de_passe="un nouveau mot de passe", identifiant="a")
    assert answer.status_code == 401
    answer = ended.post("/connexion", data={**SIGN_IN, "reprise": hidden(answer.text, "reprise")})
    assert "un nouveau mot de passe" not in answer.text
    assert "il vous sera redemandé" in answer.text


def test_what_is_too_large_to_be_carried_is_said(ended: TestClient, monkeypatch) -> None:
    monkeypatch.setattr(kept, "MOST_OCTETS", 100)
    answer = sent(ended, "/mon-compte", nom="x" * 200)
    assert answer.status_code == 401
    assert "revenez à la page précédente" in answer.text
    answer = ended.post("/connexion", data={**SIGN_IN, "reprise": hidden(answer.text, "reprise")})
    assert answer.status_code == 200
    assert "Envoyer ma saisie" not in answer.text


def test_it_is_given_to_nobody_else(ended: TestClient, make: Make, good_hash: str) -> None:
    make.account(email="bob@ville.fr", password_hash=good_hash)
    answer = sent(ended, "/mon-compte", nom="Ada", langue="fr")
    sealed = hidden(answer.text, "reprise")
    answer = ended.post("/connexion", data={**SIGN_IN, "email": "bob@ville.fr", "reprise": sealed})
    assert answer.status_code == 422
    assert "saisi avec un autre compte" in answer.text
    assert 'value="Ada"' not in answer.text
    assert ended.get("/mon-compte").status_code == 303


def test_what_we_did_not_seal_is_not_offered(ended: TestClient) -> None:
    answer = ended.post("/connexion", data={**SIGN_IN, "reprise": "eJw.00"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_htmx_and_programs_get_401(ended: TestClient) -> None:
    answer = ended.post("/mon-compte", data={"nom": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "<html" not in answer.text
    answer = ended.post("/mon-compte", data={"nom": "x"}, headers={"Accept": "application/json"})
    assert answer.json()["message"] == "Connectez-vous pour continuer."
    assert ended.get("/mon-compte", headers={"HX-Request": "true"}).status_code == 401


def test_what_is_hidden_is_not_told_by_the_sign_in_page(client: TestClient, make: Make) -> None:
    make.establishment(slug="cachee")
    for slug in ("cachee", "absente"):
        answer = client.get(f"/e/{slug}/equipe")
        assert answer.headers["location"] == f"/connexion?suite=%2Fe%2F{slug}%2Fequipe"
