"""What a file is, whatever its name says; what a person decided is kept; what is no table is refused in a sentence."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from importers import xlsx_file
from importers.detect import Detected, detect
from importers.limits import Limits
from importers.sheet_rows import SheetInfo
from importers.table import read_table
from schema_loader import messages
from schema_loader.compile import compile_descriptor
from schema_loader.errors import TableUnreadable
from tests.importers.tables import write_csv, write_ods, write_xlsx
from tests.importers.workbooks import PACKAGE, RELATIONS, number, row, xlsx

SCHEMA = compile_descriptor({"fields": [{"name": "nom"}, {"name": "montant"}, {"name": "jour"}]})
ROWS = [["nom", "montant", "jour"], ["Besançon", "12,5", "2024-01-01"]]


def refusal(path: Path, limits: Limits | None = None) -> TableUnreadable:
    """Why a file is refused; the sentence is whole in both languages."""
    with pytest.raises(TableUnreadable) as caught:
        detect(path, SCHEMA, limits=limits or Limits())
    for lang in messages.LANGUAGES:
        said = messages.unreadable(caught.value, lang)
        assert said.problem
        assert said.remedy
        assert "{" not in str(said)
    return caught.value


def with_bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_file_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    assert detect(write_xlsx(tmp_path / "a.csv", ROWS), SCHEMA).kind == "xlsx"
    assert detect(write_ods(tmp_path / "b.xlsx", ROWS), SCHEMA).kind == "ods"
    assert detect(write_csv(tmp_path / "c.xlsx", ROWS), SCHEMA).kind == "csv"
    assert detect(write_csv(tmp_path / "d.csv", ROWS, delimiter="\t"), SCHEMA).kind == "tsv"


def test_what_was_found_of_a_text_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS, encoding="cp1252", delimiter=";")
    assert detect(path, SCHEMA) == Detected("csv", "cp1252", ";", line_end="\r\n")


def test_a_finding_may_be_overridden(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS, encoding="mac-roman", delimiter=";")
    assert detect(path, SCHEMA, encoding="mac-roman", delimiter=",").delimiter == ","
    found = detect(path, SCHEMA, encoding="iso-8859-1")
    assert read_table(path, found, SCHEMA).sample[0].cells[0] == "Besan\x8don"
    assert detect(path, SCHEMA, quote="").quote == ""
    with pytest.raises(TableUnreadable):
        detect(path, SCHEMA, encoding="utf-8")


def test_the_sheet_is_the_first_that_is_seen_and_holds_something(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "vide"
    book.create_sheet("cachée").append(["nom", "montant", "jour"])
    book["cachée"].sheet_state = "hidden"
    for n in range(3):
        book.create_sheet(f"S{n}").append([f"note {n}"])
    book.save(tmp_path / "a.xlsx")
    found = detect(tmp_path / "a.xlsx", SCHEMA)
    assert found.sheet == "S0"
    assert found.sheets == (
        SheetInfo("vide", True, 0), SheetInfo("cachée", False, 1), SheetInfo("S0", True, 1), SheetInfo("S1", True, 1), SheetInfo("S2", True, 1),
    )  # fmt: skip
    assert detect(tmp_path / "a.xlsx", SCHEMA, sheet="cachée").sheet == "cachée"
    with pytest.raises(TableUnreadable) as caught:
        detect(tmp_path / "a.xlsx", SCHEMA, sheet="zzz")
    assert caught.value.code == "file-no-such-sheet"


def test_another_sheet_is_meant_where_it_alone_has_the_labels(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Ce document a été exporté", "le 3 octobre"])
    for cells in ROWS:
        book.create_sheet("données").append(cells) if "données" not in book.sheetnames else book[
            "données"
        ].append(cells)
    book.save(tmp_path / "a.xlsx")
    assert detect(tmp_path / "a.xlsx", SCHEMA).sheet == "données"
    assert detect(tmp_path / "a.xlsx").sheet == "Sheet"


def test_rows_of_a_long_sheet_are_about_as_many_as_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "COUNTED_BYTES", 70_000)
    path = write_xlsx(tmp_path / "a.xlsx", [["nom", "montant"], *([f"Club {n}", "1"] for n in range(2_000))])
    (sheet,) = detect(path, SCHEMA).sheets
    assert sheet.rows != 2_001
    assert sheet.rows == pytest.approx(2_001, rel=0.1)


def test_programs_in_a_workbook_are_told_and_left_alone(tmp_path: Path) -> None:
    relations = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>'
    )
    parts = {"xl/_rels/workbook.xml.rels": relations, "xl/vbaProject.bin": b"\0macro"}
    path = xlsx(tmp_path / "a.xlsm", row(1, number("A1", "1")), parts=parts)
    found = detect(path, SCHEMA)
    assert found.macros
    assert found.kind == "xlsx"
    assert not detect(xlsx(tmp_path / "b.xlsx", row(1, number("A1", "1")))).macros


def test_what_was_found_is_stored_and_comes_back(tmp_path: Path) -> None:
    for path in (write_csv(tmp_path / "a.csv", ROWS), write_xlsx(tmp_path / "a.xlsx", ROWS)):
        found = detect(path, SCHEMA)
        assert Detected.from_json(json.loads(json.dumps(found.to_json()))) == found


OTHERS = {
    "a page": b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>",
    "a page after a mark": b"\xef\xbb\xbf\r\n <html></html>",
    "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0",
    "a packed file": gzip.compress(b"nom,montant\na,1\n"),
    "a map": b'{"type": "FeatureCollection", "features": []}',
    "a list": b'[\n  {"nom": "a"}\n]',
    "a list of few spaces": b'[{"nom": "a"}]',
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_what_is_no_table_is_refused_under_the_name_of_one(tmp_path: Path, data: bytes) -> None:
    assert refusal(with_bytes(tmp_path / "a.csv", data)).code == "file-not-a-table"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \r\n\t\r\n", "\ufeff\r\n".encode("utf-16-le")])
def test_an_empty_file_is_named_as_such(tmp_path: Path, data: bytes) -> None:
    assert refusal(with_bytes(tmp_path / "a.csv", data)).code == "file-empty"


def test_a_zero_is_named_with_its_line(tmp_path: Path) -> None:
    error = refusal(with_bytes(tmp_path / "a.csv", b"nom;montant\r\n" * 200_000 + b"a\0b;1\r\n"))
    assert (error.code, error.params["line"]) == ("file-zero-byte", 200_001)


def test_bounds_of_a_file_and_of_a_workbook(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROWS)
    assert refusal(path, Limits(file_bytes=10)).code == "file-too-large"
    book = write_xlsx(tmp_path / "a.xlsx", ROWS, before=["a", "b", "c"])
    error = refusal(book, Limits(sheets=3))
    assert (error.code, error.params["count"], error.params["limit"]) == ("file-too-many-sheets", 4, 3)


def test_a_workbook_that_is_cut_is_damaged(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    shutil.copy(path, tmp_path / "b.xlsx")
    cut = with_bytes(tmp_path / "b.xlsx", path.read_bytes()[:-200])
    assert refusal(cut).code == "file-damaged"
