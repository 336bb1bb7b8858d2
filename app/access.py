"""Who may call a route: each declares one of these as a dependency, and a test fails on a route without one.

    @router.get("/e/{establishment}/reglages")
    def settings_page(viewer: Annotated[Member, Depends(member("manager"))], session: SessionOf) -> Response: ...

The dependency sets the scope of the request's session, so that the database itself refuses what the route may not touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Path, Request
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy.orm import Session

from app import auth
from app.auth import ScopeOf, Seat, Viewer
from app.db import get_session
from app.errors import Forbidden, NotFound, SignInNeeded
from app.tenancy import Role, Scope, set_scope

SessionOf = Annotated[Session, Depends(get_session, scope="function")]
"""The session of the request, the same in every dependency and in the view."""

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""The id of a row in an address: what cannot be one is an address that does not exist."""


@dataclass(frozen=True, slots=True)
class Member:
    """A signed-in person at work in the establishment of the address."""

    viewer: Viewer
    establishment: Seat

    @property
    def role(self) -> Role:
        return self.establishment.role


class Anybody:
    """No check and no database: health, static files, pages that are the same for all."""

    access = "anybody"

    def __call__(self) -> None:
        return None


class Public:
    """Everybody, signed in or not; gives the :class:`Viewer`, or None."""

    access = "public"

    def __call__(self, request: Request, session: SessionOf) -> Viewer | None:
        return _viewer(request, session)


class Published:
    """Everybody, and nobody is asked who they are: the same answer for all. Gives the session of the request, which reads what
    is published (``tab_public``) and nothing else."""

    access = "published"

    def __call__(self, session: SessionOf) -> Session:
        set_scope(session, Scope("tab_public"))
        return session


class SignedIn:
    """Signed-in people; gives the :class:`Viewer`. Raises :class:`SignInNeeded`."""

    access = "signed_in"

    def __call__(self, request: Request, session: SessionOf) -> Viewer:
        return _needed(request, session)


class Administrator:
    """Administrators of the instance; gives the :class:`Viewer`. To others the page does not exist."""

    access = "administrator"

    def __call__(self, request: Request, session: SessionOf) -> Viewer:
        viewer = _needed(request, session, then=self._scope)
        if not viewer.is_administrator:
            raise NotFound
        return viewer

    @staticmethod
    def _scope(viewer: Viewer) -> Scope:
        return Scope.instance(viewer.id) if viewer.is_administrator else Scope("tab_web", viewer.id)


class MemberOf:
    """Members of the establishment of the address, of this role or more; gives the :class:`Member`.

    To others the establishment does not exist; a member whose role is too small is told so.
    """

    def __init__(self, role: Role) -> None:
        self.role = role
        self.access = f"member:{role}"

    def __call__(self, request: Request, establishment: str, session: SessionOf) -> Member:
        viewer = _needed(request, session, establishment, self._scope(establishment))
        seat = viewer.seat(establishment)
        if seat is None:
            raise NotFound
        request.state.establishment = seat
        if not seat.role.includes(self.role):
            raise Forbidden
        return Member(viewer, seat)

    def _scope(self, establishment: str) -> ScopeOf:
        def scope(viewer: Viewer) -> Scope:
            seat = viewer.seat(establishment)
            if seat is None or not seat.role.includes(self.role):
                return Scope("tab_web", viewer.id)
            return Scope.of(seat.id, seat.role, account=viewer.id)

        return scope


anybody, public, published = Anybody(), Public(), Published()
signed_in, administrator = SignedIn(), Administrator()
PublicSession = Annotated[Session, Depends(published, scope="function")]
"""The session of a public address: declares its access, and reads what is published alone."""
_members = {role: MemberOf(role) for role in Role}


def member(role: Literal["reader", "editor", "publisher", "manager"]) -> MemberOf:
    """The dependency for members of this role or more."""
    return _members[Role(role)]


def routes(application: FastAPI) -> list[RouteContext]:
    """Every route of the application and of its routers: ``path``, ``methods``, ``endpoint``, ``dependant``."""
    return list(iter_route_contexts(application.routes))


def accesses(route: Any) -> list[str]:
    """What a route declares: the accesses of its dependencies, one in a sound route."""
    found: list[str] = []
    waiting = list(getattr(getattr(route, "dependant", None), "dependencies", ()))
    while waiting:
        dependency = waiting.pop()
        access = getattr(dependency.call, "access", None)
        if isinstance(access, str):
            found.append(access)
        waiting += dependency.dependencies
    return found


def _viewer(
    request: Request, session: Session, slug: str | None = None, then: ScopeOf | None = None
) -> Viewer | None:
    viewer = auth.load_viewer(session, auth.read_cookie(request), slug, then)
    request.state.viewer = viewer
    return viewer


def _needed(
    request: Request, session: Session, slug: str | None = None, then: ScopeOf | None = None
) -> Viewer:
    viewer = _viewer(request, session, slug, then)
    if viewer is None:
        raise SignInNeeded
    return viewer
