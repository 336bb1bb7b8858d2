"""Workbooks read as what their cells show; every workbook of the corpus against what the references said of it."""

from __future__ import annotations

import json
import string
import tempfile
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from importers.spreadsheet_file import is_spreadsheet, read_sheet, sheet_names, sheets_of
from schema_loader import messages
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.errors import TableUnreadable
from tests.corpus import CORPUS, MISSING, corpus_files
from tests.differences import named
from tests.importers.workbooks import number, ods, row, text, xlsx

# -- what a library writes --------------------------------------------------------------------------------------------


def written(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None, **sheets: Any) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in rows:
        sheet.append(cells)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    for name, state in sheets.items():
        book.create_sheet(name).sheet_state = state
    book.save(path)
    book.close()
    return path


def test_a_cell_is_read_as_what_it_shows(tmp_path: Path) -> None:
    rows = [
        ["insee", "siret", "jour", "heure", "vu", "montant", "part", "ouvert", "erreur", "prix"],
        [1004, 38047555800058, date(2024, 3, 12), time(14, 30), datetime(2024, 3, 12, 14, 30), 12.50, 0.125, True, "#N/A", 3.0],
    ]  # fmt: skip
    path = written(tmp_path / "a.xlsx", rows, {"A2": "00000", "F2": '#,##0.00" €"', "G2": "0%"})
    assert list(read_sheet(path)) == [
        rows[0],
        ["01004", "38047555800058", "2024-03-12", "14:30:00", "2024-03-12T14:30:00", "12.5", "0.125", "true", "#N/A", "3"],
    ]  # fmt: skip


def test_dates_of_both_epochs_are_the_same_days(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["jour"])
    book.active.append([date(2024, 3, 12)])
    book.save(tmp_path / "mac.xlsx")
    assert list(read_sheet(tmp_path / "mac.xlsx")) == [["jour"], ["2024-03-12"]]


def test_a_sheet_is_chosen_by_name_or_number_and_by_default_the_first_that_is_seen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Caché", "Janvier", "3"):
        book.create_sheet(name).append([name])
    book.remove(book.worksheets[0])
    book["Caché"].sheet_state = "veryHidden"
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert sheet_names(path) == ("Caché", "Janvier", "3")
    for wanted, read in (
        (None, "Janvier"),
        ("Caché", "Caché"),
        ("janvier ", "Janvier"),
        ("2", "Janvier"),
        ("3", "3"),
    ):
        assert list(read_sheet(path, wanted)) == [[read]]
    for wanted in ("4", "0", "Mars", ""):
        with pytest.raises(TableUnreadable) as caught:
            read_sheet(path, wanted)
        assert "« Caché », « Janvier » et « 3 »" in messages.unreadable(caught.value).remedy.replace(
            "\u00a0", " "
        )


def test_phantom_rows_and_columns_are_dropped_and_blank_rows_between_are_kept(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a", "b", None])
    sheet.append([1, None, None])
    sheet["A4"] = 2
    for place in ("Z1", "Z2", "B900", "AA1000"):
        sheet[place].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    book.save(tmp_path / "a.xlsx")
    assert list(read_sheet(tmp_path / "a.xlsx")) == [["a", "b"], ["1", ""], ["", ""], ["2", ""]]


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**15), 10**15),
    st.text(string.printable + "éœ€«\u00a0\u202f😀", max_size=20).filter(lambda t: openpyxl_keeps(t)),
    st.dates(date(1900, 3, 1)),
    st.booleans(),
    st.decimals(-1000, 1000, places=3),
)


def openpyxl_keeps(value: str) -> bool:
    """openpyxl takes « =… » for a formula, refuses control characters, and XML has one kind of line end."""
    return not value.startswith("=") and all(c >= " " or c in "\n\t" for c in value) and "_x" not in value


def expected(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, str)):
        return str(value)
    shown = format(value, "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_rows_that_were_written_are_read_back(rows: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "a.xlsx", rows)
        read = list(read_sheet(path))
    texts = [[expected(value) for value in cells] for cells in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    width = max((n for cells in texts for n, cell in enumerate(cells, start=1) if cell), default=0)
    assert read == [(cells + [""] * width)[:width] for cells in texts]


# -- what other programs write ----------------------------------------------------------------------------------------


def test_the_variants_of_a_cell(tmp_path: Path) -> None:
    rich = "<si><r><t>Ville </t></r><r><t>d’Aix</t></r><rPh><t>エクス</t></rPh></si><si><t>a_x000A_b</t></si>"
    rows = row(
        1,
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>',
        '<c r="C1" t="str"><f>A1&amp;1</f><v>calculé</v></c><c r="D1" t="str"><f>""</f><v></v></c>',
        '<c r="E1" t="b"><v>0</v></c><c r="F1" t="e"><v>#DIV/0!</v></c>',
        '<c r="G1" t="d"><v>2024-03-12T00:00:00</v></c>',
    )
    path = xlsx(tmp_path / "a.xlsx", rows, shared=rich)
    assert list(read_sheet(path)) == [
        ["Ville d’Aix", "a\nb", "calculé", "", "false", "#DIV/0!", "2024-03-12"]
    ]


def test_cells_and_rows_without_a_reference_follow_one_another(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", "<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    )
    assert list(read_sheet(path)) == [["1", "", "2"], ["3", "", ""]]


def test_prefixes_and_the_strict_namespace_are_understood(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    path = xlsx(tmp_path / "a.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet})
    assert list(read_sheet(path)) == [["7"]]


def test_a_formula_without_its_result_is_not_read_as_an_empty_cell(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["total"], ["=1+1"]])
    with pytest.raises(TableUnreadable) as caught:
        list(read_sheet(path))
    assert caught.value.code == "file-formula-without-value"
    assert "A2" in messages.unreadable(caught.value).problem


def test_a_column_without_a_label_is_a_fault_of_the_header_not_of_each_row(tmp_path: Path) -> None:
    rows = row(1, text("A1", "Titre")) + "".join(row(n, number(f"C{n}", str(n))) for n in range(2, 9))
    records = list(read_sheet(xlsx(tmp_path / "a.xlsx", rows)))
    assert records[0] == ["Titre", "", ""]
    assert {len(record) for record in records} == {3}


def test_an_open_document_is_read_as_what_it_shows(tmp_path: Path) -> None:
    def cell(kind: str, shown: str, **values: str) -> str:
        said = " ".join(f'office:{name.replace("_", "-")}="{value}"' for name, value in values.items())
        return (
            f'<table:table-cell office:value-type="{kind}" {said}><text:p>{shown}</text:p></table:table-cell>'
        )

    cells = [
        cell("float", "01004", value="1004"),
        cell("float", "1 234,50", value="1234.5"),
        cell("float", "01 23 45", value="12345"),
        cell("percentage", "12,5 %", value="0.125"),
        cell("currency", "3,00 €", value="3"),
        cell("date", "12/03/24", date_value="2024-03-12"),
        cell("date", "12/03/24 14:30", date_value="2024-03-12T14:30:00.000000000"),
        cell("time", "14:30", time_value="PT14H30M00S"),
        cell("boolean", "VRAI", boolean_value="true"),
        cell(
            "string",
            "deux<text:s text:c='2'/>mots<office:annotation><text:p>note</text:p></office:annotation></text:p><text:p>et une ligne",
        ),
        cell("float", "#DIV/0!", value="0"),
    ]
    header = "".join(cell("string", f"c{n}") for n in range(11))
    table = (
        f'<table:table table:name="Données"><table:table-row>{header}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="2">{"".join(cells)}<table:table-cell table:number-columns-repeated="1000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table>"
    )
    path = ods(tmp_path / "a.ods", table)
    shown = ["01004", "1234.5", "012345", "0.125", "3", "2024-03-12", "2024-03-12T14:30:00", "14:30:00", "true",
             "deux  mots\net une ligne", "#DIV/0!"]  # fmt: skip
    assert list(read_sheet(path))[1:] == [shown, shown]


def test_hidden_sheets_of_an_open_document_are_known(tmp_path: Path) -> None:
    style = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    one = '<table:table table:name="{}" table:style-name="{}"><table:table-row><table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell></table:table-row></table:table>'
    path = ods(
        tmp_path / "a.ods", one.format("Listes", "ta2", "x") + one.format("Saisie", "ta1", "y"), styles=style
    )
    assert sheets_of(path).names == ("Listes", "Saisie")
    assert list(read_sheet(path)) == [["y"]]


# -- what it is -------------------------------------------------------------------------------------------------------


def test_a_workbook_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    book = written(tmp_path / "named.csv", [["a"], [1]])
    plain = tmp_path / "named.xlsx"
    plain.write_text("a;b\n1;2\n", "utf-8")
    page = tmp_path / "page.xls"
    page.write_text("<html><table><tr><td>a</td></tr></table></html>", "utf-8")
    assert is_spreadsheet(book)
    assert list(read_sheet(book)) == [["a"], ["1"]]
    assert not is_spreadsheet(plain)
    assert is_spreadsheet(page)
    with pytest.raises(TableUnreadable) as caught:
        read_sheet(page)
    assert caught.value.code == "file-not-a-workbook"


# -- the corpus -------------------------------------------------------------------------------------------------------

BOOKS = [p for p in corpus_files("files/*/*") if p.suffix in (".xlsx", ".ods", ".xls")] or [None]
IDS = [f"{p.parent.name[-30:]}/{p.name[-40:]}" if p else "missing" for p in BOOKS]


@pytest.fixture(params=BOOKS, ids=IDS)
def book(request: pytest.FixtureRequest) -> Path:
    if request.param is None:
        pytest.skip(MISSING)
    return Path(request.param)


def test_the_corpus_holds_the_workbooks_that_are_meant() -> None:
    if BOOKS == [None]:
        pytest.skip(MISSING)
    assert Counter(p.suffix for p in BOOKS) == {".xlsx": 34, ".ods": 8, ".xls": 5}


def test_every_cell_of_the_corpus_is_the_value_that_another_reader_finds(book: Path) -> None:
    """calamine's values, cell by cell, where a text or a number has but one writing; no filled cell is lost."""
    ours = list(read_sheet(book))
    sheet = CalamineWorkbook.from_path(book).get_sheet_by_name(sheets_of(book).choose(None))
    theirs = sheet.to_python(skip_empty_area=False) if sheet.total_height else []
    for number_of_row, values in enumerate(theirs):
        for column, value in enumerate(values):
            shown = (
                ours[number_of_row][column]
                if number_of_row < len(ours) and column < len(ours[number_of_row])
                else ""
            )
            if isinstance(value, str):
                assert shown.split() == value.split()
            elif isinstance(value, bool):
                assert shown == str(value).lower()
            elif isinstance(value, (int, float)):
                assert float(shown) == pytest.approx(value, rel=1e-14)
            elif isinstance(value, (date, datetime)):
                assert shown[:10] == value.isoformat()[:10]


def test_the_verdict_is_that_of_frictionless_on_what_is_filled_in(book: Path) -> None:
    records = list(read_sheet(book))
    verdict = json.loads((CORPUS / "expected" / book.parent.name / f"{book.name}.json").read_text("utf-8"))
    if not records:
        named("sheet-phantom-cells")  # an empty sheet is one blank cell to the reference
        assert {kind for _, _, kind in verdict["frictionless"]} == {"missing-label", "blank-label"}
        return
    schema = compile_schema((CORPUS / "schemas" / f"{book.parent.name}.json").read_bytes())
    table = check_table(schema, records[0], records[1:], profile="frictionless", with_custom_checks=False)
    ours = Counter((error.row_number, error.field_name, error.type) for error in table)
    theirs = Counter((at, field or "", kind) for at, field, kind in verdict["frictionless"])
    width = len(records[0])
    filled = {field.name for field in schema.fields[:width]} | {""}
    typed = typed_cells(book)

    def comparable(errors: Counter[tuple[int | None, str, str]]) -> Counter[tuple[int | None, str, str]]:
        kept: Counter[tuple[int | None, str, str]] = Counter()
        for (at, field, kind), count in errors.items():
            if field not in filled or (at or 0) > len(records) or kind in ("extra-label", "missing-label"):
                named("sheet-phantom-cells")
            elif at is not None and field and (at, schema.by_name[field].position) in typed:
                named("sheet-typed-cells")
            else:
                kept[at, field, kind] = count
        return kept

    if sum(theirs.values()) >= 1000:  # the reference stopped there
        assert not comparable(theirs) - comparable(ours)
    else:
        assert comparable(ours) == comparable(theirs)


def typed_cells(book: Path) -> set[tuple[int, int]]:
    """Row and column of the cells that hold a number, a date or a boolean, which the references do not take as text."""
    sheet = CalamineWorkbook.from_path(book).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=False) if sheet.total_height else []
    return {
        (number_of_row, column)
        for number_of_row, values in enumerate(rows, start=1)
        for column, value in enumerate(values, start=1)
        if not isinstance(value, str)
    }
