"""Connecting to data.gouv.fr without a key: there and back, once, by the browser that left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app import auth
from app.publications.connections import asking, service
from app.publications.portals.oauth import challenge
from app.settings import get_settings
from tests.app.publications.connections.conftest import Desk
from tests.app.publications.portals.site import Asked, Refused, rule
from tests.app.publications.portals.udata_site import KEY, ORG, UdataSite


class Authorising(UdataSite):
    """A data.gouv.fr that gives its key as a token, once, to who holds the verifier."""

    challenge = ""
    used = False

    @rule("POST", "/oauth/token")
    def token(self, asked: Asked) -> Any:
        form = asked.form
        good = form["client_id"] == "the-client" and form["redirect_uri"] == asking.callback()
        if self.used or not good or challenge(form["code_verifier"]) != self.challenge:
            raise Refused(400, {"error": "invalid_grant", "error_description": "Invalid code"})
        self.used = True
        return {"access_token": KEY, "token_type": "Bearer", "expires_in": 2_592_000}

    def allow(self, asked: Asked) -> None:
        if asked.path != "/oauth/token":
            super().allow(asked)


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch, private: None) -> Iterator[Authorising]:
    site = Authorising()
    monkeypatch.setenv("TABELLION_DATAGOUV_URL", site.url)
    monkeypatch.setenv("TABELLION_DATAGOUV_CLIENT_ID", "the-client")
    get_settings.cache_clear()
    yield site
    site.stop()


def left(desk: Desk, portal: Authorising, query: str = "") -> dict[str, str]:
    """What the portal is asked, the person being on their way."""
    answer = desk.browser.get(f"{desk.path}/autoriser{query}")
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{portal.url}/oauth/authorize"
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    portal.challenge = asked["code_challenge"]
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and asked["state"] not in cookie
    return asked


def back(desk: Desk, **query: str) -> str:
    answer = desk.browser.get(asking.PATH, params=query)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_there_and_back(desk: Desk, portal: Authorising) -> None:
    assert "Se connecter avec data.gouv.fr" in desk.get("/connecter/datagouv")
    asked = left(desk, portal)
    assert asked["redirect_uri"] == asking.callback()
    assert asked["code_challenge_method"] == "S256"
    assert back(desk, code="c", state=asked["state"]).startswith(desk.path)
    (held,) = desk.all()
    assert (held.by_oauth, held.organisation, service.key_of(held)) == (True, ORG, KEY)
    assert held.expires_at is not None
    assert "valable jusqu’au" in desk.get(f"/{held.id}")
    # the same way back serves once
    assert back(desk, code="c", state=asked["state"]) == "/"
    assert len(desk.all()) == 1


def test_an_authorisation_is_renewed_in_place(desk: Desk, portal: Authorising) -> None:
    asked = left(desk, portal)
    back(desk, code="c", state=asked["state"])
    (held,) = desk.all()
    portal.used = False
    asked = left(desk, portal, f"?portail={held.id}")
    assert back(desk, code="d", state=asked["state"]) == f"{desk.path}/{held.id}"
    assert [one.id for one in desk.all()] == [held.id]


def test_a_refusal_a_false_state_and_a_late_code_change_nothing(desk: Desk, portal: Authorising) -> None:
    asked = left(desk, portal)
    assert back(desk, error="access_denied", state=asked["state"]) == desk.path
    asked = left(desk, portal)
    assert back(desk, code="c", state="of somebody else") == desk.path
    portal.used = True
    asked = left(desk, portal)
    assert back(desk, code="c", state=asked["state"]) == desk.path
    assert desk.all() == []


def test_the_way_back_of_another_person_leads_nowhere(desk: Desk, portal: Authorising) -> None:
    asked = left(desk, portal)
    other = desk.make.account()
    desk.make.member(other, desk.establishment, "manager")
    desk.browser.cookies.set(auth.cookie_name(), desk.make.signed_in(other))
    assert back(desk, code="c", state=asked["state"]) == "/"
    assert desk.all() == []


def test_a_service_that_data_gouv_does_not_know_has_no_such_page(desk: Desk, udata: UdataSite) -> None:
    desk.get("/autoriser", 404)
    assert "Se connecter avec" not in desk.get("/connecter/datagouv")
