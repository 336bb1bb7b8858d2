"""A clerk with LibreOffice: the template out, filled in and damaged as offices do, mended in place and in the correction file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from tests.e2e.test_import import work
from tests.exporters.libreoffice import converted, needs_libreoffice

PLACES = {
    "name": "lieux",
    "title": "Lieux",
    "fields": [
        {"name": "code", "title": "Code", "type": "string",
         "constraints": {"required": True, "pattern": "[0-9]{5}"}},
        {"name": "nom", "title": "Nom", "type": "string", "constraints": {"required": True}},
        {"name": "genre", "title": "Genre", "type": "string",
         "constraints": {"enum": ["école", "stade", "mairie"]}},
        {"name": "jour", "title": "Jour", "type": "date"},
        {"name": "montant", "title": "Montant", "type": "number"},
    ],
}  # fmt: skip
# as a clerk types them, and as an office keeps them: a lost zero, a day as text, an amount with its unit, a list met nearly
FILLED = [
    ("01004", "École des Lilas", "école", date(2025, 1, 31), 1500),
    (1005, "Stade Vert", "Stade", "28/02/2025", "1 234,50 €"),
    (75056, "Mairie  ", "mairie", "13 mars 2025", "800"),
    ("01006", None, "mairie", date(2025, 3, 1), 12.5),
    ("01007", "Bassin", "piscine", date(2025, 3, 2), None),
]
RIGHT = [
    {"code": "01004", "nom": "École des Lilas", "genre": "école", "jour": "2025-01-31", "montant": "1500"},
    {"code": "01005", "nom": "Stade Vert", "genre": "stade", "jour": "2025-02-28", "montant": "1234.50"},
    {"code": "75056", "nom": "Mairie", "genre": "mairie", "jour": "2025-03-13", "montant": "800"},
    {"code": "01006", "nom": "Mairie annexe", "genre": "mairie", "jour": "2025-03-01", "montant": "12.5"},
    {"code": "01007", "nom": "Bassin", "genre": "stade", "jour": "2025-03-02"},
]
FIRST = 4  # row of a template that is to be filled in


def filled(template: Path) -> None:
    """The rows in the template, as openpyxl writes what an office holds."""
    book = load_workbook(template)
    sheet = book.worksheets[0]
    for number, row in enumerate(FILLED, start=FIRST):
        for column, value in enumerate(row, start=2):  # the first is the number of the record
            cell = sheet.cell(number, column, value)
            if isinstance(value, date):
                cell.number_format = "DD/MM/YYYY"
            elif isinstance(value, int):
                cell.number_format = "0"
    book.save(template)


@needs_libreoffice
@pytest.mark.timeout(180)
def test_from_the_template_to_right_rows(visit, make, database, tmp_path: Path) -> None:
    place, account = make.establishment(), make.account()
    make.member(account, place, "editor")
    held = make.dataset(place, make.schema("essai/lieux", json.dumps(PLACES).encode()))
    base = f"/e/{place.slug}/{held.slug}"
    page = visit(f"{base}/importer/", account=account)
    page.set_default_timeout(60_000)

    def fetched(link: str, name: str) -> Path:
        with page.expect_download() as waiting:
            page.get_by_role("link", name=link, exact=True).click()
        waiting.value.save_as(tmp_path / name)
        return tmp_path / name

    def sent(path: Path) -> None:
        page.goto(f"{base}/importer/")
        page.set_input_files("input[type=file]", str(path))
        page.get_by_role("button", name="Envoyer le fichier").click()

    template = fetched("Prenez le gabarit", "gabarit.xlsx")
    filled(template)
    sent(converted(template, "xlsx"))
    page.wait_for_url("**/feuille")
    page.get_by_role("button", name="Continuer vers les colonnes").click()
    page.wait_for_url("**/colonnes")
    page.get_by_role("button", name="Continuer vers les valeurs").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/valeurs")
    for choice in page.get_by_role("radio", name="Accepter").all():
        choice.check()
    page.get_by_role("button", name="Continuer vers les erreurs").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/erreurs")
    assert page.locator(".faulty > li").count() == 2, "the rest was mended by what was accepted"

    nameless = page.locator("#ligne-7")
    nameless.locator("input[name=c2], textarea[name=c2]").first.fill("Mairie annexe")
    nameless.get_by_role("button", name="Corriger").click()
    nameless.get_by_text("corrigée").wait_for()

    correction = fetched("Fichier de correction", "correction.xlsx")
    book = load_workbook(correction)
    sheet = book.worksheets[0]
    labels = [cell.value for cell in sheet[1]]
    wrong = next(row for row in sheet.iter_rows(min_row=2) if row[labels.index("nom")].value == "Bassin")
    assert wrong[labels.index("genre")].comment is not None, "what is wrong is said in place"
    wrong[labels.index("genre")].value = "stade"
    book.save(correction)
    sent(converted(correction, "ods"))
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/resume")
    page.get_by_text("5 lignes ajoutées").wait_for()
    page.locator("form.accept button").click()
    page.wait_for_url("**/attente")
    work(database.url)
    page.wait_for_url("**/fin")
    with make.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT cells, state FROM record WHERE dataset_id = :id ORDER BY number"), {"id": held.id}
        ).all()
    assert [row[0] for row in rows] == RIGHT
    assert {row[1] for row in rows} == {"valid"}
