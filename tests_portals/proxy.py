"""A proxy before a real portal, that cuts and refuses when told to: the portal does its work, its answer is lost."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from tests.app.publications.portals.site import Asked, Site

HOP = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}


class Proxy(Site):
    """``upstream``: the address of the real portal."""

    def __init__(self, upstream: str) -> None:
        super().__init__()
        self.upstream = upstream

    def sleep(self, seconds: float) -> None:
        """Real time, as the real portal's clock is: enough for it to be another second."""
        super().sleep(seconds)
        time.sleep(min(seconds, 1.1))

    def _answer(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        try:
            headers = {name: value for name, value in asked.headers.items() if name not in HOP}
            connection.request(asked.method, asked.target, body=asked.body or None, headers=headers)
            response = connection.getresponse()
            body = response.read()
            kind = response.getheader("Content-Type", "")
            return response.status, json.loads(body) if "json" in kind and body else body.decode(), {}
        finally:
            connection.close()
