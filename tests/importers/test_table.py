"""Files as tables: what was written in any format is read back, with the numbers that rows have in their file."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importers.batches import batches
from importers.detect import detect
from importers.limits import DEFAULT, Limits
from importers.table import NO_HEADER, Extra, Row, Table, TitleLine, preview, read_table
from schema_loader.compile import compile_descriptor
from schema_loader.errors import TableUnreadable
from tests.importers.tables import write_csv, write_ods, write_xlsx
from tests.importers.workbooks import number, ods, row, text, xlsx

SCHEMA = compile_descriptor(
    {"fields": [{"name": "nom", "title": "Nom"}, {"name": "montant", "type": "number"}, {"name": "jour", "type": "date"}]}
)  # fmt: skip


def table_of(path: Path, limits: Limits = DEFAULT, header_row: int | None = None) -> Table:
    return read_table(path, detect(path, SCHEMA, limits=limits), SCHEMA, header_row=header_row, limits=limits)


def by_batches(table: Table) -> list[tuple[int, list[str]]]:
    found = []
    for batch in batches(table):
        columns = [column.to_pylist() for column in batch.columns]
        found += [(int(n), list(cells)) for n, *cells in zip(batch.numbers, *columns, strict=True)]
    return found


# -- one file, looked at closely ----------------------------------------------------------------------------------------

MESSY = [
    ["", "Subventions 2023", "", ""],
    ["", "Producteur :", "Commune de Saint-Aubin", ""],
    [],
    ["", "Nom", "Montant", "jour"],
    ["", "Club", "12", "2024-01-01"],
    [],
    ["", "Amis", "", "2024-01-02"],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_titles_blank_rows_and_empty_columns_are_no_part_of_the_table(tmp_path: Path, kind: str) -> None:
    write = {"csv": write_csv, "xlsx": write_xlsx, "ods": write_ods}[kind]
    table = table_of(write(tmp_path / f"a.{kind}", MESSY))
    assert table.header_row == 4
    assert table.first_row_number == 5
    assert table.labels == ("Nom", "Montant", "jour")
    assert table.column_letters == ("B", "C", "D")
    assert table.title_lines == (
        TitleLine(1, (Extra("B", "Subventions 2023"),)),
        TitleLine(2, (Extra("B", "Producteur :"), Extra("C", "Commune de Saint-Aubin"))),
    )
    assert list(table) == [Row(5, ["Club", "12", "2024-01-01"]), Row(7, ["Amis", "", "2024-01-02"])]
    assert table.sample == tuple(table.rows())


def test_a_row_keeps_what_has_no_column_and_says_what_it_lacks(tmp_path: Path) -> None:
    rows = [["nom", "montant", "jour"], ["a", "1", "2024-01-01", "", "trop"], ["b"], ["c", "2", "2024-01-03"]]
    table = table_of(write_csv(tmp_path / "a.csv", rows))
    assert list(table) == [
        Row(2, ["a", "1", "2024-01-01"], (Extra("E", "trop"),)),
        Row(3, ["b", "", ""], (), 2),
        Row(4, ["c", "2", "2024-01-03"]),
    ]
    table = table_of(write_xlsx(tmp_path / "a.xlsx", rows))
    assert list(table)[:2] == [
        Row(2, ["a", "1", "2024-01-01"], (Extra("E", "trop"),)),
        Row(3, ["b", "", ""]),  # a workbook does not write empty cells
    ]


def test_a_value_in_a_column_that_seemed_empty_is_not_lost(tmp_path: Path) -> None:
    rows = [["", "nom", "montant"], *(["", f"a{n}", "1"] for n in range(300)), ["note", "b", "2"]]
    table = table_of(write_csv(tmp_path / "a.csv", rows))
    assert table.column_letters == ("B", "C")
    assert list(table)[-1] == Row(302, ["b", "2"], (Extra("A", "note"),))
    (last,) = [batch.odd for batch in batches(table)]
    assert last == (Row(302, ["b", "2"], (Extra("A", "note"),)),)


def test_columns_without_a_label_or_with_the_same_are_told_apart(tmp_path: Path) -> None:
    rows = [["nom", "", "Montant", "montant", "jour"], ["a", "x", "1", "2", "2024-01-01"]]
    table = table_of(write_csv(tmp_path / "a.csv", rows))
    assert table.labels == ("nom", "B", "Montant (C)", "montant (D)", "jour")


def test_a_row_of_the_file_is_its_number_whatever_its_cells_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'nom;montant\r\n"deux\r\nlignes";1\r\n;\r\n \t;\r\nfin;2\r\n')
    assert [(r.number, r.cells) for r in table_of(path)] == [(2, ["deux\r\nlignes", "1"]), (5, ["fin", "2"])]


def test_a_person_may_say_where_the_header_is(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["nom", "montant"], ["Club", "12"], ["Amis", "13"]])
    table = table_of(path, header_row=NO_HEADER)
    assert (table.header_row, table.labels, len(list(table))) == (None, ("A", "B"), 3)
    table = table_of(path, header_row=2)
    assert (table.labels, [r.cells for r in table]) == (("Club", "12"), [["Amis", "13"]])
    assert table.title_lines == (TitleLine(1, (Extra("A", "nom"), Extra("B", "montant"))),)
    table = table_of(path, header_row=9)
    assert (table.header_row, list(table)) == (9, [])


def test_a_preview_shows_the_beginning(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["nom", "montant"], *([str(n), "1"] for n in range(500))])
    shown = preview(table_of(path), 3)
    assert (shown.header_row, shown.letters, shown.labels) == (1, ("A", "B"), ("nom", "montant"))
    assert [r.number for r in shown.rows] == [2, 3, 4]


def test_percents_and_amounts_are_numbers_that_are_known_to_be_shown_so(tmp_path: Path) -> None:
    rows = row(1, text("A1", "nom"), text("B1", "part"), text("C1", "montant")) + row(
        2, text("A2", "a"), number("B2", "0.125", 0), number("C2", "1234.5", 1)
    )
    path = xlsx(tmp_path / "a.xlsx", rows, formats=["0.0%", "#,##0.00\\ [$€-40C]"])
    table = table_of(path)
    assert [column.display for column in table.columns] == ["", "percent", "currency"]
    assert list(table) == [Row(2, ["a", "0.125", "1234.5"])]


def test_displays_of_an_open_document(tmp_path: Path) -> None:
    percent = 'office:value-type="percentage" office:value="0.5"'
    money = 'office:value-type="currency" office:value="3"'
    cells = "".join(
        f"<table:table-cell {kind}><text:p>x</text:p></table:table-cell>" for kind in (percent, money)
    )
    head = '<table:table-cell office:value-type="string"><text:p>part</text:p></table:table-cell>' * 2
    body = f"<table:table-row>{head}</table:table-row><table:table-row>{cells}</table:table-row>"
    table = table_of(ods(tmp_path / "a.ods", f'<table:table table:name="a">{body}</table:table>'))
    assert [column.display for column in table.columns] == ["percent", "currency"]
    assert list(table) == [Row(2, ["0.5", "3"])]


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(rows=20), "file-too-many-rows"), (Limits(cells=100), "file-too-many-cells"), (Limits(columns=2), "file-too-many-columns")],
)  # fmt: skip
def test_a_table_beyond_its_bounds_is_refused_row_by_row_and_in_batches(
    tmp_path: Path, limits: Limits, code: str
) -> None:
    path = write_csv(
        tmp_path / "a.csv", [["nom", "montant", "jour"], *([str(n), "1", "x"] for n in range(1000))]
    )
    for read in (list, by_batches):
        with pytest.raises(TableUnreadable) as caught:
            read(table_of(path, limits))
        assert caught.value.code == code


def test_as_many_rows_as_the_bound_are_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["nom", "montant"], *([str(n), "1"] for n in range(99))])
    assert (
        len(list(table_of(path, Limits(rows=100)))) == len(by_batches(table_of(path, Limits(rows=100)))) == 99
    )


def test_a_file_of_blank_rows_is_empty(tmp_path: Path) -> None:
    for path in (
        write_csv(tmp_path / "a.csv", [["", " "], ["", ""]]),
        write_xlsx(tmp_path / "a.xlsx", [[" "]]),
    ):
        with pytest.raises(TableUnreadable) as caught:
            table_of(path)
        assert caught.value.code == "file-empty"


# -- any table, in any format -------------------------------------------------------------------------------------------

LABELS = ("nom", "montant", "jour", "Référence", "N° d’ordre")
plain = st.text(string.ascii_letters + string.digits + "éèàçùœ€«»’ -,;|.'/%", max_size=12)
cells = (plain | st.sampled_from(["00000", "01004", "38047555800058", "1 234,50 €", "a\nb", "é\tè", "  x "])).filter(
    lambda t: not t.isspace() and not t.startswith("=")
)  # fmt: skip
bodies = st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=8).filter(
    lambda rows: all(any(r) for r in rows)
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])


def read_back(path: Path) -> list[list[str]]:
    table = table_of(path)
    assert table.labels == LABELS
    assert table.header_row == 1
    found = list(table)
    assert [r.number for r in found] == list(range(2, len(found) + 2))
    assert not any(r.surplus or r.missing for r in found)
    assert by_batches(table) == [(r.number, r.cells) for r in found]
    return [r.cells for r in found]


@given(bodies, encodings, st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_texts_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    encoding: str,
    delimiter: str,
    line_end: str,
    quote_all: bool,
) -> None:
    path = write_csv(
        tmp_path_factory.getbasetemp() / "round.csv",
        [LABELS, *rows],
        encoding=encoding,
        delimiter=delimiter,
        line_end=line_end,
        quote_all=quote_all or line_end == "\r",  # the writer leaves a lone line feed bare
    )
    found = detect(path, SCHEMA)
    assert (found.delimiter, found.kind) == (delimiter, "tsv" if delimiter == "\t" else "csv")
    assert read_back(path) == rows


@settings(max_examples=40)
@given(bodies)
def test_workbooks_are_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    wanted = [[cell.replace("\r", "\n") for cell in r] for r in rows]
    assert read_back(write_xlsx(folder / "round.xlsx", [LABELS, *rows], before=["vide"])) == wanted
    assert read_back(write_ods(folder / "round.ods", [LABELS, *rows])) == wanted


any_cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5) | st.sampled_from(
    ['"', "a,b", "l1\nl2", "x\r\ny", "é", " ", "", "\u00a0", "\u3000", "'"]
)  # fmt: skip


@given(
    st.lists(st.lists(any_cell, min_size=0, max_size=5), min_size=0, max_size=25),
    st.sampled_from([["nom", "montant"], ["", "nom", "montant"], ["nom", "montant", "jour"], ["nom"]]),
    st.lists(st.lists(any_cell, max_size=4), max_size=3),
)
@example([["", " "], ["\u00a0", "", "x"], ["a"]], ["nom", "montant"], [])
def test_batches_are_the_rows_column_by_column(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    header: list[str],
    titles: list[list[str]],
) -> None:
    path = write_csv(tmp_path_factory.getbasetemp() / "any.csv", [*titles, header, *rows])
    try:
        table = table_of(path, header_row=len(titles) + 1)
    except TableUnreadable as error:
        assert error.code == "file-empty"
        return
    wanted = list(table)
    assert by_batches(table) == [(r.number, r.cells) for r in wanted]
    odd = [r for batch in batches(table) for r in batch.odd]
    assert odd == [r for r in wanted if r.surplus or r.missing]
