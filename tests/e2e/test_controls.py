"""A generated form in a browser: every kind of column, checked when it is left, kept as one types, with and without scripts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from app.pages import gallery_controls
from app.pages.gallery_controls import BAD, model
from forms.binding import posted, read_form, show
from forms.control import controls
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from forms.binding import RawRow
    from schema_loader.table_schema import TableSchema
    from tests.e2e.conftest import Visit

PATH = "/_composants/colonnes"
STATES = ("vide", "rempli", "a-corriger")
SAVED = re.compile(r"Brouillon enregistré à \d{1,2}\sh\s\d{2}")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
)
def test_nothing_serious_for_axe_in_any_state(visit: Visit, state: str, width: int, scheme: str) -> None:
    page = visit(f"{PATH}?etat={state}", width=width, scheme=scheme)
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("state", STATES)
def test_without_scripts_every_control_is_there_and_nothing_offers_what_only_a_script_does(
    visit: Visit, state: str
) -> None:
    page = visit(f"{PATH}?etat={state}", width=320, js=False)
    expect(page.get_by_label("Commune (facultatif)", exact=True)).to_have_js_property("tagName", "SELECT")
    expect(page.get_by_role("button", name="Choisir dans un calendrier")).to_have_count(0)
    expect(page.get_by_role("button", name="Échanger les deux")).to_have_count(0)
    assert_fits(page)


def test_everything_is_reached_by_keyboard_and_seen(visit: Visit) -> None:
    stops = " ".join(tab_stops(visit(f"{PATH}?etat=a-corriger")))
    for words in (
        "Objet",
        "Enregistrer plutôt : 2024-03-12",
        "Latitude",
        "Longitude",
        "Échanger les deux",
        "Enregistrer la ligne",
    ):
        assert words in stops, words


def test_a_form_of_good_values_left_alone_comes_back_without_scripts(visit: Visit) -> None:
    page = visit(f"{PATH}?etat=rempli", js=False)
    page.get_by_role("button", name="Enregistrer la ligne").click()
    expect(page.get_by_text("Tout est juste.")).to_be_visible()


# -- checked when it is left --------------------------------------------------------------------------------------------


def test_a_control_is_checked_when_it_is_left_and_keeps_the_focus_where_it_went(visit: Visit) -> None:
    page = visit(PATH)
    amount = page.get_by_label("Montant (€) (obligatoire)")
    amount.fill("douze")
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        amount.press("Tab")
    expect(page.locator("#c5-error")).to_contain_text("« douze » n’est pas un nombre.")
    expect(page.locator("#c5-error")).to_contain_text("1234,5")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_accessible_description(re.compile("Exemple.*n’est pas un nombre"))
    expect(page.locator("#live")).to_contain_text("n’est pas un nombre")
    expect(page.get_by_label("Nombre d’habitants (facultatif)")).to_be_focused()
    expect(amount).to_have_value("douze")
    amount.fill("1 234,50")
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        amount.press("Tab")
    expect(page.locator("#c5-error")).to_be_empty()
    expect(amount).not_to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_value("1 234,50")


def test_a_column_that_is_checked_with_another_is_checked_again(visit: Visit) -> None:
    page = visit(f"{PATH}?etat=rempli")
    start = page.get_by_label("Date de la convention (obligatoire)")
    start.fill("12/03/2026")
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        start.press("Tab")
    expect(page.locator("#c27-error .field-error, #c7-error .field-error").first).to_be_visible()
    page.get_by_label("Fin de la convention (facultatif)").fill("12/03/2027")
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        page.keyboard.press("Tab")
    expect(page.locator("#c27-error .field-error")).to_have_count(0)
    expect(page.locator("#c7-error .field-error")).to_have_count(0)


def test_a_choice_is_checked_too(visit: Visit) -> None:
    page = visit(f"{PATH}?etat=a-corriger")
    expect(page.locator("#c15-error .field-error")).to_be_visible()
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        page.get_by_label("échelonné", exact=True).check()
    expect(page.locator("#c15-error")).to_be_empty()


def test_axes_can_be_exchanged_in_one_act(visit: Visit) -> None:
    page = visit(f"{PATH}?etat=a-corriger")
    expect(page.locator("#c24-error")).to_contain_text("Ce point est hors de France")
    with page.expect_response(lambda answer: "/verifier/" in answer.url):
        page.get_by_role("button", name="Échanger les deux").click()
    expect(page.get_by_label("Latitude")).to_have_value("48,856600")
    expect(page.get_by_label("Longitude")).to_have_value("2,352200")
    expect(page.locator("#c24-error")).to_be_empty()
    expect(page.get_by_label("Latitude")).to_be_focused()


def test_a_code_is_shown_in_groups_once_it_is_whole(visit: Visit) -> None:
    page = visit(PATH)
    siret = page.get_by_label("SIRET du bénéficiaire (obligatoire)")
    siret.fill("21750001600019")
    siret.press("Tab")
    expect(siret).to_have_value("217 500 016 00019")
    siret.fill("2175000")
    siret.press("Tab")
    expect(siret).to_have_value("2175000")


def test_errors_of_a_form_that_was_sent_lead_to_their_controls(visit: Visit) -> None:
    page = visit(PATH, refusals=(422,))
    page.get_by_label("Description (facultatif)").fill("Ce qui fut tapé")
    page.get_by_role("button", name="Enregistrer la ligne").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Description (facultatif)")).to_have_value("Ce qui fut tapé")
    page.locator(".error-summary a[href='#c15']").click()
    expect(page.get_by_label("unique", exact=True)).to_be_focused()
    page.locator(".error-summary a[href='#c24']").click()
    expect(page.get_by_label("Latitude")).to_be_focused()


# -- kept as one types ---------------------------------------------------------------------------------------------------


class Drafts:
    """What is posted as a draft; the server can be lost and found."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lost = False
        self.bodies: list[str] = []
        self.tokens: list[str] = []
        page.route("**/brouillon", self.answer)

    def answer(self, route: Route) -> None:
        if self.lost:
            route.fulfill(status=503)
            return
        self.bodies.append(route.request.post_data or "")
        self.tokens.append(route.request.headers.get("x-csrf-token", ""))
        route.continue_()

    def kept(self) -> list[dict]:
        """The copies in the browser."""
        found = self.page.evaluate(
            "Object.entries(localStorage).filter(([k]) => k.startsWith('tabellion:draft:')).map(([, v]) => v)"
        )
        return [json.loads(text) for text in found]


def test_a_draft_is_saved_a_second_after_the_last_key(visit: Visit) -> None:
    page = visit(PATH)
    drafts = Drafts(page)
    subject = page.get_by_label("Objet (obligatoire)")
    subject.press_sequentially("Fonctionnement", delay=60)
    page.wait_for_timeout(400)
    assert drafts.bodies == []
    assert dict(drafts.kept()[0]["pairs"])["c1"] == "Fonctionnement"  # already safe from a crash
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)
    assert len(drafts.bodies) == 1
    assert "Fonctionnement" in drafts.bodies[0]
    assert drafts.tokens[0]
    assert drafts.kept() == []
    expect(page.locator("#live")).to_have_text(SAVED)
    page.evaluate("document.getElementById('live').textContent = ''")
    subject.press_sequentially(" 2024")
    page.wait_for_timeout(1600)
    assert len(drafts.bodies) == 2
    expect(page.locator("#live")).to_have_text("")  # said once, shown each time


def test_what_is_typed_without_a_network_is_kept_here_then_sent(visit: Visit) -> None:
    page = visit(PATH, refusals=(503,))
    drafts = Drafts(page)
    drafts.lost = True
    page.get_by_label("Objet (obligatoire)").fill("Sans réseau")
    expect(page.locator("[data-draft-state]")).to_contain_text("gardé sur cet ordinateur")
    assert dict(drafts.kept()[0]["pairs"])["c1"] == "Sans réseau"
    drafts.lost = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)
    assert drafts.kept() == []
    assert "Sans réseau" in drafts.bodies[-1]


def test_a_page_closed_without_a_network_gives_it_all_back(visit: Visit) -> None:
    page = visit(PATH, refusals=(503,))
    drafts = Drafts(page)
    drafts.lost = True
    page.get_by_label("Objet (obligatoire)").fill("Perdu ?")
    page.get_by_label("échelonné", exact=True).check()
    page.get_by_role("combobox", name="Commune (facultatif)").fill("nant")
    page.get_by_role("combobox", name="Commune (facultatif)").press("Enter")
    page.get_by_label("lait", exact=True).check()
    page.get_by_label("Latitude").fill("48,85")
    expect(page.locator("[data-draft-state]")).to_contain_text("gardé sur cet ordinateur")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("Perdu ?")
    expect(page.get_by_label("échelonné", exact=True)).to_be_checked()
    expect(page.get_by_role("combobox", name="Commune (facultatif)")).to_have_value("Nantes")
    expect(page.get_by_label("lait", exact=True)).to_be_checked()
    expect(page.get_by_label("Latitude")).to_have_value("48,85")
    expect(page.locator("[data-draft-state]")).to_contain_text("a été retrouvé")
    page.get_by_role("button", name="Ne pas le reprendre").click()
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("")
    expect(page.get_by_label("lait", exact=True)).not_to_be_checked()


def test_what_was_typed_a_moment_ago_leaves_with_the_page(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[str] = []

    def reading(schema: TableSchema, pairs: list[tuple[str, str]]) -> RawRow:
        row = read_form(schema, pairs)
        received.append(row["objet"])
        return row

    monkeypatch.setattr(gallery_controls, "read_form", reading)
    page = visit(PATH)
    page.get_by_label("Objet (obligatoire)").fill("Au dernier moment")
    page.goto("/aide")
    page.wait_for_timeout(500)
    assert received == ["Au dernier moment"]
    page.goto(PATH)  # this server keeps nothing, so the copy of the browser is found again
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("Au dernier moment")


def test_a_form_that_is_sent_leaves_no_draft_behind(visit: Visit) -> None:
    page = visit(f"{PATH}?etat=rempli")
    drafts = Drafts(page)
    page.get_by_label("Objet (obligatoire)").fill("Envoyé")
    page.get_by_role("button", name="Enregistrer la ligne").click()
    expect(page.get_by_text("Tout est juste.")).to_be_visible()
    page.wait_for_timeout(1300)
    assert drafts.bodies == []
    assert drafts.kept() == []


def test_a_form_sent_without_a_network_is_offered_again_and_not_written_over(visit: Visit) -> None:
    page = visit(PATH, refusals=(503,))
    drafts = Drafts(page)
    drafts.lost = True
    page.get_by_label("Objet (obligatoire)").fill("Envoyé dans le vide")
    expect(page.locator("[data-draft-state]")).to_contain_text("gardé sur cet ordinateur")
    page.route(
        "**/_composants/colonnes",
        lambda route: (
            route.fulfill(status=503, body="Indisponible")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    page.get_by_role("button", name="Enregistrer la ligne").click()
    expect(
        page.get_by_text("Indisponible")
    ).to_be_visible()  # a page of the browser's own would outrun the next one
    page.goto(PATH)
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("")
    expect(page.locator("[data-draft-state]")).to_contain_text("n’a peut-être pas été enregistré")
    page.get_by_label("Objet (obligatoire)").fill("Autre chose")
    expect(page.locator("[data-draft-state]")).to_contain_text("gardé sur cet ordinateur")
    assert len(drafts.kept()) == 2
    drafts.lost = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)
    page.goto(PATH)
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="Le reprendre").click()
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("Envoyé dans le vide")


def test_a_copy_for_another_version_of_the_model_is_left_alone(visit: Visit) -> None:
    page = visit(PATH, refusals=(503,))
    drafts = Drafts(page)
    drafts.lost = True
    page.evaluate("document.querySelector('form[data-draft]').dataset.draftFor = 'autre'")
    page.get_by_label("Objet (obligatoire)").fill("Autre modèle")
    expect(page.locator("[data-draft-state]")).to_contain_text("gardé sur cet ordinateur")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_label("Objet (obligatoire)")).to_have_value("")
    assert len(drafts.kept()) == 1


def test_a_large_form_posts_what_a_browser_shows(visit: Visit) -> None:
    """The names and values that leave are those that the tests of forms make without a browser."""

    page = visit(f"{PATH}?etat=a-corriger")
    sent = page.evaluate(
        "new URLSearchParams(new FormData(document.querySelector('form[data-draft]'))).toString()"
    )
    pairs = [(name, value.replace("\r\n", "\n")) for name, value in parse_qsl(sent) if name != "csrf_token"]
    expected = [
        pair
        for control in controls(model())
        for pair in posted(control, show(control, BAD.get(control.field.name)))
    ]
    assert sorted(pairs) == sorted(expected)
