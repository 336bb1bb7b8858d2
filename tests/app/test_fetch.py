"""Files of other sites: what is fetched, what is refused, and in which words."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

import pytest

from app import fetch as fetching
from app.fetch import NotFetched, fetch, is_public
from tests.website import Answer, gives, website

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def site() -> Iterator[Callable[[Answer], str]]:
    """``site(answer)``: the address of a server of this machine that answers so."""
    with website() as serve:
        yield serve


def refused(url: str, **options: object) -> str:
    with pytest.raises(NotFetched) as caught:
        fetch(url, **options)  # type: ignore[arg-type]
    assert caught.value.status == 422
    return caught.value.text("fr")


def test_a_file_comes_whole(site) -> None:
    data = b'{"fields": []}' * 5000
    address = site(gives(data))
    assert fetch(f"{address}/schema.json", allow_private=True).data == data


def test_this_machine_and_its_network_are_not_asked(site) -> None:
    asked = []
    address = site(lambda handler: asked.append(handler.path))
    for url in (address, address.replace("127.0.0.1", "localhost")):
        assert "réseau privé" in refused(url)
        assert "TABELLION_ALLOW_PRIVATE_ADDRESSES" in refused(url)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "2002:0a00:0001::1", "64:ff9b::7f00:1", "192.0.2.1", "2001:db8::1", "nothing",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a01:e0a::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_one_private_address_among_those_of_a_name_is_enough_to_refuse(monkeypatch) -> None:
    named(monkeypatch, "8.8.8.8", "10.0.0.1")
    assert "« exemple.fr »" in refused("http://exemple.fr/").replace("\xa0", " ")


def test_a_name_is_resolved_once_and_its_checked_address_is_the_one_that_is_asked(site, monkeypatch) -> None:
    """A name that answers something else the second time (DNS rebinding) gains nothing."""
    port = int(site(gives(b"secret")).rpartition(":")[2])
    calls = []

    def resolve(*_: object, **__: object) -> list[object]:
        calls.append(1)
        address = "203.0.113.7" if len(calls) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    asked = []

    class Backend:
        def connect_tcp(self, host: str, *_: object) -> object:
            asked.append(host)
            raise fetching.httpcore.ConnectError("unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "203.0.113.7")
    monkeypatch.setattr(fetching.httpcore, "SyncBackend", Backend)
    assert "ne répond pas" in refused(f"http://exemple.fr:{port}/", allow_private=False)
    assert asked == ["203.0.113.7"]
    assert len(calls) == 1


def test_a_redirection_is_checked_as_an_address_is(site, monkeypatch) -> None:
    inside = []
    private = site(lambda handler: inside.append(handler.path)).replace("127.0.0.1", "127.0.0.2")
    outside = site(gives(b"", 302, Location=f"{private}/secret"))
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    assert "réseau privé" in refused(outside, allow_private=False)
    assert inside == []


def test_redirections_are_followed_relative_ones_too(site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/a/here.json":
            gives(b"found")(handler)
        else:
            gives(b"", 301, Location="here.json")(handler)

    address = site(answer)
    found = fetch(f"{address}/a/there.json", allow_private=True)
    assert found.data == b"found"
    assert found.url == f"{address}/a/here.json"


def test_addresses_with_accents_are_asked_as_browsers_do(site) -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        gives(b"found")(handler)

    address = site(answer)
    assert (
        fetch(f"{address}/données%20à jour.csv?été=1".replace(" ", "+"), allow_private=True).data == b"found"
    )
    assert asked == ["/donn%C3%A9es%20%C3%A0+jour.csv?%C3%A9t%C3%A9=1"]


def test_a_site_whose_name_has_accents_is_resolved_by_its_spelling_for_machines(monkeypatch) -> None:
    names = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *_, **__: names.append(host) or [(0, 0, 0, "", ("10.0.0.1", 80))]
    )
    assert "réseau privé" in refused("http://mairie-cléry.fr/a")
    assert names == ["xn--mairie-clry-jbb.fr"]


def test_redirections_end(site) -> None:
    assert "sans fin" in refused(site(gives(b"", 302, Location="/")), allow_private=True)


def test_a_secure_address_does_not_lead_to_one_that_is_not() -> None:
    with pytest.raises(NotFetched, match="pas sécurisée"):
        fetching._next("https://exemple.fr/a", "http://exemple.fr/b")
    assert fetching._next("https://exemple.fr/a", "b") == "https://exemple.fr/b"


def test_what_is_too_large_is_not_read_to_its_end(site) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            try:
                handler.wfile.write(b"x" * 100_000)
            except OSError:
                return

    assert "plus de 1 Mo" in refused(site(endless), allow_private=True, max_bytes=1_000_000)


def test_what_is_small_compressed_and_large_inflated_is_refused(site) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    url = site(gives(bomb, Content_Encoding="gzip"))
    assert "pèse plus de" in refused(url, allow_private=True, max_bytes=1_000_000)
    assert fetch(site(gives(gzip.compress(b"{}"), Content_Encoding="gzip")), allow_private=True).data == b"{}"


DRIPS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "forerunners": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "redirections": (b"HTTP/1.1 302 Found\r\nLocation: /\r\n", b"X-A: b\r\n"),
    "handshake": (b"\x16\x03\x03\x40\x00\x02", b"\x00"),
    "nothing": (b"", b""),
}


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """The port of a server of this machine that sends something, then a little now and then, for 10 seconds."""
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            for _ in range(100):
                if over.wait(0.1):
                    return
                connection.sendall(drop)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("what", DRIPS)
def test_a_site_that_drips_is_left_in_time(what: str) -> None:
    scheme = "https" if what == "handshake" else "http"
    with dripping(*DRIPS[what]) as port:
        begun = time.monotonic()
        assert "trop de temps" in refused(f"{scheme}://127.0.0.1:{port}/", allow_private=True, seconds=0.4)
        assert time.monotonic() - begun < 3


def test_the_time_is_for_all_redirections_together(site) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        gives(b"", 302, Location="/")(handler)

    begun = time.monotonic()
    assert "trop de temps" in refused(site(slow), allow_private=True, seconds=0.5)
    assert time.monotonic() - begun < 1.4


def test_a_name_that_takes_for_ever_to_resolve_is_left_in_time(monkeypatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) and [])
    begun = time.monotonic()
    assert "trop de temps" in refused("http://exemple.fr/", seconds=0.2)
    assert time.monotonic() - begun < 3
    over.set()


@pytest.mark.parametrize("status", [204, 404, 500])
def test_an_error_of_the_site_is_said_with_its_code(site, status: int) -> None:
    assert f"code {status}" in refused(site(gives(b"", status)), allow_private=True)


def test_a_site_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "ne répond pas" in refused(f"http://127.0.0.1:{port}/", allow_private=True)


def test_a_name_that_does_not_exist(monkeypatch) -> None:
    def nothing(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    assert "introuvable" in refused("https://exemple.invalid/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "schema.json",
        "ftp://exemple.fr/a",
        "file:///etc/passwd",
        "http://",
        "http:///a",
        "http://user:secret@exemple.fr/",
        "http://[::1",
        "http://exemple.fr:0/",
        "http://exemple.fr/a b",
        f"http://exemple.fr/{'a' * 8_000}",
        f"http://exemple.fr/{'é' * 2_000}",
        f"http://{'é' * 80}.fr/",
        "http://exemple.fr/\r\nX: y",
    ],
)
def test_what_is_no_whole_web_address_is_said(url: str) -> None:
    assert "n’est pas une adresse web" in refused(url)
