"""Pages of an establishment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.models import Account, Establishment
from tests.app.establishments.pictures import png
from tests.app.sentences import plain
from tests.factories import Make

SignIn = Callable[[Account], TestClient]
FORM = {"nom": "Saint-Rémi", "licence": "lov2"}


@pytest.fixture
def town(database: object, make: Make) -> Establishment:
    return make.establishment(slug="saint-remi", name="Saint-Rémi", siren="217500016", siret="21750001600019")


@pytest.fixture
def manager(make: Make, town: Establishment, sign_in: SignIn) -> TestClient:
    account = make.account()
    make.member(account, town, "manager")
    return sign_in(account)


def test_the_page_says_what_it_is_and_where_to_begin(manager: TestClient) -> None:
    text = manager.get("/e/saint-remi/").text
    assert "217 500 016 00019" in text
    assert "Aucun jeu de données" in text
    assert 'href="/modeles"' in text
    assert manager.get("/e/saint-remi").headers["location"] == "/e/saint-remi/"


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("publisher", 403), ("manager", 200)])
def test_settings_are_for_those_who_manage(
    make: Make, town: Establishment, sign_in: SignIn, role: str, status: int
) -> None:
    account = make.account()
    make.member(account, town, role)
    browser = sign_in(account)
    assert browser.get("/e/saint-remi/reglages").status_code == status
    assert browser.post("/e/saint-remi/reglages", data=FORM).status_code == (303 if status == 200 else status)
    assert ("/reglages" in browser.get("/e/saint-remi/").text) is (status == 200)


def test_settings_are_kept_and_shown_again(manager: TestClient) -> None:
    answer = manager.post(
        "/e/saint-remi/reglages",
        data={
            **FORM,
            "courriel": "mairie@x.fr",
            "accent": "#2b6a4b",
            "constante_nom": ["COLL_NOM", "", "ANNEE"],
            "constante_valeur": ["Saint-Rémi", "", "2026"],
        },
    )
    assert answer.status_code == 303
    text = manager.get("/e/saint-remi/reglages").text
    assert "Les réglages sont enregistrés." in text
    assert 'value="mairie@x.fr"' in text
    assert 'value="ANNEE"' in text
    assert "/couleur/2b6a4b.css" in manager.get("/e/saint-remi/").text


def test_what_is_wrong_is_said_and_what_was_typed_is_there(manager: TestClient) -> None:
    answer = manager.post(
        "/e/saint-remi/reglages",
        data={
            "nom": "",
            "courriel": "<b>",
            "accent": "#ffff00",
            "licence": "lov2",
            "constante_nom": ["A", "A"],
            "constante_valeur": ["1", "2"],
        },
    )
    assert answer.status_code == 422
    text = plain(answer.text)
    assert "4 points sont à corriger" in text
    for anchor in ("#nom", "#courriel", "#accent", "#constante-1"):
        assert f'href="{anchor}"' in text
    assert "&lt;b&gt;" in text
    assert 'value="#ffff00"' in text
    assert 'value="2"' in text
    kept = manager.get("/e/saint-remi/reglages").text
    assert 'value="Saint-Rémi"' in kept


def test_a_logo_is_kept_shown_and_removed(manager: TestClient) -> None:
    sent = {"logo": ("Mon Logo (1).PNG", png(30, 20), "text/html")}
    assert manager.post("/e/saint-remi/reglages", data=FORM, files=sent).status_code == 303
    text = manager.get("/e/saint-remi/").text
    address = text[text.index('src="/e/saint-remi/logo/') + 5 :].partition('"')[0]
    picture = manager.get(address)
    assert picture.content == png(30, 20)
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    manager.post("/e/saint-remi/reglages", data={**FORM, "sans_logo": "oui"})
    assert "/logo/" not in manager.get("/e/saint-remi/").text


@pytest.mark.parametrize("name", ["logo-x.png", "secret-key", "..%2Fsecret-key", "logo-..%2F..%2Fsecret-key"])
def test_no_other_file_is_given(manager: TestClient, name: str) -> None:
    assert manager.get(f"/e/saint-remi/logo/{name}").status_code == 404


def test_a_logo_of_another_establishment_is_hidden(manager: TestClient, make: Make, sign_in: SignIn) -> None:
    manager.post("/e/saint-remi/reglages", data=FORM, files={"logo": ("a.png", png(), "image/png")})
    text = manager.get("/e/saint-remi/").text
    address = text[text.index('src="/e/saint-remi/logo/') + 5 :].partition('"')[0]
    sign_in(make.account())
    assert manager.get(address).status_code == 404


def test_a_drawing_is_refused_beside_its_field(manager: TestClient) -> None:
    sent = {"logo": ("logo.png", b"<svg onload=alert(1)>", "image/png")}
    answer = manager.post("/e/saint-remi/reglages", data=FORM, files=sent)
    assert answer.status_code == 422
    assert "exportez-le en PNG" in answer.text


def test_a_sandbox_says_that_it_is_one(make: Make, sign_in: SignIn, database: object) -> None:
    account = make.account()
    make.member(account, make.establishment(slug="essai", is_sandbox=True, siren=None), "reader")
    assert "bac à sable" in sign_in(account).get("/e/essai/").text
