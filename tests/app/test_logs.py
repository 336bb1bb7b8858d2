"""Logs: JSON, the id of the request, nothing about people."""

from __future__ import annotations

import io
import json
import logging

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from app import logs
from app.logs import JsonFormatter, RequestLog, TextFormatter


@pytest.fixture
def lines() -> list[dict]:
    """What is logged in the test, as read back from JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    class Lines(list):
        def __iter__(self):
            return iter([json.loads(line) for line in stream.getvalue().splitlines()])

    yield Lines()
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def browser() -> TestClient:
    router = APIRouter()

    @router.get("/mot-de-passe/{token}")
    def page(token: str) -> dict[str, str]:
        logging.getLogger("app.test").info("in the view", extra={"rows": 3})
        return {}

    @router.get("/boom")
    def boom() -> None:
        raise ValueError("Madame Durand, 3 rue des Lilas")

    application = FastAPI()
    application.include_router(router)
    application.add_middleware(RequestLog)
    return TestClient(application, raise_server_exceptions=False)


def requests(lines) -> list[dict]:
    return [line for line in lines if line["logger"] == "app.logs"]


def test_a_request_is_one_line_by_its_declared_route(lines, browser: TestClient) -> None:
    answer = browser.get("/mot-de-passe/very-secret-token?email=ada@exemple.fr")
    (line,) = requests(lines)
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 200)
    assert line["route"] == "/mot-de-passe/{token}"
    assert line["request"] == answer.headers["x-request-id"]
    everything = json.dumps([line for line in lines if line["logger"].startswith("app")])
    assert "secret" not in everything
    assert "ada@" not in everything
    assert "testclient" not in everything


def test_what_a_view_logs_carries_the_id_of_its_request(lines, browser: TestClient) -> None:
    answer = browser.get("/mot-de-passe/x", headers={"X-Request-ID": "from-the-proxy-1"})
    (line,) = [line for line in lines if line["logger"] == "app.test"]
    assert (line["request"], line["rows"]) == ("from-the-proxy-1", 3)
    assert answer.headers["x-request-id"] == "from-the-proxy-1"


def test_a_strange_id_is_not_taken_over(browser: TestClient) -> None:
    answer = browser.get("/mot-de-passe/x", headers={"X-Request-ID": 'a" onload="x'})
    assert answer.headers["x-request-id"].isalnum()


def test_an_unknown_address_is_not_written_down(lines, browser: TestClient) -> None:
    browser.get("/wp-admin/durand")
    (line,) = requests(lines)
    assert (line["route"], line["status"]) == ("-", 404)


def test_an_unexpected_error_is_logged_by_its_places_not_its_words(lines, browser: TestClient) -> None:
    browser.get("/boom")
    failed, ended = requests(lines)
    assert (failed["event"], failed["error"]) == ("request failed", "ValueError")
    assert any("test_logs.py" in place and "boom" in place for place in failed["trace"])
    assert ended["status"] == 500
    assert "Durand" not in json.dumps(list(lines))


def test_the_cause_of_an_error_is_followed() -> None:
    def deep() -> None:
        raise KeyError("x")

    def middle() -> None:
        try:
            deep()
        except KeyError as error:
            raise ValueError from error

    with pytest.raises(ValueError) as caught:  # noqa: PT011 (it has no words)
        middle()
    found = logs.places(caught.value)
    assert [name for name in found if " " not in name] == ["KeyError", "ValueError"]
    assert found.index("KeyError") < found.index("ValueError")


def test_the_terminal_gets_words() -> None:
    record = logging.makeLogRecord(
        {"msg": "serving", "levelname": "INFO", "address": "http://127.0.0.1:8000"}
    )
    assert TextFormatter().format(record).endswith("serving address=http://127.0.0.1:8000")
