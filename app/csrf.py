"""Each request that changes something proves that it comes from a page of ours.

Every page carries a token bound to the browser: to its session cookie where it has one, else to a random cookie made for
that (``tabellion_form``). The token is a nonce and an HMAC of the nonce and the cookie; it needs no row, differs on every
page (so that a compressed answer betrays nothing of it), and changes with the session at each sign-in and sign-out.

One dependency of the whole application, :func:`check`, asks for it in the header ``X-CSRF-Token`` (htmx) or in the field
``csrf_token`` (forms) of every unsafe request: a route has nothing to do, and cannot forget it.

Source: OWASP, Cross-Site Request Forgery Prevention, "Signed double-submit cookie".
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import FormData, MutableHeaders
from starlette.requests import HTTPConnection, Request

from app import auth
from app.errors import AppError
from app.i18n import N_

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIELD, HEADER = "csrf_token", "x-csrf-token"
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
FOR_PROGRAMS = frozenset(("/api/v1/validate",))
"""Addresses that programs post to: they change nothing, and answer the same whoever is signed in."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
NAME = "tabellion_form"
MAX_PART = 2 * 1024 * 1024
"""Octets of one text of a form that brings files; the form as a whole is bounded too."""


class CsrfRefused(AppError):
    """The request carries no token of this browser's present session."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Cette page a été ouverte avant votre dernière connexion, ou votre navigateur refuse les cookies. Rechargez-la, "
                "puis recommencez."
            )
        )


def cookie_name() -> str:
    """Of the cookie of browsers without a session; over https the browser holds it to this host (``__Host-``)."""
    return f"__Host-{NAME}" if auth.is_https() else NAME


def token_of(key: bytes, binding: str) -> str:
    """A token for a browser whose cookie is ``binding``; each call gives another."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_mac(key, binding, nonce)}"


def is_token_of(key: bytes, binding: str, token: str) -> bool:
    """Whether we made the token for this browser; never for a browser without a cookie."""
    nonce, _dot, mac = token.partition(".")
    return bool(binding) and hmac.compare_digest(mac.encode(), _mac(key, binding, nonce).encode())


def binding_of(connection: HTTPConnection) -> str:
    """What the tokens of this browser are bound to; empty when it has no cookie of ours."""
    if session := connection.cookies.get(auth.cookie_name()):
        return f"session:{session}"
    if made := connection.cookies.get(cookie_name()):
        return f"form:{made}"
    return ""


def renew(request: Request, session_token: str) -> str:
    """The token of the session that this very request begins; the page that is answered carries it."""
    token = token_of(request.app.state.signing_key, f"session:{session_token}")
    request.state.csrf_token = token
    return token


class CsrfCookie:
    """Gives each request its token (``request.state.csrf_token``), and a browser without a cookie of ours its own.

    The cookie comes with pages only, and not with those that shared caches may keep: they are the same for everybody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        binding, cookie = binding_of(HTTPConnection(scope)), ""
        if not binding:
            made = secrets.token_urlsafe(24)
            secure = "; Secure" if auth.is_https() else ""
            cookie = f"{cookie_name()}={made}; Path=/; HttpOnly; SameSite=Lax{secure}"
            binding = f"form:{made}"
        key = scope["app"].state.signing_key
        scope.setdefault("state", {})["csrf_token"] = token_of(key, binding)

        async def given(message: Message) -> None:
            if cookie and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                shared = headers.get("cache-control", "").startswith("public")
                if headers.get("content-type", "").startswith("text/html") and not shared:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self.app(scope, receive, given)


async def check(request: Request) -> AsyncIterator[None]:
    """The dependency of every route. A form that was read stays at ``request.state.posted``; its files are closed at the end.

    Raises :class:`CsrfRefused`.
    """
    if request.method in SAFE_METHODS or request.scope["path"] in FOR_PROGRAMS:
        yield
        return
    key, binding = request.app.state.signing_key, binding_of(request)
    if is_token_of(key, binding, request.headers.get(HEADER, "")):
        yield
        return
    if not request.headers.get("content-type", "").lower().startswith(FORMS):
        raise CsrfRefused
    async with request.form(max_part_size=MAX_PART) as form:
        request.state.posted = form
        token = form.get(FIELD)
        if not isinstance(token, str) or not is_token_of(key, binding, token):
            raise CsrfRefused
        yield


def posted(request: Request) -> FormData | None:
    """The form of a request, once :func:`check` has read it."""
    found = getattr(request.state, "posted", None)
    return found if isinstance(found, FormData) else None


def from_our_page(request: Request) -> bool:
    """Whether the browser itself says that the request comes from a page of this very site. An old one may say nothing.

    Sources: Fetch Metadata (``Sec-Fetch-Site``), RFC 6454 (``Origin``).
    """
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


def _mac(key: bytes, binding: str, nonce: str) -> str:
    return hmac.new(key, f"csrf:{nonce}:{binding}".encode("utf-8", "replace"), "sha256").hexdigest()
