"""No route changes anything for a request that does not come from a page of ours: every unsafe route, asked without its token."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from app import auth, csrf, db
from app.access import routes
from app.main import create_app
from tests.factories import Make

UNSAFE = sorted(
    (method, route.path)
    for route in routes(create_app())
    for method in route.methods or ()
    if method not in csrf.SAFE_METHODS and route.path not in csrf.FOR_PROGRAMS
)


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


@pytest.fixture
def browser(bound_database, database) -> Iterator[TestClient]:
    """A browser that adds nothing of itself; it reads refusals as pages."""
    with TestClient(create_app(), follow_redirects=False) as found:
        yield found


@pytest.fixture
def statements(bound_database) -> Iterator[list[str]]:
    """What is written to the database meanwhile."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "SET", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    engines = [db.engine(), db._bound.aside]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_there_are_unsafe_routes() -> None:
    assert len(UNSAFE) > 15
    assert ("POST", "/connexion") in UNSAFE
    assert ("POST", "/e/{establishment}/equipe/inviter") in UNSAFE


@pytest.mark.parametrize(("method", "path"), UNSAFE, ids=[f"{method} {path}" for method, path in UNSAFE])
def test_it_is_refused_without_the_token_of_this_browser(
    browser: TestClient, make: Make, statements: list[str], method: str, path: str
) -> None:
    account = make.account(is_administrator=True)
    make.member(account, make.establishment(slug="1"), "manager")
    key = browser.app.state.signing_key  # type: ignore[attr-defined]
    cookies = {auth.cookie_name(): make.signed_in(account)}
    other = csrf.token_of(key, f"session:{make.signed_in(account)}")
    plain = csrf.token_of(key, "")
    for session in (cookies, {csrf.cookie_name(): "x"}, {}):
        browser.cookies.clear()
        browser.cookies.update(session)
        attempts = [
            {},
            {"data": {"csrf_token": other}},
            {"data": {"csrf_token": plain}},
            {"data": {"csrf_token": ""}},
            {"json": {"csrf_token": other}},
            {"files": {"fichier": b"x"}, "data": {"csrf_token": other}},
            {"headers": {csrf.HEADER: other}},
            {"headers": {csrf.HEADER: "é".encode()}},
            {"data": {"csrf_token": other}, "headers": {"Origin": "https://ailleurs.example"}},
            {"data": {"csrf_token": other}, "headers": {"Sec-Fetch-Site": "cross-site"}},
        ]
        for attempt in attempts:
            answer = browser.request(method, address(path), **attempt)
            assert answer.status_code == 403, (session, attempt, answer.text[:300])
            assert (
                "set-cookie" not in answer.headers or auth.cookie_name() not in answer.headers["set-cookie"]
            )
    assert statements == []


@pytest.mark.parametrize(("method", "path"), UNSAFE, ids=[f"{method} {path}" for method, path in UNSAFE])
def test_it_is_heard_with_it(browser: TestClient, make: Make, method: str, path: str) -> None:
    """The refusal above is for the token's sake, and for nothing else."""
    account = make.account(is_administrator=True)
    make.member(account, make.establishment(slug="1"), "manager")
    token = make.signed_in(account)
    browser.cookies.set(auth.cookie_name(), token)
    key = browser.app.state.signing_key  # type: ignore[attr-defined]
    good = csrf.token_of(key, f"session:{token}")
    assert browser.request(method, address(path), data={"csrf_token": good}).status_code != 403
