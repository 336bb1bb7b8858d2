"""A file of the store, sent as fast as the server can: by the system itself where the server offers it, else by large pieces."""

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
ZERO_COPY = "http.response.zerocopysend"
"""The extension of ASGI that :mod:`app.zero_copy` offers."""


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
        with self.path.open("rb", buffering=0) as file:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            if scope["method"] != "HEAD" and self.start < self.end:
                if ZERO_COPY in (scope.get("extensions") or {}):
                    count = self.end - self.start
                    await send({"type": ZERO_COPY, "file": file, "offset": self.start, "count": count})
                else:
                    await self._send_all(file.fileno(), receive, send)
            await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, descriptor: int, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(_left(receive))
        at = self.start
        try:
            while at < self.end and not leaving.done():
                size = min(PIECE, self.end - at)
                data = await to_thread.run_sync(os.pread, descriptor, size, at)
                if not data:
                    raise OSError(f"{self.path.name} is shorter than it was")
                at += len(data)
                await send({"type": "http.response.body", "body": data, "more_body": True})
        finally:
            leaving.cancel()


async def _left(receive: Receive) -> None:
    """Ends when the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
