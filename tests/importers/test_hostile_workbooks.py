"""Workbooks that are broken, or made to do harm: a sentence, in bounded time and memory, and never another exception."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers import sheet_rows
from importers.limits import DEFAULT, Limits
from importers.spreadsheet_file import is_spreadsheet, read_sheet
from schema_loader import messages
from schema_loader.errors import TableUnreadable
from tests.corpus import corpus_files
from tests.importers.workbooks import MAIN, number, ods, row, text, xlsx, zipped

COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")


def refusal(path: Path, limits: Limits = DEFAULT) -> TableUnreadable:
    """Why a file is refused; there is a sentence for it in both languages."""
    assert is_spreadsheet(path)
    with pytest.raises(TableUnreadable) as caught:
        list(read_sheet(path, limits=limits))
    for lang in messages.LANGUAGES:
        said = messages.unreadable(caught.value, lang)
        assert said.problem
        assert said.remedy
        assert "{" not in str(said)
    return caught.value


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>' + " " * (20 << 20) + "</sheetData></worksheet>"
    path = xlsx(tmp_path / "bomb.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet})
    del sheet
    tracemalloc.start()
    assert refusal(path, Limits(ratio_from_bytes=1 << 20)).code == "file-unpacks-too-large"
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


def test_a_part_that_is_longer_than_it_says_is_cut(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", row(1, *(text("A1", "x" * 5000),)))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    size = info.file_size.to_bytes(4, "little")
    assert data.count(size) >= 2
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    assert refusal(path).code == "file-damaged"


ENTITIES = {
    "a file of the machine": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "a billion laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "a parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    "a document type alone": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])  # fmt: skip
@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
def test_entities_are_refused_in_every_part(tmp_path: Path, part: str, entity: str) -> None:
    hostile = f'{entity}<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>'
    path = xlsx(tmp_path / "a.xlsx", row(1, number("A1", "1")), parts={part: hostile})
    assert refusal(path).code == "file-unsafe-xml"


def test_entities_are_refused_in_an_open_document(tmp_path: Path) -> None:
    hostile = ENTITIES["a file of the machine"] + "<x>&e;</x>"
    assert refusal(ods(tmp_path / "a.ods", "", parts={"content.xml": hostile})).code == "file-unsafe-xml"


def test_protected_workbooks_are_named_as_such(tmp_path: Path) -> None:
    protected = tmp_path / "a.xlsx"
    protected.write_bytes(COMPOUND + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000)
    manifest = '<m:manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    document = ods(tmp_path / "a.ods", "", parts={"META-INF/manifest.xml": manifest})
    locked = xlsx(tmp_path / "b.xlsx", row(1, number("A1", "1")))
    data = bytearray(locked.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    locked.write_bytes(data)
    for path in (protected, document, locked):
        assert refusal(path).code == "file-password"


def test_what_is_no_workbook_is_named_as_such(tmp_path: Path) -> None:
    letter = tmp_path / "letter.xls"
    letter.write_bytes(COMPOUND + "WordDocument".encode("utf-16-le") + b"\0" * 2000)
    others = [
        letter,
        zipped(tmp_path / "letter.docx", {"word/document.xml": "<a/>"}),
        zipped(tmp_path / "empty.xlsx", {}),
        xlsx(tmp_path / "binary.xlsb", "", parts={"_rels/.rels": '<r xmlns="urn:x"><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></r>',
                                                "xl/workbook.bin": b"\x83\x01"}),
    ]  # fmt: skip
    binary = tmp_path / "noise.xlsx"
    binary.write_bytes(bytes(range(256)))
    for path in (*others, binary):
        assert refusal(path).code == "file-not-a-workbook", path.name


def test_a_workbook_of_charts_alone_has_no_sheet(tmp_path: Path) -> None:
    relation = '<R xmlns="urn:x"><Relationship Id="rId1" Type="x/chartsheet" Target="c.xml"/></R>'
    path = xlsx(tmp_path / "a.xlsx", "", parts={"xl/_rels/workbook.xml.rels": relation})
    assert refusal(path).code == "file-no-sheet"


def test_a_cell_beyond_the_last_column_is_refused_and_the_last_is_not(tmp_path: Path) -> None:
    wide = row(1, *(text(sheet_rows.cell_name(1, n), f"c{n}") for n in range(1, 16_385)))
    assert len(next(read_sheet(xlsx(tmp_path / "a.xlsx", wide)))) == 16_384
    for place in ("XFE1", "ZZZZZZZZZZZZ1"):
        path = xlsx(tmp_path / "b.xlsx", row(1, number(place, "1")))
        assert refusal(path).code == "file-sheet-too-wide"
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16385"/>'
    )
    path = ods(
        tmp_path / "a.ods",
        f'<table:table table:name="a"><table:table-row>{cell}</table:table-row></table:table>',
    )
    assert refusal(path).code == "file-sheet-too-wide"


@pytest.mark.parametrize("place", ["A1048576", "XFD3"])
def test_one_forgotten_cell_far_away_is_named(tmp_path: Path, place: str) -> None:
    at = int(place.lstrip("AXFD"))
    path = xlsx(
        tmp_path / "a.xlsx", row(1, text("A1", "a")) + row(2, number("A2", "1")) + row(at, number(place, "1"))
    )
    error = refusal(path)
    assert error.code == "file-far-cell"
    assert error.params["cell"] == place


def test_repeated_rows_and_columns_do_not_unfold_without_end(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    )
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    path = ods(tmp_path / "a.ods", f'<table:table table:name="a">{rows}</table:table>')
    assert refusal(path, Limits(cells=1_000_000)).code == "file-too-many-cells"


def test_a_text_without_end_is_refused_with_its_cell(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", row(7, text("B7", "x" * 10_000_001)))
    error = refusal(path)
    assert (error.code, error.params["cell"]) == ("file-sheet-cell-too-long", "B7")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>\0</v></c></row>',
        '<row r="1"><c r="A1"><v>&#0;</v></c></row>',
        '<row r="2"/><row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="-5"><c r="A1"><v>1</v></c></row>',
        '<row r="2000000"><c r="A2000000"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(tmp_path: Path, rows: str) -> None:
    assert refusal(xlsx(tmp_path / "a.xlsx", rows)).code == "file-damaged"


@pytest.mark.parametrize("encoding", ["UTXFD-8", "base64", "shift_jis", "idna", "utf-7", "ascii"])
def test_a_part_in_an_encoding_that_nobody_knows_is_damaged(tmp_path: Path, encoding: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{encoding}"?><worksheet xmlns="{MAIN}"><sheetData><row><c><v>é</v></c></row></sheetData></worksheet>'
    path = xlsx(tmp_path / "a.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet})
    assert refusal(path).code == "file-damaged"


def real_workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        book = openpyxl.Workbook()
        for n in range(50):
            book.active.append([f"nom {n}", n, n / 7, "é" * n])
        book.save(Path(folder) / "a.xlsx")
        return (Path(folder) / "a.xlsx").read_bytes()


WORKBOOK = real_workbook()
OLD = [path.read_bytes() for path in corpus_files("files/*/*.xls")[:1]]


@settings(max_examples=150)
@given(st.sampled_from([WORKBOOK, *OLD]), st.randoms(use_true_random=False), st.booleans())
def test_a_damaged_workbook_is_read_or_refused(data: bytes, chance: random.Random, cut: bool) -> None:
    if cut:
        data = data[: chance.randrange(len(data))]
    else:
        spoiled = bytearray(data)
        for _ in range(chance.randrange(1, 20)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        data = bytes(spoiled)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(data)
        if not is_spreadsheet(path):
            return
        try:
            rows = list(read_sheet(path))
        except TableUnreadable as error:
            assert messages.unreadable(error).problem
        else:
            assert all(isinstance(cell, str) for cells in rows for cell in cells)
