"""« Vérifier un fichier » in a real browser, without a script: a messy file, what was understood, and another reading."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.app.checking.test_messy import DESCRIPTOR, messy
from tests.e2e.checks import assert_accessible, assert_fits


def test_a_messy_file_is_read_and_read_otherwise(visit, make, tmp_path: Path) -> None:
    make.schema("essai/conventions", json.dumps(DESCRIPTOR).encode())
    path = tmp_path / "suivi_des_conventions_de_la_commune_version_definitive_corrigee.xlsx"
    path.write_bytes(messy())
    visit("/aide")  # the first page of a process is slow to come
    page = visit("/verifier?modele=essai/conventions", js=False)
    page.set_default_timeout(60_000)

    def look(name: str) -> None:
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert_fits(page)
            if folder := os.environ.get("TABELLION_SCREENSHOTS"):
                page.screenshot(path=f"{folder}/verifier-{name}-{width}.png", full_page=True)

    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Vérifier le fichier").click()
    page.get_by_role("heading", level=1, name="2 erreurs de 2 sortes").wait_for()
    first = page.url
    look("rapport")
    page.get_by_text("Lire ce fichier autrement").click()
    look("autrement")
    page.get_by_label("Nom de l’attribuant").select_option(label="Dossier suivi par (Ada)")
    page.get_by_role("button", name="Vérifier de nouveau").click()
    page.get_by_text("La colonne « Dossier suivi par » a été lue comme").wait_for()
    assert page.url != first
    scripted = visit(first.partition(page.url.split("/verifier")[0])[2])
    for details in scripted.locator("details").all():
        details.evaluate("each => { each.open = true }")
    assert_accessible(scripted)
