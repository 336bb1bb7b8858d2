"""What waits for a person: only what exists, each with the one thing to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.auth import Viewer
from app.datasets import board
from app.datasets import queries as datasets
from app.establishments import queries as establishments
from app.formats import PARIS, ago, long_date, number
from app.home import queries
from app.i18n import gettext, ngettext
from app.models import SubmissionState
from app.publications import queries as publications
from app.publications.deliveries import queries as deliveries
from app.publications.portals.faults import Fault, PortalError
from app.publications.reminders import SOON
from app.submissions import queries as submissions
from app.tenancy import Role, Scope, set_scope

TASKS_SHOWN = 6
DRAFTS_SHOWN, IMPORTS_SHOWN, JOBS_SHOWN, DATASETS_SHOWN = 3, 3, 2, 12
PROPOSED_SHOWN, DUE_SHOWN = 3, 3
TO_FIX_COUNTED = 1001
"""Lines « à corriger » of a dataset are counted up to here."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do. ``state``: of the badge; ``verb``: of the link; ``place``: name of the establishment, for a person who has
    several and may have a dataset of the same name in each."""

    state: str
    word: str
    text: str
    verb: str
    address: str
    place: str = ""


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
    if viewer.seat_count == len(viewer.seats):  # all of them are known already
        roles = {seat.id: seat.role for seat in viewer.seats}
    else:
        roles = {row.establishment_id: Role(row.role) for row in accounts.own_memberships(session, viewer.id)}
    set_scope(session, Scope("tab_web", viewer.id).also_reading(roles))
    return roles


def count_places(session: Session, roles: dict[int, Role], sought: str) -> int:
    return establishments.count(session, sought, ids=roles) if sought and roles else len(roles)


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


def opens(viewer: Viewer, roles: dict[int, Role]) -> str:
    """Where the person may open a dataset: the slug of the one place there is, ``*`` where they choose, nothing where they may not."""
    may = {place for place, role in roles.items() if role.includes(Role.editor)}
    if len(may) != 1:
        return "*" if may else ""
    return next((seat.slug for seat in viewer.seats if seat.id in may), "*")


def latest_datasets(session: Session, viewer: Viewer, roles: dict[int, Role]) -> list[board.Card]:
    """The datasets that were filled in last, in all the establishments of the viewer."""
    if not roles:
        return []
    if viewer.seat_count == len(viewer.seats):  # all of them are known already
        places = {seat.id: (seat.slug, seat.name) for seat in viewer.seats}
    else:
        places = establishments.named(session, roles)
    return board.latest(session, places, limit=DATASETS_SHOWN)


def to_do(session: Session, viewer: Viewer, roles: dict[int, Role], *, operator_named: bool) -> list[ToDo]:
    """What waits; the scope is the one that :func:`roles_of` left, and is so again afterwards."""
    found = [
        *_drafts(session, viewer, roles),
        *_imports(session, roles),
        *_to_decide(session, roles),
        *_due(session, roles),
        *_to_fix(session, roles),
        *_deliveries(session, roles),
        *_under_way(session, roles),
    ]
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


def _towns(session: Session, rows: Sequence[Any]) -> dict[int, tuple[str, str]]:
    """Establishment → (slug, name), of those where something waits."""
    return establishments.named(session, {row.establishment_id for row in rows}) if rows else {}


def _drafts(session: Session, viewer: Viewer, roles: dict[int, Role]) -> list[ToDo]:
    """What the person began to type, where they still may: a draft is its author's alone, and read as it is written."""
    may = [place for place, role in roles.items() if role.includes(Role.editor)]
    if not may:
        return []
    set_scope(session, Scope("tab_web", viewer.id, read=frozenset(may), write=frozenset(may)))
    rows = datasets.drafts_of(session, viewer.id, DRAFTS_SHOWN)
    set_scope(session, Scope("tab_web", viewer.id).also_reading(roles))
    found = []
    towns = _towns(session, rows)
    for row in rows:
        path = f"/e/{towns[row.establishment_id][0]}/{row.slug}"
        if row.number:
            text = gettext(
                "{title}, ligne {number} : commencée {when}.",
                title=row.title,
                number=row.number,
                when=ago(row.updated_at),
            )
        else:
            text = gettext(
                "{title}, nouvelle ligne : commencée {when}.", title=row.title, when=ago(row.updated_at)
            )
        address = f"{path}/lignes/{row.number}" if row.number else f"{path}/saisir"
        place = towns[row.establishment_id][1]
        found.append(ToDo("draft", gettext("Brouillon"), text, gettext("Reprendre"), address, place))
    return found


def _imports(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    """Files on their way into a dataset: whoever enters lines there may go on with them, wherever they were begun."""
    may = [place for place, role in roles.items() if role.includes(Role.editor)]
    rows = submissions.under_way(session, may, IMPORTS_SHOWN) if may else []
    towns = _towns(session, rows)
    found = []
    for row in rows:
        waits = row.state == SubmissionState.open
        found.append(
            ToDo(
                "draft" if waits else "running",
                gettext("Import à reprendre") if waits else gettext("En cours"),
                gettext(
                    "{title}, fichier {file} : {when}.",
                    title=row.title,
                    file=row.file_name,
                    when=ago(row.updated_at),
                ),
                gettext("Reprendre") if waits else gettext("Voir"),
                f"/e/{towns[row.establishment_id][0]}/{row.slug}/importer/{row.id}",
                towns[row.establishment_id][1],
            )
        )
    return found


def _to_decide(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    """Versions that wait for somebody who may publish."""
    may = [place for place, role in roles.items() if role.includes(Role.publisher)]
    rows = publications.proposed(session, may, limit=PROPOSED_SHOWN) if may else []
    towns = _towns(session, rows)
    return [
        ToDo(
            "ready",
            gettext("À publier"),
            gettext("{title}, version {number} : proposée {when}.", title=row.title, number=row.number, when=ago(row.created_at)),
            gettext("Relire et publier"),
            f"/e/{towns[row.establishment_id][0]}/{row.slug}/publications/{row.number}",
            towns[row.establishment_id][1],
        )
        for row in rows
    ]  # fmt: skip


def _due(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    """Datasets whose next version is late, or due soon, the latest first."""
    may = [place for place, role in roles.items() if role.includes(Role.editor)]
    today = datetime.now(PARIS).date()
    rows = publications.due(session, may, until=today + SOON, limit=DUE_SHOWN) if may else []
    towns = _towns(session, rows)
    found = []
    for row in rows:
        late = row.due_on < today
        text = gettext("{title} : à publier avant le {day}.", title=row.title, day=long_date(row.due_on))
        if late:
            text = gettext("{title} : à publier depuis le {day}.", title=row.title, day=long_date(row.due_on))
        found.append(
            ToDo(
                "late" if late else "to_fix",
                gettext("En retard") if late else gettext("À publier bientôt"),
                text,
                gettext("Publier"),
                f"/e/{towns[row.establishment_id][0]}/{row.slug}/publier",
                towns[row.establishment_id][1],
            )
        )
    return found


def _to_fix(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    may = [place for place, role in roles.items() if role.includes(Role.editor)]
    rows = datasets.most_to_fix(session, may, TO_FIX_COUNTED, TASKS_SHOWN) if may else []
    towns = _towns(session, rows)
    found = []
    for row in rows:
        if row.found < TO_FIX_COUNTED:
            text = ngettext(
                "{title} : {n} ligne à corriger.",
                "{title} : {n} lignes à corriger.",
                row.found,
                title=row.title,
            )
        else:
            text = gettext(
                "{title} : plus de {n} lignes à corriger.", title=row.title, n=number(row.found - 1)
            )
        address = f"/e/{towns[row.establishment_id][0]}/{row.slug}/?etat=a-corriger"
        place = towns[row.establishment_id][1]
        found.append(ToDo("to_fix", gettext("À corriger"), text, gettext("Corriger"), address, place))
    return found


def _deliveries(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    """What a portal refused, or what was changed there: a person who publishes decides."""
    may = [place for place, role in roles.items() if role.includes(Role.publisher)]
    rows = deliveries.troubled(session, may, TASKS_SHOWN) if may else []
    towns = _towns(session, rows)
    found = []
    for row in rows:
        fault = PortalError.from_dict(row.state["fault"])
        is_conflict = fault.kind is Fault.CONFLICT
        found.append(
            ToDo(
                "warning" if is_conflict else "failed",
                gettext("En conflit") if is_conflict else gettext("Échec de l’envoi"),
                gettext("{title} : {problem}", title=row.title, problem=fault.problem()),
                gettext("Décider") if is_conflict else gettext("Voir"),
                f"/e/{towns[row.establishment_id][0]}/{row.slug}/portails",
                towns[row.establishment_id][1],
            )
        )
    return found


def _under_way(session: Session, roles: dict[int, Role]) -> list[ToDo]:
    """Work that the worker has not ended yet, in the words that it leaves."""
    rows = queries.jobs_under_way(session, roles, JOBS_SHOWN) if roles else []
    towns = _towns(session, rows)
    found = []
    for row in rows:
        words = gettext("Un traitement attend son tour.")
        if row.message:
            shown = {**row.params, "done": number(row.done), "total": number(row.total)}
            words = gettext(row.message, **shown)
        address = f"/e/{towns[row.establishment_id][0]}/"
        place = towns[row.establishment_id][1]
        found.append(ToDo("running", gettext("En cours"), words, gettext("Voir"), address, place))
    return found


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
