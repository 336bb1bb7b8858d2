"""data.gouv.fr: what it refuses, in whose words it is told, and what is done otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.publications.portals.base import Metadata, PortalFile, RemoteIds, SchemaRef
from app.publications.portals.datagouv import DataGouv, tags
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.send import Plan, SendState, send
from tests.app.publications.portals.cases import METADATA, QUICK, a_file
from tests.app.publications.portals.udata_site import KEY, ORG, OTHER_ORG, UdataSite

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def site() -> Iterator[UdataSite]:
    made = UdataSite()
    yield made
    made.stop()


@pytest.fixture
def portal(site: UdataSite) -> Iterator[DataGouv]:
    with DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True) as opened:
        yield opened


def arrive(
    portal: DataGouv, site: UdataSite, file: PortalFile, metadata: Metadata = METADATA, **flags: bool
) -> SendState:
    return send(portal, Plan(metadata, file, **flags), lambda state: None, sleep=site.sleep)


def refusal(
    portal: DataGouv, site: UdataSite, file: PortalFile, metadata: Metadata = METADATA
) -> PortalError:
    with pytest.raises(PortalError) as caught:
        arrive(portal, site, file, metadata)
    return caught.value


def test_a_key_says_whose_it_is_and_for_whom_it_publishes(portal: DataGouv) -> None:
    me = portal.identify()
    assert (me.name, me.email) == ("Ada Martin", "ada@mairie.example")
    assert {one.name: one.may_publish for one in me.organisations} == {
        "Commune de Rezé": True,
        "Nantes Métropole": False,
    }
    assert me.organisations[0].id == ORG


@pytest.mark.parametrize("message", ["Invalid API token", "Revoked API token", "Expired API token"])
def test_a_key_that_is_not_known_is_said_so(site: UdataSite, message: str) -> None:
    site.key_message = message
    with (
        DataGouv("another", site=site.url, patience=QUICK, allow_private=True) as portal,
        pytest.raises(PortalError) as caught,
    ):
        portal.identify()
    assert caught.value.kind is Fault.BAD_KEY
    assert not caught.value.passing
    assert "clé" in caught.value.problem() and "collez-la" in caught.value.remedy()


def test_an_authorisation_that_ended_asks_to_connect_again(site: UdataSite) -> None:
    with DataGouv(KEY, site=site.url, bearer=True, patience=QUICK, allow_private=True) as portal:
        assert portal.identify().name == "Ada Martin"
    with (
        DataGouv("old", site=site.url, bearer=True, patience=QUICK, allow_private=True) as portal,
        pytest.raises(PortalError) as caught,
    ):
        portal.identify()
    assert caught.value.kind is Fault.EXPIRED
    assert "connectez-vous à nouveau" in caught.value.remedy()


def test_another_organisation_is_forbidden(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    error = refusal(portal, site, a_file(tmp_path), replace(METADATA, organisation=OTHER_ORG))
    assert error.kind is Fault.FORBIDDEN
    assert "Permission denied" in error.told()
    assert site.live() == []


def test_a_refused_form_names_the_fields_in_our_words(
    portal: DataGouv, site: UdataSite, tmp_path: Path
) -> None:
    error = refusal(portal, site, a_file(tmp_path), replace(METADATA, title="", description=""))
    assert error.kind is Fault.REFUSED
    assert error.fields == {"title": "This field is required.", "description": "This field is required."}
    assert "titre, description" in error.problem()


@pytest.mark.parametrize(
    ("schema", "sent", "notices"),
    [
        (SchemaRef("scdl/deliberations", "2.1.5", "https://s.example/d.json"), {"name": "scdl/deliberations", "version": "2.1.5"}, ()),
        (
            SchemaRef("scdl/deliberations", "9.9", "https://s.example/d.json"),
            {"url": "https://s.example/d.json", "name": "scdl/deliberations", "version": "9.9"},
            ("schema",),
        ),
        (SchemaRef("a/name", "1.0"), None, ("schema_left_out",)),
        (SchemaRef(url="https://s.example/d.json"), {"url": "https://s.example/d.json"}, ()),
        (SchemaRef(), None, ()),
    ],
)  # fmt: skip
def test_a_schema_is_named_as_the_portal_knows_it(
    portal: DataGouv,
    site: UdataSite,
    tmp_path: Path,
    schema: SchemaRef,
    sent: object,
    notices: tuple[str, ...],
) -> None:
    site.catalogue = {"scdl/deliberations": ["2.1.5"]}
    state = arrive(portal, site, a_file(tmp_path), replace(METADATA, schema=schema))
    assert site.live()[0]["resources"][0]["schema"] == sent
    assert state.notices == notices


def test_an_unknown_territory_or_licence_does_not_stop_a_publication(
    portal: DataGouv, site: UdataSite, tmp_path: Path
) -> None:
    unknown = replace(METADATA, zones=("fr:commune:00000",), licence="cc-by")
    state = arrive(portal, site, a_file(tmp_path), unknown)
    assert state.arrived
    assert set(state.notices) == {"zones", "licence"}
    assert site.live()[0]["spatial"] is None


def test_what_others_wrote_at_the_portal_is_kept(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    kept: list[SendState] = []
    send(portal, Plan(METADATA, a_file(tmp_path)), kept.append, sleep=site.sleep)
    (dataset,) = site.live()
    dataset["extras"] |= {"service": "urbanisme", "analysis:last": "2026"}
    dataset["contact_points"].append({"id": "theirs"})
    dataset["resources"][0]["extras"]["note"] = "x"
    notes = {
        "id": "r2",
        "title": "Notice",
        "filetype": "remote",
        "url": "https://a.example/n.pdf",
        "extras": {},
    }
    dataset["resources"].append(notes)
    site.sleep(5)
    send(portal, Plan(METADATA, a_file(tmp_path, rows=9)), kept.append, kept[-1], sleep=site.sleep)
    assert dataset["extras"]["service"] == "urbanisme"
    assert "analysis:last" not in site.asked[-2].json.get("extras", {})
    assert {one["id"] for one in dataset["contact_points"]} == {"theirs", "c0"}
    assert dataset["resources"][0]["extras"]["note"] == "x"
    assert notes in dataset["resources"]
    assert len(site.contacts) == 1


def test_the_dates_of_the_period_are_whole(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    arrive(portal, site, a_file(tmp_path))
    for asked in site.calls("PUT", r"/datasets/[^/]+/$") + site.calls("POST", r"/datasets/$"):
        assert asked.json["temporal_coverage"] == {"start": "2025-01-01", "end": "2025-12-31"}


def test_it_is_private_until_all_is_there(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    arrive(portal, site, a_file(tmp_path))
    (created,) = site.calls("POST", r"/datasets/$")
    assert created.json["private"] is True
    last_write = [one for one in site.asked if one.method in {"PUT", "POST"}][-1]
    assert last_write.json["private"] is False


def test_a_dataset_kept_private_stays_so(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    assert arrive(portal, site, a_file(tmp_path), replace(METADATA, private=True)).arrived
    assert site.live()[0]["private"] is True


def test_a_large_file_is_sent_in_parts(site: UdataSite, tmp_path: Path) -> None:
    file = a_file(tmp_path, rows=5000)
    with DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True, chunk=10_000) as portal:
        assert file.size > 40_000
        arrive(portal, site, file)
    (resource,) = site.live()[0]["resources"]
    assert site.stored[resource["url"]] == file.path.read_bytes()
    assert len(site.calls("POST", "upload/")) > 5
    assert max(len(one.body) for one in site.calls("POST", "upload/")) < 12_000
    assert site.parts == {}


def test_a_file_that_the_proxy_finds_too_heavy_is_sent_in_smaller_parts(
    site: UdataSite, tmp_path: Path
) -> None:
    file = a_file(tmp_path, rows=1500)
    site.largest = 10_000
    with DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True, chunk=20_000) as portal:
        arrive(portal, site, file)
    (resource,) = site.live()[0]["resources"]
    assert site.stored[resource["url"]] == file.path.read_bytes()


def test_a_file_that_is_too_heavy_in_parts_too_is_refused(site: UdataSite, tmp_path: Path) -> None:
    site.largest = 3000
    with DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True, chunk=20_000) as portal:
        error = refusal(portal, site, a_file(tmp_path, rows=1500))
    assert error.kind is Fault.TOO_LARGE
    assert "<html>" not in error.text("fr")


def test_two_uploads_of_a_name_in_one_second_are_a_second_apart(
    portal: DataGouv, site: UdataSite, tmp_path: Path
) -> None:
    state = arrive(portal, site, a_file(tmp_path))
    again = send(
        portal,
        Plan(METADATA, a_file(tmp_path, rows=7)),
        lambda state: None,
        SendState.from_dict(state.to_dict()),
        sleep=site.sleep,
    )
    assert again.arrived
    assert site.slept == [1.1]
    assert len(site.live()[0]["resources"]) == 1


def test_a_deleted_dataset_is_not_sent_to(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    ids = arrive(portal, site, a_file(tmp_path)).ids
    site.live()[0]["deleted"] = "2026-01-01"
    uploads = len(site.calls("POST", "upload/"))
    with pytest.raises(PortalError) as caught:
        portal.ensure_resource(METADATA, ids, a_file(tmp_path, rows=8))
    assert caught.value.kind is Fault.GONE
    assert len(site.calls("POST", "upload/")) == uploads


def test_ours_is_found_among_many(portal: DataGouv, site: UdataSite, tmp_path: Path) -> None:
    """In the pages of a list of another length."""
    arrive(portal, site, a_file(tmp_path))
    for n in range(250):
        portal._create(replace(METADATA, identifier=f"another/{n}"))
    found = portal.ensure_dataset(METADATA, RemoteIds())
    assert site.datasets[found.dataset_id]["extras"]["tabellion:id"] == METADATA.identifier
    assert len(site.live()) == 251


def test_key_words_are_as_the_portal_keeps_them() -> None:
    words = ("Délibérations", "eau", "œuvre d’art", "à", "DÉLIBÉRATIONS", "x" * 200, "  ", "!!")
    assert tags(words) == ["deliberations", "eau", "oeuvre-d-art", "x" * 96]
