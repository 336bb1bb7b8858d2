"""A dataset goes out in a real browser: typed, looked at, published, changed, published again, gone back to, withdrawn."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from app import db
from app.publications import queries
from app.tenancy import Role, Scope
from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.test_entry import field, fill, press
from tests.e2e.test_import import work

OBJECTS = ("Travaux de l’école", "Budget primitif", "Tarifs de la cantine")


@pytest.fixture
def desk(make, database, address: str):
    """``(account, path, current())``: somebody who may publish, and a dataset of deliberations."""
    httpx.get(f"{address}/aide", timeout=60)  # the first page that is made takes long on a busy machine
    place = make.establishment(kind="commune", constants={"COLL_NOM": "Commune de Valbrune"})
    account = make.account(name="Ada Martin")
    make.member(account, place, "publisher")
    held = make.dataset(place, make.schema("scdl/deliberations"), title="Délibérations", slug="deliberations")

    def current() -> int | None:
        scope = Scope.of(place.id, Role.publisher, account=account.id)
        with db.in_transaction(scope) as session:
            found = queries.current(session, place.id, held.id)
            return found.number if found is not None else None

    return account, f"/e/{place.slug}/{held.slug}", current


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Whole pages are waited for, on machines that are busy with other tests."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def looker(page: Page, mode: str) -> Callable[[str], None]:
    """Looks at a state of the page: axe, 320 px, a picture where one is asked for."""

    def look(name: str) -> None:
        if mode == "js":  # axe is a script
            assert_accessible(page)
            page.set_viewport_size({"width": 320, "height": 800})
            assert_fits(page)
            page.set_viewport_size({"width": 1280, "height": 900})
        if folder := os.environ.get("TABELLION_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/publish-{name}-{mode}.png", full_page=True)

    return look


def type_lines(page: Page, path: str) -> None:
    """Three deliberations, by the form."""
    for n, subject in enumerate(OBJECTS):
        page.goto(f"{path}/saisir")
        fill(page, **{"Numéro de la délibération": f"2025-04{n}", "Objet": subject})
        press(page, "Enregistrer et ajouter")
        expect(page.get_by_text(f"La ligne n° {n + 1} est enregistrée.")).to_be_visible()


def wait_for(page: Page, database, words: str) -> None:
    """The worker makes the version; the page says so by itself, or when it is looked at again."""
    work(database.url)
    if page.get_by_role("link", name="Actualiser").count():
        try:
            page.get_by_text(words, exact=False).first.wait_for(timeout=4000)
        except Exception:  # noqa: BLE001 (without scripts)
            page.get_by_role("link", name="Actualiser").click()
    expect(page.get_by_text(words, exact=False).first).to_be_visible()


@pytest.mark.parametrize("mode", ["js", "plain"])
def test_the_whole_way(visit, desk, database, make, mode: str) -> None:
    account, path, current = desk
    page = visit("/aide", account=account, js=mode == "js", refusals=(422,))
    page.set_default_timeout(60_000)
    look = looker(page, mode)
    type_lines(page, path)
    page.goto(f"{path}/")
    page.get_by_role("link", name="Publier", exact=True).click()
    expect(page.get_by_text("3 lignes ajoutées")).to_be_visible()
    look("apercu")
    page.get_by_label("Description").fill("Les délibérations du conseil municipal. " * 4)
    page.get_by_label("Mise à jour").select_option("quarterly")
    if mode == "js":
        expect(page.locator("#points")).to_contain_text("8 sur 9")
    page.get_by_role("button", name="Publier 3 lignes").click()
    page.wait_for_url("**/publications/1")
    look("attente")
    wait_for(page, database, "version en cours")
    look("version")
    assert current() == 1

    page.goto(f"{path}/lignes/2")
    field(page, "Objet").fill("Budget supplémentaire")
    page.locator("main form button.btn-primary").first.click()
    expect(page.get_by_text("est enregistrée").first).to_be_visible()
    page.goto(f"{path}/publier")
    expect(page.get_by_text("1 ligne modifiée").first).to_be_visible()
    page.get_by_text("Voir les premières").first.click()
    expect(page.get_by_role("cell", name="Budget supplémentaire")).to_be_visible()
    look("changement")
    page.get_by_role("button", name="Publier 3 lignes").click()
    page.wait_for_url("**/publications/2")
    wait_for(page, database, "version en cours")
    assert current() == 2

    page.goto(f"{path}/publications")
    look("versions")
    page.get_by_role("button", name="Revenir à cette version (version 1)").click()
    expect(page.get_by_text("est de nouveau celle que tout le monde lit")).to_be_visible()
    assert current() == 1

    page.get_by_role("link", name="Retirer (version 1)").click()
    page.get_by_label("Motif").fill("Une adresse personnelle")
    look("retirer")
    page.get_by_role("button", name="Retirer et effacer ses fichiers").click()
    expect(page.get_by_text("La version 1 est retirée")).to_be_visible()
    look("retiree")
    assert current() == 2
