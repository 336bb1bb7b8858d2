"""Entering, correcting and finding again one record, as a new user does it: with scripts, without, by keyboard, two at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from app import db
from app.accounts import passwords
from app.datasets import service as datasets
from app.models import LoginSession
from app.records import service as records
from app.tenancy import Role, Scope
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from app.models import Account, Establishment
    from tests.e2e.conftest import Visit
    from tests.factories import Make

GOOD = "cheval orange pluie douce"
TYPED = {
    "SIRET de votre collectivité": "213 509 870 00019",
    "Numéro de la délibération": "2025-042",
    "Date du vote": "24/03/2025",
    "Code de matière ACTES": "7.5",
    "Matière en toutes lettres": "finances locales/subventions",
    "Objet": "Subvention à l’école de musique",
}
ROW = {
    "COLL_NOM": "Commune de Valbrune",
    "COLL_SIRET": "21350987000019",
    "DELIB_ID": "2025-042",
    "DELIB_DATE": "2025-03-24",
    "DELIB_MATIERE_CODE": "7.5",
    "DELIB_MATIERE_NOM": "finances locales/subventions",
    "DELIB_OBJET": "Subvention à l’école de musique",
}
PATH = "/e/valbrune/deliberations"


@pytest.fixture(scope="module")
def good_hash() -> str:
    return passwords.hash_of(GOOD)


@pytest.fixture
def ada(make: Make, good_hash: str) -> Account:
    return make.account(name="Ada Martin", email="ada@valbrune.fr", password_hash=good_hash)


@pytest.fixture
def town(make: Make, ada: Account) -> Establishment:
    found = make.establishment(
        name="Commune de Valbrune", slug="valbrune", constants={"COLL_NOM": "Commune de Valbrune"}
    )
    make.member(ada, found, "manager")
    return found


@pytest.fixture
def bob(make: Make, town: Establishment) -> Account:
    found = make.account(name="Bob Leroy")
    make.member(found, town, "editor")
    return found


@pytest.fixture
def deliberations(make: Make, town: Establishment) -> int:
    return make.dataset(town, make.schema(), slug="deliberations", title="Délibérations").id


@pytest.fixture
def keep(town: Establishment, deliberations: int, ada: Account) -> Callable[..., int]:
    """``keep(DELIB_OBJET="…")``: a record that is there already; gives its number."""

    def kept(**cells: str) -> int:
        with db.in_transaction(Scope.of(town.id, Role.manager, account=ada.id)) as session:
            dataset = datasets.find(session, town.id, "deliberations")
            return records.create(session, dataset, {**ROW, **cells}, account=ada.id).number

    return kept


def field(page: Page, label: str) -> Any:
    """The control of a label, which says besides whether it is required."""
    return page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)} \("))


def fill(page: Page, **changes: str) -> None:
    for label, text in {**TYPED, **changes}.items():
        field(page, label).fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()


def errors_of(page: Page, label: str) -> Any:
    return (
        field(page, label).locator("xpath=ancestor::*[contains(@class, 'field')][1]").locator(".field-errors")
    )


# --- every state of every page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_every_state_is_accessible_and_fits(
    visit: Visit, make: Make, keep: Callable[..., int], ada: Account, bob: Account, width: int, scheme: str
) -> None:
    wrong = keep(DELIB_DATE="31/02/2025", PREF_DATE="2025-01-01")
    number = keep()
    page = visit(f"{PATH}/saisir", account=ada, width=width, scheme=scheme, refusals=(409, 422))

    def judge() -> None:
        assert_accessible(page)
        assert_fits(page)
        tab_stops(page)

    judge()  # a new form
    press(page, "Enregistrer")
    expect(page).to_have_title(re.compile("^Erreur"))
    judge()  # refused
    page.goto(f"{PATH}/lignes/{wrong}")
    expect(page.get_by_text("Cette ligne est à corriger")).to_be_visible()
    judge()
    page.goto(f"{PATH}/lignes/{number}")
    field(page, "Objet").fill("Autre objet")
    press(page, "Enregistrer")
    expect(page.get_by_text("est enregistrée")).to_be_visible()
    page.goto(f"{PATH}/lignes/{number}/historique")
    judge()
    page.get_by_role("link", name="Rétablir les valeurs d’avant").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)
    page.goto(f"{PATH}/lignes/{number}/dupliquer")
    judge()
    page.goto(f"{PATH}/lignes/{number}")
    field(page, "Objet").fill("À moi")
    expect(page.locator(".draft-state")).to_contain_text("Brouillon enregistré à")
    page.goto(f"{PATH}/lignes/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vous aviez commencé")
    judge()  # the choice about a draft
    page.get_by_role("link", name="Reprendre").click()
    other = visit(f"{PATH}/lignes/{number}", account=bob)
    field(other, "Objet").fill("À lui")
    press(other, "Enregistrer")
    expect(other.get_by_text("est enregistrée")).to_be_visible()
    press(page, "Enregistrer")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deux versions")
    judge()  # a conflict
    page.goto(f"{PATH}/lignes/{wrong}")
    press(page, "Supprimer")
    expect(page.get_by_text("est dans la corbeille.")).to_be_visible()
    page.goto(f"{PATH}/lignes/{wrong}")
    expect(page.get_by_text("Cette ligne est dans la corbeille")).to_be_visible()
    judge()  # as it reads


# --- the work of a day ------------------------------------------------------------------------------------------------


def test_a_new_user_enters_three_deliberations_and_corrects_one(
    visit: Visit, make: Make, town: Establishment
) -> None:
    make.schema()
    page = visit("/connexion", refusals=(422,))
    page.get_by_label("Adresse électronique").fill("ada@valbrune.fr")
    page.get_by_label("Mot de passe", exact=False).first.fill(GOOD)
    press(page, "Se connecter")
    page.goto("/e/valbrune/")
    page.get_by_role("button", name=re.compile("Ouvrir.*Délibérations")).first.click()
    page.get_by_role("link", name="Saisir une ligne").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nouvelle ligne")
    expect(field(page, "Nom de votre collectivité")).to_have_value("Commune de Valbrune")

    # an error is said when the control is left, and nothing of what is typed moves
    fill(page, **{"Date du vote": "31/02/2025"})
    expect(errors_of(page, "Date du vote")).to_contain_text("n’existe pas dans le calendrier")
    expect(field(page, "Date du vote")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "Objet")).to_be_focused()
    press(page, "Enregistrer")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Erreur"))
    summary.get_by_role("link", name="Date du vote").click()
    expect(field(page, "Date du vote")).to_be_focused()
    expect(field(page, "Date du vote")).to_have_value("31/02/2025")
    expect(field(page, "Objet")).to_have_value(TYPED["Objet"])
    field(page, "Date du vote").fill("28/02/2025")
    field(page, "Objet").focus()
    expect(errors_of(page, "Date du vote")).to_have_text("")
    expect(field(page, "Date du vote")).not_to_have_attribute("aria-invalid", "true")
    press(page, "Enregistrer et ajouter")
    expect(page.get_by_text("La ligne n° 1 est enregistrée.")).to_be_visible()

    # the second takes over what comes again
    press(page, "Reprendre les valeurs de la dernière ligne")
    expect(page.get_by_text("Repris de la ligne n° 1")).to_be_visible()
    expect(field(page, "SIRET de votre collectivité")).to_have_value("213 509 870 00019")
    fill(page, **{"Numéro de la délibération": "2025-043"})
    press(page, "Enregistrer et ajouter")
    expect(page.get_by_text("La ligne n° 2 est enregistrée.")).to_be_visible()

    # the third cannot be completed today
    fill(page, **{"Numéro de la délibération": "2025-044", "Date du vote": "mars"})
    press(page, "Enregistrer")
    press(page, "Enregistrer quand même (à corriger)")
    expect(page.get_by_text("Elle est à corriger")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"\(ligne \d\)"))).to_have_count(3)

    # it is corrected, then the correction is taken back, then brought back
    page.get_by_role("link", name=re.compile("ligne 3")).click()
    expect(page.get_by_text("Cette ligne est à corriger : un point")).to_be_visible()
    field(page, "Date du vote").fill("25/03/2025")
    press(page, "Enregistrer")
    expect(page.get_by_text("La ligne n° 3 est enregistrée.")).to_be_visible()
    press(page, "Annuler")
    expect(page.get_by_text("est annulée")).to_be_visible()
    expect(field(page, "Date du vote")).to_have_value("mars")
    page.get_by_role("link", name="Historique").click()
    page.get_by_role("link", name=re.compile("Rétablir les valeurs d’avant")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Rétablir ces valeurs").click()
    expect(page.get_by_text("Les valeurs de la ligne n° 3 sont rétablies.")).to_be_visible()
    expect(page.get_by_role("row", name="Date du vote mars 25/03/2025").first).to_be_visible()

    # to the trash, and back
    page.get_by_role("link", name="Revenir à la ligne").click()
    press(page, "Supprimer")
    expect(page.get_by_text("La ligne n° 3 est dans la corbeille.")).to_be_visible()
    press(page, "Annuler")
    expect(page.get_by_text("La ligne n° 3 est rétablie.")).to_be_visible()


def test_a_value_that_was_meant_is_put_in_by_a_button(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada)
    field(page, "Date du vote").fill("12/03/24")
    field(page, "Objet").focus()
    page.get_by_role("button", name="Écrire 12/03/2024").click()
    expect(field(page, "Date du vote")).to_have_value("12/03/2024")
    expect(field(page, "Date du vote")).to_be_focused()
    expect(errors_of(page, "Date du vote")).to_have_text("")


def test_columns_that_go_together_are_answered_together(
    visit: Visit, deliberations: int, ada: Account
) -> None:
    page = visit(f"{PATH}/saisir", account=ada)
    field(page, "Date du vote").fill("24/03/2025")
    field(page, "Date de réception en préfecture").fill("01/03/2025")
    field(page, "Objet").focus()
    for label in ("Date du vote", "Date de réception en préfecture"):
        expect(errors_of(page, label)).to_contain_text("doit être postérieure ou égale")
        expect(field(page, label)).to_have_attribute("aria-invalid", "true")
    field(page, "Date du vote").fill("24/02/2025")
    field(page, "Objet").focus()
    for label in ("Date du vote", "Date de réception en préfecture"):
        expect(errors_of(page, label)).to_have_text("")
        expect(field(page, label)).not_to_have_attribute("aria-invalid", "true")


def test_enter_saves_and_takes_no_proposal(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada, refusals=(422,))
    fill(page, **{"Date du vote": "12/03/24"})
    expect(page.get_by_role("button", name="Écrire 12/03/2024")).to_be_visible()
    field(page, "Objet").press("Enter")
    expect(page).to_have_title(re.compile("^Erreur"))
    expect(field(page, "Date du vote")).to_have_value("12/03/24")


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_a_draft_is_found_again_in_another_browser(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada)
    field(page, "Objet").press_sequentially("À moitié écr")
    expect(page.locator(".draft-state")).to_have_text(re.compile(r"Brouillon enregistré à \d{1,2}\sh\s\d\d"))
    page.context.close()
    other = visit(f"{PATH}/saisir", account=ada, width=320)
    expect(other.get_by_role("heading", level=1)).to_have_text("Vous aviez commencé une ligne")
    expect(other.get_by_text("À moitié écr")).to_be_visible()
    other.get_by_role("link", name="Reprendre", exact=True).click()
    expect(field(other, "Objet")).to_have_value("À moitié écr")
    fill(other)
    press(other, "Enregistrer et ajouter")
    expect(other.get_by_text("La ligne n° 1 est enregistrée.")).to_be_visible()
    expect(field(other, "Objet")).to_have_value("")


def test_a_draft_that_is_too_long_is_refused_in_words(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada, refusals=(413,))
    field(page, "Objet").evaluate("input => input.value = 'x'.repeat(1000001)")
    field(page, "Objet").press_sequentially("y")
    expect(page.locator(".draft-state")).to_contain_text("trop long pour être gardé")


def test_a_network_that_is_cut_loses_nothing(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada, is_cut_off=True)
    fill(page)
    expect(page.locator(".draft-state")).to_contain_text("Brouillon enregistré à")
    page.route("**/*", lambda route: route.abort())
    field(page, "Objet").fill("Écrit sans réseau")
    press(page, "Enregistrer")
    expect(page.get_by_text("Le service ne répond pas")).to_be_visible()
    expect(field(page, "Objet")).to_have_value("Écrit sans réseau")
    page.unroute("**/*")
    page.goto(f"{PATH}/saisir?brouillon=reprendre")
    expect(field(page, "Objet")).to_have_value("Écrit sans réseau")
    press(page, "Enregistrer et ajouter")
    expect(page.get_by_text("La ligne n° 1 est enregistrée.")).to_be_visible()


def end_sessions(make: Make, account: Account) -> None:
    from sqlalchemy import update

    with make.engine.begin() as connection:
        ended = update(LoginSession).where(LoginSession.account_id == account.id)
        connection.execute(ended.values(expires_at=LoginSession.created_at))


def test_a_session_that_ends_during_entry_loses_nothing(
    visit: Visit, make: Make, deliberations: int, ada: Account
) -> None:
    page = visit(f"{PATH}/saisir", account=ada, refusals=(401,))
    fill(page)
    expect(page.locator(".draft-state")).to_contain_text("Brouillon enregistré à")
    end_sessions(make, ada)
    field(page, "Objet").fill("Écrit après la fin")
    press(page, "Enregistrer et ajouter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Adresse électronique").fill("ada@valbrune.fr")
    dialog.get_by_label("Mot de passe", exact=False).first.fill(GOOD)
    dialog.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("La ligne n° 1 est enregistrée.")).to_be_visible()
    page.goto(f"{PATH}/lignes/1")
    expect(field(page, "Objet")).to_have_value("Écrit après la fin")


def test_two_people_change_one_record(
    visit: Visit, keep: Callable[..., int], ada: Account, bob: Account
) -> None:
    number = keep()
    mine = visit(f"{PATH}/lignes/{number}", account=ada, refusals=(409, 422))
    theirs = visit(f"{PATH}/lignes/{number}", account=bob)
    field(theirs, "Objet").fill("L’objet de Bob")
    field(theirs, "Numéro de la délibération").fill("2025-100")
    press(theirs, "Enregistrer")
    expect(theirs.get_by_text("est enregistrée")).to_be_visible()
    field(mine, "Objet").fill("L’objet d’Ada")
    field(mine, "Code de matière ACTES").fill("7.6")
    press(mine, "Enregistrer")
    expect(mine.get_by_text("Bob Leroy a modifié cette ligne pendant votre saisie")).to_be_visible()
    both = mine.get_by_role("group", name="Objet")
    expect(both).to_contain_text("Subvention à l’école de musique")
    expect(both.get_by_role("radio", checked=True)).to_have_count(0)
    press(mine, "Enregistrer avec ces choix")
    expect(mine.locator(".error-summary")).to_be_focused()
    mine.locator(".error-summary").get_by_role("link", name="Objet").click()
    mine.keyboard.press("Space")
    expect(both.get_by_label("L’objet d’Ada")).to_be_checked()
    press(mine, "Enregistrer avec ces choix")
    expect(mine.get_by_text("est enregistrée")).to_be_visible()
    mine.goto(f"{PATH}/lignes/{number}")
    expect(field(mine, "Objet")).to_have_value("L’objet d’Ada")
    expect(field(mine, "Numéro de la délibération")).to_have_value("2025-100")
    expect(field(mine, "Code de matière ACTES")).to_have_value("7.6")


# --- without a script, without a mouse --------------------------------------------------------------------------------


def test_all_of_it_works_without_javascript(
    visit: Visit, keep: Callable[..., int], ada: Account, bob: Account
) -> None:
    keep()
    page = visit(f"{PATH}/saisir", account=ada, js=False, refusals=(409, 422))
    fill(page, **{"Date du vote": "12/03/24"})
    press(page, "Enregistrer")
    expect(page.locator(".error-summary")).to_contain_text("Date du vote")
    press(page, "Écrire 12/03/2024")
    expect(field(page, "Date du vote")).to_have_value("12/03/2024")
    press(page, "Enregistrer")
    expect(page.get_by_text("La ligne n° 2 est enregistrée.")).to_be_visible()

    page.goto(f"{PATH}/lignes/2")
    theirs = visit(f"{PATH}/lignes/2", account=bob, js=False)
    field(theirs, "Objet").fill("L’objet de Bob")
    press(theirs, "Enregistrer")
    field(page, "Objet").fill("L’objet d’Ada")
    press(page, "Enregistrer")
    page.get_by_label("L’objet de Bob").check()
    press(page, "Enregistrer avec ces choix")
    page.goto(f"{PATH}/lignes/2/historique")
    expect(page.get_by_text("par Bob Leroy")).to_be_visible()
    page.get_by_role("link", name=re.compile("Rétablir les valeurs d’avant")).first.click()
    press(page, "Rétablir ces valeurs")
    expect(page.get_by_text("sont rétablies")).to_be_visible()
    page.get_by_role("link", name="Revenir à la ligne").click()
    press(page, "Supprimer")
    press(page, "Annuler")
    expect(page.get_by_text("La ligne n° 2 est rétablie.")).to_be_visible()


def test_a_record_is_entered_by_keyboard_alone(visit: Visit, deliberations: int, ada: Account) -> None:
    page = visit(f"{PATH}/saisir", account=ada)
    field(page, "Nom de votre collectivité").focus()
    for label, text in TYPED.items():
        while not field(page, label).evaluate("input => input === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.value") != "ajouter":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La ligne n° 1 est enregistrée.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_a_form_of_many_columns_is_walked_by_its_parts(
    visit: Visit, make: Make, town: Establishment, ada: Account, corpus, width: int
) -> None:
    descriptor = corpus / "schemas" / "etalab__indice-durabilite-lave-linge__0.1.0.json"
    make.dataset(town, make.schema("essai/long", descriptor.read_bytes()), slug="long", title="Lave-linge")
    page = visit("/e/valbrune/long/saisir", account=ada, width=width, refusals=(422,))
    assert_accessible(page)
    assert_fits(page)
    parts = page.get_by_role("navigation", name="Parties du formulaire").get_by_role("link")
    assert parts.count() > 10
    first = page.locator(".sheet-controls input[type=text]").first
    first.fill("?")
    first.press("Tab")
    expect(parts.first).to_contain_text("à corriger")
    parts.nth(5).click()
    assert page.evaluate("document.activeElement.tagName") in {"SECTION", "BODY"}
    press(page, "Enregistrer")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(parts.nth(1)).to_contain_text("à corriger")
