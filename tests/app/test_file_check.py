"""A large file, checked column by column, has the report of the check row by row: nobody can tell but by the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app import file_check
from app.file_check import FileReport, check_file
from schema_loader import messages
from schema_loader.compile import compile_descriptor
from schema_loader.table_schema import TableSchema

FIELDS: list[dict[str, Any]] = [
    {"name": "nom", "constraints": {"required": True}},
    {"name": "jour", "type": "date"},
    {"name": "siret", "constraints": {"pattern": "^\\d{14}$"}},
    {"name": "montant", "type": "number"},
]
LINES = [
    "Élan,2024-03-12,21750001600019,10",
    "Club,27/06/2017,2175,1_000",
    ",2024-03-12,21750001600018,x",
    "Club,2024-03-12",
    "Amis,2024-03-13,,NaN,de trop",
    ",,,",
    "Élan,2024-03-12,21750001600019,10",
]
KEYED = {"primaryKey": ["nom", "jour"], "custom_checks": [{"name": "siret", "params": {"column": "siret"}}]}


def report(path: Path, schema: TableSchema, large: bool, limit: int | None) -> FileReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_check, "LARGE_BYTES", 0 if large else 1 << 40)
        return check_file(path, schema, limit=limit)


@pytest.mark.parametrize("more", [{}, KEYED], ids=["plain", "keys"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3, 4, 5, 7, 9, 13, 100])
def test_the_report_is_the_same(
    tmp_path: Path, limit: int | None, encoding: str, more: dict[str, Any]
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("nom,jour,siret,montant\n" + "\n".join(LINES * 3) + "\n", encoding)
    schema = compile_descriptor({"fields": FIELDS, **more})
    small, large = (report(path, schema, is_large, limit) for is_large in (False, True))
    assert list(large.errors) == list(small.errors)
    assert [list(kind) for kind in large.kinds()] == [list(kind) for kind in small.kinds()]
    assert (large.rows, large.complete, large.valid) == (small.rows, small.complete, small.valid)
    assert large.warnings == small.warnings
    assert large.source == small.source
    assert {**large.as_json("fr"), "stats": None} == {**small.as_json("fr"), "stats": None}
    assert small.source.encoding == encoding


def test_a_limit_counts_the_rows_up_to_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(
        "nom,jour,siret,montant\n" + "Élan,2024-03-12,,10\n" * 10 + "Élan,hier,,10\n" * 3, "utf-8"
    )
    schema = compile_descriptor({"fields": FIELDS})
    for large in (False, True):
        found = report(path, schema, large, 1)
        assert (found.rows, found.complete) == (12, False)  # the next error stands in the twelfth row
        assert "hier" in str(messages.cell_message(found.errors[0], "fr"))
