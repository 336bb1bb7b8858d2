"""A messy file in a real browser, from the upload to the way back."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path

from procrastinate.jobs import DeleteJobCondition

from app.worker import opened
from tests.app.submissions.conftest import PLACES
from tests.e2e.checks import assert_accessible, assert_fits

MESSY = (
    "Lieux de la commune;;;;\n;;;;\nCode du lieu;NOM;Genre;Jour;Remarque\n"
    "A1;École des Lilas;école;31/01/2025;toit\nA2;Stade Vert;piscine;28/02/2025;\nA3;;mairie;01/03/2025;\n"
)


def work(url: str) -> None:
    async def run() -> None:
        async with opened(url) as app:
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, delete_jobs=DeleteJobCondition.SUCCESSFUL
            )

    # a thread of its own: playwright's loop is running in this one
    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()


def test_a_messy_file_is_brought_and_taken_back(visit, make, database, tmp_path: Path) -> None:
    place, account = make.establishment(), make.account()
    make.member(account, place, "editor")
    held = make.dataset(place, make.schema("essai/lieux", json.dumps(PLACES).encode()))
    path = tmp_path / "lieux.csv"
    path.write_bytes(MESSY.encode("cp1252"))
    base = f"/e/{place.slug}/{held.slug}"
    page = visit(f"{base}/importer/", account=account)
    page.set_default_timeout(60_000)

    def look(name: str) -> None:
        assert_accessible(page)
        page.set_viewport_size({"width": 320, "height": 800})
        assert_fits(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        if folder := os.environ.get("TABELLION_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/import-{name}.png", full_page=True)

    look("fichier")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Envoyer le fichier").click()
    page.wait_for_url("**/feuille")
    look("feuille")
    page.get_by_role("button", name="Continuer vers les colonnes").click()
    page.wait_for_url("**/colonnes")
    look("colonnes")
    arrow = page.locator("select.form-select").first.evaluate(
        "select => parseFloat(getComputedStyle(select).paddingRight)"
    )
    assert arrow >= 36  # a long choice ends before it
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/attente")
    look("attente")
    work(database.url)
    page.wait_for_url("**/valeurs")
    look("valeurs")
    page.get_by_role("button", name="Continuer vers les erreurs").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/erreurs")
    look("erreurs")
    row = page.locator("#ligne-6")
    row.locator("input[name=c2], textarea[name=c2]").first.fill("Mairie")
    row.get_by_role("button", name="Corriger").click()
    row.get_by_text("corrigée").wait_for()
    look("corrigee")
    page.get_by_role("button", name="Continuer vers le résumé").click()
    page.wait_for_url("**/attente?vers=resume")
    work(database.url)
    page.wait_for_url("**/resume")
    look("resume")
    page.locator("form.accept button").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/fin")
    look("fin")
    page.get_by_role("link", name="Voir les lignes importées").click()
    page.get_by_text("École des Lilas").first.wait_for()
    page.go_back()
    page.get_by_role("button", name="Annuler cet import").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/fin")
    look("annule")
