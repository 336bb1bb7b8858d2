"""Defences that every answer and every request has: headers, a strict content policy, bounded bodies.

What a page may load is its own origin's, and nothing inline: no script, style or handler in the HTML, so that a text
that slipped through escaping still runs nothing. Sources: the OWASP secure headers project and CSP level 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIRECTIVES = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Tabler's stylesheet draws its small signs with data: images
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {sources}" for name, sources in DIRECTIVES.items())

FRAMED = "; ".join(f"{name} {sources}" for name, sources in {**DIRECTIVES, "frame-ancestors": "*"}.items())
"""The policy of a page made to stand in a frame of any site: it holds no form that changes something."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def harden(headers: MutableHeaders, *, https: bool) -> None:
    """Add each header that the answer did not set itself; pages are kept by no shared cache."""
    framed = "frame-ancestors *" in headers.get("Content-Security-Policy", "")
    for name, value in HEADERS.items():
        if not (framed and name == "X-Frame-Options"):  # it knows no « everywhere »
            headers.setdefault(name, value)
    if https:
        headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    headers.setdefault("Cache-Control", "private, no-cache")


class SecurityHeaders:
    """Adds :data:`HEADERS` to each answer. ``https``: the service is reached by https, and by nothing else."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                harden(MutableHeaders(scope=message), https=self.https)
            await send(message)

        await self.app(scope, receive, hardened)


class BoundedBodies:
    """Refuses, with 413, a body larger than its kind may be, declared or streamed.

    ``form``: octets of a form or of JSON. ``upload``: octets of a ``multipart/form-data`` body, which is how files come.
    A little more than the bound is read and thrown away first, since a browser that is cut while it sends shows
    "connection reset" in place of our page.
    """

    DRAINED = 8 * 1024 * 1024

    def __init__(self, app: ASGIApp, *, form: int, upload: int) -> None:
        self.app = app
        self.form = form
        self.upload = upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        files = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        bound = self.upload if files else self.form
        scope.setdefault("state", {})["max_body"] = bound
        declared = headers.get(b"content-length", b"")
        received = 0

        async def bounded() -> Message:
            nonlocal received
            if declared.isdigit() and int(declared) > bound + self.DRAINED:
                raise HTTPException(413)
            message = await receive()
            received += len(message.get("body", b""))
            if received <= bound:
                return message
            while message.get("more_body") and received <= bound + self.DRAINED:
                message = await receive()
                received += len(message.get("body", b""))
            raise HTTPException(413)

        await self.app(scope, bounded, send)
