"""What is kept between leaving for data.gouv.fr and coming back: in a sealed cookie of the very browser that left."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from app import auth
from app.publications import secrets
from app.publications.portals.oauth import Asking
from app.settings import get_settings

COOKIE = "tabellion_portail"
PATH = "/portails/retour"
SECONDS = 600
PLACE = "on the way to a portal"


@dataclass(frozen=True, slots=True)
class Trip:
    """Who left, for which establishment (its slug), to renew which connection (0: a new one)."""

    account: int
    establishment: str
    connection: int
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def asked(self) -> Asking:
        return Asking("", self.state, self.verifier)


def callback() -> str:
    """The address that people come back to, as it is registered at the portal."""
    return get_settings().public_url + PATH


def keep(response: Response, trip: Trip) -> None:
    """Give the browser what it comes back with."""
    response.set_cookie(
        COOKIE,
        secrets.sealer().seal(json.dumps(asdict(trip)), PLACE),
        max_age=SECONDS,
        path=PATH,
        httponly=True,
        secure=auth.is_https(),
        samesite="lax",  # the way back is a plain link of the portal's
    )


def kept(request: Request) -> Trip | None:
    """What the browser left with; None where it is not there, or not ours."""
    try:
        return Trip(**json.loads(secrets.sealer().open(request.cookies.get(COOKIE, ""), PLACE)))
    except (secrets.Unreadable, ValueError, TypeError):
        return None


def forget(response: Response) -> None:
    """It serves once."""
    response.delete_cookie(COOKIE, path=PATH)
