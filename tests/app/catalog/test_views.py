"""Pages of the catalogue, for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app import db
from app.catalog.service import add_schema, install_starter, set_offered
from app.models import Account, CatalogueSchema
from app.tenancy import Scope
from exporters.marks import read_marks
from tests.app.catalog.schemas import descriptor
from tests.factories import Make


def add(data: bytes, **options: object) -> None:
    with db.in_transaction(Scope.instance()) as session:
        add_schema(session, data, source="x", **options)  # type: ignore[arg-type]


@pytest.fixture
def starters(database: object) -> None:
    with db.in_transaction(Scope.instance()) as session:
        install_starter(session)


def test_the_catalogue_lists_and_finds(client: TestClient, starters: None) -> None:
    text = client.get("/modeles").text
    assert text.count('class="entry"') == 8
    found = client.get("/modeles", params={"q": "subventions aux clubs"}).text
    assert found.index("Subventions attribuées") > 0
    assert "Prénoms" not in found


def test_words_that_no_schema_holds_together_find_those_that_hold_one(
    client: TestClient, starters: None
) -> None:
    text = client.get("/modeles", params={"q": "cantine patinoire"}).text
    assert "au moins un" in text
    assert "Menus des cantines" in text


def test_nothing_found_says_what_to_try(client: TestClient, starters: None) -> None:
    text = client.get("/modeles", params={"q": "<b>patinoire"}).text
    assert "Aucun modèle pour" in text
    assert "&lt;b&gt;patinoire" in text
    assert "<b>patinoire" not in text


def test_htmx_gets_the_results_alone(client: TestClient, starters: None) -> None:
    text = client.get("/modeles", params={"q": "budget"}, headers={"HX-Request": "true"}).text
    assert "<html" not in text
    assert "/modeles/scdl/budget" in text


def test_the_list_is_paged_and_keeps_what_is_sought(client: TestClient, database: object, make: Make) -> None:
    for n in range(25):
        make.add(CatalogueSchema(key=f"a/arbre-{n:02}", title=f"Arbre {n:02}", newest="1"))
    first = client.get("/modeles", params={"q": "arbres"}).text
    assert "1–20 sur 25" in first
    assert "q=arbres&amp;page=2" in first
    second = client.get("/modeles", params={"q": "arbres", "page": "2"}).text
    assert second.count('class="entry"') == 5


def test_a_schema_is_explained_required_columns_first(client: TestClient, database: object) -> None:
    fields = [
        {"name": "hauteur", "type": "number", "constraints": {"minimum": 1}, "description": "En **mètres**."},
        {"name": "espece", "title": "Espèce", "type": "string", "constraints": {"required": True}},
    ]
    add(descriptor(fields=fields, primaryKey="espece"))
    text = client.get("/modeles/arbres").text
    assert text.index("Colonnes obligatoires") < text.index("Espèce") < text.index("Colonnes facultatives")
    assert text.index("Colonnes facultatives") < text.index("hauteur</h3>")
    assert "<strong>mètres</strong>" in text
    assert "au moins 1" in text
    assert "Deux lignes ne peuvent pas avoir les mêmes valeurs" in text


def test_a_schema_is_explained_in_english_too(client: TestClient, starters: None) -> None:
    text = client.get("/modeles/scdl/deliberations", headers={"Accept-Language": "en"}).text
    assert "Required columns" in text
    assert "14 digits" in text


def test_what_the_authors_wrote_cannot_act(client: TestClient, database: object) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    fields = [{"name": evil, "title": evil, "description": evil, "example": evil, "type": "string"}]
    add(
        descriptor(
            title=evil, description=evil, keywords=[evil], fields=fields, homepage="javascript:alert(1)"
        )
    )
    for path in ("/modeles", "/modeles/arbres", "/modeles?q=script"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "javascript:" not in text


def test_versions_are_read_one_by_one(client: TestClient, database: object) -> None:
    add(descriptor(version="1.9"))
    add(descriptor(version="1.10", fields=[{"name": "neuve", "type": "string"}]))
    text = client.get("/modeles/arbres").text
    assert "neuve" in text
    assert re.search(r"1\.10</a>.*1\.9</a>", text, re.S), "the newest first"
    old = client.get("/modeles/arbres", params={"version": "1.9"})
    assert "espece" in old.text
    assert "Vous lisez la version 1.9" in old.text
    assert client.get("/modeles/arbres", params={"version": "7"}).status_code == 404


def test_the_file_is_given_as_it_was_published(client: TestClient, database: object) -> None:
    data = descriptor(version="1.0")
    add(data, key="scdl/arbres")
    answer = client.get("/modeles/scdl/arbres/schema.json")
    assert answer.content == data
    assert answer.headers["content-disposition"] == 'attachment; filename="arbres-1.0.json"'
    kept = client.get("/modeles/scdl/arbres/schema.json", headers={"If-None-Match": answer.headers["etag"]})
    assert kept.status_code == 304


@pytest.mark.parametrize("path", ["/modeles/rien", "/modeles/rien/schema.json", "/modeles/../x"])
def test_what_is_not_in_the_catalogue_is_a_page_that_says_so(
    client: TestClient, database: object, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path", ["/modeles/a%00b", "/modeles?q=a%00b", "/modeles?page=%00", "/modeles?q=%ED%A0%80"]
)
def test_a_byte_that_no_text_holds_is_no_fault_of_ours(
    client: TestClient, database: object, path: str
) -> None:
    assert client.get(path).status_code in {200, 400, 404}


def test_other_kinds_are_listed_with_their_tool(client: TestClient, database: object, make: Make) -> None:
    make.add(
        CatalogueSchema(key="etalab/bal", title="Base adresse locale", kind="other", tool="https://outil.fr/")
    )
    assert "Autres schémas" in client.get("/modeles").text
    text = client.get("/modeles", params={"nature": "autres", "q": "adresses"}).text
    assert 'href="https://outil.fr/"' in text
    page = client.get("/modeles/etalab/bal")
    assert page.status_code == 200
    assert "ne peut pas en faire un formulaire" in page.text
    assert client.get("/modeles/etalab/bal/schema.json").status_code == 404


def test_a_withdrawn_schema_leaves_the_list_and_keeps_its_page(client: TestClient, starters: None) -> None:
    with db.in_transaction(Scope.instance()) as session:
        set_offered(session, "scdl/budget", False, account=None)
    assert "/modeles/scdl/budget" not in client.get("/modeles").text
    assert "n’est plus proposé" in client.get("/modeles/scdl/budget").text


def test_oddities_are_for_administrators(
    client: TestClient, make: Make, sign_in: Callable[[Account], TestClient]
) -> None:
    add(descriptor(fields=[{"name": "a", "type": "strng"}]))
    assert "Particularités" not in client.get("/modeles/arbres").text
    sign_in(make.account(is_administrator=True))
    assert "Particularités de ce schéma" in client.get("/modeles/arbres").text


def test_a_schema_gives_its_workbook_by_version(client: TestClient, database: object, tmp_path: Path) -> None:
    fields = [{"name": "espece", "title": "Espèce", "type": "string", "example": "Tilleul"}]
    add(descriptor(fields=fields, version="1.0.0"))
    add(descriptor(fields=[*fields, {"name": "hauteur", "type": "number"}], version="2.0.0"))
    page = client.get("/modeles/arbres", params={"version": "1.0.0"}).text
    assert "/modeles/arbres/gabarit.xlsx?version=1.0.0" in page
    answer = client.get("/modeles/arbres/gabarit.xlsx?version=1.0.0")
    assert answer.status_code == 200
    assert 'filename="gabarit-arbres-1.0.0.xlsx"' in answer.headers["content-disposition"]
    file = tmp_path / "gabarit.xlsx"
    file.write_bytes(answer.content)
    sheet = load_workbook(file).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["N° interne", "espece"]
    marks = read_marks(file)
    assert marks is not None
    assert (marks.kind, marks.schema_name, marks.schema_version) == ("template", "arbres", "1.0.0")
    newest = client.get("/modeles/arbres/gabarit.xlsx")
    assert newest.headers["etag"] != answer.headers["etag"]
    again = client.get("/modeles/arbres/gabarit.xlsx", headers={"If-None-Match": newest.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/modeles/arbres/gabarit.xlsx?version=9").status_code == 404
