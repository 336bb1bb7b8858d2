"""What has to be known before a dataset is opened: the schema, the place, those that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.auth import Viewer
from app.datasets import queries
from app.datasets.service import TITLE_LENGTH
from app.errors import Conflict, NotFound
from app.establishments import queries as establishments
from app.folding import fold
from app.i18n import N_, gettext
from app.tenancy import Role, Scope, set_scope

MOST_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """An establishment in which a person may open a dataset."""

    slug: str
    name: str
    is_sandbox: bool


def offered(session: Session, schema_key: str, version: str | None) -> Any:
    """The version of a schema on which a dataset may be opened. Raises :class:`NotFound`, or :class:`Conflict` for a schema withdrawn."""
    found = queries.version(session, schema_key, version)
    if found is None:
        raise NotFound(N_("Ce modèle n’est pas au catalogue. Cherchez-le par un mot courant."))
    if not found.is_offered:
        raise Conflict(
            N_(
                "Le modèle « {title} » n’est plus proposé pour de nouveaux jeux de données. Choisissez-en un autre au catalogue."
            ),
            title=found.schema_title,
        )
    return found


def places(session: Session, viewer: Viewer, sought: str, most: int) -> tuple[list[Place], bool]:
    """The establishments in which a person may enter lines, by name, ``most`` of them; and whether there are more."""
    roles = {row.establishment_id: Role(row.role) for row in accounts.own_memberships(session, viewer.id)}
    may = [one for one, role in roles.items() if role.includes(Role.editor)]
    if not may:
        return [], False
    set_scope(session, Scope("tab_web", viewer.id).also_reading(may))
    rows = establishments.listed(session, sought, limit=most + 1, ids=may)
    return [Place(row.slug, row.name, row.is_sandbox) for row in rows[:most]], len(rows) > most


def others(session: Session, establishment: int, schema: Any) -> Sequence[Any]:
    """The establishment's datasets on any version of the same schema: ``slug``, ``title``, ``closed_at``."""
    return queries.of_schema(session, establishment, schema.schema_id)[:MOST_OTHERS]


def title_fault(title: str, there: Sequence[Any]) -> tuple[str, str] | None:
    """What is wrong with the title of a second dataset on one schema."""
    if not title:
        return gettext("Donnez un titre à ce jeu de données."), gettext(
            "Il doit se distinguer de ceux qui existent."
        )
    if len(title) > TITLE_LENGTH:
        return (
            gettext(
                "Ce titre compte {n} caractères ; il en faut {most} au plus.", n=len(title), most=TITLE_LENGTH
            ),
            gettext("Raccourcissez-le."),
        )
    if fold(title) in {fold(one.title) for one in there}:
        return (
            gettext("Un jeu de données porte déjà ce titre."),
            gettext("Ajoutez ce qui les distingue : une année, un service, un budget."),
        )
    return None


def example_title(schema_title: str) -> str:
    """« Subventions 2027 »: a title that tells the next dataset from those that are there."""
    return f"{schema_title[: TITLE_LENGTH - 5]} {datetime.now(UTC).year + 1}"
