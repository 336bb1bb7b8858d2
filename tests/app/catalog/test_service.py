"""What enters the catalogue, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import db
from app.catalog import queries, service
from app.catalog.service import SchemaUnusable, add_schema, install_starter, set_offered, version_order
from app.catalog.words import terms
from app.errors import AppError, Conflict, NotFound
from app.models import CatalogueSchema, JournalEntry, SchemaVersion
from app.tenancy import Scope
from schema_loader import starter
from schema_loader.catalogue import read_catalogue
from tests.app.catalog.schemas import descriptor

pytestmark = pytest.mark.usefixtures("database")


def transaction() -> AbstractContextManager[Session]:
    return db.in_transaction(Scope.instance())


def add(data: bytes, **options: object) -> service.Added:
    with transaction() as session:
        return add_schema(session, data, source="https://exemple.fr/s.json", **options)  # type: ignore[arg-type]


def titles(typed: str, *, every: bool = True) -> list[str]:
    with transaction() as session:
        rows = queries.listed(session, terms(typed), tables=True, offered=True, every=every, limit=50)
        return [row.title for row in rows]


def test_a_schema_is_kept_octet_for_octet_and_found_again() -> None:
    data = b"\xef\xbb\xbf" + descriptor()
    added = add(data)
    assert (added.schema.key, added.version, added.is_new, added.first) == ("arbres", "1.0.0", True, True)
    with transaction() as session:
        (version,) = session.scalars(select(SchemaVersion)).all()
        assert version.descriptor == data
        assert [entry.subject for entry in session.scalars(select(JournalEntry))] == ["schema:arbres@1.0.0"]


def test_the_same_content_again_changes_nothing_even_laid_out_otherwise() -> None:
    add(descriptor())
    again = add(json.dumps(json.loads(descriptor()), indent=4).encode())
    assert (again.is_new, again.version) == (False, "1.0.0")
    with transaction() as session:
        assert len(session.scalars(select(SchemaVersion)).all()) == 1


def test_a_published_version_never_changes() -> None:
    add(descriptor())
    with pytest.raises(Conflict, match="ne change plus"):
        add(descriptor(description="Autre chose."))
    with transaction() as session:
        assert session.scalars(select(CatalogueSchema.description)).all() == ["Une ligne par arbre."]
    with pytest.raises(DBAPIError, match="permission denied"), transaction() as session:
        session.execute(SchemaVersion.__table__.update().values(version="2"))


def test_a_new_version_describes_the_schema_and_an_older_one_does_not() -> None:
    add(descriptor(version="1.9.0", keywords=["arbre", "jardin"]))
    add(descriptor(version="v1.10.0", title="Arbres"))
    late = add(descriptor(version="1.2.0", title="Vieux titre"))
    assert not late.first
    with transaction() as session:
        schema = queries.by_key(session, "arbres")
        assert schema is not None
        assert (schema.newest, schema.title) == ("1.10.0", "Arbres")
        assert schema.keywords == ["arbre", "jardin"], "words that a version does not give stay"


def test_versions_sort_by_their_numbers() -> None:
    assert sorted(["1.10", "1.9", "0.1", "2", "1.9.1", "2024-01-02"], key=version_order) == [
        "0.1", "1.9", "1.9.1", "1.10", "2", "2024-01-02",
    ]  # fmt: skip


def test_a_schema_without_version_takes_the_day_and_one_may_be_given() -> None:
    assert add(descriptor(version=None)).version.count("-") == 2
    assert add(descriptor("autres", None), version="v3.1").version == "3.1"


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"name": "Arbres Remarquables (été)"}, "arbres-remarquables-ete"),
        ({"name": "../../etc"}, "etc"),
        ({"name": "", "title": "Ça va"}, "ca-va"),
        ({"name": "scdl/arbres"}, "scdl/arbres"),
    ],
)
def test_the_key_is_made_of_the_name(given: dict[str, str], key: str) -> None:
    assert add(descriptor(**{"title": "", **given})).schema.key == key


def test_a_schema_without_name_or_title_has_a_key_all_the_same() -> None:
    assert add(descriptor(name="", title="")).schema.key.startswith("schema-")


@pytest.mark.parametrize("key", ["a b", "/a", "a//b", "é", "a" * 201, "a/../b?", "<b>"])
def test_a_key_that_could_be_no_address_is_refused(key: str) -> None:
    with pytest.raises(AppError, match="ne convient pas"):
        add(descriptor(), key=key)


def test_a_new_version_joins_the_schema_of_the_same_site_whatever_its_prefix() -> None:
    add(descriptor(homepage="https://exemple.fr/arbres"), key="scdl/arbres")
    same = add(descriptor(version="2.0.0", homepage="https://exemple.fr/arbres"))
    other = add(descriptor(version="2.0.0", homepage="https://ailleurs.fr/arbres"))
    assert (same.schema.key, same.first) == ("scdl/arbres", False)
    assert (other.schema.key, other.first) == ("arbres", True)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"fields": []}', b'{"resources": []}'])
def test_what_is_no_schema_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(SchemaUnusable) as caught:
        add(data)
    told = caught.value.told()
    assert told.problem
    assert told.remedy
    assert caught.value.text("fr") == str(told)
    with transaction() as session:
        assert session.scalars(select(CatalogueSchema)).all() == []


def test_oddities_are_kept_with_the_version() -> None:
    added = add(descriptor(fields=[{"name": "a", "type": "strng"}]))
    assert added.warnings
    with transaction() as session:
        (version,) = session.scalars(select(SchemaVersion)).all()
        assert [one["code"] for one in version.warnings] == [one.code for one in added.warnings]
        assert queries.warning_counts(session, [added.schema.id]) == {added.schema.id: len(added.warnings)}


def test_texts_that_the_database_cannot_keep_are_mended() -> None:
    odd = "a\0b\ud800c"
    content = json.loads(descriptor())
    content |= {"title": odd, "description": odd, "keywords": [odd], "version": "1"}
    content["fields"].append({"name": odd, "type": odd})
    added = add(json.dumps(content).encode())
    assert added.schema.title == "a\ufffdb?c"
    assert added.warnings


def test_an_address_that_is_no_link_is_dropped() -> None:
    assert add(descriptor(homepage="javascript:alert(1)")).schema.homepage is None
    assert add(descriptor("b", homepage="https://exemple.fr")).schema.homepage == "https://exemple.fr"


def test_a_schema_is_withdrawn_and_offered_again() -> None:
    add(descriptor())
    with transaction() as session:
        set_offered(session, "arbres", False, account=None)
    assert titles("") == []
    with transaction() as session:
        set_offered(session, "arbres", True, account=None)
        set_offered(session, "arbres", True, account=None)
    assert titles("") == ["Arbres remarquables"]
    with transaction() as session:
        acts = [entry.act for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
        assert acts == ["schema.added", "schema.withdrawn", "schema.offered"]
    with pytest.raises(NotFound), transaction() as session:
        set_offered(session, "rien", True, account=None)


# -- the starter catalogue ---------------------------------------------------------------------------------------------


@pytest.fixture
def starters() -> int:
    with transaction() as session:
        return install_starter(session)


def test_the_starter_catalogue_is_installed_once(starters: int) -> None:
    assert starters == sum(len(starter.versions(name)) for name in starter.names())
    with transaction() as session:
        assert install_starter(session) == 0


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cantine", "Menus des cantines"),
        ("Cantines scolaires", "Menus des cantines"),
        ("subventions", "Subventions attribuées"),
        ("aide association", "Subventions attribuées"),
        ("conseil municipal", "Délibérations"),
        ("bebe", "Prénoms des nouveau-nés"),
        ("gymnases", "Équipements publics"),
        ("M57", "Budget"),
    ],
)
def test_everyday_words_find_their_schema(starters: int, typed: str, first: str) -> None:
    found = titles(typed) or titles(typed, every=False)
    assert found[0] == first


def test_every_keyword_finds_its_schema(starters: int) -> None:
    for name in starter.names():
        entry = starter.entry(name)
        for word in entry.keywords:
            assert entry.title in titles(word), (name, word)


# -- a catalogue of others ---------------------------------------------------------------------------------------------


def listing(*entries: dict[str, object]) -> bytes:
    return json.dumps({"schemas": entries}).encode()


def table(name: str, *numbers: str) -> dict[str, object]:
    return {
        "name": name,
        "title": f"Titre de {name}",
        "schema_type": "tableschema",
        "versions": [
            {"version_name": f"v{number}", "schema_url": f"https://x.fr/{name}/{number}"}
            for number in numbers
        ],
    }


def site(files: dict[str, bytes]) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        if url not in files:
            raise AppError("L’adresse {url} ne répond pas.", url=url)
        return files[url]

    return fetch


def sync(data: bytes, files: dict[str, bytes], **options: bool) -> service.SyncReport:
    return service.synchronise(
        read_catalogue(data),
        "https://x.fr/schemas.json",
        transaction=transaction,
        fetch=site(files),
        **options,
    )


def test_the_newest_version_of_each_table_is_taken_and_the_others_named() -> None:
    files = {f"https://x.fr/a/b/{n}": descriptor("b", n, title="") for n in ("1.0", "2.0")}
    bal = {
        "name": "etalab/bal",
        "title": "Base adresse",
        "schema_type": "other",
        "external_tool": "https://mes-adresses.fr/",
        "versions": [{"version_name": "1", "schema_url": "https://x.fr/bal"}],
    }
    data = listing(table("a/b", "1.0", "2.0"), bal)
    report = sync(data, files)
    assert (report.added, report.others, report.faults) == (["a/b@2.0"], 1, [])
    with transaction() as session:
        schema = queries.by_key(session, "a/b")
        assert schema is not None
        assert (schema.title, schema.source) == ("Titre de a/b", "https://x.fr/a/b/2.0")
        (other,) = queries.listed(session, terms("adresses"), tables=False, offered=True, limit=9)
        assert (other.key, other.kind, other.tool) == ("etalab/bal", "other", "https://mes-adresses.fr/")
    again = sync(data, {})
    assert (again.added, again.known, again.faults) == ([], 1, [])
    assert sync(data, files, every_version=True).added == ["a/b@1.0"]
    with transaction() as session:
        found = queries.by_key(session, "a/b")
        assert found is not None
        assert found.newest == "2.0"


def test_one_schema_that_fails_keeps_nothing_of_the_others_back() -> None:
    data = listing(table("un", "1"), table("deux", "1"), table("trois", "1"), table("qu atre", "1"))
    files = {
        "https://x.fr/un/1": descriptor("un", "1"),
        "https://x.fr/trois/1": b"<html>",
        "https://x.fr/qu atre/1": descriptor("x", "1"),
    }
    report = sync(data, files)
    assert report.added == ["un@1"]
    assert [name for name, _ in report.faults] == ["deux@1", "trois@1", "qu atre@1"]
    assert all(why for _, why in report.faults)


def test_what_we_worded_ourselves_stays_when_the_catalogue_has_the_same_version(starters: int) -> None:
    data = listing(table("scdl/deliberations", starter.versions("deliberations")[-1]))
    report = sync(data, {})
    assert (report.known, report.added, report.faults) == (1, [], [])


def test_the_national_catalogue_is_read_whole(corpus, starters: int) -> None:
    data = (corpus / "catalogue" / "schemas.json").read_bytes()
    catalogue = read_catalogue(data)
    report = service.synchronise(catalogue, "x", transaction=transaction, fetch=site({}))
    assert report.others == len(catalogue.others) == 35
    assert report.known + len(report.faults) == len(catalogue.tables) == 60
    with transaction() as session:
        (bal,) = queries.listed(session, terms("base adresse locale"), tables=False, offered=True, limit=5)
        assert bal.tool == "https://mes-adresses.data.gouv.fr/new"


def test_every_real_schema_enters_or_says_why(corpus) -> None:
    known, refused = 0, 0
    with transaction() as session:
        for path in sorted((corpus / "schemas").glob("*.json"))[::4]:
            try:
                add_schema(session, path.read_bytes(), source=path.name, key=f"corpus/{known + refused}")
                known += 1
            except SchemaUnusable as error:
                assert error.told().remedy
                refused += 1
    assert known > 50
    assert refused < 5
