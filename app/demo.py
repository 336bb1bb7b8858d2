"""Demonstration data: a commune, its school, a département and a sandbox, an account for each role, some datasets. All made up.

Made once, at the first start in demonstration mode; what people then change stays. The accounts are named on the sign-in
page, in demonstration mode alone: their password is no secret.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from sqlalchemy.orm import Session

from app import demo_rows
from app.accounts import queries as people
from app.accounts import service as signing
from app.accounts.team import queries as team
from app.datasets import service as datasets
from app.errors import Conflict, NotFound
from app.establishments import queries, service
from app.i18n import N_, gettext
from app.models import Membership
from app.records import service as records
from app.tenancy import Role, Scope, set_scope

log = logging.getLogger(__name__)

PASSWORD = "demonstration"  # noqa: S105 (shown on the sign-in page)

ESTABLISHMENTS: Sequence[Mapping[str, str]] = (
    {
        "nom": "Commune de Valbrune",
        "siret": "21230999100017",
        "type": "commune",
        "departement": "23",
        "adresse_page": "valbrune",
        "courriel": "mairie@valbrune.example",
        "telephone": "01 99 00 12 34",
        "adresse": "1 place de la Mairie, 23999 Valbrune",
    },
    {
        "nom": "École Louise-Michel de Valbrune",
        "siret": "19230999500012",
        "type": "etablissement",
        "departement": "23",
        "adresse_page": "ecole-louise-michel",
        "adresse": "4 rue des Tilleuls, 23999 Valbrune",
    },
    {
        "nom": "Département de la Brune",
        "siret": "22239999000019",
        "type": "departement",
        "departement": "23",
        "adresse_page": "departement-brune",
        "courriel": "donnees@brune.example",
        "telephone": "01 99 00 56 78",
    },
)
SANDBOX: Mapping[str, str] = {"nom": "Bac à sable", "type": "autre", "adresse_page": "bac-a-sable"}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that anybody may use. ``purpose``: what it shows, in the current language."""

    email: str
    name: str
    password: str
    purpose: str


@dataclass(frozen=True, slots=True)
class _Person:
    email: str
    name: str
    purpose: str
    roles: Mapping[str, Role]
    is_administrator: bool = False


_PEOPLE = (
    _Person(
        "camille@valbrune.example",
        "Camille Morel",
        N_("Gestion de la commune, publication pour l’école"),
        {"valbrune": Role.manager, "ecole-louise-michel": Role.publisher, "bac-a-sable": Role.editor},
    ),
    _Person(
        "sofiane@valbrune.example",
        "Sofiane Haddad",
        N_("Saisie pour la commune"),
        {"valbrune": Role.editor, "bac-a-sable": Role.editor},
    ),
    _Person(
        "jeanne@valbrune.example",
        "Jeanne Le Goff",
        N_("Gestion de l’école, lecture à la commune"),
        {"ecole-louise-michel": Role.manager, "valbrune": Role.reader},
    ),
    _Person(
        "ines@brune.example",
        "Inès Caron",
        N_("Publication pour le département"),
        {"departement-brune": Role.publisher},
    ),
    _Person(
        "admin@tabellion.example",
        "Alix Bernard",
        N_("Administration du service, gestion du département"),
        {"departement-brune": Role.manager, "bac-a-sable": Role.manager},
        is_administrator=True,
    ),
)


def accounts() -> list[DemoAccount]:
    """The accounts to name on the sign-in page, in demonstration mode only."""
    return [DemoAccount(one.email, one.name, PASSWORD, gettext(one.purpose)) for one in _PEOPLE]


def install(session: Session) -> bool:
    """Make what is missing; false when nothing was. The scope of the session is an administrator's."""
    queries.lock(session)
    if people.account_by_email(session, _PEOPLE[-1].email) is not None:
        return False
    ids = {}
    for own in (*ESTABLISHMENTS, SANDBOX):
        slug = own["adresse_page"]
        found = queries.by_slug(session, slug) or service.create(session, own, sandbox=own is SANDBOX)
        ids[slug] = found.id
    for person in _PEOPLE:
        _install(session, person, ids)
    for slug, schema, email, rows in _datasets():
        _fill(session, ids[slug], schema, email, rows)
    _publish(session, ids["valbrune"], "scdl/deliberations", "camille@valbrune.example")
    set_scope(session, Scope.instance())
    return True


def _datasets() -> Iterator[tuple[str, str, str, Iterable[Mapping[str, str]]]]:
    """Establishment, schema of the starter catalogue, who entered the lines, the lines."""
    town, _, county = ESTABLISHMENTS
    yield "valbrune", "scdl/deliberations", "camille@valbrune.example", demo_rows.deliberations(town, 26)
    yield "valbrune", "scdl/subventions", "sofiane@valbrune.example", demo_rows.subventions(town, 64, 3)
    yield "valbrune", "scdl/prenoms", "sofiane@valbrune.example", demo_rows.first_names(24)
    yield "departement-brune", "scdl/subventions", "ines@brune.example", demo_rows.subventions(county, 40, 5)


def _fill(
    session: Session, establishment: int, schema: str, email: str, rows: Iterable[Mapping[str, str]]
) -> None:
    """Open a dataset and enter its lines, as a person would; nothing where the catalogue has no such schema."""
    account = people.account_by_email(session, email)
    who = account.id if account is not None else None
    set_scope(session, Scope.of(establishment, Role.editor, account=who))
    try:
        made = datasets.open_dataset(session, establishment, schema, account=who)
    except NotFound:
        return
    found = datasets.find(session, establishment, made.slug)
    for row in rows:
        records.create(session, found, row, account=who)


def _publish(session: Session, establishment: int, schema: str, email: str) -> None:
    """Publish a dataset, as a person would; nothing where there is none."""
    account = people.account_by_email(session, email)
    who = account.id if account is not None else None
    set_scope(session, Scope.of(establishment, Role.publisher, account=who))
    found = next((one for one in datasets.all_of(session, establishment) if one.schema_key == schema), None)
    if found is not None:
        # by its name: the commands start the service, and those of records know no publications
        import_module("app.demo_publication").publish(session, found, account=who)


def _install(session: Session, person: _Person, ids: Mapping[str, int]) -> None:
    try:
        account = signing.add_account(
            session,
            person.email,
            person.name,
            password=PASSWORD,
            is_administrator=person.is_administrator,
            lang="fr",
        )
    except Conflict:
        return
    for slug, role in person.roles.items():
        set_scope(session, Scope.of(ids[slug], Role.manager, account=None))
        if team.membership(session, ids[slug], account.id) is None:
            session.add(Membership(establishment_id=ids[slug], account_id=account.id, role=role.value))
            session.flush()
    set_scope(session, Scope.instance())
