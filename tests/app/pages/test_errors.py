"""Pages of errors: what happened, what to do, never how it is made."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.pages.errors import WORDS


def test_an_address_that_does_not_exist(client: TestClient) -> None:
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    assert "<h1>Cette page n’existe pas</h1>" in answer.text
    assert 'href="/"' in answer.text


def test_it_does_not_offer_to_sign_in_where_it_does_not_know_who_is_there(
    client: TestClient, make, sign_in
) -> None:
    assert 'href="/connexion"' not in sign_in(make.account()).get("/nulle-part").text


def test_a_parameter_of_the_wrong_kind_in_an_address_is_an_address_that_does_not_exist(
    client: TestClient,
) -> None:
    assert client.get("/couleur/.css").status_code == 404


def test_the_wrong_verb_is_said(client: TestClient) -> None:
    answer = client.delete("/aide")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "Revenez à la page précédente" in answer.text


def test_programs_get_json(client: TestClient) -> None:
    answer = client.get("/nulle-part", headers={"accept": "application/json"})
    assert answer.json() == {"status": 404, "message": "Cette page n’existe pas"}


def test_htmx_gets_the_words_alone(client: TestClient) -> None:
    answer = client.get("/nulle-part", headers={"HX-Request": "true", "accept": "*/*"})
    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert "n’existe pas" in answer.text


def test_it_is_said_in_english_too(client: TestClient) -> None:
    assert "This page does not exist" in client.get("/nulle-part", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("status", sorted(WORDS))
def test_each_error_says_what_happened_and_what_to_do(status: int) -> None:
    title, remedy = WORDS[status]
    assert not title.endswith(".")
    assert remedy.endswith(".")


def test_whose_role_does_not_suffice_is_told_so_once(client: TestClient, make, sign_in) -> None:
    ada = make.account()
    make.member(ada, make.establishment(slug="valbrune"), "reader")
    answer = sign_in(ada).get("/e/valbrune/reglages")
    assert answer.status_code == 403
    assert answer.text.count("Votre rôle ne") == 1
