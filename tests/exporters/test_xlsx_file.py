"""Workbooks of data: what our own reader and openpyxl see in them, and LibreOffice's word for it."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from exporters import rows as exported_rows
from exporters import xlsx_file
from exporters.about import About
from exporters.workbook import sheet_title
from exporters.xlsx_file import write_xlsx
from importers.spreadsheet_file import read_sheet, sheet_names
from schema_loader.field import Field
from tests.exporters.datasets import Dataset, datasets, schema_of
from tests.exporters.libreoffice import converted, needs_libreoffice

SCHEMA = schema_of(
    {"name": "objet", "type": "string"},
    {"name": "siret", "type": "string"},
    {"name": "montant", "type": "number"},
    {"name": "jour", "type": "date"},
    {"name": "vu", "type": "datetime"},
    {"name": "nombre", "type": "integer"},
    {"name": "notifie", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
    {"name": "an", "type": "year"},
)
ROW = ["Été & <fils>", "01440109300015", "-1234.50", "2024-03-12", "2024-03-12T14:30:05", "12", "oui", "2024"]


def saved(path: Path, dataset: Dataset, about: About | None = None) -> Path:
    path.write_bytes(b"".join(write_xlsx(*dataset, about)))
    return path


def same(field: Field, stored: str, read: str) -> bool:
    """Whether what a sheet shows is the stored value: the same text, or the same number, day or moment."""
    if read == stored:
        return True
    value = field.read(stored)[0]
    if value is None or field.type.spreadsheet_format == "@":
        return False
    if field.type.name in ("date", "datetime"):  # a sheet has its own spelling, whatever the schema's is
        return bool(value.isoformat() == read)
    return bool(field.type.from_json(read.replace(".", getattr(field.type, "decimal_char", "."))) == value)


@settings(max_examples=60)
@given(datasets())
def test_what_is_written_is_what_our_reader_sees(dataset: Dataset) -> None:
    schema, rows = dataset
    with tempfile.TemporaryDirectory() as folder:
        read = list(read_sheet(saved(Path(folder) / "a.xlsx", dataset)))
    assert read[0] == list(schema.field_names)
    while rows and not any(rows[-1]):
        rows = rows[:-1]  # a reader knows no empty rows below the last full one
    for row, cells in zip(rows, read[1:], strict=True):
        for field, stored, cell in zip(schema.fields, row, cells, strict=True):
            assert same(field, stored, cell) if stored else not cell


def test_cells_have_the_kind_of_their_field(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(saved(tmp_path / "a.xlsx", (SCHEMA, [ROW]))).active
    assert [cell.value for cell in sheet[2]] == [
        "Été & <fils>", "01440109300015", -1234.5, datetime(2024, 3, 12), datetime(2024, 3, 12, 14, 30, 5), 12, "oui", 2024,
    ]  # fmt: skip
    assert [cell.number_format for cell in sheet[2]] == [
        "@", "@", "General", "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss", "0", "@", "0",
    ]  # fmt: skip


HOSTILE = ["=1+1", "+A1", "-A1", "@SUM(1)", "=HYPERLINK(\"http://x\")", "\t=1", "_x0041_", "a\x0bb", " bord ", "a\r\nb", "\ufffe"]  # fmt: skip


def test_no_text_becomes_a_formula_or_loses_a_character(tmp_path: Path) -> None:
    schema = schema_of({"name": "=texte"}, {"name": "montant", "type": "number"})
    path = saved(tmp_path / "a.xlsx", (schema, [[text, text] for text in HOSTILE]))
    assert list(read_sheet(path)) == [["=texte", "montant"], *([text, text] for text in HOSTILE)]
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_what_a_sheet_cannot_hold_stays_text(tmp_path: Path) -> None:
    cells = [
        "",
        "",
        "12345678901234567.5",
        "1850-03-12",
        "2024-03-12T14:30:05Z",
        "12345678901234567",
        "peut-être",
        "an 2000",
    ]
    path = saved(tmp_path / "a.xlsx", (SCHEMA, [cells]))
    assert list(read_sheet(path))[1] == cells


def test_a_text_that_is_too_long_is_cut_and_says_so(tmp_path: Path) -> None:
    schema = schema_of({"name": "a"})
    path = saved(
        tmp_path / "a.xlsx", (schema, [["é" * 40_000], ["😀" * 20_000], ["é" * 32_767], ["😀" * 16_383]])
    )
    read = [cells[0] for cells in read_sheet(path)][1:]
    assert read[0].endswith("ééé […] (40000 > 32767)") and len(read[0]) == 32_767
    assert read[1].endswith("😀 […] (20000 > 32767)") and len(read[1].encode("utf-16-le")) // 2 <= 32_767
    assert read[2:] == ["é" * 32_767, "😀" * 16_383]


def test_the_header_is_in_view_and_can_be_filtered_and_the_file_says_what_it_is(tmp_path: Path) -> None:
    about = About(
        title="Subventions 2024", publisher="Ville de Nantes", moment=datetime(2024, 3, 12, 14, tzinfo=UTC)
    )
    book = openpyxl.load_workbook(saved(tmp_path / "a.xlsx", (SCHEMA, [ROW] * 3), about))
    sheet = book.active
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Subventions 2024", "A2", "A1:H4")
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.print_title_rows == "$1:$1" and not sheet.merged_cells.ranges
    assert sheet.column_dimensions["A"].width > 10
    properties = book.properties
    assert (properties.title, properties.creator, properties.language) == (
        "Subventions 2024",
        "Ville de Nantes",
        "fr-FR",
    )
    assert properties.modified == datetime(2024, 3, 12, 14)


def test_the_same_rows_make_the_same_octets() -> None:
    about = About(title="a", moment=datetime(2024, 3, 12, tzinfo=UTC))
    first, second = (b"".join(write_xlsx(SCHEMA, [ROW], about)) for _ in range(2))
    assert first == second


def test_no_rows_make_a_header(tmp_path: Path) -> None:
    assert list(read_sheet(saved(tmp_path / "a.xlsx", (SCHEMA, [])))) == [list(SCHEMA.field_names)]


def test_rows_that_fill_a_sheet_go_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "LAST_ROW", 2_001)
    assert exported_rows.BATCH_ROWS == 2_000
    schema = schema_of({"name": "n", "type": "integer"})
    path = saved(tmp_path / "a.xlsx", (schema, [[str(n)] for n in range(4_500)]), About(title="Suite"))
    assert sheet_names(path) == ("Suite", "Suite (2)", "Suite (3)")
    read = [list(read_sheet(path, name)) for name in sheet_names(path)]
    assert [rows[0] for rows in read] == [["n"]] * 3
    assert [cell for rows in read for (cell,) in rows[1:]] == [str(n) for n in range(4_500)]
    book = openpyxl.load_workbook(path)
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A2001", "A1:A2001", "A1:A501"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Délibérations", "Délibérations"),
        ("a/b: [c]?", "a b c"),
        ("'x'", "x"),
        ("", "Données"),
        ("History", "Données"),
        ("Marchés publics et contrats de concession", "Marchés publics et contrats de…"),
        ("😀", "Données"),
    ],
)
def test_the_name_of_a_sheet_is_one_that_excel_takes(text: str, title: str) -> None:
    assert sheet_title(text, "Données") == title
    assert len(title) <= 31


@needs_libreoffice
def test_libreoffice_reads_the_same_values(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "a.xlsx", (SCHEMA, [ROW, *[[text, *[None] * 7] for text in ("=1+1", "-A1", "01004")]])
    )
    read = list(csv.reader(io.StringIO(converted(path, "csv").read_text("utf-8"))))
    shown: list[Any] = [
        "Été & <fils>",
        "01440109300015",
        "-1234.5",
        "12/03/2024",
        "12/03/2024 14:30:05",
        "12",
        "oui",
        "2024",
    ]
    assert read[1] == shown
    assert [cells[0] for cells in read[2:]] == ["=1+1", "-A1", "01004"]
    again = openpyxl.load_workbook(converted(path, "xlsx")).active
    assert again["D2"].value.date() == date(2024, 3, 12) and again.auto_filter.ref == "A1:H5"
