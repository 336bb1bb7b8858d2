"""People in a browser: the first visit, signing in, teams, links, sessions, and a form that outlives its session."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from app.accounts import passwords
from app.models import LoginSession
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from app.models import Account, Establishment
    from tests.e2e.conftest import Visit
    from tests.factories import Make

GOOD = "cheval orange pluie douce"
LOOKS = [(1280, "light"), (320, "dark")]


@pytest.fixture(scope="module")
def good_hash() -> str:
    return passwords.hash_of(GOOD)


@pytest.fixture
def ada(make: Make, good_hash: str) -> Account:
    return make.account(name="Ada Martin", email="ada@ville.fr", password_hash=good_hash)


@pytest.fixture
def town(make: Make, ada: Account) -> Establishment:
    """Ada manages it."""
    found = make.establishment(name="Ville de Saint-Rémi", slug="saint-remi")
    make.member(ada, found, "manager")
    return found


def link_in(caplog: pytest.LogCaptureFixture, start: str) -> str:
    """The path of the latest such link that the log holds, there being no mail server; waits for it, since a page answers
    before its mail is made."""
    until = time.monotonic() + 30
    while True:
        for record in reversed(caplog.records):
            if start in (link := getattr(record, "link", "")):
                return link[link.index(start) :]
        assert time.monotonic() < until, f"The log holds no link with {start}"
        time.sleep(0.05)


def end_session_of(make: Make, account: Account) -> None:
    """Long after: its sessions have expired."""
    from sqlalchemy import update

    with make.engine.begin() as connection:
        connection.execute(
            update(LoginSession)
            .where(LoginSession.account_id == account.id)
            .values(expires_at=LoginSession.created_at)
        )


def sign_in(page: Page, email: str = "ada@ville.fr", password: str = GOOD) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=False).first.fill(password)
    page.get_by_role("button", name="Se connecter").click()


# --- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize(
    "path", ["/connexion", "/connexion?reprise=1", "/mot-de-passe/oublie"], ids=["in", "again", "forgotten"]
)
def test_pages_of_strangers(visit: Visit, ada: Account, path: str, width: int, scheme: str) -> None:
    page = visit(path, width=width, scheme=scheme)
    assert_accessible(page)
    assert_fits(page)
    assert "Aller au contenu" in tab_stops(page)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_page_of_the_first_visit(visit: Visit, width: int, scheme: str) -> None:
    page = visit("/connexion", width=width, scheme=scheme)
    assert page.url.endswith("/premiere-visite")
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize(
    "path",
    ["/mon-compte", "/e/saint-remi/equipe", "/e/saint-remi/equipe/quitter", "/administration/liens"],
    ids=["own", "team", "leave", "links"],
)
def test_pages_of_people(
    visit: Visit, make: Make, town: Establishment, path: str, width: int, scheme: str, good_hash: str
) -> None:
    from datetime import UTC, datetime, timedelta

    from app.models import Invitation, PasswordReset

    boss = make.account(name="Grâce", is_administrator=True)
    make.member(boss, town, "manager")
    soon = datetime.now(UTC) + timedelta(hours=1)
    make.add(PasswordReset(account_id=boss.id, token_hash=b"x", expires_at=soon))
    make.add(
        Invitation(
            establishment_id=town.id, email="bob@ville.fr", role="editor", token_hash=b"y", expires_at=soon
        )
    )
    page = visit(path, width=width, scheme=scheme, account=boss)
    assert_accessible(page)
    assert_fits(page)
    tab_stops(page)


# --- the first visit, and signing in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "plain"])
def test_a_new_service_is_begun_by_its_first_visitor(visit: Visit, js: bool) -> None:
    page = visit("/premiere-visite", js=js, refusals=(422,))
    page.get_by_label("Adresse électronique").fill("Ada@Ville.fr")
    page.get_by_label("Mot de passe (obligatoire)").fill("motdepasse123")
    page.get_by_role("button", name="Créer le premier compte").click()
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Indiquez votre nom.")
    expect(summary).to_contain_text("parmi les premiers qu’essaierait un inconnu")
    expect(page.get_by_label("Adresse électronique")).to_have_value("Ada@Ville.fr")
    page.get_by_label(re.compile("^Nom")).fill("Ada Martin")
    page.get_by_label("Mot de passe (obligatoire)").fill(GOOD)
    page.get_by_role("button", name="Créer le premier compte").click()
    expect(page.get_by_text("Votre compte est prêt")).to_be_visible()
    expect(page.locator("header")).to_contain_text("Ada Martin")


def test_one_comes_back_to_the_page_one_asked_for(visit: Visit, town: Establishment) -> None:
    page = visit("/e/saint-remi/equipe", refusals=(422,))
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    sign_in(page, password="pas le bon")  # noqa: S106 (a made-up one)
    expect(page.locator(".error-summary")).to_contain_text("ne convient pas")
    expect(page.get_by_label("Adresse électronique")).to_have_value("ada@ville.fr")
    assert_accessible(page)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Équipe")
    page.locator("header summary").last.click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Votre session est fermée")).to_be_visible()
    page.goto("/mon-compte")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "plain"])
def test_a_forgotten_password_is_replaced_by_a_link_that_opens_once(
    visit: Visit, ada: Account, caplog: pytest.LogCaptureFixture, js: bool
) -> None:
    page = visit("/connexion", js=js, refusals=(404, 422))
    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_label("Adresse électronique").fill("ada@ville.fr")
    page.get_by_role("button", name="Recevoir le lien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez votre messagerie")
    assert_fits(page)
    expect(page.get_by_text("Si un compte existe à l’adresse ada@ville.fr")).to_be_visible()
    link = link_in(caplog, "/mot-de-passe/")
    page.goto(link)
    page.get_by_label("Nouveau mot de passe").fill("court")
    page.get_by_role("button", name="Enregistrer ce mot de passe").click()
    expect(page.locator(".error-summary")).to_contain_text("compte 5 caractères")
    page.get_by_label("Nouveau mot de passe").fill("une autre phrase de passe")
    page.get_by_role("button", name="Enregistrer ce mot de passe").click()
    expect(page.get_by_text("Votre nouveau mot de passe est enregistré")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce lien ne s’ouvre plus")


# --- teams ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "plain"])
def test_a_person_is_invited_joins_changes_role_and_is_removed(
    visit: Visit, town: Establishment, ada: Account, caplog: pytest.LogCaptureFixture, js: bool
) -> None:
    page = visit("/e/saint-remi/equipe", js=js, account=ada, refusals=(422,))
    page.get_by_role("button", name="Inviter", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Choisissez un rôle.")
    page.get_by_label("Adresse électronique").fill("bob@ville.fr")
    page.get_by_label("Saisie", exact=True).check()
    page.get_by_role("button", name="Inviter", exact=True).click()
    expect(page.get_by_text("L’invitation de bob@ville.fr est prête")).to_be_visible()
    expect(page.get_by_role("rowheader", name="bob@ville.fr")).to_be_visible()
    shown = page.locator(".banner code").inner_text()
    link = link_in(caplog, "/invitation/")
    assert shown.endswith(link)

    other = visit(link, js=js, width=320, refusals=(422,))
    expect(other.get_by_role("heading", level=1)).to_have_text(re.compile("Rejoindre.*Ville de Saint-Rémi"))
    assert_fits(other)
    other.get_by_label(re.compile("^Nom")).fill("Bob Durand")
    other.get_by_label("Mot de passe (obligatoire)").fill("quatre chaises vertes molles")
    other.get_by_role("button", name="Créer mon compte et rejoindre l’équipe").click()
    other.wait_for_url("**/e/saint-remi/")

    page.goto("/e/saint-remi/equipe")
    row = page.get_by_role("row", name=re.compile("Bob Durand"))
    row.get_by_label("Rôle de Bob Durand").select_option("Publication")
    row.get_by_role("button", name="Changer").click()
    expect(page.get_by_text("Bob Durand a maintenant le rôle")).to_be_visible()
    page.get_by_role("row", name=re.compile("Bob Durand")).get_by_role("link", name="Retirer").click()
    page.get_by_role("button", name="Retirer de l’équipe").click()
    expect(page.get_by_text("Bob Durand ne fait plus partie de l’équipe.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Bob Durand"))).to_have_count(0)

    mine = page.get_by_role("row", name=re.compile("Ada Martin"))
    mine.get_by_label("Rôle de Ada Martin").select_option("Lecture")
    mine.get_by_role("button", name="Changer").click()
    expect(page.get_by_role("alert")).to_contain_text("au moins une personne qui le gère")


def test_an_account_joins_a_second_establishment_and_changes_places_in_two_clicks(
    visit: Visit, make: Make, town: Establishment, ada: Account, caplog: pytest.LogCaptureFixture
) -> None:
    boss = make.account(name="Grâce")
    make.member(boss, make.establishment(name="Communauté du Val", slug="val"), "manager")
    page = visit("/e/val/equipe", account=boss)
    page.get_by_label("Adresse électronique").fill("ada@ville.fr")
    page.get_by_label("Lecture", exact=True).check()
    page.get_by_role("button", name="Inviter", exact=True).click()
    expect(page.get_by_text("est prête")).to_be_visible()

    other = visit(link_in(caplog, "/invitation/"))
    other.get_by_role("link", name="Se connecter").last.click()
    sign_in(other)
    other.get_by_role("button", name="Rejoindre en tant que Ada Martin").click()
    other.wait_for_url("**/e/val/")
    other.locator("header summary").first.click()
    other.get_by_role("link", name="Ville de Saint-Rémi").click()
    other.wait_for_url("**/e/saint-remi/")


# --- one's own account ------------------------------------------------------------------------------------------------


def test_one_s_name_language_password_and_sessions(visit: Visit, make: Make, ada: Account) -> None:
    make.signed_in(ada)
    page = visit("/mon-compte", account=ada, refusals=(422,))
    page.get_by_label("Mot de passe actuel").fill("pas le bon")
    page.get_by_label("Nouveau mot de passe").fill("une autre phrase de passe")
    page.get_by_role("button", name="Changer de mot de passe").click()
    expect(page.locator(".error-summary")).to_contain_text("pas votre mot de passe actuel")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Fermer toutes les autres sessions").click()
    expect(page.get_by_text("1 autre session est fermée.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label("Mot de passe actuel").fill(GOOD)
    page.get_by_label("Nouveau mot de passe").fill("une autre phrase de passe")
    page.get_by_role("button", name="Changer de mot de passe").click()
    expect(page.get_by_text("Votre nouveau mot de passe est enregistré.")).to_be_visible()
    page.get_by_label(re.compile("^Nom")).fill("Ada Byron")
    page.get_by_label("English").check()
    page.get_by_role("button", name="Enregistrer vos informations").click()
    expect(page.get_by_text("Your details are saved.")).to_be_visible()
    expect(page.locator("header")).to_contain_text("Ada Byron")


# --- a form that outlives its session ---------------------------------------------------------------------------------


def test_without_scripts_what_was_typed_is_carried_by_the_sign_in_page(
    visit: Visit, make: Make, town: Establishment, ada: Account
) -> None:
    page = visit("/connexion", js=False, refusals=(401, 422))
    sign_in(page)
    page.goto("/e/saint-remi/equipe")
    page.get_by_label("Adresse électronique").fill("bob@ville.fr")
    page.get_by_label("Saisie", exact=True).check()
    end_session_of(make, ada)
    page.get_by_role("button", name="Inviter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reconnectez-vous pour continuer")
    assert page.url.endswith("/e/saint-remi/equipe/inviter")
    sign_in(page, password="pas le bon")  # noqa: S106 (a made-up one)
    expect(page.locator(".error-summary")).to_contain_text("ne convient pas")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre saisie est là")
    page.get_by_text("Voir ce que vous avez saisi").click()
    expect(page.locator("dd", has_text="bob@ville.fr")).to_be_visible()
    assert_fits(page)
    page.get_by_role("button", name="Envoyer ma saisie").click()
    expect(page.get_by_text("L’invitation de bob@ville.fr est prête")).to_be_visible()


def test_with_scripts_one_signs_in_again_in_a_dialog(
    visit: Visit, make: Make, town: Establishment, ada: Account
) -> None:
    page = visit("/connexion", refusals=(401, 422))
    sign_in(page)
    page.wait_for_url("**/")
    page.goto("/e/saint-remi/equipe")
    page.get_by_label("Adresse électronique").fill("bob@ville.fr")
    page.get_by_label("Saisie", exact=True).check()
    end_session_of(make, ada)
    page.get_by_role("button", name="Inviter", exact=True).click()
    dialog = page.get_by_role("dialog", name="Reconnectez-vous pour continuer")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("Adresse électronique").fill("ada@ville.fr")
    dialog.get_by_label("Mot de passe (obligatoire)").fill("pas le bon")
    dialog.get_by_role("button", name="Se connecter").click()
    expect(dialog.get_by_role("alert")).to_contain_text("ne convient pas")
    dialog.get_by_label("Mot de passe (obligatoire)").fill(GOOD)
    dialog.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("L’invitation de bob@ville.fr est prête")).to_be_visible()
