"""Every UTF-8 text file of the corpus: ours against what the reference validators said of it.

Rows, fields and types must be equal; a file may be skipped only by a name of docs/differences.md, for a reason that the
test can see in the file itself, not by its path.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from importers.csv_file import detect, read_records
from importers.dialect import TextLayout
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.table_schema import TableSchema
from tests.corpus import CORPUS, MISSING, corpus_files
from tests.differences import named

LIMIT = 1000  # the references stop there
Triple = tuple[int | None, str, str]


def is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


FILES = [p for p in corpus_files("files/*/*") if p.suffix in (".csv", ".tsv") and is_utf8(p)] or [None]
IDS = [f"{p.parent.name[-40:]}/{p.name[-40:]}" if p else "missing" for p in FILES]


class Case:
    """One file, its schema, its records, and the verdicts that were recorded."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            pytest.skip(MISSING)
        self.schema: TableSchema = compile_schema(
            (CORPUS / "schemas" / f"{path.parent.name}.json").read_bytes()
        )
        self.layout: TextLayout = detect(path, self.schema.field_names)
        self.records = list(read_records(path, self.layout))
        self.labels = [label.strip() for label in self.records[0]] if self.records else []
        self.expected = json.loads(
            (CORPUS / "expected" / path.parent.name / f"{path.name}.json").read_text("utf-8")
        )

    def theirs(self, engine: str) -> Counter[Triple]:
        return Counter((row, field or "", kind) for row, field, kind in self.expected[engine])

    def ours(self, schema: TableSchema | None = None, **options: Any) -> Counter[Triple]:
        table = check_table(schema or self.schema, self.records[0], self.records[1:], **options)
        return Counter((error.row_number, error.field_name, error.type) for error in table)

    @property
    def double_labels(self) -> bool:
        return len(set(self.labels)) < len(self.labels)

    def skip_if_cut_elsewhere(self) -> None:
        """The references, by name, miss labels that stand in the header: they cut the file at another character."""
        missing = {field for _, field, kind in self.expected["frictionless_sync"] if kind == "missing-label"}
        if missing & set(self.labels):
            pytest.skip(named("separator-by-header"))


def agree(ours: Counter[Triple], theirs: Counter[Triple]) -> None:
    if sum(theirs.values()) >= LIMIT:
        assert not theirs - ours  # theirs was cut short: each of its errors must be among ours
        return
    assert ours == theirs


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_positional_verdict_is_that_of_frictionless(path: Path | None) -> None:
    case = Case(path)
    case.skip_if_cut_elsewhere()
    agree(case.ours(profile="frictionless", with_custom_checks=False), case.theirs("frictionless"))


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_verdict_by_name_is_that_of_frictionless(path: Path | None) -> None:
    case = Case(path)
    if case.double_labels:
        assert case.theirs("frictionless_sync") == Counter({(None, "", "error"): 1})
        pytest.skip(named("duplicate-labels-go-on"))
    case.skip_if_cut_elsewhere()
    by_name = dataclasses.replace(case.schema, fields_match="partial")
    agree(
        case.ours(by_name, profile="frictionless", with_custom_checks=False), case.theirs("frictionless_sync")
    )


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_verdict_is_that_of_validata(path: Path | None) -> None:
    case = Case(path)
    theirs = case.theirs("validata_table")
    if case.double_labels:
        pytest.skip(named("duplicate-labels-go-on"))
    if (None, "", "error") in theirs:
        lost_key = not set(case.schema.primary_key) <= set(case.labels)
        assert lost_key or not set(case.labels) & set(case.schema.field_names)
        pytest.skip(named("validata-unreadable"))
    case.skip_if_cut_elsewhere()
    if any(kind == "check-error" for _, _, kind in theirs):
        named("validata-check-errors")
        theirs = Counter({triple: n for triple, n in theirs.items() if triple[2] != "check-error"})
    agree(case.ours(profile="validata"), theirs)
