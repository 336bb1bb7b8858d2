"""A test client that does what the pages of the service do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app import auth, csrf

if TYPE_CHECKING:
    from starlette.testclient import TestClient

ANONYMOUS = "a-browser-without-a-session"


def with_csrf(browser: TestClient, *, key: bytes | None = None) -> TestClient:
    """Make a client send its CSRF token with each unsafe request, as htmx does. ``key``: of an application that is wrapped."""
    signing_key: bytes = key or browser.app.state.signing_key  # type: ignore[attr-defined]
    browser.cookies.set(csrf.cookie_name(), ANONYMOUS)

    def add(request: Any) -> None:
        if request.method in csrf.SAFE_METHODS or csrf.HEADER in request.headers:
            return
        kept = dict(
            pair.strip().split("=", 1) for pair in request.headers.get("cookie", "").split(";") if "=" in pair
        )
        session, made = kept.get(auth.cookie_name()), kept.get(csrf.cookie_name())
        binding = f"session:{session}" if session else f"form:{made}" if made else ""
        request.headers[csrf.HEADER] = csrf.token_of(signing_key, binding)

    browser.event_hooks["request"].append(add)
    return browser


def without_tokens(page: str) -> str:
    """The page without its CSRF tokens, which no two answers share."""
    return re.sub(r"[\w-]{16}\.[0-9a-f]{64}", "", page)
