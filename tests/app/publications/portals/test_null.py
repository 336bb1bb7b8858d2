"""The rehearsal: everything is said, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.publications.portals.base import Portal
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.null import Null
from app.publications.portals.send import Plan, SendState, send, withdraw
from tests.app.publications.portals.cases import METADATA, QUICK, Case, a_file
from tests.app.publications.portals.udata_site import KEY, UdataSite

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def site() -> Iterator[UdataSite]:
    made = UdataSite()
    yield made
    made.stop()


def test_every_portal_keeps_the_protocol(case: Case) -> None:
    portal = case.open()
    assert isinstance(portal, Portal)
    assert isinstance(Null(), Portal)
    portal.close()


def test_a_first_publication_is_told_and_then_an_update(tmp_path: Path) -> None:
    portal = Null("Répétition")
    state = send(portal, Plan(METADATA, a_file(tmp_path)), lambda state: None)
    assert state.arrived
    assert "serait créé" in portal.said[0]
    assert any("deliberations.csv" in one for one in portal.said)
    assert any("scdl/deliberations 2.1.5" in one for one in portal.said)
    assert "visible de tous" in portal.said[-1]
    again = Null("Répétition")
    send(again, Plan(METADATA, a_file(tmp_path, rows=9)), lambda state: None, state)
    assert "mis à jour" in again.said[0]
    assert "remplacerait" in again.said[1]


def test_what_has_not_changed_would_not_be_sent(tmp_path: Path) -> None:
    state = send(Null(), Plan(METADATA, a_file(tmp_path)), lambda state: None)
    again = Null()
    send(again, Plan(METADATA, a_file(tmp_path)), lambda state: None, state)
    assert again.said == []


def test_the_rehearsal_of_a_portal_looks_there_and_writes_nothing(site: UdataSite, tmp_path: Path) -> None:
    def opened() -> DataGouv:
        return DataGouv(KEY, site=site.url, patience=QUICK, allow_private=True)

    first = Null(other=opened())
    assert first.identify().name == "Ada Martin"
    send(first, Plan(METADATA, a_file(tmp_path)), lambda state: None)
    first.close()
    assert "data.gouv.fr" in first.said[0]
    with opened() as portal:
        state = send(portal, Plan(METADATA, a_file(tmp_path)), lambda state: None, sleep=site.sleep)
    before = len(site.asked)
    second = Null(other=opened())
    send(second, Plan(METADATA, a_file(tmp_path, rows=9)), lambda state: None, state)
    second.close()
    assert "mis à jour" in second.said[0]
    assert {one.method for one in site.asked[before:]} == {"GET"}


def test_a_withdrawal_is_told(tmp_path: Path) -> None:
    state = send(Null(), Plan(METADATA, a_file(tmp_path)), lambda state: None)
    portal = Null("Répétition")
    assert withdraw(portal, lambda state: None, state).withdrawn
    assert "retiré" in portal.said[0]


def test_a_state_of_a_newer_version_is_read() -> None:
    kept = SendState().to_dict() | {"invented": 1}
    assert SendState.from_dict(kept) == SendState()
    assert SendState.from_dict(None) == SendState()
