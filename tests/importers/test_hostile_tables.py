"""Files made to do harm, all the way from their bytes to their rows: a sentence, in bounded memory, never another exception."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.batches import batches
from importers.detect import detect
from importers.limits import DEFAULT, Limits
from importers.matching import match_table
from importers.sheet_rows import cell_name
from importers.table import read_table
from schema_loader import messages
from schema_loader.compile import compile_descriptor
from schema_loader.errors import TableUnreadable
from tests.importers.tables import write_csv, write_ods, write_xlsx
from tests.importers.workbooks import MAIN, number, row, text, xlsx

SCHEMA = compile_descriptor({"fields": [{"name": "nom"}, {"name": "montant", "type": "number"}]})
MEGABYTE = 1 << 20


def whole(path: Path, limits: Limits = DEFAULT) -> int:
    """Every step of a reading; how many rows there are."""
    table = read_table(path, detect(path, SCHEMA, limits=limits), SCHEMA, limits=limits)
    match_table(SCHEMA, table)
    rows = sum(1 for _ in table)
    assert rows == sum(len(batch.numbers) for batch in batches(table))
    return rows


def refusal(path: Path, limits: Limits = DEFAULT, most: int = 120 * MEGABYTE) -> TableUnreadable:
    """Why a file is refused, told in both languages; less memory than ``most`` bytes was held."""
    tracemalloc.start()
    try:
        with pytest.raises(TableUnreadable) as caught:
            whole(path, limits)
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
    for lang in messages.LANGUAGES:
        said = messages.unreadable(caught.value, lang)
        assert said.problem
        assert said.remedy
        assert "{" not in str(said)
    return caught.value


def cut_workbook(folder: Path) -> Path:
    path = write_xlsx(folder / "a.xlsx", [["nom", "montant"], ["a", "1"]])
    path.write_bytes(path.read_bytes()[:900])
    return path


def bomb(folder: Path) -> Path:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>' + " " * (20 * MEGABYTE) + "</sheetData></worksheet>"
    return xlsx(folder / "a.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet})


def entity(folder: Path) -> Path:
    sheet = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>'
    return xlsx(folder / "a.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet})


def undeclared_entity(folder: Path) -> Path:
    return xlsx(folder / "a.xlsx", '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>')


def long_cell(folder: Path) -> Path:
    return xlsx(folder / "a.xlsx", row(7, text("B7", "x" * (10 * MEGABYTE))))


def long_text_cell(folder: Path) -> Path:
    return write_csv(folder / "a.csv", [["nom", "montant"], ["a", "1"], ["x" * (10 * MEGABYTE), "2"]])


def zeros(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_bytes(b"nom,montant\na,1\nb\0,2\n")
    return path


def protected(folder: Path) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 999 + "EncryptedPackage".encode("utf-16-le"))
    return path


def too_wide(folder: Path) -> Path:
    return xlsx(folder / "a.xlsx", row(1, number("XFE1", "1")))


def too_wide_text(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_bytes(b"nom,montant\n" + b"," * 20_000 + b"x\n")
    return path


def broken_utf8(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_bytes(b"nom,montant\n" + "école,1\n".encode() * 99 + b"\xc3(,2\n")
    return path


def open_quote(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_bytes(b'nom,montant\na,1\n"b,2\nc,3\n')
    return path


HOSTILE: dict[Callable[[Path], Path], tuple[str, Limits, dict[str, object]]] = {
    cut_workbook: ("file-damaged", DEFAULT, {}),
    bomb: ("file-unpacks-too-large", Limits(ratio_from_bytes=MEGABYTE), {}),
    entity: ("file-unsafe-xml", DEFAULT, {}),
    undeclared_entity: ("file-damaged", DEFAULT, {}),
    long_cell: ("file-sheet-cell-too-long", DEFAULT, {"cell": "B7"}),
    long_text_cell: ("file-cell-too-long", DEFAULT, {"line": 3}),
    zeros: ("file-zero-byte", DEFAULT, {"line": 3}),
    protected: ("file-password", DEFAULT, {}),
    too_wide: ("file-sheet-too-wide", DEFAULT, {}),
    too_wide_text: ("file-too-many-columns", DEFAULT, {"row": 2}),
    broken_utf8: ("file-bad-byte", DEFAULT, {"line": 101, "byte": "C3"}),
    open_quote: ("file-unclosed-quote", DEFAULT, {"line": 3}),
}


@pytest.mark.parametrize("make", HOSTILE, ids=[make.__name__ for make in HOSTILE])
def test_it_is_refused_with_its_place(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    code, limits, params = HOSTILE[make]
    error = refusal(make(tmp_path), limits)
    assert error.code == code
    assert {key: error.params[key] for key in params} == params


def test_a_sheet_of_as_many_columns_as_there_can_be_is_read(tmp_path: Path) -> None:
    cells = (text(cell_name(1, n), f"c{n}") for n in range(1, 16_385))
    path = xlsx(tmp_path / "a.xlsx", row(1, *cells) + row(2, number("A2", "1")))
    table = read_table(path, detect(path, SCHEMA), SCHEMA)
    assert len(table.columns) == 16_384
    assert whole(path) == 1


def test_one_forgotten_cell_far_below_costs_one_row(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        row(1, text("A1", "nom")) + row(2, text("A2", "x")) + row(1_048_576, text("A1048576", "y")),
    )
    table = read_table(path, detect(path, SCHEMA), SCHEMA)
    assert [r.number for r in table] == [2, 1_048_576]


def written(name: str) -> bytes:
    rows = [["nom", "montant"], *([f"é{n}", str(n)] for n in range(40))]
    write = {"csv": write_csv, "xlsx": write_xlsx, "ods": write_ods}[name]
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder) / f"a.{name}", rows).read_bytes()


SOUND = [written(name) for name in ("csv", "xlsx", "ods")]


@settings(max_examples=120)
@given(st.sampled_from(SOUND), st.randoms(use_true_random=False), st.booleans())
def test_a_spoiled_file_is_read_or_refused(data: bytes, chance: random.Random, cut: bool) -> None:
    if cut:
        data = data[: chance.randrange(len(data))]
    else:
        spoiled = bytearray(data)
        for _ in range(chance.randrange(1, 20)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        data = bytes(spoiled)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(data)
        try:
            assert whole(path) >= 0
        except TableUnreadable as error:
            assert messages.unreadable(error).problem


def test_a_part_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", row(1, text("A1", "x" * 5000)))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert refusal(path).code == "file-damaged"
