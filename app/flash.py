"""What the last act did, said once on the next page: « 12 lignes supprimées. [Annuler] ».

Kept in a signed cookie of one minute, so that it needs no row and works on every server. The signature keeps another
site of the same domain from putting words in our mouth.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COOKIE = "tabellion_done"
SECONDS = 60
MAX_LENGTH = 3000  # of the cookie: browsers keep 4096

Kind = Literal["done", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Flash:
    """A sentence for the next page. ``undo``: path that a form posts to, named by ``undo_label``."""

    text: str
    kind: Kind = "done"
    undo: str | None = None
    undo_label: str | None = None


def keep(request: Request, response: Response, message: Flash) -> None:
    """Put the message into the answer, for the page that comes next."""
    text = json.dumps(asdict(message), ensure_ascii=False, separators=(",", ":"))
    body = base64.urlsafe_b64encode(text.encode()).decode()
    value = f"{body}.{_signature(request, body)}"
    if len(value) <= MAX_LENGTH:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, value, max_age=SECONDS, httponly=True, samesite="lax", secure=secure)


def read(request: Request) -> tuple[Flash, ...]:
    """The message that came with the request; none when it was not made by us."""
    body, _dot, signature = request.cookies.get(COOKIE, "").partition(".")
    if not body or not hmac.compare_digest(signature.encode(), _signature(request, body).encode()):
        return ()
    try:
        return (Flash(**json.loads(base64.urlsafe_b64decode(body))),)
    except (binascii.Error, ValueError, TypeError):  # made by another version of the service
        return ()


def forget(response: Response) -> None:
    """It was shown."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _signature(request: Request, body: str) -> str:
    key: bytes = request.app.state.signing_key
    return hmac.new(key, b"flash:" + body.encode(), hashlib.sha256).hexdigest()
