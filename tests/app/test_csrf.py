"""Tokens, the cookie of browsers without a session, and what becomes of a page older than the session."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from app import auth, csrf
from app.assets import asset
from app.main import create_app
from app.settings import get_settings

KEY = b"k" * 32


def test_a_token_is_good_for_one_browser_alone_and_never_twice_the_same() -> None:
    one, other = csrf.token_of(KEY, "session:a"), csrf.token_of(KEY, "session:a")
    assert one != other
    assert csrf.is_token_of(KEY, "session:a", one)
    assert csrf.is_token_of(KEY, "session:a", other)
    assert not csrf.is_token_of(KEY, "session:b", one)
    assert not csrf.is_token_of(KEY, "form:a", one)
    assert not csrf.is_token_of(b"other", "session:a", one)
    assert not csrf.is_token_of(KEY, "", csrf.token_of(KEY, ""))


@pytest.mark.parametrize("token", ["", ".", "a", "a.b", "é.é", "\ud800", "x" * 10_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert not csrf.is_token_of(KEY, "session:a", token)


@pytest.fixture
def browser(bound_database, database):
    with TestClient(create_app(), follow_redirects=False) as found:
        yield found


def field(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def test_a_browser_gets_its_cookie_with_a_page_once(browser: TestClient) -> None:
    first = browser.get("/aide")
    assert first.headers["set-cookie"].startswith(f"{csrf.cookie_name()}=")
    assert "HttpOnly; SameSite=Lax" in first.headers["set-cookie"]
    again = browser.get("/aide")
    assert "set-cookie" not in again.headers
    for page in (first, again):  # both pages are still good
        assert (
            browser.post("/preferences", data={"csrf_token": field(page.text), "lang": "en"}).status_code
            == 303
        )


@pytest.mark.parametrize("path", [asset("css/tokens.css"), "/couleur/2a4fa3.css", "/healthz"])
def test_what_is_no_page_brings_no_cookie(browser: TestClient, path: str) -> None:
    assert "set-cookie" not in browser.get(path).headers


def test_the_token_changes_with_the_session(browser: TestClient, make) -> None:
    old = field(browser.get("/aide").text)
    browser.cookies.set(auth.cookie_name(), make.signed_in(make.account()))
    assert browser.post("/preferences", data={"csrf_token": old, "lang": "en"}).status_code == 403
    new = field(browser.get("/aide").text)
    assert browser.post("/preferences", data={"csrf_token": new, "lang": "en"}).status_code == 303


def test_over_https_both_cookies_belong_to_this_host(monkeypatch) -> None:
    assert csrf.cookie_name() == "tabellion_form"
    monkeypatch.setattr(
        auth, "get_settings", lambda: get_settings().model_copy(update={"base_url": "https://t.example"})
    )
    assert csrf.cookie_name() == "__Host-tabellion_form"
    assert auth.cookie_name() == "__Host-tabellion_session"


SAME = {"Sec-Fetch-Site": "same-origin"}


def test_a_page_older_than_the_session_is_sent_again_on_confirmation(browser: TestClient, make) -> None:
    """Two tabs: signed in again in one, sent from the other."""
    ada = make.account(name="Ada Martin")
    browser.cookies.set(auth.cookie_name(), make.signed_in(ada))
    old = field(browser.get("/mon-compte").text)
    browser.cookies.set(auth.cookie_name(), make.signed_in(ada))
    typed = {"csrf_token": old, "nom": "Ada <Byron>", "langue": "fr"}
    answer = browser.post("/mon-compte", data=typed, headers=SAME)
    assert answer.status_code == 403
    assert 'action="/mon-compte"' in answer.text
    assert 'name="nom" value="Ada &lt;Byron&gt;"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    again = {"csrf_token": field(answer.text), "nom": "Ada <Byron>", "langue": "fr"}
    assert browser.post("/mon-compte", data=again).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
    ],
)
def test_the_form_of_another_site_is_given_back_to_nobody(browser: TestClient, make, headers) -> None:
    typed = {"csrf_token": "x", "nom": "Piège", "langue": "fr"}
    signed_out = browser.post("/mon-compte", data=typed, headers=headers)
    browser.cookies.set(auth.cookie_name(), make.signed_in(make.account()))
    for answer in (signed_out, browser.post("/mon-compte", data=typed, headers=headers)):
        assert answer.status_code == 403
        assert "Piège" not in answer.text
        assert "reprise" not in answer.text


def test_a_browser_that_lost_its_cookies_keeps_what_was_typed(browser: TestClient, make) -> None:
    answer = browser.post("/mon-compte", data={"nom": "Ada", "langue": "fr"}, headers=SAME)
    assert answer.status_code == 401
    assert 'name="reprise"' in answer.text
    answer = browser.post("/connexion", data={"email": "ada@ville.fr", "mot_de_passe": "x"}, headers=SAME)
    assert answer.status_code == 403
    assert 'value="ada@ville.fr"' in answer.text
    assert "mot_de_passe" in answer.text


def test_htmx_and_programs_are_told_in_words(browser: TestClient) -> None:
    answer = browser.post("/preferences", headers={"HX-Request": "true", **SAME})
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert "Rechargez-la" in answer.text
    answer = browser.post("/preferences", headers={"Accept": "application/json", **SAME})
    assert answer.json()["status"] == 403
