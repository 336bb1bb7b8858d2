"""Opendatasoft: what its documentation says, and what is done where it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.publications.portals.base import Metadata
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.opendatasoft import Opendatasoft, resource_title
from app.publications.portals.send import Plan, SendState, send
from tests.app.publications.portals.cases import METADATA, QUICK, a_file
from tests.app.publications.portals.opendatasoft_site import KEY, OpendatasoftSite

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def site() -> Iterator[OpendatasoftSite]:
    made = OpendatasoftSite()
    yield made
    made.stop()


@pytest.fixture
def portal(site: OpendatasoftSite) -> Iterator[Opendatasoft]:
    with Opendatasoft(KEY, site=site.url, patience=QUICK, allow_private=True) as opened:
        yield opened


def arrive(
    portal: Opendatasoft, site: OpendatasoftSite, folder: Path, metadata: Metadata = METADATA
) -> SendState:
    return send(portal, Plan(metadata, a_file(folder)), lambda state: None, sleep=site.sleep)


def test_the_portal_stands_for_an_organisation(portal: Opendatasoft) -> None:
    me = portal.identify()
    assert me.name == "127.0.0.1"
    assert [one.may_publish for one in me.organisations] == [True]


def test_a_bad_key_is_said_so(site: OpendatasoftSite) -> None:
    with (
        Opendatasoft("another", site=site.url, patience=QUICK, allow_private=True) as portal,
        pytest.raises(PortalError) as caught,
    ):
        portal.identify()
    assert caught.value.kind is Fault.BAD_KEY


def test_the_file_is_described_to_the_portal_as_it_is(
    portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path
) -> None:
    arrive(portal, site, tmp_path)
    (resource,) = site.live()[0]["resources"]
    assert resource["type"] == "csvfile"
    assert resource["params"]["separator"] == ","
    assert resource["params"]["encoding"] == "utf-8"
    assert resource["title"] == resource_title(a_file(tmp_path))


def test_resources_of_others_are_left_alone(
    portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path
) -> None:
    state = arrive(portal, site, tmp_path)
    theirs = {"uid": "re_theirs", "type": "csvfile", "title": "deliberations-anciennes.csv"}
    site.live()[0]["resources"].append(theirs)
    site.sleep(20)
    plan = Plan(METADATA, a_file(tmp_path, rows=9))
    send(portal, plan, lambda state: None, state, sleep=site.sleep)
    assert theirs in site.live()[0]["resources"]
    assert len(site.live()[0]["resources"]) == 2


def test_metadata_of_others_is_kept(portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path) -> None:
    state = arrive(portal, site, tmp_path)
    site.live()[0]["metadata"]["internal"] = {"theme_id": {"value": "x"}}
    site.sleep(20)
    plan = Plan(METADATA, a_file(tmp_path, rows=9))
    send(portal, plan, lambda state: None, state, sleep=site.sleep)
    assert site.live()[0]["metadata"]["internal"] == {"theme_id": {"value": "x"}}


def test_a_portal_without_the_dcat_template_is_told_the_rest(
    portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path
) -> None:
    site.templates = {"default", "internal"}
    state = arrive(portal, site, tmp_path)
    assert state.arrived
    assert "licence" in state.notices
    assert site.live()[0]["metadata"]["default"]["description"]["value"] == METADATA.description


def test_a_name_held_by_another_dataset_is_left_to_it(
    portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path
) -> None:
    arrive(portal, site, tmp_path)
    other = replace(METADATA, identifier="another/one", landing_page="https://tabellion.example/donnees/x/y")
    site.sleep(20)
    state = arrive(portal, site, tmp_path, other)
    assert "name" in state.notices
    assert sorted(one["dataset_id"] for one in site.live())[0] == "deliberations-reze"
    assert len(site.live()) == 2


def test_a_dataset_at_work_is_waited_for(
    portal: Opendatasoft, site: OpendatasoftSite, tmp_path: Path
) -> None:
    state = arrive(portal, site, tmp_path)
    assert state.notices == ("processing",)
    again = send(
        portal, Plan(METADATA, a_file(tmp_path, rows=9)), lambda state: None, state, sleep=site.sleep
    )
    assert again.arrived
    assert site.slept == [20]
