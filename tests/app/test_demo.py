"""Demonstration data, and what a service holds from its first start."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app import db, demo
from app.accounts import passwords
from app.demo_rows import deliberations
from app.first_content import fill
from app.i18n import use
from app.models import Account, Base, CatalogueSchema, Establishment
from app.settings import get_settings
from app.tenancy import Role, Scope
from schema_loader.custom_checks.identifiers import is_key_right
from tests.factories import Make

pytestmark = pytest.mark.usefixtures("database")


def filled(*, demonstration: bool) -> None:
    fill(get_settings().model_copy(update={"demo": demonstration}))


def counts() -> dict[str, int]:
    with db.in_transaction(Scope.instance()) as session:
        tables = (Account, Establishment, CatalogueSchema)
        return {
            one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables
        }


def test_a_service_begins_with_the_starter_catalogue_alone() -> None:
    filled(demonstration=False)
    assert counts() == {"account": 0, "establishment": 0, "catalogue_schema": 8}


def test_a_demonstration_begins_with_three_establishments_a_sandbox_and_a_role_each() -> None:
    filled(demonstration=True)
    before = counts()
    assert before == {"account": 5, "establishment": 4, "catalogue_schema": 8}
    filled(demonstration=True)
    assert counts() == before
    with db.in_transaction(Scope.instance()) as session:
        found = session.scalars(select(Establishment)).all()
        assert {one.kind for one in found if not one.is_sandbox} == {
            "commune",
            "etablissement",
            "departement",
        }
        assert [one.name for one in found if one.is_sandbox] == ["Bac à sable"]
        assert all(is_key_right("siret", one.siret or "") for one in found if not one.is_sandbox)


def test_each_account_that_is_named_opens() -> None:
    filled(demonstration=True)
    shown = demo.accounts()
    with db.in_transaction(Scope.instance()) as session:
        for one in shown:
            account = session.scalars(select(Account).where(Account.email == one.email)).one()
            assert passwords.matches(account.password_hash, one.password)
    with use("en"):
        assert [one.purpose for one in demo.accounts()] != [one.purpose for one in shown]


def test_each_role_has_somebody(make: Make) -> None:
    filled(demonstration=True)
    with make.engine.connect() as connection:
        table = Base.metadata.tables["membership"]
        assert set(connection.scalars(select(table.c.role))) == {role.value for role in Role}


def test_what_people_change_stays() -> None:
    filled(demonstration=True)
    with db.in_transaction(Scope.instance()) as session:
        session.execute(Establishment.__table__.update().values(name="Changé"))
    filled(demonstration=True)
    with db.in_transaction(Scope.instance()) as session:
        assert set(session.scalars(select(Establishment.name))) == {"Changé"}


def test_the_accounts_are_named_in_demonstration_alone(client: TestClient) -> None:
    filled(demonstration=True)
    assert demo.PASSWORD not in client.get("/connexion").text


def test_the_lines_of_the_demonstration_are_french() -> None:
    objects = [
        row["DELIB_OBJET"] for row in deliberations({"nom": "Valbrune", "siret": "21230999100017"}, 400)
    ]
    subsidies = {text for text in objects if text.startswith("Subvention")}
    assert len(subsidies) > 10
    assert not [text for text in subsidies if " à le " in text or " à les " in text]
    assert any(" au club de football" in text for text in subsidies)
    assert any(" à l’" in text for text in subsidies)
