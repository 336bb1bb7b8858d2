"""Files sent by the system itself, through the real server, on a real socket."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from app.publications.public.files.answer import FilePart
from app.zero_copy import NAME, ZeroCopy

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

OCTETS = bytes(range(256)) * 20_000
seen: list[str] = []


@pytest.fixture(
    scope="module", params=[("h11", "asyncio"), ("httptools", "uvloop")], ids=lambda one: "-".join(one)
)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    http, loop = request.param
    path = tmp_path_factory.mktemp("files") / "file"
    path.write_bytes(OCTETS)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Any) -> None:
            seen.append(message["type"])
            await send(message)

        start, _, end = scope["path"].strip("/").partition("-")
        await FilePart(path, int(start), int(end), headers={"Content-Type": "text/plain"})(
            scope, receive, watched
        )

    server = uvicorn.Server(
        uvicorn.Config(
            ZeroCopy(application),
            host="127.0.0.1",
            port=0,
            log_config=None,
            ws="none",
            lifespan="off",
            http=http,
            loop=loop,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started and time.monotonic() < limit:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def test_the_whole_arrives_by_the_system_s_own_hand(address: str) -> None:
    seen.clear()
    answer = httpx.get(f"{address}/0-{len(OCTETS)}")
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(OCTETS).digest()
    assert answer.headers["content-length"] == str(len(OCTETS))
    assert NAME in seen


def test_a_connection_is_used_again_after_a_part(address: str) -> None:
    with httpx.Client() as browser:
        for start, end in ((0, 10), (1000, 1_000_000), (5, 5), (len(OCTETS) - 3, len(OCTETS))):
            assert browser.get(f"{address}/{start}-{end}").content == OCTETS[start:end]
        assert browser.head(f"{address}/0-100").headers["content-length"] == "100"
        assert browser.get(f"{address}/0-100").content == OCTETS[:100]


def test_who_leaves_in_the_middle_stops_nobody(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    for _ in range(3):
        with socket.create_connection((host, int(port))) as client:
            client.sendall(f"GET /0-{len(OCTETS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            client.recv(1000)
    assert httpx.get(f"{address}/0-10").content == OCTETS[:10]
