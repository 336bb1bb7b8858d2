"""Schemas, added, offered and synchronised by administrators."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import db, fetch, jobs
from app.catalog import queries
from app.catalog.service import SyncReport, add_schema
from app.catalog.synchronisation import open_catalogue, summary, synchronise_catalogue
from app.errors import AppError
from app.models import Account, CatalogueSchema, JobProgress, JournalEntry, SchemaVersion
from app.tenancy import INSTANCE, Scope
from tests.app.catalog.schemas import descriptor
from tests.app.sentences import plain
from tests.factories import Make

ADD, SYNC = "/administration/schemas/ajouter", "/administration/schemas/synchroniser"


@pytest.fixture
def admin(make: Make, sign_in: Callable[[Account], TestClient], database: object) -> TestClient:
    return sign_in(make.account(is_administrator=True))


def send(admin: TestClient, data: bytes | None, **typed: str) -> object:
    files = {} if data is None else {"fichier": ("schema.json", data, "application/json")}
    return admin.post(ADD, data=typed, files=files or None)


def test_a_file_becomes_a_model(admin: TestClient) -> None:
    answer = send(admin, descriptor(fields=[{"name": "a", "type": "strng"}]))
    assert answer.headers["location"] == "/modeles/arbres"
    text = plain(admin.get("/modeles/arbres").text)
    assert "version 1.0.0, est au catalogue" in text
    assert "particularité" in text
    with db.in_transaction(Scope.instance()) as session:
        (entry,) = session.scalars(select(JournalEntry)).all()
        assert (entry.act, entry.account_id is not None) == ("schema.added", True)


def test_an_address_is_fetched_through_the_guard(admin: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = send(admin, None, adresse="http://127.0.0.1:9/schema.json")
    assert answer.status_code == 422
    assert "réseau privé" in answer.text
    assert 'value="http://127.0.0.1:9/schema.json"' in answer.text
    found = fetch.Fetched("https://exemple.fr/s.json", descriptor())
    monkeypatch.setattr("app.administration.schemas.views.fetch", lambda url: found)
    assert send(admin, None, adresse="https://exemple.fr/s.json").status_code == 303
    with db.in_transaction(Scope.instance()) as session:
        schema = queries.by_key(session, "arbres")
        assert schema is not None
        assert schema.source == "https://exemple.fr/s.json"


@pytest.mark.parametrize(
    ("data", "typed", "anchor", "words"),
    [
        (None, {}, "fichier", "Il manque le schéma"),
        (b"{}", {}, "fichier", "colonne"),
        (b"<html>", {}, "fichier", "JSON"),
        (None, {"adresse": "schema.json"}, "adresse", "n’est pas une adresse web"),
        (descriptor(), {"identifiant": "a b"}, "identifiant", "ne convient pas"),
        (descriptor(), {"version": "x" * 200}, "version", "ne convient pas"),
        (descriptor(description="Autre"), {}, "version", "ne change plus"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    admin: TestClient, data: bytes | None, typed: dict[str, str], anchor: str, words: str
) -> None:
    with db.in_transaction(Scope.instance()) as session:
        add_schema(session, descriptor(), source="x")
    answer = send(admin, data, **typed)
    assert answer.status_code == 422
    assert f'href="#{anchor}"' in answer.text
    assert words in plain(answer.text)
    with db.in_transaction(Scope.instance()) as session:
        assert len(session.scalars(select(SchemaVersion.id)).all()) == 1


def test_a_model_is_withdrawn_and_offered_again(admin: TestClient) -> None:
    send(admin, descriptor())
    admin.post("/administration/schemas/proposer", data={"cle": "arbres", "offert": "non"})
    assert "n’est plus proposé" in admin.get("/administration/schemas").text
    assert "/modeles/arbres" not in admin.get("/modeles").text
    assert (
        admin.post("/administration/schemas/proposer", data={"cle": "rien", "offert": "oui"}).status_code
        == 404
    )


def test_the_list_names_oddities(admin: TestClient) -> None:
    send(admin, descriptor(fields=[{"name": "a", "type": "strng"}]))
    text = admin.get("/administration/schemas", params={"q": "arbre"}).text
    assert "1 particularité" in plain(text)
    assert "Aucun modèle" in admin.get("/administration/schemas", params={"q": "rien"}).text


def test_a_synchronisation_is_asked_once_and_followed(admin: TestClient) -> None:
    assert admin.post(SYNC, data={"adresse": "ftp://x"}).status_code == 422
    assert admin.post(SYNC, data={"adresse": "https://exemple.fr/schemas.json"}).status_code == 303
    assert "commence" in admin.get(SYNC).text
    admin.post(SYNC, data={"adresse": "https://exemple.fr/schemas.json"})
    assert "attend déjà" in admin.get(SYNC).text
    assert "en attente de son tour" in admin.get(SYNC).text
    with db.in_transaction(Scope.job()) as session:
        (job,) = session.scalars(select(JobProgress)).all()
        job.state, job.done, job.total, job.message = "running", 3, 10, "{done} schémas lus sur {total}"
    assert "3 schémas lus sur 10" in admin.get(SYNC).text
    assert "en cours" in admin.get("/administration/schemas").text
    report = SyncReport(added=["a@1"], known=2, others=3, faults=[("b@1", "Pas <b>là</b>.")])
    with db.in_transaction(Scope.job()) as session:
        (job,) = session.scalars(select(JobProgress)).all()
        job.state, job.result = "done", summary(report)
    text = admin.get(SYNC).text
    assert "1 version ajoutée" in plain(text)
    assert "Pas &lt;b&gt;là&lt;/b&gt;." in text


class _Context:
    """What procrastinate gives a job."""

    def should_abort(self) -> bool:
        return False


def test_the_job_takes_what_the_catalogue_lists(database: object, make: Make, monkeypatch) -> None:
    files = {
        "https://x.fr/schemas.json": json.dumps(
            {
                "schemas": [
                    {
                        "name": "a/arbres",
                        "title": "Arbres",
                        "schema_type": "tableschema",
                        "versions": [{"version_name": "1", "schema_url": "https://x.fr/1.json"}],
                    }
                ]
            }
        ).encode(),
        "https://x.fr/1.json": descriptor(version="1"),
    }
    monkeypatch.setattr("app.catalog.synchronisation.fetch", lambda url: fetch.Fetched(url, files[url]))
    progress = make.add(JobProgress(establishment_id=INSTANCE, task=synchronise_catalogue.name))
    job = jobs.Job(_Context(), INSTANCE, progress.id, None)  # type: ignore[arg-type]
    synchronise_catalogue.run(job, "https://x.fr/schemas.json")
    with db.in_transaction(Scope.job()) as session:
        assert session.scalars(select(CatalogueSchema.key)).all() == ["a/arbres"]
        found = session.get_one(JobProgress, (INSTANCE, progress.id))
        assert (found.done, found.total) == (1, 1)
        assert found.result == {"added": 1, "known": 0, "others": 0, "faults": [], "fault_count": 0}


def test_what_is_no_catalogue_ends_the_job_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.synchronisation.fetch", lambda url: fetch.Fetched(url, b"[]"))
    with pytest.raises(AppError, match="n’est pas un catalogue"):
        open_catalogue("https://x.fr/")


def test_the_worker_knows_the_job() -> None:
    assert "app.catalog.synchronisation" in jobs.MODULES
