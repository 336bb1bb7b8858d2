"""The starter schemas: the published contract to the letter, help in our own words, examples that are right."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from frictionless import Field, Resource, Schema

from schema_loader import starter
from tests.corpus import CORPUS, MISSING

ORIGINALS = {
    "budget": "scdl__budget__0.8.3",
    "catalogue": "scdl__catalogue__0.1.3",
    "deliberations": "scdl__deliberations__2.1.5",
    "equipements": "scdl__equipements__0.1.5",
    "menus-collectifs": "scdl__menus-collectifs__1.2.3",
    "plats": "scdl__plats-menus-collectifs__0.7.2",
    "prenoms": "scdl__prenoms__1.1.6",
    "subventions": "scdl__subventions__2.1.1",
}
WORDING = {"title", "description", "example", "examples"}
IDENTITY = ("$schema", "name", "version", "homepage", "path", "countryCode", "created", "lastModified")
LICENCE = ("license", "licence", "licenses")
NARROW, NBSP = "\u202f", "\u00a0"

CITATION = re.compile(
    r"(décret|arrêté|loi|circulaire|règlement)( \(ue\))?(\sn°\s?[\d/-]+)?( du \d+ \w+ \d{4})?"
)

each_schema = pytest.mark.parametrize("name", ORIGINALS)


def ours(name: str) -> dict[str, Any]:
    descriptor: dict[str, Any] = json.loads(starter.read(name))
    return descriptor


def original(name: str) -> dict[str, Any]:
    if not CORPUS.is_dir():
        pytest.skip(MISSING)
    path = CORPUS / "schemas" / f"{ORIGINALS[name]}.json"
    descriptor: dict[str, Any] = json.loads(path.read_text("utf-8-sig"))
    return descriptor


def contract(value: Any) -> Any:
    """A descriptor without its words: what must not differ. The order of fields and of choices is kept."""
    if isinstance(value, dict):
        return {key: contract(item) for key, item in value.items() if key not in WORDING}
    if isinstance(value, list):
        return [contract(item) for item in value]
    return value


def prose(descriptor: dict[str, Any]) -> list[str]:
    """Titles and descriptions, of the schema and its fields."""
    holders = [descriptor, *descriptor["fields"]]
    return [holder[key] for holder in holders for key in ("title", "description")]


def words(text: str) -> list[str]:
    """Lower-case words; the name of a legal text counts for one, for it can only be quoted."""
    return re.findall(r"[\w§]+", CITATION.sub("§", text.casefold()))


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def strings(value: Any, key: str = "") -> list[str]:
    """Every text a person wrote in a descriptor, wherever it stands."""
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in strings(item, name)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item, key)]
    return [value] if isinstance(value, str) and key in WORDING else []


# The functions


def test_the_promised_schemas_are_there() -> None:
    assert starter.names() == tuple(ORIGINALS)


@each_schema
def test_versions_end_with_the_newest_and_are_those_of_the_descriptors(name: str) -> None:
    held = starter.versions(name)
    assert held[-1] == ORIGINALS[name].rpartition("__")[2]
    for version in held:
        assert json.loads(starter.read(name, version))["version"].removeprefix("v") == version
    assert starter.read(name) == starter.read(name, held[-1]) == starter.read(name, f"v{held[-1]}")


def test_the_newest_version_is_found_by_its_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.11"):
        (tmp_path / f"menus-collectifs-{version}.json").write_text(version)
    monkeypatch.setattr(starter, "files", lambda _: tmp_path)
    assert starter.versions("menus-collectifs") == ("1.2.11", "1.9.0", "1.10.0")
    assert starter.read("menus-collectifs") == b"1.10.0"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        starter.UnknownStarterError, match=r"known: budget, catalogue, .*subventions"
    ) as caught:
        starter.read("subvention")
    assert isinstance(caught.value, LookupError)
    assert (caught.value.name, caught.value.version) == ("subvention", None)
    assert caught.value.known == starter.names()


def test_an_unknown_version_is_answered_with_the_known_ones() -> None:
    with pytest.raises(starter.UnknownStarterError, match=r"'subventions@9\.9\.9'; known: 2\.1\.1") as caught:
        starter.read("subventions", "9.9.9")
    assert caught.value.known == ("2.1.1",)


@pytest.mark.parametrize("name", ["../starter/budget", "budget-0.8.3", "", "BUDGET"])
def test_a_name_is_never_a_path(name: str) -> None:
    with pytest.raises(starter.UnknownStarterError):
        starter.read(name)


@each_schema
def test_entry_says_what_is_needed_to_choose(name: str) -> None:
    entry = starter.entry(name)
    descriptor = ours(name)
    assert (entry.name, entry.version) == (name, starter.versions(name)[-1])
    assert (entry.title, entry.description) == (descriptor["title"], descriptor["description"])
    assert entry.homepage.startswith("https://")
    assert entry.version in entry.path
    assert len(set(entry.keywords)) >= 5


# The contract: as published


@each_schema
def test_fields_are_as_published(name: str) -> None:
    published = original(name)
    assert [field["name"] for field in ours(name)["fields"]] == [
        field["name"] for field in published["fields"]
    ]
    for mine, theirs in zip(ours(name)["fields"], published["fields"], strict=True):
        assert contract(mine) == contract(theirs), mine["name"]


@each_schema
def test_rules_of_the_whole_table_are_as_published(name: str) -> None:
    published = original(name)
    reworded = {"fields", "contributors", "sources", "resources", "keywords", *WORDING}
    theirs = {key: value for key, value in published.items() if key not in reworded}
    mine = {key: value for key, value in ours(name).items() if key not in reworded}
    assert mine == theirs


@each_schema
def test_one_can_tell_which_published_schema_it_follows(name: str) -> None:
    published = original(name)
    mine = ours(name)
    for key in (*IDENTITY, *LICENCE):
        assert mine.get(key) == published.get(key), key
    for key in ("sources", "resources"):
        assert [item["path"] for item in mine.get(key, [])] == [
            item["path"] for item in published.get(key, [])
        ]
    credited = [(person["title"].strip(), person["role"]) for person in published["contributors"]]
    assert [(person["title"], person["role"]) for person in mine["contributors"]] == credited


# The words: ours


@each_schema
def test_no_sentence_is_copied(name: str) -> None:
    published = original(name)
    taken = {run for text in strings(published) for run in runs(text)}
    copied = {text: runs(text) & taken for text in strings(ours(name)) if runs(text) & taken}
    assert not copied
    long = {text for text in strings(published) if len(words(text)) > 5}
    assert not long & set(strings(ours(name)))


@each_schema
def test_every_field_has_label_help_and_example(name: str) -> None:
    for field in ours(name)["fields"]:
        assert 1 <= len(field["title"].split()) <= 5, field["title"]
        assert not field["title"].endswith("."), field["title"]
        assert isinstance(field["example"], str) and field["example"].strip(), field["name"]
        sentences = re.split(r"(?<=[.!?…])\s+(?=[A-ZÀ-Ý«])", field["description"])
        assert 1 <= len(sentences) <= 3, field["description"]
        assert all(sentence.endswith(".") for sentence in sentences), field["description"]
        assert len(field["description"]) <= 320, field["name"]


@each_schema
def test_labels_are_not_repeated(name: str) -> None:
    labels = [field["title"] for field in ours(name)["fields"]]
    assert len(labels) == len(set(labels))


@each_schema
def test_french_typography(name: str) -> None:
    for text in prose(ours(name)):
        unquoted = re.sub("«[^»]*»", "«»", text)
        assert '"' not in text, text
        assert "'" not in unquoted, text
        assert not re.search(rf"[^{NARROW}][;:!?]", text), text
        assert text.count("«") == text.count("»") == text.count(f"«{NBSP}") == text.count(f"{NBSP}»"), text
        assert not re.search(r"\d [\d%€]|\s\s|^\s|\s$|\.\.\.| ,|n° ", text), text


@each_schema
def test_help_is_plain_text(name: str) -> None:
    for text in prose(ours(name)):
        assert not re.search(r"[`*\[\]<>_&]|https?://", text), text


@each_schema
def test_quoted_values_can_be_typed_as_they_are(name: str) -> None:
    """What the help quotes from a list of choices must be one of the choices."""
    for field in ours(name)["fields"]:
        holder = field.get("arrayItem", field)
        choices = holder.get("constraints", {}).get("enum", [])
        quoted = re.findall(f"«{NBSP}([^»]*){NBSP}»", field["description"])
        if choices:
            assert set(quoted) <= {choice.strip() for choice in choices}, field["name"]


# The examples: right


@each_schema
def test_frictionless_reads_the_schema_and_each_example(name: str) -> None:
    for field in ours(name)["fields"]:
        _, notes = Field.from_descriptor(field).read_cell(field["example"])
        assert not notes, (field["name"], notes)


@each_schema
def test_examples_make_a_valid_row(name: str) -> None:
    descriptor = ours(name)
    rows = [
        [field["name"] for field in descriptor["fields"]],
        [field["example"] for field in descriptor["fields"]],
    ]
    report = Resource(data=rows, schema=Schema.from_descriptor(descriptor)).validate()
    assert report.valid, report.flatten(["fieldName", "type", "note"])


@each_schema
def test_examples_keep_the_rules_between_columns(name: str) -> None:
    descriptor = ours(name)
    cell = {field["name"]: field["example"] for field in descriptor["fields"]}
    for check in descriptor.get("custom_checks", []):
        params = check["params"]
        match check["name"]:
            case "french-siret-value":
                assert luhn(cell[params["column"]]), params
            case "compare-columns-value":
                assert params["op"] == ">="
                assert comparable(cell[params["column"]]) >= comparable(cell[params["column2"]]), params
            case "sum-columns-value":
                assert int(cell[params["column"]]) == sum(int(cell[column]) for column in params["columns"])
            case "nomenclature-actes-value":
                assert re.fullmatch(r"[^/]+\S/\S[^/]+", cell[params["column"]])
            case "cohesive-columns-value" | "one-of-required" | "year-interval-value":
                assert all(cell.values())  # every column of the example row is filled
            case unknown:
                pytest.fail(f"no test of the example for {unknown}")


@each_schema
def test_every_siret_has_its_key(name: str) -> None:
    for field in ours(name)["fields"]:
        if re.search("siret|idattribuant|idbeneficiaire", field["name"].casefold()):
            assert luhn(field["example"]), field["name"]


def comparable(cell: str) -> float:
    return float(cell) if cell.isdigit() else datetime.date.fromisoformat(cell).toordinal()


def luhn(siret: str) -> bool:
    digits = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(siret))]
    return len(siret) == 14 and sum(digit - 9 if digit > 9 else digit for digit in digits) % 10 == 0
