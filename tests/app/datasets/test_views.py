"""Opening datasets, and the pages that show them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.access import routes
from app.datasets import service
from app.main import create_app
from app.models import Account, Establishment
from tests.factories import Make

SignIn = Callable[[Account], TestClient]
KEY = "scdl/deliberations"


@pytest.fixture
def ada(make: Make) -> Account:
    return make.account(name="Ada")


@pytest.fixture
def town(make: Make, ada: Account) -> Establishment:
    """Ada enters lines there; deliberations are in the catalogue."""
    found = make.establishment(name="Valbrune", slug="valbrune")
    make.member(ada, found, "editor")
    make.schema(KEY)
    return found


def test_no_dataset_takes_the_place_of_another_address() -> None:
    """What stands after the establishment in a fixed address is no name for a dataset."""
    second = {
        route.path.split("/")[3]
        for route in routes(create_app())
        if route.path.startswith("/e/{establishment}/") and route.path.count("/") > 2
    }
    fixed = {part for part in second if part and "{" not in part}
    assert fixed <= service.RESERVED
    assert all(service.free_slug(word, set()) != word for word in service.RESERVED)


def test_from_the_model_one_click_opens_where_there_is_one_place(
    town: Establishment, ada: Account, sign_in: SignIn
) -> None:
    page = sign_in(ada).get(f"/modeles/{KEY}").text
    assert 'action="/e/valbrune/jeux"' in page
    answer = sign_in(ada).post("/e/valbrune/jeux", data={"modele": KEY})
    assert (answer.status_code, answer.headers["location"]) == (303, "/e/valbrune/deliberations/")
    assert "est ouvert" in sign_in(ada).get("/e/valbrune/deliberations/").text
    assert 'href="/e/valbrune/deliberations/"' in sign_in(ada).get("/").text


def test_who_works_in_several_places_chooses_and_sees_only_where_they_may(
    town: Establishment, ada: Account, make: Make, sign_in: SignIn
) -> None:
    make.member(ada, make.establishment(name="Le Lac", slug="lac"), "publisher")
    make.member(ada, make.establishment(name="La Tour", slug="tour"), "reader")
    assert "/jeux/ouvrir?modele=" in sign_in(ada).get(f"/modeles/{KEY}").text
    page = sign_in(ada).get("/jeux/ouvrir", params={"modele": KEY}).text
    assert 'action="/e/valbrune/jeux"' in page
    assert 'action="/e/lac/jeux"' in page
    assert "La Tour" not in page.partition("<main")[2]
    assert sign_in(ada).get("/jeux/ouvrir", params={"modele": "x/y"}).status_code == 404


def test_a_second_one_asks_for_a_title_that_differs(
    town: Establishment, ada: Account, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    browser.post("/e/valbrune/jeux", data={"modele": KEY})
    asked = browser.post("/e/valbrune/jeux", data={"modele": KEY})
    assert asked.status_code == 200
    assert 'href="/e/valbrune/deliberations/"' in asked.text
    assert f'value="{KEY}"' in asked.text
    for title in ("", "délibérations", "x" * 200):
        again = browser.post("/e/valbrune/jeux", data={"modele": KEY, "titre": title})
        assert again.status_code == 422
        assert "Erreur" in again.text
    made = browser.post("/e/valbrune/jeux", data={"modele": KEY, "titre": "Délibérations 2027"})
    assert made.headers["location"] == "/e/valbrune/deliberations-2027/"


def test_a_reader_opens_nothing(town: Establishment, make: Make, sign_in: SignIn) -> None:
    guest = make.account()
    make.member(guest, town, "reader")
    assert sign_in(guest).post("/e/valbrune/jeux", data={"modele": KEY}).status_code == 403
    assert "Ouvrir un jeu de données" not in sign_in(guest).get("/e/valbrune/").text


def test_what_is_not_offered_or_not_there_is_not_opened(
    town: Establishment, ada: Account, make: Make, sign_in: SignIn
) -> None:
    from sqlalchemy import text

    browser = sign_in(ada)
    assert browser.post("/e/valbrune/jeux", data={"modele": "x/y"}).status_code == 404
    assert browser.post("/e/valbrune/jeux", data={"modele": KEY, "version": "9.9"}).status_code == 404
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE catalogue_schema SET is_offered = false"))
    assert browser.post("/e/valbrune/jeux", data={"modele": KEY}).status_code == 409


def test_a_model_is_found_where_the_dataset_will_be(
    town: Establishment, ada: Account, sign_in: SignIn
) -> None:
    assert f'value="{KEY}"' in sign_in(ada).get("/e/valbrune/jeux", params={"q": "deliberation"}).text
    assert "Aucun modèle pour" in sign_in(ada).get("/e/valbrune/jeux", params={"q": "patinoire"}).text


def test_the_page_of_an_establishment_shows_its_datasets(
    town: Establishment, ada: Account, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    assert "Aucun jeu de données" in browser.get("/e/valbrune/").text
    browser.post("/e/valbrune/jeux", data={"modele": KEY})
    page = browser.get("/e/valbrune/").text
    assert re.search(r'class="card-link">\s*<h3><a href="/e/valbrune/deliberations/">', page)
    assert "aucune ligne pour l’instant" in page
