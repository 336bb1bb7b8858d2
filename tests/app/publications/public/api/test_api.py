"""Reading by programs."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.publications.public.conftest import Town, some


def test_a_dataset_tells_what_its_page_tells(client: TestClient, town: Town) -> None:
    town.publish()
    town.publish(some(4), state="withdrawn", is_current=False, reason="Essai.")
    town.publish(some(5))
    answer = client.get(f"/api/v1{town.path}")
    told = answer.json()
    assert told["identifier"] == "21440143200015/deliberations"
    assert told["licence"]["key"] == "lov2"
    assert (
        told["table_schema"]["url"]
        == "https://schema.data.gouv.fr/schemas/scdl/deliberations/2.1.5/schema.json"
    )
    assert told["latest"]["csv"].endswith(f"{town.path}/latest.csv")
    assert [(one["number"], one["is_withdrawn"], one["reason"]) for one in told["versions"]] == [
        (3, False, None),
        (2, True, "Essai."),
        (1, False, None),
    ]
    assert told["versions"][1]["files"] == []
    assert answer.headers["access-control-allow-origin"] == "*"
    again = client.get(f"/api/v1{town.path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_rows_are_typed_and_paged(client: TestClient, town: Town) -> None:
    town.publish(some(60, VOTE_POUR="30"))
    told = client.get(f"/api/v1{town.path}/lignes?taille=20&page=2").json()
    assert (told["total"], told["page"], told["pages"], told["size"], len(told["rows"])) == (60, 2, 3, 20, 20)
    row = told["rows"][0]
    assert row["DELIB_ID"] == "2025-21"
    assert row["VOTE_POUR"] == 30
    assert row["VOTE_CONTRE"] is None
    following = client.get(told["next"].partition("://")[2].partition("/")[2].join(["/", ""])).json()
    assert following["page"] == 3
    assert following["next"] is None
    assert following["previous"].endswith("taille=20&page=2")


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 12),
        ("q=ecole", 12),
        ("q=introuvable", 0),
        ("DELIB_DATE=2025-03", 1),
        ("DELIB_DATE=2025-03&DELIB_DATE=2025-04", 2),
        ("f.DELIB_ID=2025-7", 1),
        ("de.VOTE_EFFECTIF=36", 0),
        ("de.DELIB_DATE=2025-06&a.DELIB_DATE=2025-07", 2),
        ("taille=1000&page=1", 12),
        ("taille=&page=&tri=", 12),
        ("DELIB_ID=", 12),
    ],
)
def test_rows_are_filtered(client: TestClient, town: Town, query: str, total: int) -> None:
    town.publish(some(12))
    assert client.get(f"/api/v1{town.path}/lignes?{query}").json()["total"] == total


def test_rows_are_sorted(client: TestClient, town: Town) -> None:
    town.publish(some(12))
    told = client.get(f"/api/v1{town.path}/lignes?tri=-DELIB_DATE&taille=2").json()
    assert [row["DELIB_DATE"] for row in told["rows"]] == ["2025-12-12", "2025-11-12"]


def test_a_parameter_that_means_nothing_is_said(client: TestClient, town: Town) -> None:
    town.publish()
    answer = client.get(f"/api/v1{town.path}/lignes?DELIB_OBJT=x")
    assert answer.status_code == 400
    assert "DELIB_OBJT" in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["", "q=ecole", "q=introuvable", "tri=-DELIB_DATE", "q=ecole&tri=DELIB_ID"])
def test_reading_until_there_are_no_rows_ends(client: TestClient, town: Town, query: str) -> None:
    town.publish(some(5))
    seen: list[str] = []
    for page in range(1, 10):
        answer = client.get(f"/api/v1{town.path}/lignes?{query}&taille=2&page={page}")
        assert answer.status_code == 200
        told = answer.json()
        if not told["rows"]:
            break
        seen += [row["DELIB_ID"] for row in told["rows"]]
    total = 0 if "introuvable" in query else 5
    pages = 3 if total else 1
    assert len(seen) == len(set(seen)) == total
    assert (told["total"], told["pages"], told["page"]) == (total, pages, page)
    assert page == (pages + 1 if total else 1)
    assert told["next"] is None
    assert (told["previous"] is None) == (page == 1)


def test_a_page_far_beyond_the_last_leads_back_to_it(client: TestClient, town: Town) -> None:
    town.publish(some(5))
    told = client.get(f"/api/v1{town.path}/lignes?taille=2&page=1000000000").json()
    assert (told["rows"], told["total"], told["pages"], told["next"]) == ([], 5, 3, None)
    assert told["previous"].endswith("taille=2&page=3")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("page=-1", "page"),
        ("page=0", "page"),
        ("page=abc", "page"),
        ("page=1.5", "page"),
        ("page=²", "page"),
        ("page=1000000001", "page"),
        ("page=" + "9" * 5000, "page"),
        ("page=abc&page=1", "page"),
        ("taille=abc", "taille"),
        ("taille=0", "taille"),
        ("taille=-5", "taille"),
        ("taille=1001", "taille"),
        ("tri=nope", "tri"),
        ("tri=-nope", "tri"),
        ("tri=%00", "tri"),
    ],
)
def test_a_value_that_means_nothing_is_said(client: TestClient, town: Town, query: str, named: str) -> None:
    town.publish(some(3))
    answer = client.get(f"/api/v1{town.path}/lignes?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert f"« {named} »" in told["detail"].replace("\xa0", " ").replace("\u202f", " ")
    assert len(told["detail"]) < 300


@pytest.mark.parametrize("query", ["page=-1", "page=99", "taille=abc", "tri=nope"])
def test_the_page_goes_on_being_lenient(client: TestClient, town: Town, query: str) -> None:
    town.publish(some(3))
    answer = client.get(f"{town.path}?{query}")
    assert answer.status_code == 200
    assert "2025-3" in answer.text


@pytest.mark.parametrize("end", ["", "/lignes"])
def test_what_is_hidden_or_withdrawn_is_a_problem(client: TestClient, town: Town, end: str) -> None:
    town.publish(state="proposed")
    assert client.get(f"/api/v1{town.path}{end}").status_code == 404
    town.publish(state="withdrawn", is_current=False, reason="Essai.")
    gone = client.get(f"/api/v1{town.path}{end}")
    assert gone.status_code == 410
    assert "Essai." in gone.json()["detail"]


def test_openapi_describes_what_is_read(client: TestClient) -> None:
    told: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
        "/api/v1/donnees/{establishment}/{dataset}",
        "/api/v1/donnees/{establishment}/{dataset}/lignes",
    }
    lines = told["paths"]["/api/v1/donnees/{establishment}/{dataset}/lignes"]["get"]
    assert "RowsOut" in str(lines["responses"]["200"])
    assert {one["name"] for one in lines["parameters"]} >= {"q", "tri", "page", "taille"}
