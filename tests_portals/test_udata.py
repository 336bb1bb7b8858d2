"""What udata alone does: keys, maintenance, OAuth, quality, and its harvester before our feeds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.publications.feeds import jsonld as jsonld_module
from app.publications.feeds import turtle as turtle_module
from app.publications.feeds.jsonld import jsonld
from app.publications.feeds.turtle import turtle
from app.publications.portals.base import SchemaRef
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.oauth import ask, challenge, exchange
from app.publications.portals.send import Plan, send
from app.publications.quality import FileFacts, score
from tests.app.publications.feeds.samples import CATALOGUE, a_dataset
from tests.app.publications.portals.cases import a_file
from tests_portals.real_udata import PATIENT, api, control, real, server

pytestmark = pytest.mark.usefixtures("data_dir")
BACK = "https://tabellion.example/retour"


def opened(key: str, **options: bool) -> DataGouv:
    return DataGouv(key, site=server()["site"], patience=PATIENT, allow_private=True, **options)


def test_who_the_key_is() -> None:
    with opened(server()["key"]) as portal:
        me = portal.identify()
    assert (me.name, me.email) == ("Ada Martin", "ada@mairie.example")
    assert [(one.id, one.may_publish) for one in me.organisations] == [(server()["organisation"], True)]


@pytest.mark.parametrize("name", ["revoked_key", "organisation"])
def test_a_key_that_is_not_valid(name: str) -> None:
    with opened(server()[name]) as portal, pytest.raises(PortalError) as caught:
        portal.identify()
    assert caught.value.kind is Fault.BAD_KEY


def test_another_organisation_is_forbidden(tmp_path: Path) -> None:
    metadata = replace(real().metadata, organisation=server()["other_organisation"])
    with opened(server()["key"]) as portal, pytest.raises(PortalError) as caught:
        send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
    assert caught.value.kind is Fault.FORBIDDEN


def test_maintenance_is_waited_for(tmp_path: Path) -> None:
    control("read-only", on=True)
    try:
        with opened(server()["key"]) as portal, pytest.raises(PortalError) as caught:
            send(portal, Plan(real().metadata, a_file(tmp_path)), lambda state: None, tries=1)
    finally:
        control("read-only", on=False)
    assert caught.value.kind is Fault.READ_ONLY and caught.value.passing


@pytest.mark.parametrize(
    ("schema", "name", "notices"),
    [
        (SchemaRef("scdl/deliberations", "2.1.5", "https://s.example/d.json"), "scdl/deliberations", set()),
        (
            SchemaRef("scdl/deliberations", "9.9", "https://s.example/d.json"),
            "scdl/deliberations",
            {"schema"},
        ),
        (SchemaRef("scdl/unheard-of", "1.0.0"), None, {"schema_left_out"}),
    ],
)
def test_a_schema_before_a_catalogue(
    tmp_path: Path, schema: SchemaRef, name: str | None, notices: set[str]
) -> None:
    control("catalogue", on=True)
    try:
        with opened(server()["key"]) as portal:
            plan = Plan(replace(real().metadata, schema=schema), a_file(tmp_path))
            state = send(portal, plan, lambda state: None)
    finally:
        control("catalogue", on=False)
    held = api("GET", f"/api/1/datasets/{state.ids.dataset_id}/")["resources"][0]["schema"]
    assert (held or {}).get("name") == name
    assert set(state.notices) == notices


def test_an_unknown_territory_and_licence_are_said(tmp_path: Path) -> None:
    metadata = replace(real().metadata, zones=("fr:commune:00000",), licence="cc-by")
    with opened(server()["key"]) as portal:
        state = send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
    assert state.arrived
    assert set(state.notices) == {"zones", "licence"}


def test_a_file_in_parts(tmp_path: Path) -> None:
    file = a_file(tmp_path, rows=5000)
    with DataGouv(
        server()["key"], site=server()["site"], patience=PATIENT, allow_private=True, chunk=20_000
    ) as portal:
        state = send(portal, Plan(real().metadata, file), lambda state: None)
    (resource,) = api("GET", f"/api/1/datasets/{state.ids.dataset_id}/")["resources"]
    assert resource["checksum"]["value"] == file.sha1()
    assert resource["filesize"] == file.size


def test_the_score_is_the_one_foretold(tmp_path: Path) -> None:
    metadata, today = real().metadata, datetime.now(UTC).date()
    for changes in ({}, {"coverage": None}, {"zones": (), "granularity": ""}, {"description": "Bref."}, {"frequency": "unknown"}):  # fmt: skip
        told = replace(metadata, identifier=f"{metadata.identifier}-{len(str(changes))}", **changes)  # type: ignore[arg-type]
        file = a_file(tmp_path)
        with opened(server()["key"]) as portal:
            state = send(portal, Plan(told, file), lambda state: None)
        found = api("GET", f"/api/1/datasets/{state.ids.dataset_id}/")["quality"]["score"]
        ours = score(told, FileFacts(file.format, file.description), updated=today, today=today)
        assert ours.value == pytest.approx(found), changes


def test_what_others_wrote_is_kept(tmp_path: Path) -> None:
    metadata = real().metadata
    with opened(server()["key"]) as portal:
        state = send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
        control("dataset", id=state.ids.dataset_id, set={"extras__service": "urbanisme"})
        send(portal, Plan(metadata, a_file(tmp_path, rows=9)), lambda state: None, state)
    held = api("GET", f"/api/1/datasets/{state.ids.dataset_id}/")
    assert held["extras"]["service"] == "urbanisme"
    assert len(held["resources"]) == 1
    assert [point["email"] for point in held["contact_points"]] == ["assemblees@mairie.example"]


def test_oauth_from_code_to_publication(tmp_path: Path) -> None:
    asked = ask(server()["client_id"], BACK, site=server()["site"])
    told = control(
        "authorise",
        client_id=server()["client_id"],
        redirect_uri=BACK,
        code_challenge=challenge(asked.verifier),
    )
    options = {
        "client_id": server()["client_id"],
        "redirect_uri": BACK,
        "site": server()["site"],
        "patience": PATIENT,
        "allow_private": True,
    }
    with pytest.raises(PortalError):
        exchange(replace(asked, verifier="v" * 64), told["code"], **options)  # type: ignore[arg-type]
    token = exchange(asked, told["code"], **options)  # type: ignore[arg-type]
    with opened(token.value, bearer=True) as portal:
        assert portal.identify().name == "Ada Martin"
        assert send(portal, Plan(real().metadata, a_file(tmp_path)), lambda state: None).arrived
    with opened("another", bearer=True) as portal, pytest.raises(PortalError) as caught:
        portal.identify()
    assert caught.value.kind is Fault.EXPIRED


@contextmanager
def served(name: str, data: bytes, media_type: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_GET = do_HEAD = _serve  # noqa: N815 (the names of http.server)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{name}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["catalogue.ttl", "catalogue.jsonld"])
def test_the_harvester_takes_our_feed_whole(name: str) -> None:
    feed, module = (turtle, turtle_module) if name.endswith("ttl") else (jsonld, jsonld_module)
    datasets = [a_dataset(1), a_dataset(2, frequency="annual", licence="odc-odbl", coverage=None)]
    data = b"".join(feed(CATALOGUE, datasets))
    with served(name, data, module.MEDIA_TYPE) as url:
        told = control("harvest", url=url, organisation=server()["organisation"])
    assert told["errors"] == []
    first, second = sorted(told["datasets"], key=lambda one: one["identifier"])
    wanted = datasets[0]
    assert first["identifier"] == wanted.identifier
    assert first["title"] == wanted.title
    assert "« du conseil »" in first["description"]
    assert set(first["tags"]) == {"deliberations", "conseil-municipal"}
    assert (first["licence"], second["licence"]) == ("lov2", "odc-odbl")
    assert (first["frequency"], second["frequency"]) == ("quarterly", "annual")
    assert [day[:10] for day in first["coverage"]] == ["2025-01-01", "2025-12-31"]
    assert "assemblees@mairie.example" in first["contacts"]
    assert first["page"] == wanted.page
    (resource,) = first["resources"]
    (held,) = wanted.distributions
    assert (resource["url"], resource["title"]) == (held.url, held.title)
    assert (resource["format"], resource["mime"], resource["size"]) == ("csv", "text/csv", 12_345)
    assert resource["checksum"] == ["sha256", held.sha256]
    assert (
        resource["schema"]["url"] == wanted.schema.url or resource["schema"]["name"] == "scdl/deliberations"
    )
