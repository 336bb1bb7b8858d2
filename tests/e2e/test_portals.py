"""Portals and joined documents, as a clerk meets them in a browser."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from app import db
from app.datasets import service as datasets
from app.models import Establishment
from app.publications import service as publications
from app.records import service as records
from app.settings import get_settings
from app.tenancy import Role, Scope
from tests.app.publications.connections.conftest import private, udata  # noqa: F401 (fixtures of pytest)
from tests.app.publications.portals.udata_site import KEY, UdataSite
from tests.app.records.attachments.pdfs import a_pdf
from tests.app.submissions.conftest import work
from tests.e2e.checks import assert_accessible, assert_fits

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from app.models import Account
    from app.provision import Database
    from tests.e2e.conftest import Visit
    from tests.factories import Make

VALID = {
    "COLL_NOM": "Ville de Saint-Rémi",
    "COLL_SIRET": "21750001600019",
    "DELIB_ID": "2026-001",
    "DELIB_DATE": "2026-01-15",
    "DELIB_MATIERE_CODE": "8.3",
    "DELIB_MATIERE_NOM": "Domaines de compétences par thèmes/Voirie",
    "DELIB_OBJET": "Voirie",
}


@pytest.fixture
def town(make: Make) -> Establishment:
    place = make.establishment(
        name="Ville de Saint-Rémi", slug="saint-remi", contact_email="mairie@ville.example"
    )
    make.dataset(place, make.schema(), slug="deliberations", title="Délibérations")
    return place


@pytest.fixture
def ada(make: Make, town: Establishment) -> Account:
    account = make.account(name="Ada Martin")
    make.member(account, town, "manager")
    return account


@pytest.fixture
def publish(town: Establishment, ada: Account, database: Database, file_store: Path) -> Callable[[], None]:
    def published() -> None:
        with db.in_transaction(Scope.of(town.id, Role.manager, account=ada.id)) as session:
            view = datasets.find(session, town.id, "deliberations")
            records.create(session, view, VALID, account=ada.id)
            publications.publish_now(session, view, account=ada.id)
        # the loop of this thread is the browser's
        thread = threading.Thread(target=work, args=(database,))
        thread.start()
        thread.join(60)

    return published


@pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])
def test_connected_published_and_up_to_date(
    visit: Visit,
    ada: Account,
    udata: UdataSite,  # noqa: F811 (a fixture of pytest)
    publish: Callable[[], None],
    js: bool,
) -> None:
    page = visit("/e/saint-remi/portails", account=ada, js=js)
    page.get_by_role("link", name="data.gouv.fr").first.click()
    page.get_by_label("Clé").fill(KEY)
    if js:
        assert_accessible(page)
    page.get_by_role("button", name="Connecter data.gouv.fr").click()
    expect(page.get_by_text("data.gouv.fr est connecté.")).to_be_visible()
    expect(page.get_by_text("Commune de Rezé").first).to_be_visible()
    page.goto("/e/saint-remi/deliberations/portails")
    page.get_by_role("button", name="Publier aussi sur ce portail").click()
    expect(page.get_by_text("Partira à la prochaine publication.")).to_be_visible()
    publish()
    page.goto("/e/saint-remi/deliberations/portails")
    expect(page.locator(".standing").get_by_text("À jour")).to_be_visible()
    expect(page.get_by_role("link", name="Voir sur data.gouv.fr")).to_be_visible()
    if js:
        assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 800})
    assert_fits(page)
    (held,) = udata.live()
    assert held["title"] == "Délibérations"


def drop(page: Page, selector: str, data: bytes, name: str) -> None:
    """A file from the desk, let go over a part of the page."""
    transfer = page.evaluate_handle(
        """([encoded, name]) => {
            const octets = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([octets], name, { type: "application/pdf" }));
            return transfer;
        }""",
        [base64.b64encode(data).decode(), name],
    )
    page.dispatch_event(selector, "drop", {"dataTransfer": transfer})


def path_of(url: str) -> str:
    return url.removeprefix(get_settings().public_url)


def test_a_pdf_is_dropped_saved_and_read(
    visit: Visit, ada: Account, address: str, file_store: Path, make: Make
) -> None:
    page = visit("/e/saint-remi/deliberations/saisir", account=ada, refusals=(422,))
    zone = page.locator("[data-attach]").first
    control = page.locator(f"#{zone.get_attribute('data-attach')}")
    drop(page, "[data-attach]", b"<html>", "faux.pdf")
    expect(zone.get_by_text("n’est pas un PDF")).to_be_visible()
    drop(page, "[data-attach]", a_pdf("La délibération"), "Délibération 12.pdf")
    expect(zone.get_by_role("link", name="deliberation-12.pdf")).to_be_visible()
    url = control.input_value()
    assert path_of(url).startswith("/pieces/1-") and url.endswith("/deliberation-12.pdf")
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 800})
    assert_fits(page)
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    page.get_by_role("button", name="Enregistrer quand même").click()
    expect(page.get_by_text("est enregistrée").first).to_be_visible()
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    read = httpx.get(address + path_of(url), cookies=cookies)
    assert (read.status_code, read.content) == (200, a_pdf("La délibération"))
    assert httpx.get(address + path_of(url)).status_code == 404  # not public yet


def test_without_a_script_the_form_brings_the_pdf(
    visit: Visit, ada: Account, address: str, file_store: Path, tmp_path: Path, town: Establishment
) -> None:
    page = visit("/e/saint-remi/deliberations/saisir", account=ada, js=False, width=320, refusals=(422,))
    assert_fits(page)
    file = tmp_path / "Acte.pdf"
    file.write_bytes(a_pdf())
    page.get_by_label("Ou joindre un PDF").first.set_input_files(file)
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    page.get_by_role("button", name="Enregistrer quand même").click()
    expect(page.get_by_text("est enregistrée").first).to_be_visible()
    with db.in_transaction(Scope.of(town.id, Role.manager, account=ada.id)) as session:
        held = records.get(session, datasets.find(session, town.id, "deliberations"), 1)
    url = held.cells["DELIB_URL"]
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    assert httpx.get(address + path_of(url), cookies=cookies).content == a_pdf()
