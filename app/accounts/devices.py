"""Browsers where a person has signed in before: a stranger's guesses do not slow them down, and a form that outlived its
session is given back to the person who wrote it.

A signed cookie of a year holds, for the last five accounts, the id of the account and the mark of the browser; it opens
nothing by itself. The latest account comes first.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from app import auth

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

NAME = "tabellion_known"
KEPT = 5
SECONDS = 365 * 86400


def cookie_name() -> str:
    return f"__Host-{NAME}" if auth.is_https() else NAME


def known(request: Request) -> dict[int, str]:
    """Account → mark of this browser, the latest first; of what we signed alone."""
    found: dict[int, str] = {}
    for entry in request.cookies.get(cookie_name(), "").split("_")[:KEPT]:
        account, _dot, rest = entry.partition(".")
        mark, _dot, signature = rest.partition(".")
        expected = _signature(request, account, mark)
        if (
            account.isascii()
            and account.isdigit()
            and hmac.compare_digest(signature.encode(), expected.encode())
        ):
            found.setdefault(int(account), mark)
    return found


def latest(request: Request) -> int | None:
    """The account that signed in last in this browser."""
    return next(iter(known(request)), None)


def remember(request: Request, response: Response, account_id: int) -> None:
    """This account signed in here."""
    found = known(request)
    mark = found.pop(account_id, None) or secrets.token_hex(8)
    entries = [(account_id, mark), *found.items()][:KEPT]
    response.set_cookie(
        cookie_name(),
        "_".join(f"{account}.{mark}.{_signature(request, str(account), mark)}" for account, mark in entries),
        max_age=SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=auth.is_https(),
    )


def _signature(request: Request, account: str, mark: str) -> str:
    key: bytes = request.app.state.signing_key
    return hmac.new(key, f"device:{account}:{mark}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[
        :32
    ]
