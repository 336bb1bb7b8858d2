"""Files that go from the disk to the network without passing through this process: ``sendfile``, as a static server has it.

The ASGI extension ``http.response.zerocopysend``, which uvicorn does not offer by itself: wrap the application by
:class:`ZeroCopy` and its answers may send ``{"type": "http.response.zerocopysend", "file": …, "offset": …, "count": …}`` after
their start, where ``scope["extensions"]`` says so. Elsewhere (the tests' client, another server) nothing changes.

uvloop has no ``sendfile``, and lets nobody else write to a socket of its own: a second descriptor of the same socket does.

Source: https://asgi.readthedocs.io/en/latest/extensions.html#zero-copy-send.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import RequestResponseCycle as ByH11

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CYCLES: tuple[type, ...] = (ByH11,)
try:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle as ByHttptools
except ImportError:  # uvicorn reads requests by h11 then
    pass
else:
    CYCLES = (ByH11, ByHttptools)

NAME = "http.response.zerocopysend"
AT_ONCE = 1 << 20
"""Octets given to the system before others have their turn."""


class _Elsewhere:
    """Octets that are counted by the protocol and sent by the system."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count


class ZeroCopy:
    """Offers the extension where the server is uvicorn over a plain socket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if scope["type"] != "http" or not _is_plain(cycle):
            await self.app(scope, receive, send)
            return
        extensions = dict(scope.get("extensions") or {})
        extensions[NAME] = {}

        async def able(message: Message) -> None:
            if message["type"] == NAME:
                await _send_file(cycle, message)
            else:
                await send(message)

        await self.app({**scope, "extensions": extensions}, receive, able)


def _is_plain(cycle: Any) -> bool:
    return (
        hasattr(os, "sendfile")
        and isinstance(cycle, CYCLES)
        and cycle.transport.get_extra_info("sslcontext") is None
        and cycle.transport.get_extra_info("socket") is not None
    )


async def _send_file(cycle: Any, message: Message) -> None:
    """``file``: open for reading; ``offset``, ``count``: the octets, within what ``Content-Length`` promised."""
    await _written(cycle)
    if cycle.disconnected:
        return
    count: int = message["count"]
    if isinstance(cycle, ByH11):
        cycle.conn.send_with_data_passthrough(h11.Data(data=_Elsewhere(count)))
    else:
        cycle.expected_content_length -= count
    own = os.dup(cycle.transport.get_extra_info("socket").fileno())
    try:
        await _pass_on(own, message["file"].fileno(), message["offset"], count)
    except OSError:  # the client left, or the file is shorter than it was: too late to say it otherwise
        cycle.transport.abort()
    finally:
        os.close(own)


async def _written(cycle: Any) -> None:
    """What was written before, the head of the answer, is on its way."""
    waited = 0.0
    while not cycle.disconnected and cycle.transport.get_write_buffer_size():
        await asyncio.sleep(waited)
        waited = 0.002


async def _pass_on(socket: int, file: int, offset: int, count: int) -> None:
    """Raises OSError when the client left, or the file ended early."""
    end = offset + count
    while offset < end:
        try:
            sent = os.sendfile(socket, file, offset, min(AT_ONCE, end - offset))
        except BlockingIOError:
            await _writable(socket)
            continue
        if not sent:
            raise OSError("the file is shorter than it was")
        offset += sent
        await asyncio.sleep(0)


async def _writable(socket: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_writer(socket, lambda: ready.done() or ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_writer(socket)
