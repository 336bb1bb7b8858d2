"""Catalogue files: every version, the newest known, what cannot be served listed with its tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schema_loader.catalogue import read_catalogue, strip_v
from schema_loader.errors import NotReadable, SchemaRefused


def catalogue_of(*schemas: Any) -> bytes:
    return json.dumps({"version": 1, "schemas": list(schemas)}).encode()


ENTRY = {
    "name": "scdl/deliberations", "title": "Délibérations", "schema_type": "tableschema", "labels": ["SCDL"],
    "versions": [
        {"version_name": "v1.9.0", "schema_url": "https://x.example/1.9.0.json"},
        {"version_name": "v1.10.0", "schema_url": "https://x.example/1.10.0.json"},
    ],
}  # fmt: skip
OTHER = {
    "name": "etalab/schema-bal", "title": "BAL", "schema_type": "other", "external_tool": "https://tool.example",
    "versions": [{"version_name": "1.4.0", "schema_url": "https://x.example/bal.yml"}],
}  # fmt: skip


def test_versions_lose_their_letter_and_the_last_is_the_newest() -> None:
    entry = read_catalogue(catalogue_of(ENTRY)).find("scdl/deliberations")
    assert entry is not None
    assert [version.version for version in entry.versions] == ["1.9.0", "1.10.0"]
    assert entry.newest is not None
    assert entry.newest.url == "https://x.example/1.10.0.json"
    assert entry.version("v1.9.0") == entry.version("1.9.0") == entry.versions[0]
    assert entry.version() == entry.newest
    assert entry.version("3") is None


def test_a_letter_that_is_part_of_a_word_stays() -> None:
    assert [strip_v(text) for text in ("v1", "V2.0", " v3 ", "version", "1.v2")] == [
        "1",
        "2.0",
        "3",
        "version",
        "1.v2",
    ]


def test_what_is_no_table_is_listed_with_its_tool() -> None:
    catalogue = read_catalogue(catalogue_of(ENTRY, OTHER))
    assert [entry.name for entry in catalogue.tables] == ["scdl/deliberations"]
    assert [(entry.name, entry.tool) for entry in catalogue.others] == [
        ("etalab/schema-bal", "https://tool.example")
    ]


def test_a_short_name_finds_its_entry_unless_two_share_it() -> None:
    catalogue = read_catalogue(catalogue_of(ENTRY, OTHER, {**ENTRY, "name": "other/schema-bal"}))
    assert catalogue.find("deliberations") is catalogue.entries[0]
    assert catalogue.find("schema-bal") is None
    assert catalogue.find("nothing") is None


def test_broken_entries_are_named_and_the_rest_stays() -> None:
    catalogue = read_catalogue(
        catalogue_of({"title": "no name"}, "text", {"name": "a/b", "versions": [{}]}, ENTRY)
    )
    assert [entry.name for entry in catalogue.entries] == ["a/b", "scdl/deliberations"]
    assert len(catalogue.faults) == 3
    assert not catalogue.entries[0].is_table


@pytest.mark.parametrize("data", [b"", b"\xff", b"[1", b"[" * 100_000])
def test_what_is_no_json_is_not_readable(data: bytes) -> None:
    with pytest.raises(NotReadable):
        read_catalogue(data)


@pytest.mark.parametrize("content", [[], {}, {"schemas": {}}])
def test_what_lists_no_schemas_is_refused(content: Any) -> None:
    with pytest.raises(SchemaRefused):
        read_catalogue(json.dumps(content).encode())


def test_the_national_catalogue(corpus: Path) -> None:
    catalogue = read_catalogue((corpus / "catalogue" / "schemas.json").read_bytes())
    assert len(catalogue.entries) == 95
    assert len(catalogue.tables) == 60
    assert not catalogue.faults
    assert not any(v.version.startswith("v") for entry in catalogue.entries for v in entry.versions)
    tools = {entry.name: entry.tool for entry in catalogue.others if entry.tool}
    assert tools["etalab/schema-bal"] == "https://mes-adresses.data.gouv.fr/new"
