"""Establishments, created, imported and corrected by administrators."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import db
from app.models import Account, Establishment, Invitation, JournalEntry
from app.tenancy import Role, Scope
from tests.app.sentences import plain
from tests.factories import Make, siren

ROOT = "/administration/etablissements"
SIRET = "21750001600019"


@pytest.fixture
def admin(make: Make, sign_in: Callable[[Account], TestClient], database: object) -> TestClient:
    return sign_in(make.account(is_administrator=True))


def every() -> list[Establishment]:
    with db.in_transaction(Scope.instance()) as session:
        return list(session.scalars(select(Establishment).order_by(Establishment.id)))


def test_one_is_created_and_its_manager_invited(admin: TestClient) -> None:
    answer = admin.post(
        f"{ROOT}/creer",
        data={"nom": "Commune de Saint-Rémi", "siret": "217 500 016 00019", "departement": "44"},
    )
    assert answer.headers["location"] == f"{ROOT}/saint-remi/modifier#gestion"
    (made,) = every()
    assert (made.siren, made.siret, made.departement) == ("217500016", SIRET, "44")
    invited = admin.post(f"{ROOT}/saint-remi/inviter", data={"invitation": " Ada@Exemple.FR "})
    assert invited.status_code == 200
    assert re.search(rf"/invitation/{made.id}\.[\w-]{{30,}}", invited.text)
    assert invited.headers["cache-control"] == "no-store"
    with db.in_transaction(Scope.of(made.id, Role.manager, account=None)) as session:
        (found,) = session.scalars(select(Invitation)).all()
        assert (found.email, found.role) == ("ada@exemple.fr", "manager")
        acts = session.scalars(select(JournalEntry.act).where(JournalEntry.establishment_id == made.id)).all()
        assert acts == ["member.invited"]


def test_an_address_that_is_none_invites_nobody(admin: TestClient, make: Make) -> None:
    make.establishment(slug="un")
    answer = admin.post(f"{ROOT}/un/inviter", data={"invitation": "ada"})
    assert answer.status_code == 422
    assert 'href="#invitation"' in answer.text
    assert 'value="ada"' in answer.text
    assert admin.post(f"{ROOT}/rien/inviter", data={"invitation": "a@b.fr"}).status_code == 404


def test_somebody_of_the_team_is_not_invited_again(admin: TestClient, make: Make) -> None:
    ada = make.account(email="ada@exemple.fr")
    make.member(ada, make.establishment(slug="un"), "reader")
    assert admin.post(f"{ROOT}/un/inviter", data={"invitation": "ada@exemple.fr"}).status_code == 422


def test_what_is_wrong_is_said_and_what_was_typed_is_there(admin: TestClient) -> None:
    answer = admin.post(f"{ROOT}/creer", data={"nom": "<b>", "siret": "123", "bac_a_sable": ""})
    assert answer.status_code == 422
    assert "&lt;b&gt;" in answer.text
    assert 'value="123"' in answer.text
    assert 'href="#siret"' in answer.text
    assert every() == []


def test_a_sandbox_needs_no_number(admin: TestClient) -> None:
    assert admin.post(f"{ROOT}/creer", data={"nom": "Essai", "bac_a_sable": "oui"}).status_code == 303
    (made,) = every()
    assert made.is_sandbox


def test_numbers_are_corrected_and_the_address_stays(admin: TestClient, make: Make) -> None:
    make.establishment(slug="un", name="Un")
    page = admin.get(f"{ROOT}/un/modifier")
    assert "/e/un/" in page.text
    answer = admin.post(f"{ROOT}/un/modifier", data={"nom": "Deux", "siret": SIRET, "type": "epci"})
    assert answer.status_code == 303
    (found,) = every()
    assert (found.slug, found.name, found.siret, found.kind) == ("un", "Deux", SIRET, "epci")
    wrong = admin.post(f"{ROOT}/un/modifier", data={"nom": "Deux", "siret": "1"})
    assert wrong.status_code == 422
    assert admin.get(f"{ROOT}/rien/modifier").status_code == 404


def test_the_list_is_paged_and_sought(admin: TestClient, make: Make) -> None:
    for n in range(55):
        make.establishment(name=f"École {n:02}", slug=f"e-{n:02}", siren=siren(n))
    text = admin.get(ROOT).text
    assert "1–50 sur 55" in text
    assert admin.get(ROOT, params={"page": "2"}).text.count("<tr>") == 6
    number = f"{siren(7)[:3]} {siren(7)[3:6]} {siren(7)[6:]}"
    assert admin.get(ROOT, params={"q": number}).text.count("<tr>") == 2
    assert "Aucun établissement pour" in admin.get(ROOT, params={"q": "rien"}).text


# -- a file ------------------------------------------------------------------------------------------------------------


def send(admin: TestClient, text: str) -> str:
    """The address of the preview."""
    answer = admin.post(f"{ROOT}/importer", files={"fichier": ("Liste (1).csv", text.encode(), "text/csv")})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_file_is_shown_then_created_once(admin: TestClient) -> None:
    address = send(admin, f"nom;siren;couleur\nUn;{siren(1)};bleu\nDeux;{siren(2)};vert")
    page = admin.get(address)
    text = plain(page.text)
    assert "2 établissements à créer" in text
    assert "ne seront pas reprises : couleur" in text
    assert every() == []
    assert admin.post(address).status_code == 303
    assert [one.name for one in every()] == ["Un", "Deux"]
    assert "2 établissements sont créés" in plain(admin.get(ROOT).text)
    assert admin.get(address).status_code == 404
    assert admin.post(address).status_code == 404


def test_a_file_with_an_error_creates_nothing(admin: TestClient) -> None:
    address = send(admin, f"nom;siren\nUn;{siren(1)}\n<b>;123")
    text = plain(admin.get(address).text)
    assert "Une erreur à corriger" in text
    assert "&lt;b&gt;" in text
    assert 'action="/administration/etablissements/importer/' not in text
    answer = admin.post(address)
    assert answer.status_code == 422
    assert every() == []


def test_a_file_that_was_right_when_shown_is_checked_again(admin: TestClient, make: Make) -> None:
    address = send(admin, f"nom;siren\nUn;{siren(1)}\nDeux;{siren(2)}")
    make.establishment(name="Deux", siren=siren(2))
    answer = admin.post(address)
    assert answer.status_code == 422
    assert "existe déjà" in answer.text
    assert len(every()) == 1


def test_a_long_file_is_shown_page_by_page(admin: TestClient) -> None:
    address = send(admin, "nom;siren\n" + "\n".join(f"C{n};{siren(n)}" for n in range(60)))
    assert "1–50 sur 60" in admin.get(address).text
    assert admin.get(address, params={"page": "2"}).text.count("<tr>") == 11


def test_many_errors_are_counted_and_the_first_shown(admin: TestClient) -> None:
    text = plain(admin.get(send(admin, "nom;siren\n" + "x;1\n" * 150)).text)
    assert "erreurs à corriger dans le fichier" in text
    assert re.search(r"et \d+ autres erreurs", text)


@pytest.mark.parametrize("data", [None, b""])
def test_no_file_is_said(admin: TestClient, data: bytes | None) -> None:
    files = None if data is None else {"fichier": ("", data, "text/csv")}
    answer = admin.post(f"{ROOT}/importer", data={"x": "1"}, files=files)
    assert answer.status_code == 422
    assert "Choisissez un fichier CSV" in answer.text


def test_an_unreadable_file_is_a_page_that_says_so(admin: TestClient) -> None:
    answer = admin.post(f"{ROOT}/importer", files={"fichier": ("a.csv", b"ville\nx", "text/csv")})
    assert "pas de colonne" in admin.get(answer.headers["location"]).text


def test_the_file_to_fill_in_is_downloaded(admin: TestClient) -> None:
    answer = admin.get(f"{ROOT}/importer/modele.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="etablissements.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfnom;siren;siret")
