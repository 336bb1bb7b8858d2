"""The shell in a browser: accessible, narrow, dark, without scripts, by keyboard, and light to load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit
    from tests.factories import Make

PAGES = ("/aide", "/accessibilite", "/mentions-legales", "/_composants", "/_composants/confirmer")
FIRST_PAGE = 200_000  # octets, compressed


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
)
def test_nothing_serious_for_axe(visit: Visit, path: str, width: int, scheme: str) -> None:
    page = visit(path, width=width, scheme=scheme)
    assert_accessible(page)
    assert_fits(page)


def test_an_address_that_does_not_exist_is_a_page_too(visit: Visit) -> None:
    page = visit("/nulle-part", width=320, expect=404)
    expect(page.get_by_role("heading", level=1)).to_have_text("Cette page n’existe pas")
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_reads_without_scripts(visit: Visit, path: str) -> None:
    page = visit(path, js=False)
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_without_scripts_nothing_offers_what_only_a_script_does(visit: Visit) -> None:
    page = visit("/_composants", js=False)
    expect(page.get_by_role("button", name="Copier le SIRET")).to_have_count(0)
    expect(page.get_by_role("button", name="Afficher le mot de passe")).to_have_count(0)
    expect(page.get_by_label("Commune (obligatoire)", exact=True)).to_have_js_property("tagName", "SELECT")


def test_everything_is_reached_by_keyboard_and_seen(visit: Visit, make: Make) -> None:
    ada = make.account(name="Ada Martin")
    make.member(ada, make.establishment(name="Ville de Saint-Rémi"))
    page = visit("/_composants", account=ada)
    stops = tab_stops(page)
    assert stops[0] == "Aller au contenu"
    assert any("Ada Martin" in stop for stop in stops)
    for words in ("Publier 128 lignes", "Enregistrer la ligne", "Mentions légales", "English"):
        assert words in stops, words


def test_the_skip_link_leads_to_the_content(visit: Visit) -> None:
    page = visit("/aide")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_establishment_is_changed_in_two_clicks_without_scripts(visit: Visit, make: Make) -> None:
    ada = make.account()
    make.member(ada, make.establishment(name="Ville de Saint-Rémi", slug="saint-remi"))
    make.member(ada, make.establishment(name="Communauté du Val", slug="val"))
    page = visit("/aide", js=False, account=ada)
    page.locator("header summary").first.click()
    link = page.get_by_role("link", name="Communauté du Val")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", "/e/val/")


def test_a_menu_closes_with_escape_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit("/_composants")
    summary = page.locator("main summary")
    summary.click()
    expect(page.get_by_role("link", name="Imprimer")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Imprimer")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_town_is_found_without_its_accents_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/_composants")
    box = page.get_by_role("combobox", name="Commune (obligatoire)", exact=True)
    box.focus()
    page.keyboard.type("evry")
    expect(page.get_by_role("option", name="Évry-Courcouronnes")).to_be_visible()
    expect(page.locator("#live")).to_have_text("1 choix")
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(box).to_have_value("Évry-Courcouronnes")
    assert page.locator("select[name=commune]").input_value() == "91228"


def test_the_combobox_goes_back_to_the_choice_when_what_is_typed_is_none(visit: Visit) -> None:
    page = visit("/_composants")
    box = page.get_by_role("combobox", name="Autre commune")
    box.fill("zzz")
    expect(page.get_by_text("Aucun choix ne correspond").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_value("Nantes")
    box.fill("paris")
    page.get_by_label("Commentaire").focus()
    expect(box).to_have_value("Paris")
    assert page.locator("select[name=commune2]").input_value() == "75056"
    box.fill("")
    page.keyboard.press("Tab")
    assert page.locator("select[name=commune2]").input_value() == ""


def test_each_line_of_the_error_summary_leads_to_its_control(visit: Visit) -> None:
    page = visit("/_composants", width=320, height=600)
    for text, name in (
        ("Le SIRET compte", "siret"),
        ("n’est pas un nombre", "montant"),
        ("Choisissez une", "commune-input"),
    ):
        page.locator(".error-summary").get_by_role("link", name=re.compile(text)).click()
        assert page.evaluate("document.activeElement.id") == name
        assert page.evaluate("document.activeElement.closest('.field').getBoundingClientRect().top >= 0")


def test_an_act_is_confirmed_in_a_dialog_done_once_and_told(visit: Visit) -> None:
    page = visit("/_composants")
    opener = page.get_by_role("link", name="Supprimer 12 lignes")
    opener.click()
    dialog = page.get_by_role("dialog", name=re.compile("Supprimer 12 lignes"))
    expect(dialog).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_same_question_is_a_page_without_scripts(visit: Visit) -> None:
    page = visit("/_composants", js=False)
    page.get_by_role("link", name="Supprimer 12 lignes").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Supprimer 12 lignes")
    expect(page.get_by_role("button", name="Supprimer 12 lignes")).to_be_visible()


def test_a_code_is_copied_without_its_spaces(visit: Visit) -> None:
    page = visit("/aide")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier le SIRET d’exemple").click()
    expect(page.locator("#live")).to_have_text(re.compile("Copié"))
    assert page.evaluate("navigator.clipboard.readText()") == "21750001600019"


def test_a_password_is_shown_on_demand_and_hidden_again(visit: Visit) -> None:
    page = visit("/_composants")
    box = page.get_by_label("Mot de passe", exact=True)
    button = page.get_by_role("button", name="Afficher le mot de passe")
    box.fill("une phrase de passe")
    button.click()
    expect(box).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(box).to_have_attribute("type", "password")


def test_a_dark_page_is_dark_without_scripts_and_the_choice_is_kept(visit: Visit) -> None:
    def ground(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert ground(visit("/aide", scheme="light")) == "rgb(251, 249, 245)"
    assert ground(visit("/aide", scheme="dark")) == "rgb(20, 23, 29)"
    page = visit("/aide", scheme="light")
    page.get_by_role("button", name="Sombre").click()
    page.wait_for_url("**/aide")
    assert ground(page) == "rgb(20, 23, 29)"
    page.goto("/mentions-legales")
    assert ground(page) == "rgb(20, 23, 29)"


def test_english_is_chosen_once(visit: Visit) -> None:
    page = visit("/aide?de=ici")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    assert page.url.endswith("/aide?de=ici")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_first_page_weighs_little(visit: Visit) -> None:
    page = visit("/mentions-legales")
    page.reload()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: dict[str, float] = {}
    urls: dict[str, str] = {}
    session.on(
        "Network.responseReceived",
        lambda event: urls.__setitem__(event["requestId"], event["response"]["url"]),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: weights.__setitem__(event["requestId"], event["encodedDataLength"]),
    )
    page.reload()
    page.wait_for_load_state("networkidle")
    listed = {urls.get(key, key): value for key, value in weights.items()}
    assert len(listed) > 8
    assert sum(listed.values()) <= FIRST_PAGE, listed
