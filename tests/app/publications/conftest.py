"""A dataset of places, some valid lines in it, and the browser of somebody who may publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import auth, db, files
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.models import Account, Establishment, Publication
from app.provision import Database
from app.publications import queries, service, store
from app.records import service as records
from app.tenancy import Role, Scope
from tests.app.submissions.conftest import work
from tests.factories import Make

PLACES: Mapping[str, Any] = {
    "name": "lieux",
    "title": "Lieux",
    "fields": [
        {"name": "code", "title": "Code du lieu", "type": "string", "constraints": {"required": True}},
        {"name": "nom", "title": "Nom du lieu", "type": "string", "constraints": {"required": True}},
        {"name": "jour", "title": "Jour", "type": "date"},
        {"name": "rang", "title": "Rang", "type": "integer"},
    ],
    "primaryKey": ["code"],
}


@dataclass(slots=True)
class Press:
    """A dataset and whoever publishes it."""

    make: Make
    database: Database
    establishment: Establishment
    view: DatasetView
    account: Account
    browser: TestClient

    @property
    def path(self) -> str:
        return f"/e/{self.establishment.slug}/{self.view.slug}"

    def session(self, role: Role = Role.manager):
        return db.in_transaction(Scope.of(self.establishment.id, role, account=self.account.id))

    @property
    def dataset(self) -> DatasetView:
        """As it is now."""
        with self.session() as session:
            return datasets.find(session, self.establishment.id, self.view.slug)

    def add(self, code: str, nom: str = "Un lieu", **cells: str) -> int:
        """A line; gives its number."""
        with self.session() as session:
            return records.create(
                session, self.dataset, {"code": code, "nom": nom, **cells}, account=self.account.id
            ).number

    def change(self, number: int, **cells: str) -> None:
        with self.session() as session:
            held = records.get(session, self.dataset, number)
            records.change(
                session,
                self.dataset,
                number,
                {**held.cells, **cells},
                base_version=held.version,
                account=self.account.id,
            )

    def trash(self, *numbers: int) -> None:
        with self.session() as session:
            records.trash(session, self.dataset, numbers, account=self.account.id)

    def work(self) -> None:
        work(self.database)

    def publish(self) -> Publication:
        """A version of the lines as they are, published by the worker."""
        with self.session() as session:
            made = service.publish_now(session, self.dataset, account=self.account.id)
        self.work()
        return self.held(made.number)

    def held(self, number: int) -> Publication:
        with self.session() as session:
            found = queries.get(session, self.establishment.id, self.view.id, number)
            assert found is not None
            return found

    @property
    def current(self) -> int | None:
        """The number of the version that everybody reads."""
        with self.session() as session:
            found = queries.current(session, self.establishment.id, self.view.id)
            return found.number if found is not None else None

    def reference(self, number: int) -> bytes:
        path = store.path_of(self.held(number))
        assert path is not None
        return path.read_bytes()

    def files(self) -> list[str]:
        """Everything that lies in the folder of the establishment, half-written drafts too."""
        folder: Path = files.path_of(self.establishment.id, "x").parent
        return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []

    def get(self, address: str = "", status: int = 200) -> str:
        answer = self.browser.get(f"{self.path}{address}")
        assert answer.status_code == status, (answer.status_code, answer.headers.get("location"), answer.text)
        return answer.text

    def post(self, address: str, form: dict[str, Any] | None = None, status: int = 303) -> str:
        """Where the answer leads, or its text."""
        answer = self.browser.post(f"{self.path}{address}", data=form or {})
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.headers["location"] if status == 303 else answer.text

    def sign_in(self, role: str, name: str = "Léa Roux") -> Account:
        """Another person of the establishment takes the browser."""
        account = self.make.account(name=name)
        self.make.member(account, self.establishment, role)
        self.browser.cookies.set(auth.cookie_name(), self.make.signed_in(account))
        return account


@pytest.fixture
def press_on(make: Make, database: Database, client: TestClient, file_store: Path) -> Callable[..., Press]:
    """``press_on(descriptor, role="publisher")``: a dataset on a schema."""

    def opened_on(descriptor: Mapping[str, Any] = PLACES, role: str = "publisher", **values: Any) -> Press:
        establishment = make.establishment(**values)
        account = make.account(name="Ada Martin")
        make.member(account, establishment, role)
        version = make.schema(f"essai/{descriptor['name']}", json.dumps(descriptor).encode())
        held = make.dataset(establishment, version, title=descriptor["title"], slug=descriptor["name"])
        client.cookies.set(auth.cookie_name(), make.signed_in(account))
        with db.in_transaction(Scope.of(establishment.id, Role.manager, account=account.id)) as session:
            view = datasets.find(session, establishment.id, held.slug)
        return Press(make, database, establishment, view, account, client)

    return opened_on


@pytest.fixture
def press(press_on: Callable[..., Press]) -> Press:
    """Three places, all valid."""
    made = press_on()
    for code, nom in (("A1", "École"), ("A2", "Mairie"), ("A3", "Stade, nord")):
        made.add(code, nom)
    return made
