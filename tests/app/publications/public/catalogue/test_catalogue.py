"""The catalogues at their addresses, read as harvesters read them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import rdflib
from rdflib import DCAT, DCTERMS, FOAF, RDF, URIRef
from starlette.testclient import TestClient

import schema_loader
from app.settings import get_settings
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from tests.app.publications import made
from tests.app.publications.public.conftest import Town, some

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
STARTER = Path(schema_loader.__file__).parent / "starter" / "catalogue-0.1.3.json"
PATHS = ["/donnees/catalogue", "/donnees/reze/catalogue"]


def graph(client: TestClient, path: str, form: str = "turtle") -> rdflib.Graph:
    answer = client.get(path)
    assert answer.status_code == 200
    return rdflib.Graph().parse(data=answer.content, format=form)


@pytest.fixture
def both(town: Town) -> Town:
    """A second town publishes too; a third proposes, a sandbox plays."""
    town.publish()
    for slug, state, values in (
        ("valbrune", "published", {}),
        ("ailleurs", "proposed", {}),
        ("bac", "published", {"siren": None, "is_sandbox": True}),
    ):
        place = town.make.establishment(slug=slug, name=slug.title(), **values)
        dataset = town.make.dataset(place, town.version, slug="deliberations", title=f"De {slug}")
        made.publish(
            town.make, place, dataset, town.version, made.rows_of(town.version, *some(2)), state=state
        )
    return town


@pytest.mark.parametrize(("end", "form"), [(".ttl", "turtle"), (".jsonld", "json-ld")])
def test_a_catalogue_lists_what_is_published(client: TestClient, both: Town, end: str, form: str) -> None:
    site = get_settings().public_url
    every, own = (graph(client, path + end, form) for path in PATHS)
    pages = {f"{site}/donnees/reze/deliberations", f"{site}/donnees/valbrune/deliberations"}
    assert {str(one) for one in every.subjects(RDF.type, DCAT.Dataset)} == pages
    assert {str(one) for one in own.subjects(RDF.type, DCAT.Dataset)} == {
        f"{site}/donnees/reze/deliberations"
    }
    one = URIRef(f"{site}/donnees/reze/deliberations")
    assert str(own.value(one, DCTERMS.identifier)) == "21440143200015/deliberations"
    assert str(own.value(one, DCTERMS.conformsTo)).endswith("/scdl/deliberations/2.1.5/schema.json")
    assert own.value(own.value(one, DCTERMS.publisher), FOAF.name).toPython() == "Commune de Rezé"
    (file,) = own.objects(one, DCAT.distribution)
    address = str(own.value(file, DCAT.downloadURL)).removeprefix(site)
    held = client.get(address, headers={"Accept-Encoding": "identity"})
    assert held.status_code == 200  # the very address, no redirection
    assert str(own.value(file, DCAT.byteSize)) == str(len(held.content))


def test_a_portal_reads_turtle_with_its_charset(client: TestClient, both: Town) -> None:
    answer = client.get("/donnees/reze/catalogue.ttl")
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert "Rezé" in answer.content.decode()
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", PATHS)
def test_the_scdl_catalogue_keeps_to_its_schema(client: TestClient, both: Town, path: str) -> None:
    answer = client.get(f"{path}-scdl.csv")
    header, *rows = csv.reader(io.StringIO(answer.content.decode(), newline=""))
    assert [str(error) for error in check_table(compile_schema(STARTER.read_bytes()), header, rows)] == []
    assert len(rows) == 1  # the other town has no SIRET, which the schema wants
    assert rows[0][header.index("ID")] == "21440143200015/deliberations"


@pytest.mark.parametrize("end", [".ttl", ".jsonld", "-scdl.csv"])
def test_who_has_it_is_sent_nothing_until_something_changes(client: TestClient, both: Town, end: str) -> None:
    address = f"/donnees/reze/catalogue{end}"
    tag = client.get(address).headers["etag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(address).headers["etag"] == tag
    both.publish(some(7))
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_an_establishment_that_publishes_nothing_has_no_catalogue(client: TestClient, both: Town) -> None:
    for place in ("ailleurs", "bac", "nulle-part"):
        assert client.get(f"/donnees/{place}/catalogue.ttl").status_code == 404


def test_a_service_that_publishes_nothing_has_an_empty_one(client: TestClient) -> None:
    assert list(graph(client, "/donnees/catalogue.ttl").subjects(RDF.type, DCAT.Dataset)) == []


def test_a_withdrawn_dataset_leaves_the_catalogue(client: TestClient, town: Town) -> None:
    town.publish(state="withdrawn", is_current=False, reason="Essai.")
    assert list(graph(client, "/donnees/reze/catalogue.ttl").subjects(RDF.type, DCAT.Dataset)) == []
