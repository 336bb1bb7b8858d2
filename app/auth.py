"""Who is asking: a viewer, from the server-side session whose token the browser keeps in a cookie."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from app import db
from app.accounts import queries
from app.models import LoginSession
from app.settings import get_settings
from app.tenancy import Role, Scope, scope_of, set_scope

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COOKIE, SECURE_COOKIE = "tabellion_session", "__Host-tabellion_session"
NOTED_EVERY = timedelta(minutes=5)
SEATS_SHOWN = 100
SEEN_KEPT = 10_000  # tokens


@dataclass(frozen=True, slots=True)
class Seat:
    """An establishment where the viewer works, and as what."""

    id: int
    slug: str
    name: str
    accent: str | None
    is_sandbox: bool
    role: Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person. ``seats``: their establishments by name, the first hundred; the one of the address is among them."""

    id: int
    session_id: int
    email: str
    name: str
    lang: str
    is_administrator: bool
    seats: tuple[Seat, ...]
    seat_count: int

    def seat(self, slug: str) -> Seat | None:
        """The viewer's place in an establishment; None when they have none."""
        return next((seat for seat in self.seats if seat.slug == slug), None)


ScopeOf = Callable[[Viewer], Scope]
"""What the viewer of a route may touch there."""


def load_viewer(
    session: Session, token: str | None, slug: str | None = None, then: ScopeOf | None = None
) -> Viewer | None:
    """The person a token stands for, None when nobody. The session's scope is then what ``then`` says of them.

    Without ``then`` it is theirs with no establishment yet; nobody's has no account. ``slug``: of the establishment in the
    address, whose seat is loaded among the others.
    """
    if not token:
        return None
    key = token_hash(token)
    found = _seen_again(session, key, slug) or _looked_up(session, key, slug)
    if found is None:
        _seen.pop(key, None)
        set_scope(session, Scope("tab_web"))
        return None
    viewer, last_seen_at = found
    if datetime.now(UTC) - last_seen_at > NOTED_EVERY:
        with db.aside(Scope("tab_web", viewer.id)) as other:
            queries.prolong_session(other, viewer.session_id, *_lasting())
    if len(_seen) >= SEEN_KEPT:
        _seen.clear()
    _seen[key] = _Seen(viewer.id, frozenset(seat.id for seat in viewer.seats))
    set_scope(session, Scope("tab_web", viewer.id) if then is None else then(viewer))
    return viewer


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a token stood for when this process saw it last: where to look first, never what to believe."""

    account: int
    places: frozenset[int]


_seen: dict[bytes, _Seen] = {}
Found = tuple[Viewer, datetime]
"""The viewer, and when the session was last noted to be in use."""


def _seen_again(session: Session, key: bytes, slug: str | None) -> Found | None:
    """The viewer in one query, whose scope is the one that the token had last; None where that no longer tells all."""
    seen = _seen.get(key)
    if seen is None:
        return None
    set_scope(session, Scope("tab_web", seen.account, read=seen.places))
    rows = queries.viewer_by_token(session, key, seen.account, list(seen.places))
    if not rows:
        return None
    first = rows[0]
    seats = _in_order(
        Seat(row.establishment_id, row.slug, row.place, row.accent, row.is_sandbox, Role(row.role))
        for row in rows
        if row.slug is not None  # a member still, of an establishment that is still there
    )
    if len(seats) != len(seen.places):
        return None
    viewer = _viewer(first, seats, first.seat_count)
    shown = viewer.seat_count == len(seats) or (len(seats) >= SEATS_SHOWN and (not slug or viewer.seat(slug)))
    return (viewer, first.last_seen_at) if shown else None


def _looked_up(session: Session, key: bytes, slug: str | None) -> Found | None:
    """The viewer from the token alone, one step after the other."""
    set_scope(session, Scope("tab_web"))
    found = queries.session_by_token(session, key)
    if found is None:
        return None
    base = Scope("tab_web", found.id)
    set_scope(session, base)
    roles = {row.establishment_id: Role(row.role) for row in queries.own_memberships(session, found.id)}
    seats: tuple[Seat, ...] = ()
    if roles:
        set_scope(session, base.also_reading(roles))
        rows = queries.own_establishments(session, list(roles), SEATS_SHOWN, slug)
        seats = _in_order(
            Seat(row.id, row.slug, row.name, row.accent, row.is_sandbox, roles[row.id]) for row in rows
        )
    return _viewer(found, seats, len(roles)), found.last_seen_at


def _in_order(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    return tuple(sorted(seats, key=lambda seat: seat.name.casefold()))


def _viewer(row: Any, seats: tuple[Seat, ...], seat_count: int) -> Viewer:
    return Viewer(
        row.id, row.session_id, row.email, row.name, row.lang, row.is_administrator, seats, seat_count
    )


def start_session(session: Session, account_id: int, user_agent: str = "") -> str:
    """Sign a person in: a new token, always, so that nobody can know it beforehand. Flushes."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            account_id=account_id,
            expires_at=datetime.now(UTC) + min(_lasting()),
            user_agent=user_agent[:80],
        )
    )
    session.flush()
    return token


def end_session(session: Session, token: str) -> None:
    """Sign a person out of this browser."""
    queries.delete_session(session, token_hash(token))


def read_cookie(request: Request) -> str | None:
    """The token the browser sent."""
    return request.cookies.get(cookie_name())


def set_cookie(response: Response, token: str) -> None:
    """Give the token to the browser: out of reach of scripts, for this site alone."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=get_settings().session_max_days * 86400,  # an ended session is recognised, not unknown
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https(),
    )


def clear_cookie(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="lax", secure=is_https())


def cookie_name() -> str:
    """Over https the browser itself holds the cookie to this host (``__Host-``)."""
    return SECURE_COOKIE if is_https() else COOKIE


def token_hash(token: str) -> bytes:
    """What is stored of a token: it is random and long, hence a plain SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def account_of(session: Session) -> int | None:
    """The account the session's scope works for."""
    scope = scope_of(session)
    return None if scope is None else scope.account


def _lasting() -> tuple[timedelta, timedelta]:
    """How long a session lasts without use, and in all."""
    settings = get_settings()
    return timedelta(days=settings.session_days), timedelta(days=settings.session_max_days)


def is_https() -> bool:
    """Whether people reach the service by https."""
    return get_settings().public_url.startswith("https://")
