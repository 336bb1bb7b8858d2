"""Every UTF-8 file of the corpus whose schema declares checks: the same errors as both engines of the reference.

The older engine (``validata_core``) names the check and counts rows without the header, the newer one
(``validata_table``) counts the header as row 1 and mostly says ``custom-check-error``. Differences are named in docs/differences.md.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from importers.csv_file import detect, read_records
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.custom_checks import find
from schema_loader.table_schema import TableSchema
from tests.corpus import CORPUS, MISSING, corpus_files
from tests.differences import named

Triple = tuple[int | None, str, str]


@cache
def schema_of(stem: str) -> TableSchema:
    return compile_schema((CORPUS / "schemas" / f"{stem}.json").read_bytes())


def concerned(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return path.suffix in (".csv", ".tsv") and bool(schema_of(path.parent.name).declared_checks)


FILES = [path for path in corpus_files("files/*/*") if concerned(path)] or [None]


def canonical(kind: str) -> str | None:
    """The name of the check behind an error type of the older engine."""
    check = find(kind)
    return check.name if check is not None else None


@pytest.mark.parametrize(
    "path", FILES, ids=lambda p: f"{p.parent.name[-40:]}/{p.name[-40:]}" if p else "missing"
)
def test_checks_find_what_the_reference_finds(path: Path | None) -> None:
    if path is None:
        pytest.skip(MISSING)
    schema = schema_of(path.parent.name)
    records = read_records(path, detect(path, schema.field_names))
    labels = next(records)
    if len(set(map(str.strip, labels))) < len(labels):
        pytest.skip(named("duplicate-labels-go-on"))
    ours: Counter[Triple] = Counter()
    for error in check_table(schema, labels, records):
        if error.type in ("custom-check-error", "one-of-required"):
            ours[(error.row_number, error.field_name, error.code.removeprefix("custom-check-error/"))] += 1

    expected = json.loads((CORPUS / "expected" / path.parent.name / f"{path.name}.json").read_text("utf-8"))
    older: Counter[Triple] = Counter()
    for row, field, kind in expected["validata_core"]:
        if (name := canonical(kind)) is not None:
            older[(1 if row is None else row + 1, field or "", name)] += 1
    assert ours == older

    newer: Counter[Triple] = Counter()
    for row, field, kind in expected["validata_table"]:
        if kind == "custom-check-error" or canonical(kind) is not None:
            newer[(row, field or "", kind)] += 1
    as_newer: Counter[Triple] = Counter()
    for (row, field, name), count in ours.items():
        as_newer[(row, field, name if name == "one-of-required" else "custom-check-error")] += count
    assert as_newer == newer


def test_the_comparison_has_errors_to_compare() -> None:
    if FILES == [None]:
        pytest.skip(MISSING)
    kinds: Counter[str] = Counter()
    for path in FILES:
        expected = json.loads(
            (CORPUS / "expected" / path.parent.name / f"{path.name}.json").read_text("utf-8")
        )
        kinds.update(name for _, _, kind in expected["validata_core"] if (name := canonical(kind)))
    assert kinds["siret"] > 500 and kinds["siren"] > 20 and kinds["one-of-required"] > 4
