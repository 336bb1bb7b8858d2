"""A dataset that is published at a portal of this machine, by the whole path: database, publication, job, server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app import db
from app.models import Answer, Connection, Delivery, Publication
from app.publications import queries as queries_of_publications
from app.publications import secrets
from app.publications import service as publications
from app.publications.connections import kinds
from app.publications.connections import service as connections
from app.publications.connections.kinds import place_of
from app.publications.deliveries import queries, service, standing, work
from app.publications.deliveries.standing import Standing
from app.publications.portals.base import Identity, Organisation
from app.publications.portals.send import SendState
from app.settings import get_settings
from app.tenancy import Scope
from app.worker import opened
from tests.app.publications.conftest import Press
from tests.app.publications.portals import ckan_site, opendatasoft_site, udata_site
from tests.app.publications.portals.cases import CASES, QUICK, Case


@dataclass
class Sent:
    """A dataset at a portal of this machine. ``case``: the portal, as the tests of the sequence ask it."""

    press: Press
    case: Case
    portal: Connection

    def hold(self) -> Delivery:
        with self.press.session() as session:
            rows = queries.of_dataset(session, self.press.establishment.id, self.press.view.id)
            return next(held for held, portal in rows if portal.id == self.portal.id)

    @property
    def state(self) -> SendState:
        return SendState.from_dict(self.hold().state)

    @property
    def standing(self) -> Standing:
        with self.press.session() as session:
            (found,) = [
                one
                for one in standing.board(session, self.press.dataset).standings
                if one.number == self.portal.id
            ]
            return found

    def publish_here(self) -> Publication:
        """A version of the lines as they are, published here; what goes to portals waits in the queue."""
        with self.press.session() as session:
            made = publications.publish_now(session, self.press.dataset, account=self.press.account.id)

        async def run() -> None:
            async with opened(self.press.database.url) as app:
                await app.run_worker_async(wait=False, install_signal_handlers=False, queues=["default"])

        asyncio.run(run())
        return self.press.held(made.number)

    def choose(self) -> None:
        with self.press.session() as session:
            service.choose(session, self.press.dataset, self.portal.id, account=self.press.account.id)

    def answer(self, said: Answer) -> None:
        with self.press.session() as session:
            service.answer(session, self.press.dataset, self.portal.id, said, account=self.press.account.id)

    def go(self, after: int = -1, act: Callable[[], None] = lambda: None) -> None:
        """What the worker does for it, in this process, where time is the portal's. ``act``: done after that many writings."""
        place, written = self.press.establishment.id, 0

        def wrote(state: SendState, name: str) -> None:
            nonlocal written
            if written == after:
                act()
            written += 1

        @contextmanager
        def transaction() -> Iterator[Any]:
            with db.in_transaction(Scope.job(place)) as session:
                yield session

        work.send_one(
            transaction, place, self.press.view.id, self.portal.id, progress=wrote, sleep=self.case.site.sleep
        )

    def go_until(self, writings: int, end: type[BaseException]) -> bool:
        """The same, by a process that ends after that many writings. Whether it did."""

        def ends() -> None:
            raise end

        try:
            self.go(writings, ends)
        except end:
            return True
        return False

    def live(self) -> int:
        """Datasets that people find at the portal."""
        return len(self.case.site.live())  # type: ignore[attr-defined]

    def spoil_key(self, sealed: str = "") -> None:
        _seal(self.portal, sealed or secrets.sealer().seal("revoked-since", place_of(self.portal)))

    def mend_key(self) -> None:
        """As the page of the portal does."""
        key = KEYS[self.portal.kind][0]
        with self.press.session() as session:
            found = connections.find(session, self.press.establishment.id, self.portal.id)
            organisation = Organisation(found.organisation, found.organisation_name)
            connections.keep_key(
                session, found, key, Identity("Ada", organisations=(organisation,)), account=None
            )
            service.go_on(session, found, account=None)

    def later(self) -> None:
        """The time of the next try has come."""
        self.case.site.sleep(30)
        with db.in_transaction(Scope.job(self.press.establishment.id)) as session:
            session.execute(
                update(Delivery)
                .where(
                    Delivery.establishment_id == self.press.establishment.id,
                    Delivery.next_try_at.is_not(None),
                )
                .values(next_try_at=datetime.now(UTC) - timedelta(seconds=1))
                .execution_options(synchronize_session=False)
            )

    def assert_there(self, version: Publication, told: str = "") -> None:
        """One dataset and one file at the portal, those of the version."""
        held = self.case.held()
        assert (held.datasets, held.resources) == (1, 1), told
        assert held.content == self.press.reference(version.number), told
        assert held.public, told
        kept = self.hold()
        assert (kept.sent, kept.next_try_at, kept.answer) == (version.number, None, ""), told


@pytest.fixture
def open_quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Portals of this machine are opened without patience, private as they are."""
    monkeypatch.setenv("TABELLION_ALLOW_PRIVATE_ADDRESSES", "true")
    get_settings.cache_clear()
    plain = kinds.open_portal

    def open_portal(kind: str, base_url: str, name: str, key: str, **options: Any) -> Any:
        return plain(kind, base_url, name, key, **{**options, "patience": QUICK})

    monkeypatch.setattr(work, "open_portal", open_portal)
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def describe_fully(press: Press) -> None:
    """Say of the dataset what every portal asks."""
    with press.session() as session:
        queries_of_publications.say(
            session,
            press.establishment.id,
            press.view.id,
            summary="Les lieux ouverts au public de la commune.",
            tags=["lieux publics"],
            licence="lov2",
            covers_from=date(2025, 1, 1),
            covers_to=date(2025, 12, 31),
        )


def _seal(portal: Connection, sealed: str) -> None:
    with db.in_transaction(Scope.job(portal.establishment_id)) as session:
        session.execute(
            update(Connection)
            .where(Connection.establishment_id == portal.establishment_id, Connection.id == portal.id)
            .values(sealed_key=sealed)
            .execution_options(synchronize_session=False)
        )


KEYS = {
    "datagouv": (udata_site.KEY, udata_site.ORG),
    "ckan": (ckan_site.TOKEN, ckan_site.ORG),
    "opendatasoft": (opendatasoft_site.KEY, ""),
}


@pytest.fixture
def sent_to(
    press: Press, open_quickly: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Sent]]:
    """``sent_to("ckan")``: three places, to be published at a new portal of this machine."""
    made: list[Case] = []

    def wait(seconds: float) -> None:
        for case in made:
            case.site.sleep(seconds)

    monkeypatch.setattr(work, "wait", wait)  # the worker's jobs too
    describe_fully(press)

    def to(kind: str = "datagouv", same: Press | None = None) -> Sent:
        case = CASES[kind]()
        made.append(case)
        key, organisation = KEYS[kind]
        portal = press.make.connection(
            press.establishment, kind=kind, base_url=case.site.url, name=kind, organisation=organisation,
            organisation_name="Commune de Rezé", identity={"name": "Ada", "organisations": []},
        )  # fmt: skip
        _seal(portal, secrets.sealer().seal(key, place_of(portal)))
        return Sent(press, case, portal)

    yield to
    for case in made:
        case.site.stop()
