"""What a request says of the browser it comes from."""

from __future__ import annotations

import re

from starlette.requests import Request

from app.accounts import devices, throttle
from app.accounts.service import Browser

BROWSERS = (
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Chrome", r"Chrom(e|ium)/|CriOS/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


def browser_of(request: Request) -> Browser:
    """Where the request comes from."""
    client = request.client
    return Browser(
        throttle.network_of(client.host if client else None),
        devices.known(request),
        name_of(request.headers.get("user-agent", "")),
    )


def name_of(user_agent: str) -> str:
    """``Firefox, Windows``: enough to know one's own browsers; empty for a program that says neither."""
    found = [
        next((name for name, pattern in known if re.search(pattern, user_agent[:500])), "")
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name)
