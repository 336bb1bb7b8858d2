"""A manager at the pages « Portails », and portals of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import auth, db
from app.models import Account, Connection, Establishment
from app.publications.connections import queries, service
from app.settings import get_settings
from app.tenancy import Role, Scope
from tests.app.publications.portals.ckan_site import CkanSite
from tests.app.publications.portals.udata_site import UdataSite
from tests.factories import Make


@dataclass
class Desk:
    """An establishment and the browser of whoever manages it."""

    make: Make
    establishment: Establishment
    account: Account
    browser: TestClient

    @property
    def path(self) -> str:
        return f"/e/{self.establishment.slug}/portails"

    def get(self, address: str = "", status: int = 200) -> str:
        answer = self.browser.get(f"{self.path}{address}")
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.text

    def post(self, address: str, status: int = 303, **form: Any) -> str:
        """Where the answer leads, or its text."""
        answer = self.browser.post(f"{self.path}{address}", data=form)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.headers["location"] if status == 303 else answer.text

    def held(self, number: int) -> Connection:
        with self.session() as session:
            return service.find(session, self.establishment.id, number)

    def all(self) -> list[Connection]:
        with self.session() as session:
            return queries.of_establishment(session, self.establishment.id)

    def session(self):
        return db.in_transaction(Scope.of(self.establishment.id, Role.manager, account=self.account.id))


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Portals in a private network may be asked, as on an intranet."""
    monkeypatch.setenv("TABELLION_ALLOW_PRIVATE_ADDRESSES", "true")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def desk(make: Make, client: TestClient) -> Desk:
    place = make.establishment(name="Commune de Rezé")
    account = make.account(name="Ada Martin")
    make.member(account, place, "manager")
    client.cookies.set(auth.cookie_name(), make.signed_in(account))
    return Desk(make, place, account, client)


@pytest.fixture
def udata(monkeypatch: pytest.MonkeyPatch, private: None) -> Iterator[UdataSite]:
    """The data.gouv.fr of the settings."""
    site = UdataSite()
    monkeypatch.setenv("TABELLION_DATAGOUV_URL", site.url)
    get_settings.cache_clear()
    yield site
    site.stop()


@pytest.fixture
def ckan(private: None) -> Iterator[CkanSite]:
    site = CkanSite()
    yield site
    site.stop()
