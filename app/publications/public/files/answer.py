"""A file of the store, sent as fast as the server can: large pieces, read where they lie in memory, elsewhere in a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PIECE = 256 * 1024
"""Octets sent at once: what a socket takes about in one go. Larger ones are copied once more by the loop's buffer."""
_NOWAIT = getattr(os, "RWF_NOWAIT", 0)


class FilePart(Response):
    """The octets of a file from ``start`` to ``end`` (excluded). The file is opened when the answer begins.

    Raises FileNotFoundError before anything is sent.
    """

    def __init__(
        self, path: Path, start: int, end: int, *, status: int = 200, headers: Mapping[str, str]
    ) -> None:
        self.path, self.start, self.end = path, start, end
        self.status_code = status
        self.background = None
        self.body = b""
        self.init_headers({**headers, "Content-Length": str(end - start)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] == "HEAD" or self.start >= self.end:
                await send({"type": "http.response.body", "body": b""})
                return
            leaving = asyncio.create_task(_left(receive))
            try:
                await self._send_all(descriptor, send, leaving)
            finally:
                leaving.cancel()
        finally:
            os.close(descriptor)

    async def _send_all(self, descriptor: int, send: Send, leaving: asyncio.Task[None]) -> None:
        at = self.start
        while at < self.end and not leaving.done():
            size = min(PIECE, self.end - at)
            data = _at_hand(descriptor, size, at) or await to_thread.run_sync(os.pread, descriptor, size, at)
            if not data:
                raise OSError(f"{self.path.name} is shorter than it was")
            at += len(data)
            await send({"type": "http.response.body", "body": data, "more_body": at < self.end})
            await asyncio.sleep(0)  # others have their turn, however fast this client reads


def _at_hand(descriptor: int, size: int, at: int) -> bytes:
    """What the system holds in memory, without waiting for the disk; nothing where it cannot tell."""
    if not _NOWAIT:
        return b""
    buffer = bytearray(size)
    try:
        read = os.preadv(descriptor, [buffer], at, _NOWAIT)
    except OSError:  # not in memory (EAGAIN), or a file system that does not know the question
        return b""
    return bytes(buffer) if read == size else bytes(buffer[:read])


async def _left(receive: Receive) -> None:
    """Ends when the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
