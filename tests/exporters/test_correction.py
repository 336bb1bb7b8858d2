"""Correction files: the clerk's rows, faults coloured and explained, and what our own reader finds when they come back."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exporters import correction
from exporters.correction import KEY_LABEL, CellFault, SourceRow, write_correction
from exporters.marks import Marks, marks_of_rows, read_marks
from exporters.sheet_style import ROSE
from importers.spreadsheet_file import read_sheet, sheet_names
from schema_loader.check import check_row
from schema_loader.messages import Message, cell_message
from tests.exporters.datasets import schema_of
from tests.exporters.libreoffice import converted, needs_libreoffice

SCHEMA = schema_of(
    {"name": "objet", "constraints": {"required": True}},
    {"name": "montant", "type": "number"},
    {"name": "jour", "type": "date"},
    name="essai", version="1.0.0",
)  # fmt: skip
MARKS = Marks("correction", "essai", "1.0.0", SCHEMA.content_hash, "nantes", "essai", base="import-7")
LABELS = ["Date", "Remarque", "OBJET", "Montant €"]
FIELDS = [SCHEMA.by_name["jour"], None, SCHEMA.by_name["objet"], SCHEMA.by_name["montant"]]
ROWS = [
    SourceRow(5, ["2024-03-12", "=1+1", "Fête", "12.50"], "k5"),
    SourceRow(6, ["12/03/2024", "-x", "", "douze"], "k6"),
    SourceRow(7, ["2024-03-13", "", "Bal", "3"], "k7"),
    SourceRow(9, ["2024-03-14", "court"], "k9"),
]


def fault(
    row: int | None, column: int | None, problem: str = "Faux.", remedy: str = "Corrigez."
) -> CellFault:
    return CellFault(row, column, Message(problem, remedy))


FAULTS = [
    fault(6, 1, "Cette date n’en est pas une.", "Écrivez 2024-03-12."),
    fault(6, 3, "L’objet manque."),
    fault(6, 4, "Pas un nombre."),
    fault(6, 4, "Et trop long."),
    fault(9, None, "Il manque des cases."),
    fault(None, 2, "Colonne inconnue."),
    fault(None, 9, "Il manque une colonne."),
]


def saved(path: Path, rows: Any = ROWS, faults: Any = FAULTS, **options: Any) -> Path:
    path.write_bytes(b"".join(write_correction(LABELS, rows, faults, MARKS, fields=FIELDS, **options)))
    return path


def coloured(sheet: Any) -> set[str]:
    return {
        c.coordinate
        for row in sheet.iter_rows()
        for c in row
        if c.fill.fill_type and c.fill.fgColor.rgb == ROSE
    }


def test_rows_stand_as_the_clerk_wrote_them(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", title="Bals 2024")
    assert sheet_names(path) == ("Bals 2024", "Erreurs")
    assert list(read_sheet(path)) == [
        [*LABELS, KEY_LABEL],
        ["2024-03-12", "=1+1", "Fête", "12.5", "k5"],
        ["12/03/2024", "-x", "", "douze", "k6"],
        ["2024-03-13", "", "Bal", "3", "k7"],
        ["2024-03-14", "court", "", "", "k9"],
    ]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert (sheet["A2"].value, sheet["D2"].value, sheet["D4"].value) == (datetime(2024, 3, 12), 12.5, 3)
    assert (sheet["A3"].value, sheet["B2"].value, sheet["B2"].data_type) == ("12/03/2024", "=1+1", "s")
    assert sheet.column_dimensions["E"].hidden and not sheet.merged_cells.ranges
    assert sheet.freeze_panes == "A2"


def test_what_is_wrong_is_coloured_and_explained_in_place(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(saved(tmp_path / "a.xlsx")).worksheets[0]
    assert coloured(sheet) == {"A3", "C3", "D3", "A5", "B5", "C5", "D5", "B1"}
    comments = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert comments == {
        "A3": "Cette date n’en est pas une. Écrivez 2024-03-12.",
        "C3": "L’objet manque. Corrigez.",
        "D3": "Pas un nombre. Corrigez.\nEt trop long. Corrigez.",
        "A5": "Il manque des cases. Corrigez.",
        "B1": "Colonne inconnue. Corrigez.",
    }


def test_the_list_leads_to_each_cell(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(saved(tmp_path / "a.xlsx", title="L’été d'avant"))
    sheet = book["Erreurs"]
    lines = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=2)]
    assert lines[0] == ["Ligne", "Colonne", "Valeur", "Ce qui ne va pas", "Comment corriger"]
    assert lines[1][:4] == ["en-tête", "Remarque", None, "Colonne inconnue."]
    assert lines[3] == [6, "Date", "12/03/2024", "Cette date n’en est pas une.", "Écrivez 2024-03-12."]
    links = {cell.value: cell.hyperlink.location for (cell,) in sheet["A3:A9"] if cell.hyperlink}
    assert (
        links["en-tête"] == "'L’été d''avant'!B1"
        and links[6] == "'L’été d''avant'!D3"
        and links[9] == "'L’été d''avant'!A5"
    )
    assert sheet["A4"].hyperlink is None  # a column that is missing has no cell


def test_only_the_wrong_rows_on_demand(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", only_wrong=True)
    assert [row[-1] for row in read_sheet(path)] == [KEY_LABEL, "k6", "k9"]
    book = openpyxl.load_workbook(path)
    assert coloured(book.worksheets[0]) == {"A2", "C2", "D2", "A3", "B3", "C3", "D3", "B1"}
    assert [book["Erreurs"].cell(n, 1).value for n in (5, 9)] == [6, 9]  # numbers of the clerk's own file


def test_it_is_known_when_it_comes_back(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx")
    marks = read_marks(path)
    assert marks == MARKS and marks_of_rows(read_sheet(path, "Erreurs")) == MARKS


def test_cells_beyond_the_header_have_a_column(tmp_path: Path) -> None:
    rows = [SourceRow(2, ["a", "b", "c", "1", "de trop"], "k2"), SourceRow(3, ["a", "b", "c", "1", ""], "k3")]
    path = saved(tmp_path / "a.xlsx", rows, [fault(2, 5)])
    assert list(read_sheet(path)) == [
        [*LABELS, "", KEY_LABEL],
        ["a", "b", "c", "1", "de trop", "k2"],
        ["a", "b", "c", "1", "", "k3"],
    ]
    with pytest.raises(ValueError, match="5 cells for 4 columns"):
        saved(tmp_path / "b.xlsx", rows, [fault(2, 1)])


@pytest.mark.parametrize("faults", [[], [fault(None, 9)], [fault(99, 1)], [fault(6, 1)]])
def test_faults_without_a_cell_leave_a_sound_workbook(tmp_path: Path, faults: list[CellFault]) -> None:
    book = openpyxl.load_workbook(saved(tmp_path / "a.xlsx", faults=faults))
    assert book["Erreurs"].max_row == 2 + len(faults)


def test_long_lists_say_how_much_they_leave_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction, "MOST_COMMENTS", 2)
    monkeypatch.setattr(correction, "MOST_LISTED", 3)
    book = openpyxl.load_workbook(saved(tmp_path / "a.xlsx"))
    sheet = book.worksheets[0]
    assert sum(1 for row in sheet.iter_rows() for c in row if c.comment) == 2
    assert coloured(sheet) >= {"A3", "C3", "D3", "A5"}
    assert [book["Erreurs"].cell(n, 1).value for n in (5, 6, 7)] == [6, "… et 4 autres erreurs.", None]


def test_the_sentences_are_those_of_the_validator(tmp_path: Path) -> None:
    texts = ["", "12,5", "2024-03-12"]
    faults = [CellFault(2, e.field_number, cell_message(e)) for e in check_row(SCHEMA, texts, 2)]
    path = tmp_path / "a.xlsx"
    chunks = write_correction(
        SCHEMA.field_names, [SourceRow(2, texts, "1")], faults, MARKS, fields=SCHEMA.fields
    )
    path.write_bytes(b"".join(chunks))
    comments = [c.comment.text for c in openpyxl.load_workbook(path).worksheets[0][2] if c.comment]
    assert comments == [str(f.message) for f in faults] and len(comments) == 2


def test_memory_is_that_of_the_faults_not_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.rows.MEMO_SIZE", 1_000)

    def rows(count: int) -> Iterator[SourceRow]:
        for n in range(2, count):
            yield SourceRow(n, ["2024-03-12", f"remarque {n}", "Fête", f"{n}.5"], f"k{n}")

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            assert (
                sum(map(len, write_correction(LABELS, rows(count), [fault(9, 1)], MARKS, fields=FIELDS)))
                > count
            )
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(16_000) < peak(4_000) * 1.2 + 500_000


@needs_libreoffice
def test_libreoffice_keeps_rows_comments_links_and_marks(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx")
    again = converted(path, "xlsx")
    assert list(read_sheet(again)) == list(read_sheet(path)) == list(read_sheet(converted(path, "ods")))
    book = openpyxl.load_workbook(again)
    sheet = book.worksheets[0]
    assert coloured(sheet) >= {"A3", "C3", "D3", "A5"}
    assert "Écrivez 2024-03-12." in sheet["A3"].comment.text
    assert sheet.column_dimensions["E"].hidden
    assert sum(1 for (cell,) in book["Erreurs"]["A3:A9"] if cell.hyperlink) == 6
    assert read_marks(again) == MARKS
