"""CKAN: its natural key, its token, its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.publications.portals.base import Metadata
from app.publications.portals.ckan import Ckan, tags
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.send import Plan, SendState, send, withdraw
from tests.app.publications.portals.cases import METADATA, QUICK, a_file
from tests.app.publications.portals.ckan_site import ORG, TOKEN, CkanSite

pytestmark = pytest.mark.usefixtures("data_dir")
OURS = replace(METADATA, organisation=ORG)


@pytest.fixture
def site() -> Iterator[CkanSite]:
    made = CkanSite()
    yield made
    made.stop()


@pytest.fixture
def portal(site: CkanSite) -> Iterator[Ckan]:
    with Ckan(TOKEN, site=site.url, patience=QUICK, allow_private=True) as opened:
        yield opened


def arrive(portal: Ckan, site: CkanSite, folder: Path, metadata: Metadata = OURS) -> SendState:
    return send(portal, Plan(metadata, a_file(folder)), lambda state: None, sleep=site.sleep)


def refusal(portal: Ckan, site: CkanSite, folder: Path, metadata: Metadata = OURS) -> PortalError:
    with pytest.raises(PortalError) as caught:
        arrive(portal, site, folder, metadata)
    return caught.value


def test_a_token_says_whose_it_is(portal: Ckan) -> None:
    me = portal.identify()
    assert (me.name, me.email) == ("Ada Martin", "ada@mairie.example")
    assert [(one.id, one.name) for one in me.organisations] == [(ORG, "Commune de Rezé")]


def test_a_bad_token_is_told_from_a_missing_right(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    with Ckan("another", site=site.url, patience=QUICK, allow_private=True) as stranger:
        with pytest.raises(PortalError) as caught:
            stranger.identify()  # the list of organisations would be empty, and 200
        assert caught.value.kind is Fault.BAD_KEY
        assert refusal(stranger, site, tmp_path).kind is Fault.BAD_KEY
    assert refusal(portal, site, tmp_path, replace(OURS, organisation="nantes")).kind is Fault.FORBIDDEN


def test_a_name_held_by_another_dataset_is_left_to_it(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    arrive(portal, site, tmp_path)
    other = replace(OURS, identifier="another/dataset")
    state = arrive(portal, site, tmp_path, other)
    assert "name" in state.notices
    assert len(site.live()) == 2
    assert state.ids.page.startswith(f"{site.url}/dataset/deliberations-reze-")
    again = arrive(portal, site, tmp_path, other)  # its ids forgotten: the same second name is found
    assert again.ids.dataset_id == state.ids.dataset_id
    assert len(site.live()) == 2


def test_a_name_held_by_a_hidden_dataset_too(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    site.hidden = {"deliberations-reze"}
    state = arrive(portal, site, tmp_path)
    assert state.arrived
    second = state.ids.page.rpartition("/")[2]
    site.packages.clear()
    site.hidden.add(second)
    error = refusal(portal, site, tmp_path)
    assert error.kind is Fault.NAME_TAKEN
    assert "deliberations-reze-2" in error.remedy()


def test_a_file_too_heavy_is_a_409_here(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    site.largest = 10
    assert refusal(portal, site, tmp_path).kind is Fault.TOO_LARGE


def test_a_refused_field_is_named_in_our_words(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    error = refusal(portal, site, tmp_path, replace(OURS, title=""))
    assert error.kind is Fault.REFUSED
    assert error.fields == {"title": "Missing value"}


def test_a_licence_is_named_as_this_portal_lists_it(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    site.licences = ["fr-lo", "cc-by"]
    state = arrive(portal, site, tmp_path)
    assert site.live()[0]["license_id"] == "fr-lo"
    assert "licence" not in state.notices
    site.licences = ["cc-by"]
    with Ckan(TOKEN, site=site.url, patience=QUICK, allow_private=True) as other:
        assert "licence" in arrive(other, site, tmp_path, replace(OURS, title="Un autre")).notices


def test_the_hash_and_the_schema_come_with_each_file(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    state = arrive(portal, site, tmp_path)
    file = a_file(tmp_path, rows=9)
    send(portal, Plan(OURS, file), lambda state: None, state, sleep=site.sleep)
    (resource,) = site.live()[0]["resources"]
    assert resource["hash"] == file.sha256
    assert resource["schema"] == OURS.schema.url
    assert site.content[resource["id"]] == file.path.read_bytes()


def test_what_others_wrote_at_the_portal_is_kept(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    state = arrive(portal, site, tmp_path)
    site.live()[0]["extras"].append({"key": "service", "value": "urbanisme"})
    plan = Plan(OURS, a_file(tmp_path, rows=9))
    send(portal, plan, lambda state: None, state, sleep=site.sleep)
    extras = {one["key"]: one["value"] for one in site.live()[0]["extras"]}
    assert extras["service"] == "urbanisme"
    assert extras["frequency"].endswith("/QUARTERLY")
    assert len(extras) == len(site.live()[0]["extras"])


def test_withdrawing_erases_the_file(portal: Ckan, site: CkanSite, tmp_path: Path) -> None:
    state = arrive(portal, site, tmp_path)
    assert len(site.content) == 1
    withdraw(portal, lambda state: None, state, sleep=site.sleep)
    assert site.content == {}
    assert site.live() == []


def test_the_token_goes_bare(portal: Ckan, site: CkanSite) -> None:
    portal.identify()
    assert {one.headers["authorization"] for one in site.asked} == {TOKEN}


def test_key_words_are_as_ckan_takes_them() -> None:
    words = ("Délibérations", "l’eau (potable)", "x", "A.B_c-d", "délibérations", "z" * 200)
    assert tags(words) == ["a.b_c-d", "délibérations", "l eau potable", "z" * 100]
