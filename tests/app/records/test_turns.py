"""Several people, and an import, at the same rows: one after the other, and nobody's work is undone in silence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from app import db, tenancy
from app.datasets import queries as dataset_queries
from app.records import service
from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.records.rows import descriptor

FIELDS = [{"name": "nom", "type": "string"}, {"name": "prix", "type": "number"}]


@pytest.fixture
def things(desk_on) -> Desk:
    """A dataset without any key: nobody waits for that reason."""
    return desk_on("test/choses", descriptor({"fields": FIELDS}))


@contextmanager
def held(desk: Desk) -> Iterator[None]:
    """Somebody holds the dataset, as an import does while it writes."""
    with db.in_transaction(tenancy.Scope.job(desk.establishment.id)) as session:
        dataset_queries.lock(session, desk.establishment.id, desk.dataset.id)
        yield


def test_saving_and_trashing_one_record_at_once_never_wait_for_each_other(things: Desk) -> None:
    with things.session() as session:
        number = service.create(session, things.dataset, {"nom": "a"}, account=None).number

    def trash() -> Any:
        with things.session() as session:
            return service.trash(session, things.dataset, [number], account=None)

    def save() -> Any:
        with things.session() as session:
            return service.change(session, things.dataset, number, {"nom": "b"}, base_version=1, account=None)

    with ThreadPoolExecutor(2) as threads:
        with held(things):
            first = threads.submit(trash)
            time.sleep(0.3)
            second = threads.submit(save)
            time.sleep(0.3)
            assert not first.done() and not second.done()
        assert first.result(10) == [number]
        with pytest.raises(service.NotFound):
            second.result(10)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "LOCK_TIMEOUT", 0.2)


def test_a_form_that_waits_too_long_comes_back_as_it_was_typed(desk: Desk, impatient: None) -> None:
    with held(desk):
        answer = desk.post("/saisir", DELIBERATION)
    assert answer.status_code == 503
    assert "Attendez quelques instants, puis recommencez." in answer.text
    assert 'value="2025-042"' in answer.text
    with desk.session() as session:
        assert session.execute(text("SELECT cells ->> 'DELIB_ID' FROM draft")).scalar_one() == "2025-042"
        assert session.execute(text("SELECT count(*) FROM record")).scalar_one() == 0
    assert desk.post("/saisir", DELIBERATION).status_code == 303


def test_a_correction_that_waits_too_long_comes_back_too(desk: Desk, impatient: None) -> None:
    desk.post("/saisir", DELIBERATION)
    corrected = {**DELIBERATION, "DELIB_OBJET": "Travaux de la mairie"}
    with held(desk):
        answer = desk.post("/lignes/1", corrected, version="1")
        gone = desk.browser.post(f"{desk.path}/lignes/1/supprimer")
    assert answer.status_code == gone.status_code == 503
    assert "Travaux de la mairie" in answer.text
    assert "Attendez quelques instants, puis recommencez." in gone.text
    assert desk.cells(1)["DELIB_OBJET"] == DELIBERATION["DELIB_OBJET"]
    assert desk.post("/lignes/1", corrected, version="1").status_code == 303
    assert desk.cells(1)["DELIB_OBJET"] == "Travaux de la mairie"
