"""The list in a browser: find, filter, sort, choose, delete, undo, download; without scripts, by keyboard, narrow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from app import db
from app.datasets import service as datasets
from app.demo_rows import subventions
from app.records import service as records
from app.tenancy import Role, Scope
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from app.models import Account
    from tests.e2e.conftest import Visit
    from tests.factories import Make

LIST = "/e/valbrune/subventions/"
LOOKS = [(1280, "light"), (320, "dark")]
PLACE = {"nom": "Valbrune", "siret": "21230999100017"}


@pytest.fixture
def ada(make: Make) -> Account:
    """She enters lines in a commune whose grants are 64 lines, of which 9 are to be mended."""
    found = make.account(name="Ada Martin")
    town = make.establishment(name="Valbrune", slug="valbrune")
    make.member(found, town, "publisher")
    held = make.dataset(town, make.schema("scdl/subventions"), slug="subventions", title="Subventions")
    with db.in_transaction(Scope.of(town.id, Role.editor, account=found.id)) as session:
        view = datasets.find(session, town.id, held.slug)
        for row in subventions(PLACE, 64, 3):
            records.create(session, view, row, account=found.id)
    return found


def lines(page: Page) -> int:
    return page.locator('input[name="ligne"]').count()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize(
    "path",
    [
        "",
        "?etat=a-corriger&de.montant=abc",
        "?q=zzz",
        "corbeille",
        "reglages",
        "telecharger",
        "filtres",
    ],
)
def test_every_page_is_accessible_and_fits(
    visit: Visit, ada: Account, path: str, width: int, scheme: str
) -> None:
    page = visit(LIST + path, width=width, scheme=scheme, account=ada)
    page.wait_for_load_state("networkidle")
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize(
    "path", ["/e/valbrune/jeux", "/e/valbrune/", "/jeux/ouvrir?modele=scdl/subventions", "/"]
)
def test_the_pages_around_it_too(visit: Visit, ada: Account, path: str) -> None:
    page = visit(path, width=320, account=ada)
    assert_accessible(page)
    assert_fits(page)


def test_the_first_page_fits_beside_the_longest_names(visit: Visit, ada: Account, make: Make) -> None:
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE dataset SET title = :long"), {"long": "subventions_attribuees_" * 6})
        connection.execute(
            text("UPDATE catalogue_schema SET title = :long"), {"long": "Effectifs_et_subventions_des_" * 4}
        )
    page = visit("/", width=320, account=ada)
    assert_fits(page)
    buttons = page.locator(".suggested .btn").evaluate_all(
        "all => all.map(e => e.scrollWidth <= e.clientWidth)"
    )
    assert buttons and all(buttons)


def test_words_and_days_stay_whole_and_a_text_of_one_piece_stays_in_its_column(
    visit: Visit, ada: Account, make: Make
) -> None:
    with make.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE record SET cells = cells || jsonb_build_object('objet', CAST(:long AS text)) WHERE number = 64"
            ),
            {"long": "x" * 130},
        )
    columns = ("dateConvention", "objet", "datesPeriodeVersement", "conditionsVersement", "idAttribuant")
    page = visit(f"{LIST}?{'&'.join(f'colonnes={one}' for one in columns)}", account=ada)
    cut = page.locator("#choix tbody tr:not(.reasons) > :is(td, th)").evaluate_all(
        """cells => cells.flatMap(cell => {
            const found = [], walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) for (const word of walk.currentNode.data.matchAll(/[^\\s/]+/g)) {
                const range = document.createRange();
                range.setStart(walk.currentNode, word.index);
                range.setEnd(walk.currentNode, word.index + word[0].length);
                if (range.getClientRects().length > 1) found.push(word[0]);
            }
            return found;
        })"""
    )
    assert cut == ["x" * 130]
    widest = page.locator("#choix tbody td.cell-text").evaluate_all(
        "all => Math.max(...all.map(e => e.offsetWidth))"
    )
    assert widest <= 24 * 18
    assert_fits(page)


def test_filters_search_and_order_hold_in_the_address(visit: Visit, ada: Account) -> None:
    page = visit(LIST, account=ada)
    expect(page.locator("#nombre")).to_have_text(re.compile("1–50 sur 64"))
    box = page.get_by_label(re.compile("^aide en nature"))
    expect(box).to_be_visible()
    box.check()
    expect(page.locator("#nombre")).to_have_text(re.compile(r"^\d+ lignes$"))
    expect(page).to_have_url(re.compile(r"f\.nature=aide\+en\+nature"))
    expect(page.locator("#live")).to_have_text(re.compile("lignes"))
    expect(box).to_be_focused()
    few = lines(page)
    assert 0 < few < 50
    page.get_by_label("Chercher dans les lignes").fill("MATERIEL")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=MATERIEL"))
    expect(page.locator("tbody th").first).to_be_visible()
    assert 0 < lines(page) < few
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator('input[name="ligne"]')).to_have_count(few)
    page.get_by_role("link", name="Montant en euros").click()
    expect(page).to_have_url(re.compile("tri=montant"))
    expect(page.locator("th[aria-sort=ascending]")).to_have_text(re.compile("Montant"))
    page.reload()
    expect(page.locator('input[name="ligne"]')).to_have_count(few)


def test_what_is_unfolded_and_typed_stays_when_counts_come(visit: Visit, ada: Account) -> None:
    page = visit(LIST, account=ada)
    page.wait_for_load_state("networkidle")
    page.locator("summary", has_text="Montant en euros").click()
    low = page.locator("[name='de.montant']")
    low.fill("4 000")
    low.press("Enter")
    expect(page).to_have_url(re.compile(r"de\.montant=4"))
    page.wait_for_load_state("networkidle")
    expect(low).to_have_value("4 000")
    expect(low).to_be_focused()
    expect(low).to_be_visible()


def test_columns_are_chosen(visit: Visit, ada: Account) -> None:
    page = visit(LIST, account=ada)
    page.locator(".listing-tools summary").click()
    page.get_by_label("N° interne").check()
    page.get_by_role("button", name="Afficher ces colonnes").click()
    expect(page.get_by_role("columnheader", name="N° interne")).to_be_visible()
    expect(page).to_have_url(re.compile(r"colonnes=\.numero"))


def test_lines_are_deleted_and_given_back(visit: Visit, ada: Account) -> None:
    page = visit(LIST, account=ada)
    bar = page.locator("[data-choice-bar]")
    expect(bar).to_be_hidden()
    boxes = page.locator('input[name="ligne"]')
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 lignes choisies")
    assert_accessible(page)
    bar.get_by_role("button", name="Supprimer").click()
    expect(page.get_by_text("4 lignes sont dans la corbeille.")).to_be_visible()
    expect(page.locator("#nombre")).to_have_text(re.compile("sur 60"))
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("4 lignes sont rétablies dans la liste.")).to_be_visible()
    expect(page.locator("#nombre")).to_have_text(re.compile("sur 64"))


def test_all_the_lines_of_a_list_are_deleted_after_a_question(visit: Visit, ada: Account) -> None:
    page = visit(LIST, account=ada)
    page.get_by_label("Choisir toutes les lignes de cette page").check()
    page.get_by_label("Toutes les lignes de cette liste").check()
    page.locator("[data-choice-bar]").get_by_role("button", name="Supprimer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Supprimer toutes les lignes")
    expect(page.get_by_text("64 lignes iront")).to_be_visible()
    page.get_by_role("button", name="Supprimer ces lignes").click()
    expect(page.get_by_text("Aucune ligne pour l’instant")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator("#nombre")).to_have_text(re.compile("sur 64"))


def test_the_file_is_downloaded_once_it_is_said_what_it_lacks(
    visit: Visit, ada: Account, tmp_path: Path
) -> None:
    page = visit(LIST, account=ada)
    page.get_by_role("link", name="Télécharger").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("9 lignes à corriger n’y sont pas")
    with page.expect_download() as waiting:
        dialog.get_by_role("link", name="Télécharger le CSV").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert re.fullmatch(r"\d{8}_\d{9}_subventions\.csv", file.name)
    rows = file.read_bytes().split(b"\r\n")
    assert len(rows) == 1 + 55 + 1
    assert rows[0].startswith(b"nomAttribuant,idAttribuant,dateConvention")


def test_without_scripts_one_filters_pages_deletes_undoes_and_downloads(visit: Visit, ada: Account) -> None:
    page = visit(LIST, js=False, account=ada)
    page.get_by_label("aide en nature", exact=True).check()
    page.get_by_role("button", name="Filtrer").click()
    few = lines(page)
    assert 0 < few < 50
    page.goto(LIST)
    page.get_by_role("link", name="Suivante").click()
    assert lines(page) == 14
    page.get_by_role("link", name="Compter les lignes").click()
    expect(page.locator("#nombre")).to_contain_text("sur 64")
    page.goto(LIST)
    page.locator('input[name="ligne"]').nth(1).check()
    page.get_by_role("button", name="Supprimer").click()
    expect(page.get_by_text("1 ligne est dans la corbeille.")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("1 ligne est rétablie dans la liste.")).to_be_visible()
    page.goto(LIST + "filtres")
    expect(page.get_by_label(re.compile(r"Modifiée par"))).to_contain_text("Ada Martin (64)")
    page.goto(LIST)
    page.get_by_role("link", name="Télécharger").click()
    expect(page.get_by_role("link", name="Télécharger le CSV")).to_be_visible()


def test_by_keyboard_alone(visit: Visit, ada: Account) -> None:
    page = visit(LIST + "?etat=a-corriger", account=ada)
    page.wait_for_load_state("networkidle")
    stops = tab_stops(page)
    for words in ("Saisir une ligne", "Passer les filtres", "Filtrer", "Colonnes"):
        assert any(words in stop for stop in stops), (words, stops)
    page.locator('input[name="ligne"]').first.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-choice-bar]")).to_contain_text("1 ligne choisie")
    page.locator("[data-choice-bar] button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 ligne est dans la corbeille.")).to_be_visible()


def test_a_dataset_is_opened_in_two_clicks(visit: Visit, make: Make) -> None:
    clerk = make.account()
    make.member(clerk, make.establishment(name="Le Lac", slug="lac"), "editor")
    make.schema("scdl/deliberations")
    page = visit("/e/lac/", account=clerk)
    page.get_by_role("link", name="Ouvrir un jeu de données").click()
    page.get_by_role("button", name=re.compile("Ouvrir")).first.click()
    expect(page).to_have_url(re.compile("/e/lac/deliberations/$"))
    expect(page.get_by_text("Aucune ligne pour l’instant")).to_be_visible()
