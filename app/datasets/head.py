"""The head that the pages of a dataset share: its name, what may be done, its sections."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, Request
from sqlalchemy.orm import Session

from app.access import routes
from app.datasets import queries
from app.datasets.access import At
from app.datasets.service import DatasetView
from app.formats import number
from app.i18n import gettext

COUNTED = 1001
"""Lines « à corriger » are counted up to here: beyond, « plus de 1 000 »."""
BASE = "/e/{establishment}/{dataset}"


@dataclass(frozen=True, slots=True)
class Head:
    """What ``datasets/head.html`` shows. ``tabs``: (address, label) or (address, label, count)."""

    path: str
    dataset: DatasetView
    may_edit: bool
    can_import: bool
    can_publish: bool
    to_fix: int
    tabs: tuple[tuple[str, str, str | None], ...]


def head_of(request: Request, session: Session, at: At) -> Head:
    """The head of a page of the dataset. Sections whose pages this service does not have are left out."""
    to_fix = queries.to_fix(session, at.dataset.establishment, at.dataset.id, COUNTED)
    known = _paths(request.app)
    tabs: list[tuple[str, str, str | None]] = [
        (f"{at.path}/", gettext("Lignes"), None),
        (f"{at.path}/?etat=a-corriger", gettext("À corriger"), counted(to_fix, COUNTED) if to_fix else None),
    ]
    for path, label in (
        ("/imports", gettext("Imports")),
        ("/publications", gettext("Publications")),
        ("/portails", gettext("Portails")),
        ("/corbeille", gettext("Corbeille")),
        ("/reglages", gettext("Réglages")),
    ):
        found = next(
            (known_path for known_path in (f"{BASE}{path}", f"{BASE}{path}/") if known_path in known), None
        )
        if found is not None:
            tabs.append((found.replace(BASE, at.path), label, None))
    return Head(
        at.path,
        at.dataset,
        at.may_edit,
        f"{BASE}/importer/" in known,
        f"{BASE}/publier" in known,
        to_fix,
        tuple(tabs),
    )


def counted(found: int, most: int) -> str:
    """« 128 », or « plus de 10 000 » where the count stopped at ``most``."""
    return gettext("plus de {n}", n=number(most - 1)) if found >= most else number(found)


def _paths(application: FastAPI) -> frozenset[str]:
    known: frozenset[str] | None = getattr(application.state, "dataset_paths", None)
    if known is None:
        known = frozenset(route.path for route in routes(application) if route.path.startswith(BASE))
        application.state.dataset_paths = known
    return known
