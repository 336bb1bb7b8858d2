"""Connecting to data.gouv.fr without pasting a key: OAuth 2 with PKCE (RFC 7636), as udata does it.

:func:`ask` gives the address to send the person to, and what to keep in the session; the portal sends the person back with a
code that lives 100 seconds, which :func:`exchange` turns into a token of 30 days. The refresh of a token gives a revoked one
there: when it ends, the person connects again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.publications.portals.datagouv import SITE
from app.publications.portals.faults import Fault
from app.publications.portals.http import Patience, PortalClient

SCOPE = "default"


@dataclass(frozen=True, slots=True)
class Asking:
    """``url``: where to send the person; ``state`` and ``verifier``: kept in the session until the person is back."""

    url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """``expires``: when the person must connect again."""

    value: str = field(repr=False)
    expires: datetime


def ask(client_id: str, redirect_uri: str, *, site: str = SITE) -> Asking:
    """Begin: a state and a verifier of this person's own, drawn at random."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return Asking(f"{site.rstrip('/')}/oauth/authorize?{urlencode(query)}", state, verifier)


def challenge(verifier: str) -> str:
    """The S256 of RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def came_back(asked: Asking, query: Mapping[str, str]) -> str | None:
    """The code in the address the person came back with; None where it is not an answer to what was asked, or a refusal."""
    if not hmac.compare_digest(asked.state.encode(), query.get("state", "").encode()) or "error" in query:
        return None
    return query.get("code") or None


def exchange(
    asked: Asking,
    code: str,
    *,
    client_id: str,
    redirect_uri: str,
    client_secret: str | None = None,
    site: str = SITE,
    name: str = "data.gouv.fr",
    patience: Patience | None = None,
    allow_private: bool | None = None,
) -> Token:
    """The token of a code, once. Raises ``PortalError``: « expired » where the code came too late or was used."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "code_verifier": asked.verifier,
    }
    if client_secret:
        form["client_secret"] = client_secret
    with PortalClient(
        site, name, secret=code, patience=patience or Patience(), allow_private=allow_private
    ) as client:
        answer = client.call("POST", "/oauth/token", data=form)
        value = answer.entry("access_token")
        if answer.ok and isinstance(value, str) and value:
            seconds = answer.entry("expires_in")
            lasts = timedelta(seconds=int(seconds)) if isinstance(seconds, int) else timedelta(days=30)
            return Token(value, datetime.now(UTC) + lasts)
        if answer.entry("error") in {"invalid_grant", "invalid_request"}:
            raise client.fault(Fault.EXPIRED, detail=str(answer.entry("error_description") or ""))
        if answer.entry("error") in {"invalid_client", "unauthorized_client"}:
            raise client.fault(Fault.FORBIDDEN, detail=str(answer.entry("error")))
        raise client.refusal(answer)
