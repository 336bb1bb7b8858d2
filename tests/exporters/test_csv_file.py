"""The reference CSV, read back by a reader of RFC 4180; the CSV for Excel, by what Excel makes of each cell."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from exporters.csv_file import MARK, as_text, excel_cell, write_csv, write_excel_csv
from importers.csv_file import TextLayout, detect, read_records
from tests.exporters.datasets import Dataset, datasets, schema_of

TEXT = {"name": "objet", "type": "string"}


def written(dataset: Dataset) -> bytes:
    return b"".join(write_csv(*dataset))


@given(datasets())
def test_what_is_written_is_read_back_letter_for_letter(dataset: Dataset) -> None:
    schema, rows = dataset
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(written(dataset))
        read = list(read_records(path, TextLayout("utf-8", ",")))
    assert read[0] == list(schema.field_names)
    for row, cells in zip(rows, read[1:], strict=True):
        for field, text, cell in zip(schema.fields, row, cells, strict=True):
            if text:
                assert cell == text
            else:
                # an empty cell is a null, or the empty text where that is a value
                assert (
                    cell in field.missing_values or (text == "" and field.read("")[0] is not None) or not cell
                )


def test_the_form_is_that_of_rfc_4180_without_a_mark() -> None:
    schema = schema_of(TEXT, {"name": "montant", "type": "number"})
    rows = [['un "deux", trois', "1.50"], ["ligne\nsuivante", None], [None, ""]]
    assert written((schema, rows)) == (
        b'objet,montant\r\n"un ""deux"", trois",1.50\r\n"ligne\nsuivante",\r\n,\r\n'
    )


def test_a_dataset_without_rows_is_a_header() -> None:
    assert written((schema_of(TEXT), [])) == b"objet\r\n"


def test_an_empty_cell_is_written_as_the_schema_writes_a_null() -> None:
    schema = schema_of(
        {"name": "a", "type": "integer", "missingValues": ["NA", "-"]}, {"name": "b", "missingValues": ["-"]}
    )
    # the empty text is no integer, but it is a text like any other
    assert written((schema, [["", ""], [None, None], ["3", "x"]])) == b"a,b\r\nNA,\r\nNA,-\r\n3,x\r\n"


@pytest.mark.parametrize("cells", [[], ["a", "b"]])
def test_a_row_of_another_width_is_refused(cells: list[str]) -> None:
    with pytest.raises(ValueError, match="cells for 1 field"):
        written((schema_of(TEXT), [["x"], cells]))


# -- for Excel ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Mairie de Nantes", "Mairie de Nantes"),
        ("21440109300015", '="21440109300015"'),
        ("01004", '="01004"'),
        ("75056", '="75056"'),
        ("1-2", '="1-2"'),
        ("2024-03", '="2024-03"'),
        ("12E3", '="12E3"'),
        ("2E004", '="2E004"'),
        ("1 mars", '="1 mars"'),
        ("MARS1", '="MARS1"'),
        ("déc. 2024", '="déc. 2024"'),
        ("02 40 41 90 00", '="02 40 41 90 00"'),
        ("+33 2 40 41 90 00", '="+33 2 40 41 90 00"'),
        ("-12,5", '="-12,5"'),
        ("2A004", "2A004"),
        ("mars", "mars"),
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+A1", "'+A1"),
        ("-A1", "'-A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-1\n2", "'-1\n2"),
        ("=" + "1" * 300, "'=" + "1" * 300),
    ],
)
def test_a_text_that_excel_would_alter_is_kept(text: str, cell: str) -> None:
    assert as_text(text) == cell


@pytest.mark.parametrize(
    ("described", "text", "cell"),
    [
        ({"type": "number"}, "1234.50", "1234,50"),
        ({"type": "number"}, "-0.5", "-0,5"),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "number"}, "0.12345678901234567", '="0.12345678901234567"'),
        ({"type": "number", "decimalChar": ","}, "-12,5", "-12,5"),
        ({"type": "number"}, "=1+1", "'=1+1"),
        ({"type": "integer"}, "-12", "-12"),
        ({"type": "integer"}, "99999999999", "99999999999"),
        ({"type": "integer"}, "21440109300015", '="21440109300015"'),
        ({"type": "date"}, "2024-03-12", "2024-03-12"),
        ({"type": "date"}, "1850-03-12", '="1850-03-12"'),
        ({"type": "date", "format": "%d/%m/%Y"}, "12/03/2024", "12/03/2024"),
        ({"type": "date"}, "12/03/2024", '="12/03/2024"'),
        ({"type": "year"}, "2024", "2024"),
        ({"type": "year"}, "0024", '="0024"'),
        ({"type": "yearmonth"}, "2024-03", '="2024-03"'),
        ({"type": "boolean"}, "1", "1"),
        ({"type": "geopoint"}, "2.35,48.85", '="2.35,48.85"'),
    ],
)
def test_numbers_and_days_stay_what_they_are(described: dict[str, str], text: str, cell: str) -> None:
    assert excel_cell(schema_of({"name": "a", **described}).fields[0])(text) == cell


def undone(cell: str) -> str:
    """What Excel shows of a cell, in full."""
    return cell[2:-1] if cell.startswith('="') else cell.removeprefix("'")


@given(datasets())
def test_the_excel_csv_holds_every_cell_and_no_formula(dataset: Dataset) -> None:
    schema, rows = dataset
    text = b"".join(write_excel_csv(*dataset)).decode()
    assert text.startswith(MARK)
    read = list(csv.reader(io.StringIO(text.removeprefix(MARK), newline=""), delimiter=";"))
    for row, cells in zip(rows, read[1:], strict=True):
        for field, stored, cell in zip(schema.fields, row, cells, strict=True):
            if not stored:
                continue
            if field.type.name == "number" and not cell.startswith(("=", "'")):
                assert cell.replace(",", ".") == stored.replace(",", ".")
            else:
                assert undone(cell) == stored or undone(cell) == stored.removeprefix("'")
            if cell.startswith(("=", "@", "\t", "\r", "\n")):
                assert cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1]
            elif cell.startswith(("+", "-")):
                assert field.type.name in ("number", "integer") and cell[1:].replace(",", "").isdecimal()


def test_its_layout_is_found_by_our_own_reader(tmp_path: Path) -> None:
    schema = schema_of(TEXT, {"name": "montant", "type": "number"})
    path = tmp_path / "a.csv"
    path.write_bytes(b"".join(write_excel_csv(schema, [["Été", "1.5"]])))
    layout = detect(path, schema.field_names)
    assert (layout.encoding, layout.separator) == ("utf-8-sig", ";")
    assert list(read_records(path, layout)) == [["objet", "montant"], ["Été", "1,5"]]
