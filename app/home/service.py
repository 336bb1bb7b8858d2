"""What waits for a person: only what exists, each with the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.auth import Viewer
from app.establishments import queries as establishments
from app.i18n import gettext
from app.tenancy import Role, Scope, set_scope

TASKS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do. ``state``: of the badge; ``verb``: of the link."""

    state: str
    word: str
    text: str
    verb: str
    address: str


@dataclass(frozen=True, slots=True)
class Place:
    """An establishment of the viewer, as a card."""

    id: int
    slug: str
    name: str
    kind: str
    departement: str | None
    logo: str | None
    is_sandbox: bool
    role: Role


def roles_of(session: Session, viewer: Viewer) -> dict[int, Role]:
    """Every establishment of the viewer with their role; the scope is then reading them, and nothing else."""
    roles = {row.establishment_id: Role(row.role) for row in accounts.own_memberships(session, viewer.id)}
    set_scope(session, Scope("tab_web", viewer.id).also_reading(roles))
    return roles


def count_places(session: Session, roles: dict[int, Role], sought: str) -> int:
    return establishments.count(session, sought, ids=roles) if roles else 0


def places(session: Session, roles: dict[int, Role], sought: str, *, limit: int, offset: int) -> list[Place]:
    """Some of the viewer's establishments, by name."""
    if not roles:
        return []
    rows = establishments.listed(session, sought, limit=limit, offset=offset, ids=roles)
    return [
        Place(
            row.id,
            row.slug,
            row.name,
            row.kind,
            row.departement,
            row.logo,
            row.is_sandbox,
            roles[row.id],
        )
        for row in rows
    ]


def to_do(session: Session, viewer: Viewer, roles: dict[int, Role], *, operator_named: bool) -> list[ToDo]:
    """What waits; the scope is the one that :func:`roles_of` left, and is so again afterwards."""
    found = []
    managed = [place for place, role in roles.items() if role.includes(Role.manager)]
    if managed:
        found += [
            ToDo(
                "to_fix",
                gettext("À compléter"),
                gettext("{name} : personne ne sait comment vous joindre.", name=row.name),
                gettext("Indiquer un contact"),
                f"/e/{row.slug}/reglages#courriel",
            )
            for row in establishments.without_contact(session, managed, TASKS_SHOWN)
        ]
    if viewer.is_administrator:
        found = _of_the_instance(session, viewer, operator_named) + found
        set_scope(session, Scope("tab_web", viewer.id).also_reading(roles))
    return found[:TASKS_SHOWN]


def _of_the_instance(session: Session, viewer: Viewer, operator_named: bool) -> list[ToDo]:
    set_scope(session, Scope.instance(viewer.id))
    found = []
    if not establishments.is_there_any(session):
        found.append(
            ToDo(
                "new",
                gettext("Pour commencer"),
                gettext("Le service n’a encore aucun établissement."),
                gettext("Créer le premier"),
                "/administration/etablissements/creer",
            )
        )
    if not operator_named:
        found.append(
            ToDo(
                "to_fix",
                gettext("À compléter"),
                gettext("Les mentions légales ne disent pas qui exploite ce service."),
                gettext("Voir ce qui manque"),
                "/mentions-legales",
            )
        )
    return found
