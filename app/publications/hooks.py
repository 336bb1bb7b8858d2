"""What else happens when the current version of a dataset changes: other features add their functions here, at import.

    hooks.AFTER.append(deliver)

Each is called in the transaction of the act, which stays or goes with it: it puts jobs in the queue, it never calls a portal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.models import Publication

After = Callable[[Session, Publication], None]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a version goes, as pages say it. ``address``: of the public page, or of the portal's; ``note``: a sentence about it;
    ``badge`` and ``word``: how it stands there, where that is known."""

    name: str
    address: str = ""
    note: str = ""
    badge: str = ""
    word: str = ""


JOINED: tuple[str, ...] = ("app.publications.deliveries.standing", "app.publications.attached")
"""Modules that add theirs: imported before the first act, whichever process it is in. A new feature adds its name here."""

AFTER: list[After] = []
"""Called with a version that has just become the current one (published, or gone back to), and with one just withdrawn."""

DESTINATIONS: list[Callable[[Session, DatasetView], list[Destination]]] = []
"""Where a dataset goes beside its public page."""


def after(session: Session, publication: Publication) -> None:
    """Call every function of :data:`AFTER`."""
    _join()
    session.flush()
    for one in AFTER:
        one(session, publication)


def destinations(session: Session, dataset: DatasetView) -> list[Destination]:
    """What every function of :data:`DESTINATIONS` says."""
    _join()
    return [one for find in DESTINATIONS for one in find(session, dataset)]


def _join() -> None:
    for name in JOINED:
        import_module(name)
