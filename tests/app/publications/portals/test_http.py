"""How portals are asked: where to, how long, and without telling the key."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.publications.portals import http as portals_http
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.faults import Fault, PortalError
from app.publications.portals.http import Patience, PortalClient

pytestmark = pytest.mark.usefixtures("data_dir")
Answer = Callable[[BaseHTTPRequestHandler], None]
SECRET = "a-very-secret-key-0123456789"  # noqa: S105 (what must not be told)
QUICK = Patience(connect=1, read=0.5, write=1, answer=1.5)


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)

            do_GET = do_POST = _serve  # noqa: N815 (the names of http.server)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def gives(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def client(address: str, **options: object) -> PortalClient:
    given = {"headers": {"X-API-KEY": SECRET}, "secret": SECRET, "patience": QUICK, "allow_private": True}
    return PortalClient(address, "le portail", **{**given, **options})  # type: ignore[arg-type]


def fault_of(address: str, **options: object) -> PortalError:
    with pytest.raises(PortalError) as caught, client(address, **options) as opened:
        opened.call("GET", "/x")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "passing"),
    [
        (302, Fault.MOVED, False), (413, Fault.TOO_LARGE, False), (423, Fault.READ_ONLY, True),
        (429, Fault.BUSY, True), (500, Fault.UNAVAILABLE, True), (502, Fault.UNAVAILABLE, True),
        (504, Fault.UNAVAILABLE, True),
    ],
)  # fmt: skip
def test_what_every_portal_answers_alike(serve, status: int, kind: Fault, passing: bool) -> None:
    error = fault_of(
        serve(gives(status, b"<html>proxy</html>", "text/html", Location="https://new.example/"))
    )
    assert error.kind is kind
    assert error.passing is passing
    assert "<html>" not in error.text("fr")
    if status == 302:
        assert "https://new.example/" in error.remedy()
    assert error.uncertain is (status >= 500)


@pytest.mark.parametrize(
    ("value", "wait"), [("120", 120), ("soon", None), ("9" * 30, None), ("99999999", 86_400)]
)
def test_a_wait_that_is_asked_for_is_bounded(serve, value: str, wait: float | None) -> None:
    assert fault_of(serve(gives(429, b"{}", Retry_After=value))).retry_after == wait


def test_a_private_network_is_not_asked_and_the_key_does_not_leave(serve) -> None:
    asked: list[str] = []
    address = serve(lambda handler: asked.append(handler.path))
    with pytest.raises(PortalError) as caught:
        client(address, allow_private=False)
    assert caught.value.kind is Fault.INSECURE  # clear http, where private networks are closed
    error = fault_of(address.replace("http:", "https:"), allow_private=False)
    assert error.kind is Fault.PRIVATE_SITE
    assert "TABELLION_ALLOW_PRIVATE_ADDRESSES" in error.remedy()
    assert asked == []


def test_each_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert fault_of("https://portal.example", allow_private=False).kind is Fault.PRIVATE_SITE


def test_an_unknown_name_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert fault_of("https://portal.example").kind is Fault.UNKNOWN_SITE


@pytest.mark.parametrize(
    "address", ["data.gouv.fr", "ftp://data.gouv.fr", "https://a b", "https://u:p@x.fr", ""]
)
def test_what_is_no_web_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(PortalError) as caught:
        client(address)
    assert caught.value.kind is Fault.UNKNOWN_SITE


@pytest.mark.parametrize("key", ["a\nb", "clé secrète", "a\x00"])
def test_a_key_that_no_header_can_hold_is_a_bad_key(key: str) -> None:
    with pytest.raises(PortalError) as caught:
        DataGouv(key, site="https://portal.example", allow_private=False)
    assert caught.value.kind is Fault.BAD_KEY


def test_spaces_around_a_pasted_key_are_forgiven(serve) -> None:
    got: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        got.append(handler.headers.get("X-API-KEY"))
        gives(200, b'{"organizations": []}')(handler)

    with DataGouv(f" {SECRET}\n", site=serve(answer), patience=QUICK, allow_private=True) as portal:
        portal.identify()
    assert got == [SECRET]


def test_nobody_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = fault_of(f"http://127.0.0.1:{port}")
    assert error.kind is Fault.UNAVAILABLE
    assert not error.uncertain  # nothing was sent


def test_an_answer_that_does_not_come_may_have_been_acted_upon(serve) -> None:
    began = time.monotonic()
    error = fault_of(serve(lambda handler: time.sleep(3)))
    assert error.kind is Fault.UNAVAILABLE and error.uncertain
    assert time.monotonic() - began < 2.5


def test_an_answer_that_drips_is_not_waited_for(serve) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    began = time.monotonic()
    error = fault_of(serve(drip))
    assert error.kind is Fault.UNAVAILABLE
    assert time.monotonic() - began < 3.5


def test_an_endless_answer_is_cut(serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portals_http, "MAX_ANSWER", 10_000)
    assert fault_of(serve(gives(200, b"x" * 100_000, "text/plain"))).kind is Fault.NOT_A_PORTAL


def test_a_site_that_is_no_portal_is_said_so(serve) -> None:
    for answer in (
        gives(200, b"<html>Mairie</html>", "text/html"),
        gives(404, b"<html>?</html>", "text/html"),
    ):
        with (
            DataGouv(SECRET, site=serve(answer), patience=QUICK, allow_private=True) as portal,
            pytest.raises(PortalError) as caught,
        ):
            portal.identify()
        assert caught.value.kind is Fault.NOT_A_PORTAL


def test_the_key_is_told_nowhere(serve, caplog: pytest.LogCaptureFixture) -> None:
    body = f'{{"message": "bad token {SECRET} sent"}}'.encode()
    address = serve(gives(400, body))
    with caplog.at_level(logging.DEBUG), client(address) as opened:
        answer = opened.call("POST", "/x", json={})
        error = opened.refusal(answer)
        shown = repr(opened)
    assert "bad token … sent" in error.told()
    for text in (caplog.text, shown, error.text("fr"), repr(error), str(error.to_dict())):
        assert SECRET not in text


def test_redirections_are_not_followed_with_the_key(serve) -> None:
    asked: list[str] = []
    other = serve(lambda handler: asked.append(handler.path))
    error = fault_of(serve(gives(307, b"", Location=f"{other}/x")))
    assert error.kind is Fault.MOVED
    assert asked == []
