"""Files that go from the disk to the network without passing through this process: ``sendfile``, as a static server has it.

The ASGI extension ``http.response.zerocopysend``, which uvicorn does not offer by itself: wrap the application by
:class:`ZeroCopy` and its answers may send ``{"type": "http.response.zerocopysend", "file": …, "offset": …, "count": …}`` after
their start, where ``scope["extensions"]`` says so. Elsewhere (the tests' client, another server) nothing changes.

Source: https://asgi.readthedocs.io/en/latest/extensions.html#zero-copy-send.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import RequestResponseCycle

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "http.response.zerocopysend"


class _Elsewhere:
    """Octets that are counted by the protocol and sent by the system."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count


class ZeroCopy:
    """Offers the extension where the server is uvicorn speaking h11 over a plain socket."""

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
        isinstance(cycle, RequestResponseCycle)
        and cycle.transport.get_extra_info("sslcontext") is None
        and cycle.transport.get_extra_info("socket") is not None
    )


async def _send_file(cycle: Any, message: Message) -> None:
    """``file``: open for reading; ``offset``, ``count``: the octets, within what ``Content-Length`` promised."""
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.conn.send_with_data_passthrough(h11.Data(data=_Elsewhere(message["count"])))
    loop = asyncio.get_running_loop()
    try:
        sent = await loop.sendfile(cycle.transport, message["file"], message["offset"], message["count"])
    except (ConnectionError, RuntimeError):  # the client left
        sent = 0
    if sent != message["count"]:  # too late to say it otherwise
        cycle.transport.close()
