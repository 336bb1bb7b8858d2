"""The second judge: it agrees with ours on whatever goes out, and says so as data where it does not."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import conformance
from exporters.conformance import Finding, blocks_of, judge, judge_descriptor
from exporters.csv_file import write_csv
from exporters.judged_schema import difference, judged_descriptor
from importers.csv_file import detect, read_records
from schema_loader.check import check_table
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.errors import TableUnreadable
from schema_loader.header import match_header
from tests.corpus import CORPUS, corpus_files, needs_corpus
from tests.differences import NAMES
from tests.exporters.datasets import Dataset, datasets, schema_of

SCHEMA = schema_of(
    {"name": "n", "type": "integer", "constraints": {"required": True}},
    {"name": "texte", "constraints": {"maxLength": 30}},
)


def saved(path: Path, schema: Any, rows: Any) -> Path:
    path.write_bytes(b"".join(write_csv(schema, rows)))
    return path


def test_a_sound_file_is_found_sound(tmp_path: Path) -> None:
    verdict = judge(saved(tmp_path / "a.csv", SCHEMA, [["1", ' a, « b »\n"c"'], ["2", None]]), SCHEMA)
    assert verdict.agrees and verdict.valid and verdict.whole
    assert (verdict.rows, verdict.blocks) == (2, ((2, 3),))


def test_an_error_that_both_find_is_no_disagreement(tmp_path: Path) -> None:
    verdict = judge(saved(tmp_path / "a.csv", SCHEMA, [["1", "a"], ["x", "b" * 31], ["", "c"]]), SCHEMA)
    assert verdict.agrees and not verdict.valid
    assert [(f.row, f.field, f.type) for f in verdict.findings] == [
        (3, "n", "type-error"), (3, "texte", "constraint-error"), (4, "n", "constraint-error"),
    ]  # fmt: skip


def test_what_only_one_of_them_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.csv", SCHEMA, [["1", "a"], ["x", "b"], ["3", "c" * 31]])
    lenient = schema_of({"name": "n"}, {"name": "texte", "constraints": {"maxLength": 30}})
    monkeypatch.setattr(conformance, "check_table", lambda _, *args, **kw: check_table(lenient, *args, **kw))
    theirs = judge(path, SCHEMA)
    assert not theirs.agrees
    assert [(f.row, f.field, f.type, f.cell) for f in theirs.only_theirs] == [(3, "n", "type-error", "x")]
    monkeypatch.setattr(conformance, "_asked", lambda *_: [])
    ours = judge(path, SCHEMA)
    assert [(f.row, f.field, f.type) for f in ours.only_ours] == [(4, "texte", "constraint-error")]


def test_a_named_difference_is_counted_and_is_no_disagreement(tmp_path: Path) -> None:
    point = '{"type": "Point", "coordinates": [1, 2, 3]}'  # an altitude
    schema = schema_of({"name": "lieu", "type": "geojson"})
    verdict = judge(saved(tmp_path / "a.csv", schema, [[point]]), schema)
    assert verdict.agrees and verdict.valid and verdict.explained == {"geojson-profile": 1}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xef\xbb\xbfn,texte\r\n1,a\r\n", "byte-order-mark"),
        ("n,texte\r\n1,é\r\n".encode("cp1252"), "not-utf8"),
        (b"", "not-csv"),
        (b'n,texte\r\n1,"a\r\n', "not-csv"),
        (b'n,texte\r\n1,"a"b""\r\n', "not-csv"),
    ],
)
def test_a_file_that_is_no_finished_csv_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    verdict = judge(tmp_path / "a.csv", SCHEMA)
    assert verdict.problem == problem and not verdict.agrees and not verdict.valid


@pytest.mark.parametrize(
    "content", [b"n,texte\r\n", b"texte,n\r\na,1\r\n", b"n\r\n1\r\n", b"n,texte\r\n1,a,b\r\n"]
)
def test_headers_and_ragged_rows_are_judged_too(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    verdict = judge(tmp_path / "a.csv", SCHEMA)
    assert verdict.agrees, verdict
    assert verdict.valid is (content == b"n,texte\r\n")


def test_moments_with_and_without_a_zone_do_not_stop_it(tmp_path: Path) -> None:
    schema = schema_of({"name": "vu", "type": "datetime", "constraints": {"minimum": "2020-01-01T00:00:00"}})
    path = saved(
        tmp_path / "a.csv",
        schema,
        [["2024-03-12T14:30:00"], ["2024-03-12T14:30:00Z"], ["2019-03-12T14:30:00Z"]],
    )
    verdict = judge(path, schema)
    assert verdict.agrees and [entry.difference for entry in verdict.left_out] == ["bounds-across-zones"]


def test_more_errors_than_are_counted_are_compared_as_far_as_they_go(tmp_path: Path) -> None:
    rows = [["x", "b" * 31] for _ in range(2_000)]
    verdict = judge(saved(tmp_path / "a.csv", SCHEMA, rows), SCHEMA)
    assert verdict.agrees and len(verdict.findings) == conformance.MOST_TOLD


# -- large files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1, 99_999, 100_000, 100_001, 1_000_000, 123_456_789])
def test_blocks_cover_both_ends_and_do_not_overlap(rows: int) -> None:
    blocks = blocks_of(rows, Random(1))  # noqa: S311 (which rows are looked at is no secret)
    numbers = [number for block in blocks for number in block]
    assert numbers == sorted(numbers)
    assert sum(last - first + 1 for first, last in blocks) == min(rows, 100_000)
    if rows:
        assert (numbers[0], numbers[-1]) == (2, rows + 1)
    assert all(second[0] > first[1] for first, second in itertools.pairwise(blocks))


def test_a_large_file_is_judged_by_blocks_whose_errors_keep_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "WHOLE", 100)
    monkeypatch.setattr(conformance, "ENDS", 20)
    monkeypatch.setattr(conformance, "BLOCK_ROWS", 5)
    rows = [[str(n), f"ligne\n« {n} »"] for n in range(2, 1_002)]
    for number in (21, 500, 1_001):
        rows[number - 2][0] = "x"
    verdict = judge(saved(tmp_path / "a.csv", SCHEMA, rows), SCHEMA, seed=3)
    assert (verdict.rows, verdict.judged, verdict.whole) == (1_000, 90, False)
    seen = {number for first, last in verdict.blocks for number in range(first, last + 1)}
    assert [f.row for f in verdict.findings] == [n for n in (21, 500, 1_001) if n in seen]
    assert verdict.agrees and {21, 1_001} <= seen
    again = judge(tmp_path / "a.csv", SCHEMA, seed=3)
    assert again.blocks == verdict.blocks


# -- agreement ------------------------------------------------------------------------------------------------------


@given(datasets(), st.booleans(), st.booleans())
def test_both_judges_agree_on_whatever_is_written(dataset: Dataset, unique: bool, keyed: bool) -> None:
    schema, rows = dataset
    described = [dict(field.descriptor) for field in schema.fields]
    if unique:
        described[0]["constraints"] = {**described[0].get("constraints", {}), "unique": True}
    schema = schema_of(*described, **({"primaryKey": schema.field_names[:2]} if keyed else {}))
    with tempfile.TemporaryDirectory() as folder:
        verdict = judge(saved(Path(folder) / "a.csv", schema, rows), schema)
    assert verdict.agrees, verdict
    assert set(verdict.explained) | {entry.difference for entry in verdict.left_out} <= NAMES


@given(datasets())
def test_what_was_mended_is_the_same_schema(dataset: Dataset) -> None:
    """The descriptor given to the judge compiles to the same rules."""
    schema, rows = dataset
    mended, left_out = judged_descriptor(schema)
    again = compile_descriptor(mended)
    if left_out:
        return
    for row in rows:
        for field, same, text in zip(schema.fields, again.fields, row, strict=True):
            value, faults = field.read(text)
            other, others = same.read(text)
            assert [fault.code for fault in faults] == [fault.code for fault in others]
            assert value == other or value != value


def test_oddities_of_a_descriptor_are_mended_for_the_judge() -> None:
    schema = schema_of(
        {"name": "a", "type": "texte", "example": 3, "required": True},
        {"name": "b", "type": "integer", "constraints": {"minimum": 0.5, "exclusiveMaximum": "9.5", "pattern": "x"}},
        {"name": "c", "type": "date", "format": "JJ/MM/AAAA", "constraints": {"minimum": "01/01/2020"}},
        {"name": "d", "constraints": {"enum": [1, 2]}},
        {"name": "e", "constraints": {"pattern": r"(a)\1"}},
        {"name": "f", "type": "object", "constraints": {"unique": True}},
        {"name": "g", "type": "integer", "groupChar": " "},
        name="Nom impossible",
    )  # fmt: skip
    verdict = judge_descriptor(schema)
    assert not verdict.accepted and verdict.notes and verdict.accepted_mended
    mended, left_out = judged_descriptor(schema)
    rules = {field["name"]: field.get("constraints") for field in mended["fields"]}
    assert rules["b"] == {"minimum": 1, "maximum": 9}
    assert rules["c"] == {"minimum": "01/01/2020"} and mended["fields"][2]["format"] == "%d/%m/%Y"
    assert rules["d"] == {"enum": ["1", "2"]}
    assert [(e.field, e.rule, e.difference) for e in left_out] == [
        ("e", "pattern", "pattern-engine"), ("f", "unique", "unhashable-unique"), ("g", "groupChar", "integer-group-char"),
    ]  # fmt: skip
    assert {e.difference for e in left_out} <= NAMES


def test_each_reason_to_differ_is_explained() -> None:
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"type": "number"}, "sNaN", "signalling-nan"),
        ({"type": "number", "floatNumber": True}, "1", "float-number"),
        ({"type": "datetime", "constraints": {"minimum": "2020-01-01T00:00:00"}}, "x", "bounds-across-zones"),
        ({"type": "date", "format": "any"}, "12 mars", "date-any"),
        ({"type": "geopoint", "format": "array"}, '"12"', "geopoint-odd-json"),
        ({"type": "geojson"}, "{}", "geojson-profile"),
        ({"format": "wkt"}, "POINT (1 2) x", "wkt-trailing-text"),
    ]
    for described, text, name in cases:
        assert difference(schema_of({"name": "a", **described}).fields[0], text, {}) == name
        assert name in NAMES
    assert difference(schema_of({"name": "a"}).fields[0], "x", {}) is None


@needs_corpus
@pytest.mark.parametrize("path", corpus_files("schemas/*.json"), ids=lambda path: path.stem)
def test_every_real_descriptor_is_taken_once_mended(path: Path) -> None:
    assert judge_descriptor(compile_schema(path.read_bytes())).accepted_mended


@needs_corpus
@pytest.mark.parametrize(
    "folder", sorted({p.parent for p in corpus_files("files/*/*.csv")}), ids=lambda path: path.name
)
def test_both_judges_agree_on_real_rows(folder: Path, tmp_path: Path) -> None:
    """Rows of real files, right and wrong, put in the schema's order, normalised and written as they would go out."""
    schema = compile_schema((CORPUS / "schemas" / f"{folder.name}.json").read_bytes())
    for number, path in enumerate(sorted(folder.glob("*.csv"))):
        if path.stat().st_size > 2_000_000:
            continue
        try:
            layout = detect(path, schema.field_names)
        except TableUnreadable:
            continue  # no table: nothing of it could go out
        records = read_records(path, layout)
        columns = {
            f.name: n for n, f in enumerate(match_header(schema, next(records, [])).columns) if f is not None
        }
        rows = [
            [
                field.normalise(record[columns[field.name]])
                if columns.get(field.name, 10**6) < len(record)
                else None
                for field in schema.fields
            ]
            for record in records
        ]
        verdict = judge(saved(tmp_path / f"{number}.csv", schema, rows), schema)
        assert verdict.agrees, (path.name, dataclasses.replace(verdict, findings=()))


def test_a_finding_is_plain_data() -> None:
    assert Finding(2, "a", "type-error") == Finding(2, "a", "type-error", "", "")
