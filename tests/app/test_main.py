"""What the application says of itself, and that no route is left open by oversight."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient

from app import db
from app.access import accesses, routes


def test_the_process_lives(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_ready_with_its_tables(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_not_ready_without_a_database(client: TestClient, bound_database) -> None:
    db.connect("postgresql://tab_app:x@127.0.0.1:1/none", pool_size=1)
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, "database")
        assert client.get("/healthz").status_code == 200
    finally:
        db.connect(bound_database.url, pool_size=4, name="tests")


def test_every_route_declares_one_access(application: FastAPI) -> None:
    declared = {route.path: accesses(route) for route in routes(application)}
    assert "/healthz" in declared
    for path, found in declared.items():
        if not path.startswith("/static"):
            assert len(found) == 1, f"{path}: one dependency of app.access, and one only"
