"""Connecting by OAuth with PKCE: what leaves, what comes back, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.publications.portals import oauth
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.oauth import Asking, Token, ask, came_back, challenge, exchange
from tests.app.publications.portals.cases import QUICK
from tests.app.publications.portals.site import Asked, Refused, Site, rule

pytestmark = pytest.mark.usefixtures("data_dir")
BACK = "https://tabellion.example/portails/retour"


class OauthSite(Site):
    """Gives a token for the code it gave, once, to who holds the verifier."""

    challenge = ""
    used = False

    @rule("POST", "/oauth/token")
    def token(self, asked: Asked) -> Any:
        form = asked.form
        if form["client_id"] != "client":
            raise Refused(401, {"error": "invalid_client"})
        if self.used or form["code"] != "the-code" or challenge(form["code_verifier"]) != self.challenge:
            raise Refused(400, {"error": "invalid_grant", "error_description": "Invalid code"})
        self.used = True
        assert form["grant_type"] == "authorization_code" and form["redirect_uri"] == BACK
        return {"access_token": "the-token", "token_type": "Bearer", "expires_in": 2_592_000}


@pytest.fixture
def site() -> Iterator[OauthSite]:
    made = OauthSite()
    yield made
    made.stop()


def exchanged(asked: Asking, site: OauthSite, code: str = "the-code", client_id: str = "client") -> Token:
    return exchange(
        asked, code, client_id=client_id, redirect_uri=BACK, site=site.url, patience=QUICK, allow_private=True
    )


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    assert (
        challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_person_is_sent_with_a_state_and_a_challenge_of_their_own() -> None:
    first, second = ask("client", BACK), ask("client", BACK)
    query = {key: values[0] for key, values in parse_qs(urlsplit(first.url).query).items()}
    assert first.url.startswith("https://www.data.gouv.fr/oauth/authorize?")
    assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == BACK
    assert query["code_challenge"] == challenge(first.verifier)
    assert first.verifier not in first.url
    assert first.state != second.state and first.verifier != second.verifier
    assert 43 <= len(first.verifier) <= 128
    assert first.verifier not in repr(first)


def test_only_the_answer_to_what_was_asked_counts() -> None:
    asked = ask("client", BACK)
    assert came_back(asked, {"state": asked.state, "code": "c"}) == "c"
    assert came_back(asked, {"state": "another", "code": "c"}) is None
    assert came_back(asked, {"code": "c"}) is None
    assert came_back(asked, {"state": "é", "code": "c"}) is None
    assert came_back(asked, {"state": asked.state, "error": "access_denied"}) is None
    assert came_back(asked, {"state": asked.state}) is None


def test_a_code_becomes_a_token_once(site: OauthSite) -> None:
    asked = ask("client", BACK, site=site.url)
    site.challenge = challenge(asked.verifier)
    token = exchanged(asked, site)
    assert token.value == "the-token"
    assert timedelta(days=29) < token.expires - datetime.now(UTC) < timedelta(days=31)
    assert "the-token" not in repr(token)
    with pytest.raises(PortalError) as caught:
        exchanged(asked, site)
    assert caught.value.kind is Fault.EXPIRED


def test_a_stolen_code_is_worth_nothing_without_the_verifier(site: OauthSite) -> None:
    asked = ask("client", BACK, site=site.url)
    site.challenge = challenge(asked.verifier)
    with pytest.raises(PortalError) as caught:
        exchanged(replace(asked, verifier="guessed" * 8), site)
    assert caught.value.kind is Fault.EXPIRED


def test_a_client_that_the_portal_does_not_know(site: OauthSite) -> None:
    with pytest.raises(PortalError) as caught:
        exchanged(ask("other", BACK), site, client_id="other")
    assert caught.value.kind is Fault.FORBIDDEN
    assert oauth.SCOPE == "default"
