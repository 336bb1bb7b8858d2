"""How much of the service the files of strangers may take: a share of its threads, and the rest is refused at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from starlette.testclient import TestClient

from app.checking import limiter
from app.errors import TooMany
from app.settings import get_settings
from tests.factories import Make
from tests.website import gives, website

SCHEMA = json.dumps({"name": "a", "fields": [{"name": "a", "type": "integer"}]}).encode()
FILE = {"file": ("a.csv", b"a\n1\n")}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter.forget()
    monkeypatch.setattr(get_settings(), "allow_private_addresses", True)


@pytest.fixture
def slow() -> Iterator[tuple[str, Callable[[], int], threading.Event]]:
    """The address of a site that answers once it may; how many it has been asked; what lets it answer."""
    may, asked = threading.Event(), []

    def answer(handler) -> None:
        asked.append(handler.path)
        may.wait(20)
        gives(SCHEMA)(handler)

    with website() as serve:
        yield serve(answer), lambda: len(asked), may
        may.set()


def full(room: limiter.Room) -> tuple[ExitStack, int]:
    """Take every place: closing gives them back; and how many there were."""
    taken, count = ExitStack(), 0
    with suppress(TooMany):
        while count < 1000:
            taken.enter_context(room.place())
            count += 1
    return taken, count


@pytest.mark.parametrize("pool_size", [1, 10, 100])
def test_strangers_leave_threads_to_the_pages(monkeypatch: pytest.MonkeyPatch, pool_size: int) -> None:
    monkeypatch.setattr(get_settings(), "pool_size", pool_size)
    places = 2  # of the files that are judged
    for room in (limiter.FETCHING, limiter.WAITING):
        taken, count = full(room)
        taken.close()
        assert count >= 1
        places += count
    assert places <= get_settings().threads * 2 / 3


def test_slow_sites_hold_a_few_requests_and_the_others_are_refused_at_once(client: TestClient, slow) -> None:
    site, asked, may = slow
    most = get_settings().threads // 5
    answers: list[int] = []

    def post(number: int) -> None:
        sent = client.post("/api/v1/validate", data={"schema": f"{site}/{number}"}, files=FILE)
        answers.append(sent.status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(most + 4)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 15
    while (len(answers) < 4 or asked() < most) and time.monotonic() < until:
        time.sleep(0.02)
    assert answers == [429] * 4
    assert asked() == most
    may.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * most + [429] * 4
    assert client.post("/api/v1/validate", data={"schema": site}, files=FILE).status_code == 200


def test_a_full_house_is_said_with_the_time_to_wait(client: TestClient, make: Make, slow) -> None:
    site, asked, _ = slow
    make.schema("essai/a", SCHEMA)
    with full(limiter.FETCHING)[0]:
        for form, sent in (({"schema": site}, FILE), ({"schema": "essai/a", "url": f"{site}/a.csv"}, None)):
            refused = client.post("/api/v1/validate", data=form, files=sent)
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "60"
            assert "Réessayez dans une minute" in refused.json()["error"]
        page = client.post("/verifier", data={"modele": "essai/a", "adresse": f"{site}/a.csv"})
        assert page.status_code == 429
        sent = client.post("/api/v1/validate", data={"schema": "essai/a"}, files=FILE)
        assert sent.status_code == 200, "a file that is sent to a model of the catalogue asks no site"
    assert asked() == 0


def test_files_wait_for_a_place_in_small_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "PATIENCE", 0.05)
    with limiter.AT_ONCE, limiter.AT_ONCE:
        begun = time.monotonic()
        with pytest.raises(TooMany):
            limiter.wait_for_a_place()
        assert time.monotonic() - begun >= 0.05
        monkeypatch.setattr(limiter, "PATIENCE", 60)
        with full(limiter.WAITING)[0], pytest.raises(TooMany):
            limiter.wait_for_a_place()
        assert time.monotonic() - begun < 30
    with full(limiter.WAITING)[0]:
        limiter.wait_for_a_place()
        limiter.AT_ONCE.release()


def test_a_place_is_given_back_after_an_error(client: TestClient) -> None:
    for _ in range(get_settings().threads // 5 + 1):
        sent = client.post("/api/v1/validate", data={"schema": "http://127.0.0.1:1/"}, files=FILE)
        assert sent.status_code == 422
