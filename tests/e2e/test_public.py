"""The public page of a dataset in the browser: with scripts and without, by keyboard, narrow, in a frame of another site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.app.publications import made
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit
    from tests.factories import Make

PATH = "/donnees/reze/deliberations"


@pytest.fixture(autouse=True)
def published(make: Make) -> None:
    town = make.establishment(slug="reze", name="Commune de Rezé", accent="#7a1f5c")
    version = make.schema()
    dataset = make.dataset(town, version, slug="deliberations", title="Délibérations")
    rows = [
        {
            "DELIB_ID": f"{2023 + n % 3}-{n:03d}",
            "DELIB_DATE": f"{2023 + n % 3}-0{n % 9 + 1}-12",
            "DELIB_MATIERE_NOM": ("Urbanisme", "Domaine et patrimoine", "Fonction publique")[n % 3],
            "DELIB_OBJET": f"Travaux de l’école n° {n}" if n % 2 else f"Éclairage de la rue n° {n}",
            "VOTE_POUR": str(n),
        }
        for n in range(1, 81)
    ]
    made.publish(make, town, dataset, version, made.rows_of(version, *rows[:70]))
    made.publish(
        make, town, dataset, version, [], number=2, state="withdrawn", reason="Essai.", is_current=False
    )
    made.publish(make, town, dataset, version, made.rows_of(version, *rows), number=3, added=10)


@pytest.mark.parametrize("js", [True, False])
def test_a_person_filters_searches_and_turns_pages(visit: Visit, js: bool) -> None:
    page = visit(PATH, js=js)
    view = page.locator("#vue")
    expect(view).to_contain_text("Lignes 1 à 25 sur 80")
    view.get_by_role("link", name="2024", exact=False).first.click()
    expect(view).to_contain_text("sur 27")
    expect(page).to_have_url(f"{page.url.partition('/donnees')[0]}{PATH}?f.DELIB_DATE=2024")
    page.get_by_role("searchbox", name="Chercher dans les lignes").fill("ecole")
    page.get_by_role("button", name="Chercher").click()
    expect(view).to_contain_text("Lignes 1 à 14 sur 14")
    assert "q=ecole" in page.url
    assert "f.DELIB_DATE=2024" in page.url
    view.get_by_role("link", name="Tout retirer").click()
    expect(view).to_contain_text("sur 80")
    view.get_by_role("link", name="Suivante").click()
    expect(view).to_contain_text("Lignes 26 à 50 sur 80")
    page.go_back()
    expect(page.locator("#vue")).to_contain_text("Lignes 1 à 25 sur 80")


def test_a_link_sent_to_somebody_shows_the_same(visit: Visit) -> None:
    page = visit(f"{PATH}?f.DELIB_MATIERE_NOM=Urbanisme&q=rue&tri=-VOTE_POUR&colonnes=toutes", js=False)
    expect(page.locator("#vue")).to_contain_text("sur 13")
    expect(page.locator("#vue th[aria-sort=descending]")).to_have_count(1)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
)
@pytest.mark.parametrize(
    "path",
    [
        PATH,
        f"{PATH}?q=rue&f.DELIB_DATE=2024",
        f"{PATH}?q=licorne",
        f"{PATH}/versions",
        f"{PATH}/integrer",
        "/donnees/",
        "/donnees/reze",
    ],
)
def test_pages_are_accessible_and_fit(visit: Visit, path: str, width: int, scheme: str) -> None:
    page = visit(path, width=width, scheme=scheme)
    assert_accessible(page)
    assert_fits(page)


def test_the_keyboard_reaches_everything_and_keeps_its_place(visit: Visit) -> None:
    page = visit(PATH)
    stops = tab_stops(page)
    for name in ("Télécharger le CSV", "Chercher", "Passer les filtres", "Suivante"):
        assert any(name in stop for stop in stops), (name, stops)
    link = page.locator("#vue .values a").first
    name = link.get_attribute("id")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#vue .chosen")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == name


def test_another_site_may_frame_the_rows_and_nothing_else(visit: Visit) -> None:
    page = visit("/aide")
    answer = page.request.get(f"{PATH}/integrer")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert page.request.get(PATH).headers["x-frame-options"] == "DENY"
    framed = visit(f"{PATH}/integrer?q=rue", width=600)
    expect(framed.locator("#vue")).to_contain_text("sur 40")
    framed.locator("#vue").get_by_role("link", name="Suivante").click()
    expect(framed.locator("#vue")).to_contain_text("Lignes 16 à 30 sur 40")
    assert "/integrer?" in framed.url
