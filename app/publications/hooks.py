"""What else happens when the current version of a dataset changes: other features add their functions here, at import.

    hooks.AFTER.append(deliver)

Each is called in the transaction of the act, which stays or goes with it: it puts jobs in the queue, it never calls a portal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.models import Publication

After = Callable[[Session, Publication], None]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a version goes, as the page of publication says it. ``address``: of the public page, or of the portal's; ``note``: a
    sentence about it."""

    name: str
    address: str = ""
    note: str = ""


AFTER: list[After] = []
"""Called with a version that has just become the current one (published, or gone back to), and with one just withdrawn."""

DESTINATIONS: list[Callable[[Session, DatasetView], list[Destination]]] = []
"""Where a dataset goes beside its public page."""


def after(session: Session, publication: Publication) -> None:
    """Call every function of :data:`AFTER`."""
    session.flush()
    for one in AFTER:
        one(session, publication)
