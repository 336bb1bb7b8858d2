"""A desk where files are brought: every step is taken by the forms of the pages, as a browser without scripts does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from procrastinate.jobs import DeleteJobCondition
from sqlalchemy import text
from starlette.testclient import TestClient

from app import auth, db
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.models import Account, Establishment, Submission
from app.provision import Database
from app.tenancy import Role, Scope
from app.worker import opened
from tests.factories import Make

PLACES = {
    "name": "lieux",
    "title": "Lieux",
    "fields": [
        {"name": "code", "title": "Code du lieu", "type": "string", "constraints": {"required": True}},
        {"name": "nom", "type": "string", "constraints": {"required": True}},
        {"name": "genre", "type": "string", "constraints": {"enum": ["école", "stade", "mairie"]}},
        {"name": "jour", "type": "date"},
        {"name": "rang", "type": "integer"},
    ],
    "primaryKey": ["code"],
}


class _Forms(HTMLParser):
    """The forms of a page: action → what a browser would send of it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self.form: dict[str, list[str]] | None = None
        self.select: tuple[str, list[str], list[str]] | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = self.forms.setdefault(a.get("action", ""), {})
        elif self.form is None:
            return
        elif tag == "input" and a.get("name") and a.get("type") not in {"submit", "file"}:
            if a.get("type") in {"radio", "checkbox"} and "checked" not in a:
                return
            self.form.setdefault(a["name"], []).append(a.get("value", "on"))
        elif tag == "select":
            self.select = (a["name"], [], [])
        elif tag == "option" and self.select is not None:
            self.select[1 if "selected" in a else 2].append(a.get("value", ""))
        elif tag == "textarea":
            self.area = a["name"]
            self.form.setdefault(a["name"], []).append("")

    def handle_data(self, data: str) -> None:
        if self.area is not None and self.form is not None:
            self.form[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select" and self.select is not None and self.form is not None:
            name, selected, others = self.select
            self.form.setdefault(name, []).extend(selected or others[:1])
            self.select = None


def form_of(page: str, action: str = "") -> dict[str, list[str]]:
    """What a browser would send of the form of an action (its end)."""
    parser = _Forms()
    parser.feed(page)
    return next(
        dict(form)
        for known, form in parser.forms.items()
        if (known.endswith(action) if action else not known)
    )


def work(database: Database) -> None:
    """What the worker does, until nothing waits."""

    async def run() -> None:
        async with opened(database.url) as app:
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, delete_jobs=DeleteJobCondition.SUCCESSFUL
            )

    asyncio.run(run())


@dataclass(slots=True)
class Desk:
    """A dataset and the browser of an editor."""

    make: Make
    database: Database
    establishment: Establishment
    dataset: DatasetView
    account: Account
    browser: TestClient

    @property
    def path(self) -> str:
        return f"/e/{self.establishment.slug}/{self.dataset.slug}"

    def at(self, submission: int, step: str) -> str:
        return f"{self.path}/importer/{submission}/{step}"

    def session(self, role: Role = Role.editor):
        return db.in_transaction(Scope.of(self.establishment.id, role, account=self.account.id))

    def get(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("location"), answer.text)
        return answer.text

    def post(self, address: str, form: dict[str, Any] | None = None, *, leads: str = "") -> str:
        """Post a form that is accepted; gives where the answer leads."""
        answer = self.browser.post(address, data=form or {})
        assert answer.status_code == 303, (answer.status_code, answer.text)
        assert answer.headers["location"].partition("?")[0].partition("#")[0].endswith(leads), answer.headers
        return answer.headers["location"]

    def upload(self, content: bytes | str, name: str = "lieux.csv"):
        data = content.encode() if isinstance(content, str) else content
        return self.browser.post(f"{self.path}/importer/", files={"fichier": (name, data)})

    def send(self, content: bytes | str, name: str = "lieux.csv") -> int:
        """The first two steps; gives the number of the import."""
        answer = self.upload(content, name)
        assert answer.status_code == 303, answer.text
        number = int(answer.headers["location"].split("/")[-2])
        self.post(self.at(number, "feuille"), form_of(self.get(self.at(number, "feuille"))), leads="colonnes")
        return number

    def work(self) -> None:
        work(self.database)

    def columns(self, submission: int, **changes: str) -> None:
        """Confirm the columns as proposed, but for ``name-colonne`` or ``name-valeur`` given (``_`` for ``-``)."""
        address = self.at(submission, "colonnes")
        form = form_of(self.get(address)) | {k.replace("__", "-"): v for k, v in changes.items()}
        self.post(address, form, leads="attente")
        self.work()

    def values(self, submission: int, said: str | None = None) -> None:
        """Decide the repairs, where there are any: as proposed, or all alike."""
        address = self.at(submission, "valeurs")
        if self.held(submission).summary.get("counts"):
            return
        form = form_of(self.get(address))
        if said is not None:
            form = {name: said if name.startswith("reparation-") else value for name, value in form.items()}
        self.post(address, form, leads="attente")
        self.work()

    def bring(self, content: bytes | str, name: str = "lieux.csv", said: str | None = None) -> int:
        """As far as the summary."""
        number = self.send(content, name)
        self.columns(number)
        self.values(number, said)
        assert self.held(number).state == "open"
        return number

    def mode(
        self,
        submission: int,
        mode: str,
        key: list[str] | None = None,
        faulty: str = "garder",
        twins: str = "",
    ) -> None:
        form = {"mode": mode, "cle": key or [], "fautives": faulty, "jumelles": twins}
        self.post(self.at(submission, "mode"), form, leads="attente")
        self.work()

    def accept(self, submission: int, **form: str) -> None:
        self.post(self.at(submission, "accepter"), form, leads="attente")
        self.work()
        assert self.held(submission).state == "accepted"

    def undo(self, submission: int, **form: str) -> None:
        self.post(self.at(submission, "annuler"), form, leads="attente")
        self.work()

    def held(self, submission: int) -> Submission:
        with self.session() as session:
            return session.get_one(Submission, (self.establishment.id, submission))

    def counts(self, submission: int) -> dict[str, int]:
        """What it does or did, but for what it does not."""
        return {name: n for name, n in self.held(submission).summary["counts"].items() if n}

    def records(self, *columns: str) -> list[Any]:
        """Of the records in the dataset, by number: their cells, or the columns named."""
        wanted = ", ".join(columns) or "cells"
        with self.make.engine.connect() as connection:
            rows = connection.execute(
                text(
                    f"SELECT {wanted} FROM record WHERE dataset_id = :id AND deleted_at IS NULL ORDER BY number"  # noqa: S608 (our own columns)
                ),
                {"id": self.dataset.id},
            ).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def everything(self) -> list[Any]:
        """What is in the dataset, and found in it: what an import taken back must leave as it was."""
        with self.make.engine.connect() as connection:
            return [
                connection.execute(text(statement), {"id": self.dataset.id}).all()
                for statement in (
                    """SELECT number, cells::text, extra::text, state, faults::text, deleted_at IS NULL, submission_id
                    FROM record WHERE dataset_id = :id ORDER BY number""",
                    """SELECT number, state, words::text, k1, k2, k3, submission_id FROM record_index
                    WHERE dataset_id = :id ORDER BY number""",
                )
            ]

    def change(self, number: int, **cells: str) -> None:
        """Somebody changes a record by the form."""
        from app.records import service as records

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


@pytest.fixture
def desk_on(make: Make, database: Database, client: TestClient) -> Callable[..., Desk]:
    """``desk_on(descriptor)``: a desk on a schema."""

    def opened_on(descriptor: dict[str, Any] = PLACES, **values: Any) -> Desk:
        establishment = make.establishment()
        account = make.account(name="Ada Martin")
        make.member(account, establishment, "editor")
        data = json.dumps(descriptor).encode()
        held = make.dataset(establishment, make.schema(f"essai/{descriptor['name']}", data), **values)
        client.cookies.set(auth.cookie_name(), make.signed_in(account))
        with db.in_transaction(Scope.of(establishment.id, Role.editor, account=account.id)) as session:
            view = datasets.find(session, establishment.id, held.slug)
        return Desk(make, database, establishment, view, account, client)

    return opened_on


@pytest.fixture
def desk(desk_on: Callable[..., Desk]) -> Desk:
    """Places, each with a code of its own."""
    return desk_on()
