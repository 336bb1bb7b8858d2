"""A clerk's file as it is: titles above the header, other names, empty columns, another sheet; and what is no table at all."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from starlette.testclient import TestClient

from app import files
from app.checking import limiter, service
from app.settings import get_settings
from app.tenancy import INSTANCE
from exporters.marks import Marks
from exporters.template import write_template
from schema_loader.compile import compile_schema
from tests.factories import Make
from tests.website import Answer, gives, website

DESCRIPTOR = {
    "name": "conventions",
    "title": "Conventions",
    "fields": [
        {"name": "nomAttribuant", "title": "Nom de l’attribuant", "type": "string"},
        {"name": "dateConvention", "title": "Date de la convention", "type": "date",
         "constraints": {"required": True}},
        {"name": "montant", "title": "Montant", "type": "number", "constraints": {"required": True}},
        {"name": "objet", "title": "Objet", "type": "string"},
    ],
}  # fmt: skip
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" * 20


@pytest.fixture(autouse=True)
def _fresh() -> None:
    limiter.forget()


@pytest.fixture
def model(make: Make) -> str:
    make.schema("essai/conventions", json.dumps(DESCRIPTOR).encode())
    return "essai/conventions"


def messy() -> bytes:
    """Two sheets; the table on the second, from B4 on, under other titles, with a column of the clerk's own."""
    book = Workbook()
    book.active.title = "Lisez-moi"
    book.active["A1"] = "Export du logiciel de comptabilité"
    sheet = book.create_sheet("Conventions 2024")
    sheet["B1"] = "Ville de Valbrune"
    sheet["B2"] = "Subventions versées en 2024"
    rows = [
        ["Date de la convention", "MONTANT", "objet", "Dossier suivi par"],
        ["2024-03-12", 1500, "Fête du village", "Ada"],
        ["25/04/2024", 800, "Tournoi", "Ada"],
        ["2024-05-02", "neuf cents", "Concert", ""],
    ]
    for n, row in enumerate(rows, start=4):
        for m, text in enumerate(row, start=2):
            sheet.cell(n, m, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said(page: str) -> str:
    return html.unescape(page).replace("\xa0", " ").replace("\u202f", " ")


def send(client: TestClient, content: bytes, model: str, name: str = "suivi.xlsx"):
    return client.post("/verifier", data={"modele": model}, files={"fichier": (name, content)})


def program(client: TestClient, content: bytes, model: str, name: str = "suivi.xlsx", **form: object):
    return client.post("/api/v1/validate", data={"schema": model, **form}, files={"file": (name, content)})


def test_the_table_is_found_and_what_was_understood_is_said(client: TestClient, model: str) -> None:
    page = said(client.get(send(client, messy(), model).headers["location"]).text)
    assert "2 erreurs de 2 sortes à corriger" in page[page.index("<h1") :].partition("</h1>")[0]
    assert "La feuille « Conventions 2024 » a été lue, l’une des 2 feuilles du classeur." in page
    assert "Les titres de colonnes sont à la ligne 4" in page
    assert "Le tableau commence à la colonne B." in page
    assert "La colonne « MONTANT » a été lue comme « Montant »." in page
    assert "n’est pas jugée : « Dossier suivi par »" in page
    assert "n’est pas dans le fichier : « Nom de l’attribuant »" in page
    assert "Colonne B, « Date de la convention », lue comme « dateConvention »" in page
    assert re.search(r"<td>6</td><td><code>25/04/2024</code>", page), "the number of the row in the sheet"
    assert "<code>25/04/2024</code> → <code>2024-04-25</code>" in page
    assert "--sheet" not in page, "there is no command here"


def test_the_correction_file_keeps_the_layout_and_is_right_once_mended(
    client: TestClient, model: str
) -> None:
    address = send(client, messy(), model).headers["location"]
    book = load_workbook(io.BytesIO(client.get(f"{address}/correction.xlsx").content))
    sheet = book.worksheets[0]
    assert sheet["B1"].value == "Ville de Valbrune"
    assert [sheet.cell(4, n).value for n in range(1, 6)] == [
        None, "Date de la convention", "MONTANT", "objet", "Dossier suivi par",
    ]  # fmt: skip
    assert sheet["B6"].value == "25/04/2024"
    assert sheet["B6"].comment is not None
    assert sheet["C7"].comment is not None
    assert sheet["E5"].value == "Ada"
    assert sheet.freeze_panes == "A5"
    sheet["B6"].value, sheet["C7"].value = "2024-04-25", "900"
    out = io.BytesIO()
    book.save(out)
    page = said(client.get(send(client, out.getvalue(), model, "correction.xlsx").headers["location"]).text)
    assert "Toutes les valeurs sont justes" in page
    wrong = load_workbook(io.BytesIO(client.get(f"{address}/correction.xlsx?seulement=fautives").content))
    assert [row[3] for row in wrong.worksheets[0].iter_rows(min_row=5, values_only=True)] == [
        "Tournoi",
        "Concert",
    ]


def test_a_template_of_ours_is_judged_without_its_example(client: TestClient, model: str) -> None:
    schema = compile_schema(json.dumps(DESCRIPTOR).encode())
    marks = Marks("template", "essai/conventions", "1.0.0", schema.content_hash)
    rows = [(1, ["Valbrune", "2024-01-02", "12", "a"]), (2, ["Valbrune", "hier", "12", "a"])]
    template = b"".join(write_template(schema, marks, rows))
    page = said(client.get(send(client, template, model, "gabarit.xlsx").headers["location"]).text)
    assert "1 erreur d’une sorte à corriger" in page
    assert "n’est pas jugée" not in page, "the numbers of records are the service's own"
    assert program(client, template, model, "gabarit.xlsx", match="true").json()["stats"]["rows"] == 2


def test_a_person_says_otherwise_without_a_script(client: TestClient, model: str) -> None:
    first = send(client, messy(), model).headers["location"]
    other = client.post(first, data={"feuille": "Lisez-moi", "entete": "4", "titres": "reconnus"})
    assert other.status_code == 303
    page = said(client.get(other.headers["location"]).text)
    assert "La feuille « Lisez-moi » a été lue" in page
    assert "Aucune colonne de ce fichier ne ressemble à celles du modèle" in page
    back = client.post(other.headers["location"], data={"feuille": "Conventions 2024", "titres": "reconnus"})
    assert "La colonne « MONTANT » a été lue" in said(client.get(back.headers["location"]).text)
    # « Dossier suivi par » (the fourth column) is the first field
    moved = client.post(
        first,
        data={"feuille": "Conventions 2024", "entete": "4", "colonne-1": "3", "titres": "reconnus"},
    )
    page = said(client.get(moved.headers["location"]).text)
    assert "La colonne « Dossier suivi par » a été lue comme « Nom de l’attribuant »" in page
    assert "choisie par vous" in page
    lower = client.post(first, data={"entete": "5", "titres": "reconnus"})
    assert "Les titres de colonnes sont à la ligne 5" in said(client.get(lower.headers["location"]).text)
    literal = client.post(first, data={"titres": "lettre"})
    page = said(client.get(literal.headers["location"]).text)
    assert "pris à la lettre" in page
    assert "dateConvention" in page
    assert said(client.get(first).text).count("Les titres de colonnes sont à la ligne 4"), "the first stays"
    gone = client.post(first, data={"feuille": "Autre", "titres": "reconnus"})
    assert gone.status_code == 422
    assert "Autre" in said(gone.text)


def test_programs_ask_for_it_and_are_strict_else(client: TestClient, model: str) -> None:
    strict = program(client, messy(), model, sheet="2").json()
    assert "understood" not in strict
    assert {error["type"] for error in strict["errors"]} >= {"missing-label", "blank-label"}
    report = program(client, messy(), model, match="true").json()
    assert report["stats"]["errors"] == 2
    assert report["understood"]["sheet"] == "Conventions 2024"
    assert report["understood"]["headerRow"] == 4
    assert {"column": "B", "label": "Date de la convention", "field": "dateConvention", "reason": "title",
            "sure": True} in report["understood"]["columns"]  # fmt: skip
    assert report["understood"]["ignored"] == [{"column": "E", "label": "Dossier suivi par"}]
    assert report["understood"]["missing"] == ["nomAttribuant"]
    first = report["errors"][0]
    assert (first["rowNumber"], first["fieldNumber"], first["fieldName"]) == (6, 2, "dateConvention")
    mapped = program(client, messy(), model, match="true", map="Dossier suivi par=nomAttribuant").json()
    assert mapped["understood"]["missing"] == []
    refused = program(client, messy(), model, match="true", map="Rien=nomAttribuant")
    assert refused.status_code == 422
    assert "Rien=nomAttribuant" in refused.json()["error"]
    assert program(client, messy(), model, match="true", headerRow="5").json()["understood"]["headerRow"] == 5


@pytest.mark.parametrize(
    ("row", "status"),
    [("-5", 400), ("abc", 400), ("1000001", 400), ("9" * 30, 400), ("8", 422), ("999999", 422)],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_row_of_titles_that_cannot_be_is_refused_by_its_name(
    client: TestClient, model: str, row: str, status: int, lang: str
) -> None:
    answer = program(client, messy(), model, match="true", headerRow=row, lang=lang)
    assert answer.status_code == status, answer.text
    assert "headerRow" in answer.json()["error"]


@pytest.mark.parametrize(("row", "said_row"), [("", 4), ("0", None), ("7", 7), ("0004", 4)])
def test_a_row_of_titles_that_may_be_is_taken(
    client: TestClient, model: str, row: str, said_row: int | None
) -> None:
    report = program(client, messy(), model, match="true", headerRow=row).json()
    assert report["understood"]["headerRow"] == said_row


def test_titles_below_the_last_row_are_refused_on_the_page_too(client: TestClient, model: str) -> None:
    first = send(client, messy(), model).headers["location"]
    answer = client.post(first, data={"entete": "50", "titres": "reconnus"})
    assert answer.status_code == 422
    assert "Il n’y a rien à la ligne 50 de ce fichier" in said(answer.text)


def test_rows_of_a_text_are_named_as_they_stand(client: TestClient, model: str) -> None:
    text = (
        "Commune;;;\n;;;\nDate de la convention;Montant;Objet;\n2024-01-02;12;a;\n;;;\n2024-01-03;x;b;\n"
        "2024-01-04;1;c;;de trop\n"
    )
    report = program(client, text.encode("cp1252"), model, "a.csv", match="true").json()
    assert [(error["type"], error["rowNumber"]) for error in report["errors"]] == [
        ("type-error", 6),
        ("extra-cell", 7),
    ]
    assert report["stats"]["rows"] == 3, "a blank row is none"


def test_a_large_text_is_judged_alike_column_by_column(
    client: TestClient, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"2024-01-{n % 28 + 1:02};{n};objet {n}" for n in range(400)]
    rows[7], rows[300], rows[301] = "2024-13-01;1;a", ";;", "2024-01-01;x;b;de trop"
    content = ("Titre\n\nDate de la convention;Montant;Objet\n" + "\n".join(rows) + "\n").encode()
    slow = program(client, content, model, "a.csv", match="true").json()
    monkeypatch.setattr("app.file_check.LARGE_BYTES", 1)
    fast = program(client, content, model, "a.csv", match="true").json()
    for report in (slow, fast):
        report["stats"].pop("seconds")
    assert fast == slow
    assert [(error["type"], error["rowNumber"]) for error in fast["errors"]] == [
        ("type-error", 11), ("type-error", 305), ("extra-cell", 305),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", PDF, "n’est pas un tableau"),
        ("a.csv", PDF, "n’est pas un tableau"),
        ("a.xlsx", b"dateConvention,montant\n2024-01-01,1\n", "il contient du texte"),
        ("a.csv", messy(), "il contient un classeur XLSX"),
        ("a.ods", messy(), "il contient un classeur XLSX"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "n’est pas un tableau"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 200, ""),
    ],
)
@pytest.mark.parametrize("match", ["", "true"])
def test_what_is_not_what_its_name_says_is_refused_in_a_sentence(
    client: TestClient, model: str, name: str, content: bytes, told: str, match: str
) -> None:
    answer = program(client, content, model, name, match=match)
    assert answer.status_code == 422, answer.text
    assert told in said(answer.json()["error"])
    page = send(client, content, model, name)
    assert page.status_code == 422
    assert told in said(page.text)
    assert list(files.names(INSTANCE, service.PREFIX)) == []


@pytest.fixture
def site() -> Iterator[Callable[[Answer], str]]:
    with website() as serve:
        yield serve


def test_a_model_by_its_address(
    client: TestClient, site: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = site(gives(json.dumps(DESCRIPTOR).encode())) + "/schema.json"
    form = {"schema": address}
    inside = client.post("/verifier", data=form, files={"fichier": ("suivi.xlsx", messy())})
    assert inside.status_code == 422
    assert "réseau privé" in said(inside.text)
    assert program(client, messy(), address, match="true").status_code == 422
    monkeypatch.setattr(get_settings(), "allow_private_addresses", True)
    sent = client.post("/verifier", data=form, files={"fichier": ("suivi.xlsx", messy())})
    assert sent.status_code == 303, sent.text
    page = said(client.get(sent.headers["location"]).text)
    assert "Conventions" in page
    assert "2 erreurs de 2 sortes à corriger" in page
    report = program(client, messy(), address, match="true").json()
    assert (report["schema"]["key"], report["schema"]["title"]) == (address, "Conventions")
    broken = site(gives(b'{"fields": 3}')) + "/schema.json"
    assert program(client, messy(), broken).status_code == 422
    nowhere = site(gives(b"", 404)) + "/schema.json"
    page = client.post("/verifier", data={"schema": nowhere}, files={"fichier": ("suivi.xlsx", messy())})
    assert page.status_code == 422
    assert "code 404" in said(page.text)


def test_a_file_by_its_address(
    client: TestClient, model: str, site: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "allow_private_addresses", True)
    address = site(gives(messy())) + "/suivi.xlsx?telecharger=1"
    sent = client.post("/verifier", data={"modele": model, "adresse": address})
    assert sent.status_code == 303, sent.text
    assert "suivi.xlsx" in client.get(sent.headers["location"]).text
    monkeypatch.setattr(get_settings(), "max_check", 2000)
    large = client.post("/verifier", data={"modele": model, "adresse": address})
    assert large.status_code == 422
    assert "trop volumineux" in said(large.text)


def test_a_reading_goes_with_its_own_time(client: TestClient, model: str, data_dir: Path) -> None:
    first = send(client, messy(), model).headers["location"]
    other = client.post(first, data={"titres": "lettre"}).headers["location"]
    assert other != first
    service.forget(first.rpartition("/")[2])
    assert client.get(first).status_code == 404
    service._reports.clear()
    assert client.get(other).status_code == 200, "judged anew from its own copy of the file"
