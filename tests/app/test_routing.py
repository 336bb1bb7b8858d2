"""Routers that look at all their addresses at once answer as those that look at each."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from app.routing import Router


def service(made: type[APIRouter]) -> TestClient:
    first, second, bare = made(prefix="/e/{place}"), made(), made()

    @first.get("/reglages")
    def settings(place: str) -> str:
        return f"réglages de {place}"

    @first.get("/{dataset}/lignes/{number}")
    def record(place: str, dataset: str, number: int) -> str:
        return f"{place} {dataset} {number}"

    @second.post("/e/{place}/{dataset}")
    def late(place: str, dataset: str) -> str:
        return f"tard {place} {dataset}"

    @second.get("/fichiers/{path:path}")
    def file(path: str) -> str:
        return path

    application = FastAPI(redirect_slashes=False)
    for router in (first, bare, second):
        application.include_router(router)
    return TestClient(application)


ADDRESSES = (
    ("GET", "/e/a/reglages"),
    ("GET", "/e/a/b/lignes/3"),
    ("GET", "/e/a/b/lignes/trois"),
    ("POST", "/e/a/b"),
    ("GET", "/e/a/b"),
    ("PUT", "/e/a/reglages"),
    ("POST", "/e/a/reglages"),
    ("GET", "/fichiers/a/b/c.css"),
    ("GET", "/fichiers/"),
    ("GET", "/e/a/reglages/"),
    ("GET", "/e//reglages"),
    ("GET", "/"),
    ("GET", "/e/a%2Fb/reglages"),
)


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_it_answers_as_fastapi_s_own(method: str, address: str) -> None:
    own, theirs = (service(made).request(method, address) for made in (Router, APIRouter))
    assert (own.status_code, own.text) == (theirs.status_code, theirs.text)


def test_a_route_added_later_is_found() -> None:
    router = Router()
    application = FastAPI()
    application.include_router(router)
    browser = TestClient(application)
    assert browser.get("/tard").status_code == 404

    @router.get("/tard")
    def late() -> str:
        return "tard"

    assert browser.get("/tard").json() == "tard"


def test_every_feature_looks_at_its_addresses_at_once() -> None:
    """A feature on FastAPI's own router works, and costs every request of the service."""
    routers = [getattr(route, "original_router", None) for route in create_app().routes]
    assert len([router for router in routers if router is not None]) > 20
    assert all(isinstance(router, Router) for router in routers if router is not None)
