"""What CKAN alone does: its token, its names, its limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.publications.portals.ckan import Ckan
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.send import Plan, send, withdraw
from tests.app.publications.portals.cases import a_file
from tests_portals.real_ckan import IS_THERE, PATIENT, act, real, server

pytestmark = [
    pytest.mark.usefixtures("data_dir"),
    pytest.mark.skipif(not IS_THERE, reason="CKAN is not installed: see docs/portals.md"),
]


def opened(key: str) -> Ckan:
    return Ckan(key, site=server()["site"], patience=PATIENT, allow_private=True)


def test_who_the_token_is() -> None:
    with opened(server()["key"]) as portal:
        me = portal.identify()
    assert (me.name, me.email) == ("Ada Martin", "ada@mairie.example")
    assert [one.id for one in me.organisations] == [server()["organisation"]]


def test_a_bad_token() -> None:
    with opened("another") as portal, pytest.raises(PortalError) as caught:
        portal.identify()
    assert caught.value.kind is Fault.BAD_KEY


def test_another_organisation_is_forbidden(tmp_path: Path) -> None:
    metadata = replace(real().metadata, organisation=server()["other_organisation"])
    with opened(server()["key"]) as portal, pytest.raises(PortalError) as caught:
        send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
    assert caught.value.kind is Fault.FORBIDDEN


def test_a_file_too_heavy(tmp_path: Path) -> None:
    """More than the one megabyte of its settings."""
    with opened(server()["key"]) as portal, pytest.raises(PortalError) as caught:
        send(portal, Plan(real().metadata, a_file(tmp_path, rows=90_000)), lambda state: None)
    assert caught.value.kind is Fault.TOO_LARGE


def test_a_name_held_by_another_dataset(tmp_path: Path) -> None:
    metadata = real().metadata
    with opened(server()["key"]) as portal:
        first = send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
        other = replace(metadata, identifier="another")
        second = send(portal, Plan(other, a_file(tmp_path)), lambda state: None)
        again = send(portal, Plan(other, a_file(tmp_path)), lambda state: None)
    assert first.ids.dataset_id != second.ids.dataset_id == again.ids.dataset_id
    assert "name" in second.notices


def test_withdrawing_erases_the_file(tmp_path: Path) -> None:
    with opened(server()["key"]) as portal:
        state = send(portal, Plan(real().metadata, a_file(tmp_path)), lambda state: None)
        key = {"Authorization": server()["key"]}
        assert httpx.get(state.ids.url, headers=key, timeout=60).status_code == 200
        withdraw(portal, lambda state: None, state)
    assert httpx.get(state.ids.url, headers=key, timeout=60).status_code != 200


def test_what_others_wrote_is_kept(tmp_path: Path) -> None:
    with opened(server()["key"]) as portal:
        metadata = real().metadata
        state = send(portal, Plan(metadata, a_file(tmp_path)), lambda state: None)
        extras = act("package_show", id=state.ids.dataset_id)["extras"]
        act(
            "package_patch",
            id=state.ids.dataset_id,
            extras=[*extras, {"key": "service", "value": "urbanisme"}],
        )
        send(portal, Plan(metadata, a_file(tmp_path, rows=9)), lambda state: None, state)
    held = act("package_show", id=state.ids.dataset_id)
    assert {"key": "service", "value": "urbanisme"} in held["extras"]
    assert len(held["resources"]) == 1
