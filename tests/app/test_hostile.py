"""Files made to break the reader: a sentence that names the place, in bounded time and memory, never a traceback."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from app.file_check import LARGE_BYTES, check_file
from schema_loader.compile import compile_descriptor
from schema_loader.errors import TableUnreadable
from tests.corpus import ROOT

SCHEMA = {"fields": [{"name": "a"}, {"name": "b", "type": "integer"}]}
MEMORY = 1_500_000_000  # bytes of address space: a check that eats the machine dies here


def validated(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process that may not take more memory than it should."""
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA), "utf-8")
    command = [sys.executable, "-m", "app.cli", "validate", *map(str, arguments), "--schema", str(schema)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, preexec_fn=limit
    )


def refused(done: subprocess.CompletedProcess[str], *places: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for place in places:
        assert place in done.stderr.replace("\u202f", " ")


def large(path: Path, head: bytes, line: bytes, odd: bytes, rows: int) -> int:
    """A large file with one odd line; gives the line's number."""
    with path.open("wb") as file:
        file.write(head)
        file.write(line * rows)
        file.write(odd)
        file.write(line * 100)
    assert path.stat().st_size > LARGE_BYTES
    return rows + 2


def test_a_cell_of_a_hundred_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "cell.csv"
    with path.open("wb") as file:
        file.write(b"a,b\nx,1\n")
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b",2\n")
    refused(validated(tmp_path, path), "ligne 3")


def test_a_quoted_cell_of_a_hundred_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "cell.csv"
    with path.open("wb") as file:
        file.write(b'a,b\nx,1\n"')
        for _ in range(100):
            file.write((b"y" * 999 + b"\n") * 1_000)
        file.write(b'",2\n')
    refused(validated(tmp_path, path), "ligne 3")


def test_a_device_without_an_end(tmp_path: Path) -> None:
    refused(validated(tmp_path, "/dev/zero"), "/dev/zero", "pas un fichier")


def test_a_million_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"," * 1_000_000 + b"\n")
    refused(validated(tmp_path, path), "1 000 001")


def test_a_million_columns_below_a_sound_header(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    large(path, b"a,b\n", b"text of some length,1\n", b"," * 1_000_000 + b"\n", 400_000)
    refused(validated(tmp_path, path), "400 002")


def test_one_bad_byte_far_down_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    line = large(path, b"a,b\n", "é,1234567\n".encode(), b"\xe9,1\n", 900_000)
    refused(validated(tmp_path, path), f"{line:,}".replace(",", " "), "UTF-8")


def test_a_quotation_mark_never_closed_far_down_is_named_where_it_opens(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    line = large(path, b"a,b\n", b"text of some length,1\n", b'"text,1\n', 400_000)
    refused(validated(tmp_path, path), f"{line:,}".replace(",", " "))


@pytest.mark.parametrize("rows", [3, 400_000])
def test_nul_characters_are_only_characters(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "nul.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" + b"text of some length,1\n" * rows + b"x\x00y,\x002\n")
    report = check_file(path, compile_descriptor(SCHEMA))
    assert [(e.row_number, e.field_name, e.code) for e in report.errors] == [
        (rows + 2, "b", "type-error/integer")
    ]


def test_a_pattern_made_to_hang_judges_a_large_file_in_time(tmp_path: Path) -> None:
    path = tmp_path / "slow.csv"
    path.write_bytes(b"a,b\n" + (b"a" * 60 + b"!,1\n") * 120_000)
    described = {"fields": [{"name": "a", "constraints": {"pattern": "(a+)+$"}}, {"name": "b"}]}
    assert len(check_file(path, compile_descriptor(described)).errors) == 120_000


@pytest.mark.parametrize("size", [100, 400_000])
def test_large_and_small_files_are_judged_alike(tmp_path: Path, size: int) -> None:
    described = {**SCHEMA, "primaryKey": "a"}
    path = tmp_path / "keys.csv"
    path.write_text(
        "a,b\n" + "".join(f"text of some length {n},1\n" for n in range(size)) + "text of some length 5,x\n"
    )
    report = check_file(path, compile_descriptor(described))
    assert [(e.row_number, e.code) for e in report.errors] == [
        (size + 2, "type-error/integer"), (size + 2, "primary-key"),
    ]  # fmt: skip
    assert report.errors[1].params["row"] == 7
    assert report.rows == size + 1
    cut = check_file(path, compile_descriptor(described), limit=1)
    assert [(e.row_number, e.code) for e in cut.errors] == [(size + 2, "type-error/integer")]
    assert not cut.complete


def test_an_encoding_asked_for_is_used_for_large_files_too(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(b"a,b\n" + "été,1\n".encode("cp1252") * 900_000 + "fin,x\n".encode("cp1252"))
    schema = compile_descriptor(SCHEMA)
    assert [e.row_number for e in check_file(path, schema).errors] == [900_002]
    assert [e.row_number for e in check_file(path, schema, encoding="cp1252").errors] == [900_002]
    with pytest.raises(TableUnreadable):
        check_file(path, schema, encoding="utf-8")
