"""Help, legal notices, accessibility, preferences: pages for everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import i18n
from app.pages.views import Operator
from app.templating import THEME_COOKIE


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/aide", "Aide"),
        ("/accessibilite", "Déclaration d’accessibilité"),
        ("/mentions-legales", "Mentions légales"),
    ],
)
def test_they_are_open_to_people_who_are_not_signed_in(client: TestClient, path: str, title: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert f"<h1>{title}</h1>" in answer.text
    assert f"<title>{title} – Tabellion</title>" in answer.text
    assert 'href="/connexion"' in answer.text


def test_a_signed_in_person_sees_their_name_and_establishments(client: TestClient, make, sign_in) -> None:
    ada = make.account(name="Ada <Martin>")
    make.member(ada, make.establishment(name="Ville de Saint-Rémi", slug="saint-remi"))
    text = sign_in(ada).get("/aide").text
    assert "Ada &lt;Martin&gt;" in text
    assert 'href="/e/saint-remi/"' in text
    assert 'action="/deconnexion"' in text
    assert 'href="/administration"' not in text


def test_administration_is_offered_to_administrators(client: TestClient, make, sign_in) -> None:
    assert 'href="/administration"' in sign_in(make.account(is_administrator=True)).get("/aide").text


def test_the_declaration_claims_no_more_than_was_audited(client: TestClient) -> None:
    text = client.get("/accessibilite").text
    assert "<strong>non conforme</strong>" in text
    assert "Défenseur des droits" in text
    assert "non conforme" in client.get("/aide").text  # the law asks for the state on every page


def test_the_legal_notices_name_who_runs_the_service_or_say_that_it_is_missing(
    client: TestClient, application: FastAPI
) -> None:
    assert "n’a pas encore indiqué son nom" in client.get("/mentions-legales").text
    before = application.state.operator
    application.state.operator = replace(Operator(), name="Syndicat <numérique>", contact="dpo@exemple.fr")
    try:
        text = client.get("/mentions-legales").text
    finally:
        application.state.operator = before
    assert "Syndicat &lt;numérique&gt;" in text
    assert "dpo@exemple.fr" in text
    assert "n’a pas encore indiqué son nom" not in text


def test_a_choice_is_kept_and_leads_back(client: TestClient) -> None:
    answer = client.post("/preferences", data={"lang": "en", "retour": "/aide?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/aide?x=1")
    assert client.cookies[i18n.COOKIE] == "en"
    client.post("/preferences", data={"theme": "dark", "retour": "/aide"})
    assert client.cookies[THEME_COOKIE] == "dark"
    text = client.get("/aide").text
    assert '<html lang="en" data-theme="dark">' in text


def test_a_choice_that_does_not_exist_is_not_kept_and_leads_nowhere_else(client: TestClient) -> None:
    answer = client.post(
        "/preferences", data={"lang": "xx", "theme": "<b>", "retour": "https://ailleurs.fr/"}
    )
    assert answer.headers["location"] == "/"
    assert "set-cookie" not in answer.headers
    client.cookies.set(THEME_COOKIE, '"><b>')
    assert 'data-theme="auto"' in client.get("/aide").text


def test_an_accent_is_a_stylesheet_kept_for_ever_or_nothing(client: TestClient) -> None:
    answer = client.get("/couleur/8a1f5c.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "--lapis-light: #8a1f5c;" in answer.text
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/couleur/ffff00.css").status_code == 404
    assert client.get("/couleur/red.css").status_code == 404


def test_the_gallery_is_for_demonstrations_only(client: TestClient) -> None:
    assert client.get("/_composants").status_code == 404
