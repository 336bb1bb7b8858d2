"""Who may call what: the whole matrix of viewers, routes and establishments, generated from the routes themselves.

Each route of the application declares one access (default deny: a route that declares none fails here). Every viewer calls
every route, at home, elsewhere and at an address where there is nothing; what is asserted is what the gate lets through, for
the views themselves are not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastapi.routing
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import text
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.testclient import TestClient

from app import access, auth
from app.access import accesses, routes
from app.main import create_app
from app.settings import Settings
from app.tenancy import Role
from tests.browser import with_csrf, without_tokens
from tests.factories import Make

ROLES = tuple(str(role) for role in Role)
VIEWERS = ("nobody", "ended", "closed", "stranger", *ROLES, "administrator")
PLACES = ("own", "foreign", "absent")
OPEN = {"anybody", "public", "published"}
DECLARED = OPEN | {"signed_in", "administrator"} | {f"member:{role}" for role in ROLES}

# what everybody may open, signed in or not: a list to be read again whenever it grows
OPEN_TO_ALL = (
    r"/",
    r"/(healthz|readyz)",
    r"/(aide|accessibilite|mentions-legales|preferences)",
    r"/couleur/\{colour\}\.css",
    r"/logo/\{[a-z_]+\}(/.*)?",
    r"/modeles(/.*)?",
    r"/donnees(/.*)?",
    r"/api/v1/(openapi\.json|donnees/.*)",
    r"/(robots\.txt|sitemap\.xml)",
    r"/verifier(/.*)?",
    r"/api/v1/validate",
    r"/connexion(/etat)?",
    r"/deconnexion",
    r"/premiere-visite",
    r"/mot-de-passe/(oublie|\{token\})",
    r"/invitation/\{token\}",
    r"/pieces/\{token\}/\{name\}",
    r"/_composants(/.*)?",  # in demonstration mode only
)
SAMPLES = {"colour": "1d4ed8"}  # a parameter of a path is 1 where nothing is said here


@dataclass(frozen=True, slots=True)
class Call:
    """One way to call the application."""

    method: str
    path: str
    access: str


def declared(application: FastAPI) -> tuple[list[Call], list[str]]:
    """Every call of an application, and the routes that do not declare one access."""
    calls, unsound = [], []
    for route in routes(application):
        if isinstance(getattr(route, "original_route", route), Mount) or route.path == "/static":
            continue
        found = accesses(route)
        if len(found) != 1 or found[0] not in DECLARED:
            unsound.append(route.path)
            continue
        calls += [Call(method, route.path, found[0]) for method in sorted(route.methods or {"GET"})]
    return calls, unsound


@pytest.fixture(scope="module")
def built(bound_database, data_dir: Path) -> FastAPI:
    return create_app(Settings(data_dir=data_dir, demo=True))


@pytest.fixture(scope="module")
def calls(built: FastAPI) -> list[Call]:
    return declared(built)[0]


def expected(call: Call, viewer: str, place: str) -> str:
    """The outcome that the declared access promises."""
    if call.access in OPEN:
        return "in"
    if viewer in {"nobody", "ended", "closed"}:
        return "sign in"
    if call.access == "signed_in":
        return "in"
    if call.access == "administrator":
        return "in" if viewer == "administrator" else "hidden"
    if place != "own" or viewer not in ROLES:
        return "hidden"
    needed = Role(call.access.removeprefix("member:"))
    return "in" if Role(viewer).includes(needed) else "refused"


def outcome(answer: Any) -> str:
    """What a person meets."""
    if (
        answer.headers.get("x-reached") or answer.status_code == 422
    ):  # a form without its fields: past the gate
        return "in"
    if answer.status_code == 303 and answer.headers["location"].startswith("/connexion"):
        return "sign in"
    if answer.status_code == 401 and "/connexion" in answer.text:
        return "sign in"
    return {403: "refused", 404: "hidden"}.get(answer.status_code, f"status {answer.status_code}")


@pytest.fixture
def gates(built: FastAPI, make: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], TestClient]:
    """``gates(viewer)``: a browser of that viewer, before an application whose views only say that they were reached."""

    async def reached(**_: Any) -> PlainTextResponse:
        return PlainTextResponse("reached", headers={"X-Reached": "yes"})

    monkeypatch.setattr(fastapi.routing, "run_endpoint_function", reached)
    own, foreign = make.establishment(slug="own"), make.establishment(slug="foreign")
    version = make.schema()
    for place in (own, foreign):
        make.dataset(place, version, slug="1")
    neighbour = make.account()
    make.member(neighbour, foreign, "manager")

    def browser(viewer: str) -> TestClient:
        found = with_csrf(TestClient(built, follow_redirects=False))
        if viewer == "nobody":
            return found
        account = make.account(is_administrator=viewer == "administrator", is_active=viewer != "closed")
        if viewer in ROLES:
            make.member(account, own, viewer)
        elif viewer in {"ended", "closed"}:
            make.member(account, own, "manager")
        found.cookies.set(auth.cookie_name(), make.signed_in(account))
        if viewer == "ended":
            with make.engine.begin() as connection:
                connection.execute(text("UPDATE login_session SET expires_at = now() - interval '1 second'"))
        return found

    return browser


def address(call: Call, place: str) -> str:
    path = re.sub(r"\{establishment(:\w+)?\}", place, call.path)
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: SAMPLES.get(found[1], "1"), path)


def test_every_route_declares_one_access(built: FastAPI) -> None:
    calls, unsound = declared(built)
    assert unsound == []
    assert len(calls) > 20


def test_a_route_without_an_access_or_with_two_is_noticed() -> None:
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @application.get("/bare")
    def bare() -> None: ...

    @application.get("/twice", dependencies=[Depends(access.public), Depends(access.administrator)])
    def twice() -> None: ...

    @application.get("/once", dependencies=[Depends(access.public)])
    def once() -> None: ...

    calls, unsound = declared(application)
    assert sorted(unsound) == ["/bare", "/twice"]
    assert [call.path for call in calls] == ["/once"]


def test_only_known_addresses_are_open_to_all(calls: list[Call]) -> None:
    allowed = re.compile("|".join(f"(?:{pattern})" for pattern in OPEN_TO_ALL))
    assert (
        sorted({call.path for call in calls if call.access in OPEN and not allowed.fullmatch(call.path)})
        == []
    )


def test_addresses_say_who_may_call_them(calls: list[Call]) -> None:
    wrong = {
        call.path: call.access
        for call in calls
        if call.path.startswith("/e/{establishment}") != call.access.startswith("member:")
        or call.path.startswith("/administration") != (call.access == "administrator")
    }
    assert wrong == {}


def test_whoever_changes_an_establishment_s_things_is_more_than_a_reader(calls: list[Call]) -> None:
    unsafe = {
        call.path for call in calls if call.access == "member:reader" and call.method not in {"GET", "HEAD"}
    }
    assert unsafe <= {"/e/{establishment}/equipe/quitter"}  # one's own membership


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_whole_matrix(viewer: str, calls: list[Call], gates: Any) -> None:
    found, promised = {}, {}
    with gates(viewer) as browser:
        for call in calls:
            for place in PLACES if "{establishment" in call.path else ("own",):
                key = f"{call.method} {address(call, place)} ({call.access})"
                answer = browser.request(call.method, address(call, place), headers={"Accept": "text/html"})
                found[key], promised[key] = outcome(answer), expected(call, viewer, place)
    assert found == promised


@pytest.mark.parametrize("viewer", ["stranger", "manager", "administrator"])
def test_what_is_hidden_answers_as_what_is_absent(viewer: str, calls: list[Call], gates: Any) -> None:
    def told(answer: Any, place: str) -> tuple[int, dict[str, str], str]:
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in {"x-request-id", "content-length", "date"}
        }
        return answer.status_code, headers, without_tokens(answer.text).replace(place, "…")

    with gates(viewer) as browser:
        for call in calls:
            if call.access.startswith("member:"):
                hidden, absent = (
                    told(browser.request(call.method, address(call, place)), place) for place in PLACES[1:]
                )
                assert hidden == absent, call
