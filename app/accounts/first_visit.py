"""The first account of all is made by whoever installs the service, and by nobody who happens to pass by.

From the machine itself the page is open. From elsewhere it asks for a code that the service writes to its log when it starts
without any account: only who reads the log has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app import db
from app.accounts import queries, throttle
from app.tenancy import Scope

if TYPE_CHECKING:
    from starlette.requests import Request

log = logging.getLogger(__name__)


def code_of(key: bytes) -> str:
    """Ten letters and figures, always the same for one service: ``K3WQ7-ZD4PA``."""
    digest = hmac.new(key, b"first-visit", hashlib.sha256).digest()
    text = base64.b32encode(digest).decode()[:10]
    return f"{text[:5]}-{text[5:]}"


def asks_code(request: Request) -> bool:
    """Whether the visitor is elsewhere than on the machine of the service."""
    try:
        return not ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:  # a name, or a socket behind which anybody may be
        return True


def is_code(request: Request, typed: str) -> bool:
    """Whether it is the code. Raises :class:`app.errors.TooMany` for a visitor who tries many."""
    attempt = throttle.count(
        "first-visit", "", throttle.network_of(request.client.host if request.client else None)
    )
    plain = "".join(character for character in typed.upper() if character.isalnum())
    expected = code_of(request.app.state.signing_key).replace("-", "")
    if not hmac.compare_digest(plain.encode(), expected.encode()):
        return False
    throttle.forgive(attempt)
    return True


def announce(key: bytes, address: str) -> None:
    """Say in the log where the first account is made, and by which code, while there is none."""
    try:
        with db.in_transaction(Scope(), read_only=True) as session:
            if queries.any_account(session):
                return
    except (SQLAlchemyError, RuntimeError):  # no database: /readyz says so
        return
    log.warning(
        "no account yet: make the first one",
        extra={"address": f"{address}/premiere-visite", "code": code_of(key)},
    )
