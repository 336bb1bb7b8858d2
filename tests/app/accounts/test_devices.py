"""The browsers a person has signed in with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app.accounts import devices


def request(cookie: str = "", key: bytes = b"k" * 32) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(signing_key=key))
    headers = [(b"cookie", f"{devices.cookie_name()}={cookie}".encode())]
    return Request({"type": "http", "headers": headers, "app": app})


def remembered(cookie: str, account: int) -> str:
    response = Response()
    devices.remember(request(cookie), response, account)
    return response.headers["set-cookie"].partition("=")[2].partition(";")[0]


def test_it_is_known_by_the_same_mark_from_then_on(data_dir) -> None:
    first = remembered("", 7)
    mark = devices.known(request(first))[7]
    again = remembered(remembered(first, 8), 7)
    assert devices.known(request(again))[7] == mark
    assert list(devices.known(request(again))) == [7, 8]
    assert devices.latest(request(again)) == 7
    assert devices.latest(request()) is None


def test_five_accounts_are_known(data_dir) -> None:
    cookie = ""
    for account in range(1, 9):
        cookie = remembered(cookie, account)
    assert list(devices.known(request(cookie))) == [8, 7, 6, 5, 4]
    assert len(cookie) < 1000


@pytest.mark.parametrize(
    "change", [lambda c: c.replace("7.", "8.", 1), lambda c: c[:-1] + "x", lambda c: c * 2, lambda c: "é"]
)
def test_it_cannot_be_made_up(data_dir, change) -> None:
    assert 8 not in devices.known(request(change(remembered("", 7)).encode().decode("latin-1")))
    assert devices.known(request(remembered("", 7), b"other")) == {}
