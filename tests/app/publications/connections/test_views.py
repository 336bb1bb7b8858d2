"""Connecting to a portal by its key: whose it is, for whom it publishes, and that nobody sees it again."""
# ruff: noqa: S106 (keys of the tests' own portals)

from __future__ import annotations

import logging

import pytest

from app import auth
from app.publications.connections import service
from app.publications.portals.faults import Fault
from tests.app.publications.connections.conftest import Desk
from tests.app.publications.portals.ckan_site import TOKEN, CkanSite
from tests.app.publications.portals.udata_site import KEY, ORG, OTHER_ORG, UdataSite


def connected(desk: Desk) -> int:
    leads = desk.post("/connecter/datagouv", cle_secrete=KEY)
    return int(leads.rpartition("/")[2])


def test_a_key_that_the_portal_knows_is_kept_and_its_organisation_chosen(
    desk: Desk, udata: UdataSite
) -> None:
    number = connected(desk)
    held = desk.held(number)
    assert (held.organisation, held.organisation_name) == (
        ORG,
        "Commune de Rezé",
    )  # the only one it may publish for
    page = desk.get(f"/{number}")
    assert "Ada Martin" in page and "Commune de Rezé" in page and "Nantes Métropole" in page
    assert "data.gouv.fr" in desk.get() and "Connecté" in desk.get()


def test_a_key_is_sealed_where_it_lies_and_shown_nowhere(
    desk: Desk, udata: UdataSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = connected(desk)
    held = desk.held(number)
    assert KEY not in str([getattr(held, column.name) for column in held.__table__.columns])
    assert service.key_of(held) == KEY
    assert KEY not in desk.get(f"/{number}") + desk.get()
    assert KEY not in caplog.text
    other = desk.make.connection(
        desk.establishment, kind="datagouv", base_url=udata.url, sealed_key=held.sealed_key
    )
    with pytest.raises(service.secrets.Unreadable):  # moved to another line, it opens nothing
        service.key_of(other)


def test_an_unknown_key_is_refused_where_it_was_pasted(desk: Desk, udata: UdataSite) -> None:
    page = desk.post("/connecter/datagouv", 422, cle_secrete="another-key")
    assert "ne reconnaît pas la clé" in page and "another-key" not in page
    assert desk.all() == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"adresse": "", "cle_secrete": "k"}, "Donnez l’adresse"),
        ({"adresse": "data.example", "cle_secrete": ""}, "Collez la clé"),
        ({"adresse": "https://a.example/?q=1", "cle_secrete": "k"}, "n’est pas l’adresse d’un site"),
        ({"adresse": "https://a@b.example", "cle_secrete": "k"}, "n’est pas l’adresse d’un site"),
        ({"adresse": "file:///etc/passwd", "cle_secrete": "k"}, "n’est pas l’adresse d’un site"),
        ({"adresse": "data.example", "cle_secrete": "ma clé : abc"}, "contient des espaces"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_control(desk: Desk, form: dict[str, str], words: str) -> None:
    assert words in desk.post("/connecter/ckan", 422, **form)
    assert desk.all() == []


def test_a_private_address_is_refused_unless_the_service_allows_it(desk: Desk) -> None:
    page = desk.post("/connecter/ckan", 422, adresse="https://127.0.0.1:9", cle_secrete="k")
    assert "réseau privé" in page
    page = desk.post("/connecter/ckan", 422, adresse="http://93.184.216.34", cle_secrete="k")
    assert "pas sécurisée" in page


def test_a_ckan_portal_is_connected_under_its_own_name(desk: Desk, ckan: CkanSite) -> None:
    leads = desk.post("/connecter/ckan", adresse=ckan.url + "/", cle_secrete=TOKEN)
    held = desk.held(int(leads.rpartition("/")[2]))
    assert (held.base_url, held.name, held.organisation_name) == (ckan.url, "127.0.0.1", "Commune de Rezé")


def test_a_rehearsal_asks_for_nothing(desk: Desk) -> None:
    leads = desk.post("/connecter/null", nom="Pour essayer")
    held = desk.held(int(leads.rpartition("/")[2]))
    assert (held.name, held.sealed_key) == ("Pour essayer", "")
    assert service.is_ready(held)


def test_one_of_several_organisations_is_chosen_and_no_other(desk: Desk, udata: UdataSite) -> None:
    number = connected(desk)
    assert "Nantes Métropole" in desk.get(f"/{number}")
    desk.post(f"/{number}/organisation", 404, organisation=OTHER_ORG)
    desk.post(f"/{number}/organisation", 422)
    desk.post(f"/{number}/organisation", organisation=ORG)
    assert desk.held(number).organisation == ORG


def test_a_key_is_tried_again_and_replaced(
    desk: Desk, udata: UdataSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = connected(desk)
    desk.post(f"/{number}/verifier")
    assert desk.held(number).fault is None
    monkeypatch.setattr("tests.app.publications.portals.udata_site.KEY", "a-new-key-of-a-clerk")
    desk.post(f"/{number}/verifier")
    fault = desk.held(number).fault
    assert fault is not None and fault["kind"] == Fault.BAD_KEY
    assert "ne reconnaît pas la clé" in desk.get()
    desk.post(f"/{number}/cle", 422, cle_secrete="wrong")
    desk.post(f"/{number}/cle", cle_secrete="a-new-key-of-a-clerk")
    held = desk.held(number)
    assert (held.fault, held.key_hint, held.organisation) == (None, "…lerk", ORG)
    assert service.key_of(held) == "a-new-key-of-a-clerk"


def test_a_portal_is_retired_with_its_key(desk: Desk, udata: UdataSite) -> None:
    number = connected(desk)
    assert "Sa clé est effacée" in desk.get(f"/{number}/retirer")
    desk.post(f"/{number}/retirer")
    assert desk.all() == []
    desk.get(f"/{number}", 404)


def test_those_who_do_not_manage_see_no_portal(desk: Desk) -> None:
    account = desk.make.account()
    desk.make.member(account, desk.establishment, "publisher")
    desk.browser.cookies.set(auth.cookie_name(), desk.make.signed_in(account))
    for address in ("", "/connecter/ckan", "/1", "/autoriser"):
        desk.get(address, 403)
