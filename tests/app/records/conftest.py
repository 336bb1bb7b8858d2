"""An establishment with a dataset of deliberations, and browsers of people who work there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import auth, db
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.models import Account, Establishment
from app.tenancy import Role, Scope
from forms.binding import posted, show
from forms.control import Control, controls
from tests.factories import Make

DELIBERATION = {
    "COLL_NOM": "Commune de Valbrune",
    "COLL_SIRET": "21350987000019",
    "DELIB_ID": "2025-042",
    "DELIB_DATE": "2025-03-24",
    "DELIB_MATIERE_CODE": "7.5",
    "DELIB_MATIERE_NOM": "finances locales/subventions",
    "DELIB_OBJET": "Travaux de l’école",
    "PREF_DATE": "2025-03-27",
    "VOTE_EFFECTIF": "27",
    "VOTE_REEL": "24",
    "VOTE_POUR": "20",
    "VOTE_CONTRE": "3",
    "VOTE_ABSTENTION": "1",
}
"""A valid row."""


@dataclass(slots=True)
class Desk:
    """A dataset at work in a test. ``browser``: of an editor."""

    make: Make
    establishment: Establishment
    dataset: DatasetView
    account: Account
    browser: TestClient

    @property
    def path(self) -> str:
        return f"/e/{self.establishment.slug}/{self.dataset.slug}"

    def session(self, role: Role = Role.editor):
        """A transaction of a member."""
        return db.in_transaction(Scope.of(self.establishment.id, role, account=self.account.id))

    def control(self, name: str) -> Control:
        return next(control for control in controls(self.dataset.schema) if control.field.name == name)

    def form(self, row: Mapping[str, str], **more: str) -> dict[str, Any]:
        """What a browser posts for a row: its controls as they are shown, by name; then what is given by name of the input."""
        sent: dict[str, Any] = {}
        for control in controls(self.dataset.schema):
            for name, value in posted(control, show(control, row.get(control.field.name))):
                sent.setdefault(name, []).append(value)
        return {**sent, **more}

    def post(self, address: str, row: Mapping[str, str], browser: TestClient | None = None, **more: str):
        return (browser or self.browser).post(f"{self.path}{address}", data=self.form(row, **more))

    def get(self, address: str) -> str:
        answer = self.browser.get(f"{self.path}{address}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def cells(self, number: int) -> dict[str, str]:
        from app.records import service

        with self.session() as session:
            return dict(service.get(session, self.dataset, number).cells)

    def someone(self, role: str = "editor") -> TestClient:
        """Another member, in a browser of their own."""
        from tests.browser import with_csrf

        account = self.make.account()
        self.make.member(account, self.establishment, role)
        browser = with_csrf(TestClient(self.browser.app, follow_redirects=False))
        browser.cookies.set(auth.cookie_name(), self.make.signed_in(account))
        return browser


@pytest.fixture
def desk_on(make: Make, client: TestClient) -> Callable[..., Desk]:
    """``desk_on("scdl/deliberations")``: a desk on a schema of the starter catalogue, or on a descriptor."""

    def opened(key: str = "scdl/deliberations", descriptor: bytes | None = None, **values: Any) -> Desk:
        establishment = make.establishment(constants={"COLL_NOM": "Commune de Valbrune"})
        account = make.account(name="Ada Martin")
        make.member(account, establishment, "editor")
        held = make.dataset(establishment, make.schema(key, descriptor), **values)
        client.cookies.set(auth.cookie_name(), make.signed_in(account))
        with db.in_transaction(Scope.of(establishment.id, Role.editor, account=account.id)) as session:
            view = datasets.find(session, establishment.id, held.slug)
        return Desk(make, establishment, view, account, client)

    return opened


@pytest.fixture
def desk(desk_on: Callable[..., Desk]) -> Desk:
    """Deliberations."""
    return desk_on()


def values_of(page: str, name: str) -> list[str]:
    """What the inputs of a name hold in a page."""
    return re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', page)
