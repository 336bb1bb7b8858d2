"""« Vérifier un fichier »: by the page as a browser without scripts does it, and by programs."""

from __future__ import annotations

import html
import io
import time

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app import auth, files
from app.checking import limiter, service
from app.errors import NotFound, TooMany
from app.settings import get_settings
from app.tenancy import INSTANCE
from tests.factories import Make

HEADER = "espece,hauteur,jour"
FIELDS = [
    {"name": "espece", "title": "Espèce", "type": "string", "constraints": {"required": True}},
    {"name": "hauteur", "type": "number"},
    {"name": "jour", "type": "date"},
]
WRONG = f"{HEADER}\nTilleul,12,2024-01-01\n,haut,31/01/2024\nChêne,bas,28/02/2024\n"
RIGHT = f"{HEADER}\nTilleul,12,2024-01-01\n"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    limiter.forget()


@pytest.fixture
def model(make: Make) -> str:
    import json

    make.schema("essai/arbres", json.dumps({"name": "arbres", "title": "Arbres", "fields": FIELDS}).encode())
    return "essai/arbres"


def said(page: str) -> str:
    return html.unescape(page).replace("\xa0", " ").replace("\u202f", " ")


def send(client: TestClient, content: str, model: str, name: str = "arbres.csv"):
    return client.post("/verifier", data={"modele": model}, files={"fichier": (name, content.encode())})


def kept() -> list[str]:
    return list(files.names(INSTANCE, service.PREFIX))


def test_the_verdict_comes_first_then_places_and_proposals(client: TestClient, model: str) -> None:
    assert "Arbres" in client.get(f"/verifier?modele={model}").text
    answer = send(client, WRONG, model)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    page = said(client.get(address).text)
    assert "<h1" in page
    verdict = page[page.index("<h1") :].partition("</h1>")[0]
    assert "5 erreurs de 3 sortes à corriger" in verdict
    assert "Colonne « hauteur »" in page
    assert "<mark>31/01/2024</mark>" in page
    assert "<code>31/01/2024</code> → <code>2024-01-31</code>" in page
    assert "donnez-lui cette adresse" not in page, "only for somebody signed in"
    text = client.get(f"{address}/erreurs.csv").text
    assert len(text.splitlines()) == 6
    alone = client.get(f"{address}/rapport.html")
    assert "attachment" in alone.headers["content-disposition"]


def test_the_correction_file_holds_the_rows_as_they_came(client: TestClient, model: str) -> None:
    address = send(client, WRONG, model).headers["location"]
    book = load_workbook(io.BytesIO(client.get(f"{address}/correction.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("espece", "hauteur", "jour")
    assert len(rows) == 4
    assert rows[2][1:3] == ("haut", "31/01/2024")
    assert book.worksheets[0]["B3"].comment is not None
    only = load_workbook(io.BytesIO(client.get(f"{address}/correction.xlsx?seulement=fautives").content))
    assert [row[2] for row in only.worksheets[0].iter_rows(min_row=2, values_only=True)] == [
        "31/01/2024",
        "28/02/2024",
    ]


def test_a_valid_file_is_said_valid(client: TestClient, model: str) -> None:
    page = client.get(send(client, RIGHT, model).headers["location"]).text
    assert "Fichier valide" in page
    assert "correction.xlsx" not in page


def test_what_is_missing_or_cannot_be_read_is_said_beside_its_field(
    client: TestClient, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.post("/verifier", data={})
    assert answer.status_code == 422
    assert "Aucun fichier n’est choisi" in answer.text
    assert "Aucun modèle n’est choisi" in answer.text
    assert send(client, "PK\x03\x04 cut short", model, "arbres.xlsx").status_code == 422
    assert "pas au catalogue" in said(send(client, RIGHT, "essai/rien").text)
    monkeypatch.setattr(get_settings(), "max_check", 2000)
    assert send(client, HEADER + "\n" + "x,1,\n" * 1000, model).status_code == 422
    assert kept() == [], "nothing stays of a file that was not judged"


def test_a_report_is_shared_by_its_address_and_goes_in_time(
    client: TestClient, model: str, make: Make
) -> None:
    guest = send(client, WRONG, model).headers["location"].rpartition("/")[2]
    client.cookies.set(auth.cookie_name(), make.signed_in(make.account()))
    address = send(client, WRONG, model).headers["location"]
    assert "donnez-lui cette adresse" in said(client.get(address).text)
    client.cookies.delete(auth.cookie_name())
    assert client.get(address).status_code == 200
    assert client.get("/verifier/" + "0" * 32).status_code == 404
    assert client.get("/verifier/a.b").status_code == 404
    service.tidy(lambda: time.time() + 2 * 3600)
    assert client.get(f"/verifier/{guest}").status_code == 404
    assert client.get(address).status_code == 200
    service.tidy(lambda: time.time() + 73 * 3600)
    assert kept() == []
    with pytest.raises(NotFound):
        service.find(address.rpartition("/")[2])


def test_programs_get_the_report_and_nothing_is_kept(client: TestClient, model: str) -> None:
    client.cookies.clear()
    answer = client.post(
        "/api/v1/validate", data={"schema": model, "lang": "en"}, files={"file": ("a.csv", WRONG.encode())}
    )
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["valid"], report["stats"]["rows"], report["stats"]["errors"]) == (False, 3, 5)
    assert report["schema"]["key"] == model
    assert report["errors"][0]["rowNumber"] == 3
    assert kept() == []
    for form, status in (({"schema": model}, 422), ({"schema": "x/y", "url": "http://192.0.2.1/a"}, 404)):
        refused = client.post("/api/v1/validate", data=form)
        assert refused.status_code == status
        assert refused.json()["error"]
    inside = client.post("/api/v1/validate", data={"schema": model, "url": "http://127.0.0.1:1/a.csv"})
    assert inside.status_code == 422, "an address of the network of the service is not read"


@pytest.mark.parametrize("name", ["schema", "version", "sheet", "encoding", "headerRow", "map", "lang"])
def test_a_text_that_cannot_be_one_is_refused_by_its_name(client: TestClient, model: str, name: str) -> None:
    form = {"schema": model, "match": "true", name: "\0"}
    answer = client.post("/api/v1/validate", data=form, files={"file": ("a.csv", RIGHT.encode())})
    assert answer.status_code == 400
    assert f"« {name} »" in said(answer.json()["error"])


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"garbage", "multipart/form-data", 400),
        (b"schema=" + b"x" * 3_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_refused_before_it_is_read_is_said_as_the_rest_is(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    answer = client.post("/api/v1/validate", content=content, headers={"content-type": kind, "accept": "*/*"})
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]


def test_one_network_waits_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "checks_per_quarter", 2)
    limiter.count("a", 0.0)
    limiter.count("a", 10.0)
    with pytest.raises(TooMany) as refused:
        limiter.count("a", 20.0)
    assert refused.value.retry_after == 881
    limiter.count("b", 20.0)
    limiter.count("a", 901.0)
