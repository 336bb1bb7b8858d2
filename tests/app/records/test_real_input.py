"""Real files typed into forms: every row goes through the controls of its schema, the form's binding, the service and the export.

What comes out is what went in, but for one named change: ``Field.normalise``, the text that a valid cell is stored as (an ISO
date, a decimal point, no spaces around). Our own rule then judges the exported file, and frictionless does.
"""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from app.records import service as records
from app.records.export import service as export
from forms.binding import posted, read_form, show
from forms.control import controls
from importers.csv_file import detect, read_records
from schema_loader import starter
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.table_schema import TableSchema
from tests.app.records.conftest import Desk
from tests.corpus import CORPUS, needs_corpus

ROWS = 150  # of one file: production files hold thousands that teach nothing more
Row = dict[str, str]


@lru_cache(maxsize=1)
def valid_files() -> dict[str, list[Path]]:
    """Stem of the schema → CSV files that the reference validators found valid; of several versions of a schema, the last."""
    found: dict[str, list[Path]] = {}
    for verdict in sorted(CORPUS.glob("expected/*/*.json")):
        file = CORPUS / "files" / verdict.parent.name / verdict.stem
        if file.suffix == ".csv" and json.loads(verdict.read_text("utf-8"))["consensus"] == "valid":
            found.setdefault(verdict.parent.name, []).append(file)
    last = {stem.rpartition("__")[0]: stem for stem in found}
    return {stem: files for stem, files in found.items() if stem in last.values()}


def rows_of(file: Path, schema: TableSchema) -> Iterator[Row]:
    """The rows of a file by name; columns that the schema does not have are no part of a form."""
    lines = read_records(file, detect(file, schema.field_names))
    labels = [label.strip() for label in next(lines)]
    for _, line in zip(range(ROWS), lines, strict=False):
        yield {name: text for name, text in zip(labels, line, strict=False) if name in schema.by_name}


def typed(schema: TableSchema, row: Row, lang: str) -> list[tuple[str, str]]:
    """The row as a person sees it in the form, and as a browser sends it: 12/03/2024, 1 234,5, boxes that are checked."""
    return [
        pair
        for control in controls(schema, lang)
        for pair in posted(control, show(control, row.get(control.field.name, "")))
    ]


def through_the_service(desk: Desk, rows: list[Row], lang: str = "fr") -> list[Row]:
    """The rows once entered, kept and exported."""
    schema = desk.dataset.schema
    with desk.session() as session:
        for row in rows:
            saved = records.create(
                session,
                desk.dataset,
                read_form(schema, typed(schema, row, lang), lang),
                account=desk.account.id,
            )
            assert saved.judged.errors == (), (row, saved.judged.errors)
        data = b"".join(export.csv_chunks(session, desk.dataset)).decode("utf-8")
    assert data.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(data, newline="")))


def judged_by_frictionless(descriptor: bytes, rows: list[Row], names: tuple[str, ...]) -> list[Any] | None:
    """The errors that frictionless finds; None where it refuses the schema itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import frictionless

        resource = {
            "name": "table",
            "data": [list(names), *([row[name] for name in names] for row in rows)],
            "schema": _without_examples(json.loads(descriptor)),
            "dialect": {"headerRows": [1]},
        }
        try:
            report = frictionless.Resource.from_descriptor(resource).validate(limit_errors=1000)
        except frictionless.FrictionlessException:
            return None
    if report.errors:
        return None
    return [
        (error.type, getattr(error, "row_number", None), error.message) for error in report.tasks[0].errors
    ]


def _without_examples(descriptor: dict[str, Any]) -> dict[str, Any]:
    """frictionless refuses a schema for an example that its own field does not accept."""
    fields = [
        {key: value for key, value in field.items() if key != "example"} for field in descriptor["fields"]
    ]
    return {key: value for key, value in descriptor.items() if key != "foreignKeys"} | {"fields": fields}


def compare(schema: TableSchema, before: list[Row], after: list[Row]) -> None:
    """Nothing lost, nothing altered but by the named normalisation; and what is out is valid."""
    assert len(after) == len(before)
    for was, now in zip(before, after, strict=True):
        assert tuple(now) == schema.field_names
        for field in schema.fields:
            assert now[field.name] == field.normalise(was.get(field.name, "")), (
                field.name,
                was.get(field.name),
            )
    lines = [[row[name] for name in schema.field_names] for row in after]
    assert list(check_table(schema, list(schema.field_names), lines)) == []


@needs_corpus
@pytest.mark.parametrize("stem", sorted(valid_files()) or ["none"])
def test_a_valid_file_typed_into_its_form_comes_out_whole(desk_on, stem: str) -> None:
    descriptor = (CORPUS / "schemas" / f"{stem}.json").read_bytes()
    schema = compile_schema(descriptor)
    for number, file in enumerate(valid_files()[stem]):
        rows = list(rows_of(file, schema))
        if not rows:
            continue
        desk = desk_on(f"corpus/essai-{number}", descriptor)
        after = through_the_service(desk, rows)
        compare(schema, rows, after)
        assert judged_by_frictionless(descriptor, after, schema.field_names) in ([], None)


@needs_corpus
def test_most_of_those_files_are_judged_by_frictionless_too() -> None:
    """A schema that frictionless refuses is judged by us alone; that must not be the rule."""
    refused = [
        stem
        for stem in valid_files()
        if judged_by_frictionless(
            (CORPUS / "schemas" / f"{stem}.json").read_bytes(),
            [],
            compile_schema((CORPUS / "schemas" / f"{stem}.json").read_bytes()).field_names,
        )
        is None
    ]
    assert len(valid_files()) >= 50
    assert len(refused) <= 10, refused


@pytest.mark.parametrize("name", sorted(starter.names()))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_rows_of_every_starter_schema_come_out_whole(desk_on, name: str, lang: str) -> None:
    """Those of the starter catalogue have no file in the corpus but subventions': their own examples are the rows."""
    descriptor = starter.read(name)
    schema = compile_schema(descriptor)
    rows = list(rows_of_examples(schema))
    assert len(rows) >= 2
    desk = desk_on(f"starter/{name}", descriptor)
    after = through_the_service(desk, rows, lang)
    compare(schema, rows, after)
    assert judged_by_frictionless(descriptor, after, schema.field_names) == []


def rows_of_examples(schema: TableSchema) -> Iterator[Row]:
    """Valid rows made of the fields' own examples: with everything, and with what is required alone."""
    whole = {field.name: field.examples()[0] for field in schema.fields if field.examples()}
    others = {field.name: field.examples()[-1] for field in schema.fields if field.examples()}
    needed = {name: text for name, text in whole.items() if name in schema.must_have}
    for row in (whole, others, {**whole, **needed}, needed):
        if not list(
            check_table(schema, list(schema.field_names), [[row.get(n, "") for n in schema.field_names]])
        ):
            yield row
