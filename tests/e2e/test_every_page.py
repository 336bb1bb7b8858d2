"""Every page that the application has, found in its routes: accessible, narrow, in both looks, read without scripts.

A new page is among them by itself; a new kind of address needs a sample here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from app import db
from app.access import accesses, routes
from app.datasets import service as datasets
from app.main import create_app
from app.models import Delivery, Invitation, PasswordReset
from app.records import service as records
from app.settings import Settings
from app.tenancy import Role, Scope
from tests.app.publications import made
from tests.database import SECRET
from tests.e2e.checks import assert_accessible, assert_fits, tab_stops

if TYPE_CHECKING:
    from app.models import Account
    from tests.e2e.conftest import Visit
    from tests.factories import Make

LOOKS = [(1280, "light"), (320, "dark")]
NO_PAGE = re.compile(
    r"^/(healthz|readyz|static|connexion/etat|couleur/.*|modeles/.*/schema\.json|e/.*/logo/.*|donnees/.*/logo/.*|api/v1/.*|e/.*/portails/autoriser|portails/retour|pieces/.*|e/.*/fichiers/.*"
    r"|.*\.(csv|xlsx|ttl|jsonld|json|xml|txt|\{form\}))$"
)
"""Addresses that answer no page, or a file."""
ELSEWHERE: Mapping[str, str] = {
    "/premiere-visite": "there is none once somebody has an account: test_people",
    "/administration/etablissements/importer/{token}": "stands for a file under way: tests/app/establishments",
    "/e/{establishment}/{dataset}/importer/{submission}": "steps of an import under way",
    "/e/{establishment}/{dataset}/lignes/{number}/historique/{change}/retablir": "a question asked within the history",
    "/e/{establishment}/{dataset}/nombre": "a part of a page",
    "/e/{establishment}/{dataset}/filtres": "a part of a page",
    "/verifier/{token}": "the report of a file that was just checked: test_checking",
    "/jeux/ouvrir": "asks for a model: leads to it",
}
"""Pages that exist only in the course of something, with where they are looked at."""
SAMPLES: Mapping[str, str] = {
    "establishment": "saint-remi",
    "slug": "saint-remi",
    "dataset": "deliberations",
    "number": "1",
    "account_id": "2",
    "key:path": "scdl/deliberations",
    "kind": "ckan",
    "token": "secret",
}
NAMES = re.compile(r"\{([^}]+)\}")


def pages() -> list[tuple[str, str]]:
    """The address and the access of each page, as the routes declare them."""
    application = create_app(Settings(secret_key=SECRET, demo=True))
    found = {}
    for route in routes(application):
        methods, path = getattr(route, "methods", None) or set(), getattr(route, "path", "")
        if (
            "GET" in methods
            and not NO_PAGE.match(path)
            and not any(path.startswith(one) for one in ELSEWHERE)
        ):
            found[path] = next(iter(accesses(route)), "")
    return sorted(found.items())


def address(path: str) -> str:
    """The path with a sample for each name in it. Fails where none is known: a new kind of address says here what it takes."""
    unknown = [name for name in NAMES.findall(path) if name not in SAMPLES]
    assert not unknown, f"no sample for {unknown} of {path}; add one to SAMPLES, or the page to ELSEWHERE"
    samples = {**SAMPLES, "token": "1.secret"} if path.startswith("/invitation/") else SAMPLES
    return NAMES.sub(lambda found: samples[found[1]], path)


@pytest.fixture
def boss(make: Make) -> Account:
    """An administrator who manages a town with a team, a dataset with a line, a link and an invitation that wait."""
    found, other = make.account(name="Grâce", is_administrator=True), make.account(name="Ada Martin")
    town = make.establishment(name="Ville de Saint-Rémi", slug="saint-remi")
    make.member(found, town, "manager")
    make.member(other, town, "editor")
    assert (town.id, other.id) == (
        1,
        int(SAMPLES["account_id"]),
    )  # an invitation's link begins by the number of its place
    version = make.schema()
    kept = make.dataset(town, version, slug="deliberations", title="Délibérations")
    published = made.rows_of(
        version,
        *(
            {"DELIB_ID": f"2025-{n}", "DELIB_DATE": f"202{n % 3}-03-12", "DELIB_OBJET": "Voirie"}
            for n in range(30)
        ),
    )
    made.publish(make, town, kept, version, published)
    with db.in_transaction(Scope.of(town.id, Role.manager, account=found.id)) as session:
        dataset = datasets.find(session, town.id, "deliberations")
        records.create(session, dataset, {"DELIB_OBJET": "Voirie", "DELIB_DATE": "hier"}, account=found.id)
        place = {"establishment_id": town.id, "dataset_id": dataset.id}
    portal = make.connection(town, kind="ckan", base_url="https://data.ville.example", name="Portail de la ville", organisation_name="Ville")  # fmt: skip
    make.add(Delivery(**place, connection_id=portal.id, wanted=None))
    from app.auth import token_hash

    soon = datetime.now(UTC) + timedelta(hours=1)
    make.add(PasswordReset(account_id=other.id, token_hash=token_hash("secret"), expires_at=soon))
    make.add(
        Invitation(
            establishment_id=town.id,
            email="bob@ville.fr",
            role="editor",
            token_hash=token_hash("secret"),
            expires_at=soon,
        )
    )
    return found


@pytest.mark.parametrize(("path", "access"), pages())
def test_a_page_is_accessible_fits_and_reads_without_scripts(
    visit: Visit, boss: Account, path: str, access: str
) -> None:
    """In one test: what it takes to have something to show is most of its time."""
    who = None if access == "anybody" else boss
    width, scheme = LOOKS[0]
    page = visit(address(path), width=width, scheme=scheme, account=who)
    for width, scheme in LOOKS:
        if (width, scheme) != LOOKS[0]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.reload()
            page.wait_for_selector("html[data-ready]")
        assert_accessible(page)
        assert_fits(page)
        tab_stops(page)
    bare = visit(address(path), js=False, width=320, account=who)
    expect(bare.get_by_role("main")).to_be_visible()
    expect(bare.get_by_role("heading", level=1)).to_be_visible()


def test_what_is_left_out_is_there() -> None:
    """An address that is gone is no exemption."""
    every = {
        getattr(route, "path", "") for route in routes(create_app(Settings(secret_key=SECRET, demo=True)))
    }
    assert [path for path in ELSEWHERE if not any(one.startswith(path) for one in every)] == []
