"""All formats together: the package, what a schema may have, memory and determinism."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import frictionless
import pytest

from exporters.about import About, Licence
from exporters.csv_file import write_csv
from exporters.data_package import write_data_package
from exporters.formats import FORMATS, available
from exporters.rows import rows_of
from schema_loader.compile import compile_schema
from tests.corpus import corpus_files, needs_corpus
from tests.exporters.datasets import schema_of

SCHEMA = schema_of(
    {"name": "objet", "constraints": {"required": True}},
    {"name": "montant", "type": "number"},
    {"name": "jour", "type": "date"},
    {"name": "lon", "type": "number"},
    {"name": "lat", "type": "number"},
    name="essai", title="Essai", version="1.0.0",
)  # fmt: skip
ABOUT = About(
    title="Subventions", publisher="Ville de Nantes", version="3", file_name="20240312_214401093_subventions.csv",
    licence=Licence("etalab-2.0", "Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"),
    moment=datetime(2024, 3, 12, tzinfo=UTC), schema_url="https://exemple.fr/schema.json",
)  # fmt: skip
ROWS = [["Fête, « d’été »", "1.50", "2024-03-12", "-1.55", "47.2"], ["b", "", None, "", ""]]


def made(count: int) -> Iterator[list[str | None]]:
    for n in range(count):
        yield [f"Objet n° {n}", f"{n}.5", f"20{n % 90 + 10}-0{n % 9 + 1}-12", f"{n % 180}.25", "47.2"]


def test_the_package_names_its_file_by_hash_and_octets_and_frictionless_takes_it(tmp_path: object) -> None:
    data = b"".join(write_data_package(SCHEMA, ROWS, ABOUT))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        content = archive.read(ABOUT.file_name)
        package = json.loads(archive.read("datapackage.json"))
        schema = json.loads(archive.read("schema.json"))
        archive.extractall(str(tmp_path))
    assert names == [ABOUT.file_name, "schema.json", "datapackage.json"]
    assert content == b"".join(write_csv(SCHEMA, ROWS))
    resource = package["resources"][0]
    assert (resource["bytes"], resource["hash"]) == (
        len(content),
        f"sha256:{hashlib.sha256(content).hexdigest()}",
    )
    assert package["licenses"] == [
        {"name": "etalab-2.0", "path": ABOUT.licence.url, "title": "Licence Ouverte 2.0"}
    ]
    assert (package["title"], package["version"], package["created"]) == (
        "Subventions",
        "3",
        "2024-03-12T00:00:00+00:00",
    )
    assert package["sources"] == [{"title": "Essai", "path": "https://exemple.fr/schema.json"}]
    assert schema == dict(SCHEMA.descriptor)
    report = frictionless.validate(f"{tmp_path}/datapackage.json")
    assert report.valid, report.flatten(["type", "note"])


def test_what_is_not_known_of_a_dataset_is_not_said() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(write_data_package(SCHEMA, [])))) as archive:
        package = json.loads(archive.read("datapackage.json"))
    assert set(package) == {"profile", "name", "title", "resources"}


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_the_same_rows_make_the_same_octets(form: object) -> None:
    write = FORMATS[form.name].write  # type: ignore[attr-defined]
    assert b"".join(write(SCHEMA, ROWS, ABOUT)) == b"".join(
        write(SCHEMA, rows_of([ROWS[:1], ROWS[1:]]), ABOUT)
    )


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_memory_does_not_grow_with_the_rows(form: object, monkeypatch: pytest.MonkeyPatch) -> None:
    write = FORMATS[form.name].write  # type: ignore[attr-defined]
    monkeypatch.setattr("exporters.parquet_file.GROUP_ROWS", 2_000)
    monkeypatch.setattr("exporters.rows.MEMO_SIZE", 1_000)

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            octets = sum(len(chunk) for chunk in write(SCHEMA, made(count), ABOUT))
            assert octets > count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # imports
    assert peak(20_000) < peak(5_000) * 1.2 + 500_000


@needs_corpus
@pytest.mark.parametrize("path", corpus_files("schemas/*.json"), ids=lambda path: path.stem)
def test_every_real_schema_has_its_formats_with_its_own_examples(path: object) -> None:
    schema = compile_schema(path.read_bytes())  # type: ignore[attr-defined]
    row = [field.normalise(field.example or "") for field in schema.fields]
    for form in available(schema):
        assert b"".join(form.write(schema, [row, [None] * len(row)], About()))
