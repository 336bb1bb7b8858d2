"""What the first page says of one's datasets: drafts, lines « à corriger », work under way."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app import db
from app.datasets import service as datasets
from app.models import Account, Dataset, Establishment, JobProgress
from app.records import service as records
from app.tenancy import Role, Scope
from tests.factories import Make

SignIn = Callable[[Account], TestClient]


def plain(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))).replace("\u00a0", " ")


@pytest.fixture
def ada(make: Make) -> Account:
    return make.account(name="Ada")


@pytest.fixture
def town(make: Make, ada: Account) -> Establishment:
    """Ada enters lines there: one is begun, two are to be mended."""
    found = make.establishment(name="Valbrune", slug="valbrune", contact_email="a@b.fr")
    make.member(ada, found, "editor")
    held = make.dataset(found, make.schema(), slug="actes", title="Actes")
    with db.in_transaction(Scope.of(found.id, Role.editor, account=ada.id)) as session:
        view = datasets.find(session, found.id, held.slug)
        for _ in range(2):
            records.create(session, view, {"DELIB_ID": "x"}, account=ada.id)
        records.keep_draft(session, view, {"DELIB_ID": "y"}, account=ada.id)
    return found


def test_what_waits_leads_to_where_it_is_mended(town: Establishment, ada: Account, sign_in: SignIn) -> None:
    page = sign_in(ada).get("/").text
    words = plain(page)
    assert "Actes : 2 lignes à corriger." in words
    assert 'href="/e/valbrune/actes/?etat=a-corriger"' in page
    assert "Actes, nouvelle ligne : commencée" in words
    assert 'href="/e/valbrune/actes/saisir"' in page
    assert "2 à corriger" in plain(sign_in(ada).get("/e/valbrune/").text)


def test_datasets_of_one_name_are_told_apart_by_their_establishment(
    town: Establishment, ada: Account, make: Make, sign_in: SignIn
) -> None:
    first = r"Actes : 2 lignes à corriger\. (\w+)"
    alone = re.search(first, plain(sign_in(ada).get("/").text))
    assert alone is not None and alone[1] == "Corriger"  # of the one there is, the name says nothing
    other = make.establishment(name="Montbrun", slug="montbrun", contact_email="a@b.fr")
    make.member(ada, other, "editor")
    with make.engine.begin() as connection:
        version = connection.execute(text("SELECT version_id FROM dataset")).scalar_one()
    held = make.add(
        Dataset(
            establishment_id=other.id, slug="actes", title="Actes", version_id=version, keys=[], constants={}
        )
    )
    with db.in_transaction(Scope.of(other.id, Role.editor, account=ada.id)) as session:
        records.create(
            session, datasets.find(session, other.id, held.slug), {"DELIB_ID": "x"}, account=ada.id
        )
    words = plain(sign_in(ada).get("/").text)
    assert "Actes : 2 lignes à corriger. Valbrune" in words
    assert "Actes : 1 ligne à corriger. Montbrun" in words
    assert re.search(r"Actes, nouvelle ligne : commencée [^.]*\. Valbrune", words)


def test_a_colleague_sees_the_lines_and_not_the_draft(
    town: Establishment, make: Make, sign_in: SignIn
) -> None:
    bob = make.account(name="Bob")
    make.member(bob, town, "editor")
    words = plain(sign_in(bob).get("/").text)
    assert "2 lignes à corriger" in words
    assert "commencée" not in words


def test_a_reader_is_asked_for_nothing(town: Establishment, make: Make, sign_in: SignIn) -> None:
    guest = make.account()
    make.member(guest, town, "reader")
    page = sign_in(guest).get("/").text
    assert "Rien ne vous attend" in page
    assert 'href="/e/valbrune/actes/"' in page


def test_a_stranger_to_the_place_sees_nothing_of_it(town: Establishment, make: Make, sign_in: SignIn) -> None:
    other = make.account()
    make.member(other, make.establishment(name="Ailleurs", contact_email="a@b.fr"), "manager")
    page = sign_in(other).get("/").text
    assert "Actes" not in page
    assert "Rien ne vous attend" in page


def test_work_under_way_is_told_in_its_own_words(
    town: Establishment, ada: Account, make: Make, sign_in: SignIn
) -> None:
    message = "{done} lignes préparées pour le tri et la recherche"
    make.add(
        JobProgress(establishment_id=town.id, task="records.index", state="running", done=12, message=message)
    )
    make.add(
        JobProgress(establishment_id=town.id, task="records.index", state="done", done=99, message=message)
    )
    words = plain(sign_in(ada).get("/").text)
    assert "12 lignes préparées" in words
    assert "99 lignes" not in words


def test_suggestions_open_where_there_is_one_place(
    town: Establishment, ada: Account, make: Make, sign_in: SignIn
) -> None:
    assert 'action="/e/valbrune/jeux"' in sign_in(ada).get("/").text
    make.member(ada, make.establishment(), "editor")
    assert "/jeux/ouvrir?modele=" in sign_in(ada).get("/").text
