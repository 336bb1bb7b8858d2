"""Templates: what openpyxl, our own reader and LibreOffice find in them, for every real schema."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exporters.marks import Marks, marks_of_rows, read_marks
from exporters.template import note_rows, number_label, write_template
from exporters.template_rules import choices_of, sheet_rule
from exporters.template_words import shown
from importers.spreadsheet_file import read_sheet, sheet_names
from schema_loader.compile import compile_schema
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from tests.corpus import CORPUS, corpus_files, needs_corpus
from tests.exporters.datasets import schema_of
from tests.exporters.libreoffice import converted, needs_libreoffice

LONG = [
    f"Une valeur assez longue, numéro {n}" for n in range(40)
]  # 1,400 characters: no list inside a formula
SCHEMA = schema_of(
    {"name": "objet", "title": "Objet", "description": "Voir [le guide](https://exemple.fr).", "constraints": {"required": True}},
    {"name": "siret", "constraints": {"required": True, "pattern": r"^\d{14}$"}, "example": "21440109300015"},
    {"name": "theme", "constraints": {"enum": LONG}},
    {"name": "nature", "constraints": {"enum": ["oui", "non"]}},
    {"name": "notifie", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
    {"name": "montant", "type": "number", "constraints": {"minimum": 0}, "example": "1.5"},
    {"name": "nombre", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
    {"name": "jour", "type": "date", "constraints": {"minimum": "2020-01-01"}, "example": "2024-03-12"},
    {"name": "an", "type": "year"},
    {"name": "=formule", "example": "=1+1"},
    {"name": "tags", "type": "array", "arrayItem": {"enum": ["a", "b"]}},
    {"name": "code", "constraints": {"maxLength": 5}},
    name="essai", title="Essai : modèle", version="v1.0.0", description="Un *essai*.\n\nDeux lignes.",
)  # fmt: skip
MARKS = Marks(
    "template", SCHEMA.name, SCHEMA.version, SCHEMA.content_hash, "nantes", "essai", "p12",
    datetime(2024, 3, 12, 14, 30, tzinfo=UTC),
)  # fmt: skip
RECORDS = [
    (12, ["=SUM(A1)", "01440109300015", LONG[39], "oui", "non", "1234.50", "3", "2024-03-12", "2024", "@x", None, "-A"]),
    (7, ["Fête", None, "hors liste", "", "peut-être", "douze", "9", "1850-01-01", "24", "x", '["a"]', ""]),
]  # fmt: skip


def marks_for(schema: TableSchema, lang: str = "fr") -> Marks:
    return Marks("template", schema.name, schema.version, schema.content_hash, lang=lang)


def saved(path: Path, schema: TableSchema, marks: Marks, records: Any = ()) -> Path:
    path.write_bytes(b"".join(write_template(schema, marks, records)))
    return path


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return saved(tmp_path / "modele.xlsx", SCHEMA, MARKS)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return saved(tmp_path / "rempli.xlsx", SCHEMA, MARKS, RECORDS)


def validations(path: Path) -> dict[str, Any]:
    """Column letters → the check of the column."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = {}
    for check in sheet.data_validations.dataValidation:
        for area in check.sqref.ranges:
            found[re.match("[A-Z]+", area.coord)[0]] = check  # type: ignore[index]
    return found


def values_of(path: Path, check: Any) -> list[Any]:
    """The values that a drop-down offers."""
    title, area = check.formula1.rsplit("!", 1)
    cells = openpyxl.load_workbook(path)[title.strip("$'").replace("''", "'")][area.replace("$", "")]
    return [row[0].value for row in cells] if isinstance(cells, tuple) else [cells.value]


# -- marks ----------------------------------------------------------------------------------------------------------


def test_a_template_is_known_when_it_comes_back(template: Path) -> None:
    marks = read_marks(template)
    assert marks is not None
    assert (marks.kind, marks.schema_name, marks.schema_version, marks.schema_hash) == (
        "template", "essai", "1.0.0", SCHEMA.content_hash,
    )  # fmt: skip
    assert (marks.establishment, marks.dataset, marks.base, marks.made_at) == (
        "nantes",
        "essai",
        "p12",
        MARKS.made_at,
    )
    assert marks_of_rows(read_sheet(template, "Mode d’emploi")) == marks
    assert openpyxl.load_workbook(template)["Mode d’emploi"].row_dimensions[1].hidden


def test_its_own_rows_are_told_from_those_that_were_typed(template: Path) -> None:
    marks, rows = read_marks(template), list(read_sheet(template))
    assert marks is not None
    assert [marks.is_note(row) for row in rows] == [False, True, True]
    example = rows[2]
    assert example[:3] == ["Exemple", "texte", "21440109300015"]
    assert marks.is_note([*example, "", ""])
    over = [*example[:2], "21750001600019", *example[3:]]  # someone wrote over the example: it is theirs
    assert not marks.is_note(over)


def test_other_files_have_no_marks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04rien")
    assert [read_marks(tmp_path / name) for name in ("a.xlsx", "b.csv", "c.xlsx")] == [None] * 3
    assert marks_of_rows([["tabellion", "kind=autre", "hash=x"], ["a"]]) is None
    assert marks_of_rows([]) is None


@pytest.mark.parametrize(
    "content",
    [
        b"<Properties", b'<!DOCTYPE a [<!ENTITY b "c">]><Properties>&b;</Properties>', b"<Properties/>" + b" " * 1_000_001,
        b'<P xmlns:vt="x"><property name="Tabellion kind"><vt:lpwstr>template</vt:lpwstr></property></P>',
    ],
)  # fmt: skip
def test_hostile_properties_are_no_marks(tmp_path: Path, content: bytes) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/custom.xml", content)
    assert read_marks(tmp_path / "a.xlsx") is None


# -- data -----------------------------------------------------------------------------------------------------------


def test_the_header_names_the_fields_and_says_what_must_be_filled_in(template: Path) -> None:
    rows = list(read_sheet(template))
    assert rows[0] == ["N° interne", *SCHEMA.field_names]
    assert rows[1][:3] == ["Libellé", "Objet (obligatoire)", "siret (obligatoire)"]
    assert rows[1][3] == "theme (facultatif)"
    sheet = openpyxl.load_workbook(template).worksheets[0]
    assert sheet.title == "Essai modèle" and sheet.freeze_panes == "B3" and not sheet.merged_cells.ranges
    assert sheet["B2"].font.bold and not sheet["D2"].font.bold
    assert sheet["B2"].fill.fgColor.rgb != sheet["D2"].fill.fgColor.rgb
    assert not sheet.protection.sheet  # it can be sorted and filtered


def test_columns_are_ready_to_be_typed_in(template: Path) -> None:
    sheet = openpyxl.load_workbook(template).worksheets[0]
    formats = {letters: sheet.column_dimensions[letters].number_format for letters in "BCDGHIJ"}
    assert formats == {"B": "@", "C": "@", "D": "@", "G": "General", "H": "0", "I": "dd/mm/yyyy", "J": "0"}
    assert sheet["I3"].value == datetime(2024, 3, 12) and sheet["C3"].value == "21440109300015"
    assert sheet["K3"].value == "=1+1" and sheet["K3"].data_type != "f"
    assert sheet["K1"].value == "=formule" and sheet["K1"].data_type != "f"


def test_checks_are_those_of_the_fields(template: Path) -> None:
    checks = validations(template)
    said = {
        c: (v.type, v.operator, v.formula1, v.formula2, v.errorStyle or "stop") for c, v in checks.items()
    }
    assert said["G"] == ("decimal", "between", "0", "1E+300", "stop")
    assert said["H"] == ("whole", "between", "1", "5", "stop")
    assert said["I"] == ("date", "greaterThanOrEqual", "43831", None, "stop")
    assert said["J"] == ("whole", "between", "0", "9999", "stop")
    assert said["M"] == ("textLength", "between", "0", "5", "warning")
    assert said["A"][0] == "custom" and said["A"][2] == "FALSE"
    assert said["C"][0] is None and said["L"][0] is None
    assert {c: values_of(template, checks[c]) for c in "DEF"} == {
        "D": LONG,
        "E": ["oui", "non"],
        "F": ["oui", "non"],
    }
    assert checks["E"].formula1 == checks["F"].formula1  # one list for both
    assert all(next(iter(check.sqref.ranges)).max_row == 1_048_576 for check in checks.values())


def test_a_message_stands_beside_each_cell(template: Path) -> None:
    checks = validations(template)
    assert checks["B"].promptTitle == "Objet"
    assert checks["B"].prompt == "Obligatoire : texte. Exemple : texte. Voir le guide (https://exemple.fr)."
    assert checks["D"].prompt.startswith("Facultatif : choisissez dans la liste.")
    assert "12/03/2024" in checks["I"].prompt and "AAAA" not in checks["I"].prompt
    assert checks["G"].prompt.endswith("Exemple : 1,5.")


def test_what_is_expected_stands_in_words(template: Path) -> None:
    rows = list(read_sheet(template, "Mode d’emploi"))
    head = next(n for n, row in enumerate(rows) if row[0] == "Colonne")
    table = {row[0]: row for row in rows[head + 1 :]}
    assert list(table) == list(SCHEMA.field_names)
    assert table["siret"][2:5] == ["Obligatoire", "texte\u202f; 14 chiffres", "21440109300015"]
    assert table["nature"][5] == "oui\nnon"
    assert table["theme"][5] == "40 valeurs\u202f: voir la feuille «\u00a0Valeurs possibles\u00a0», colonne A"
    assert table["objet"][6] == "Voir le guide (https://exemple.fr)."
    assert "Un essai." in [row[0] for row in rows[:head]]


def test_it_speaks_english_too(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", SCHEMA, marks_for(SCHEMA, "en"))
    assert sheet_names(path)[1:] == ("How to fill it in", "Possible values")
    rows = list(read_sheet(path))
    assert rows[0][0] == number_label("en") == "Internal no."
    assert rows[1][1] == "Objet (required)"
    prompt = validations(path)["I"].prompt
    assert prompt == "Optional: date; from 2020-01-01 on. Example: 2024-03-12."
    marks = read_marks(path)
    assert marks is not None and [marks.is_note(row) for row in rows] == [False, True, True]


def test_records_stand_below_with_their_numbers(filled: Path) -> None:
    rows = list(read_sheet(filled))
    assert rows[3:] == [
        ["12", "=SUM(A1)", "01440109300015", LONG[39], "oui", "non", "1234.5", "3", "2024-03-12", "2024", "@x", "", "-A"],
        ["7", "Fête", "", "hors liste", "", "peut-être", "douze", "9", "1850-01-01", "24", "x", '["a"]', ""],
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(filled).worksheets[0]
    assert (sheet["A4"].value, sheet["G4"].value, sheet["I4"].value) == (12, 1234.5, datetime(2024, 3, 12))
    assert sheet["B4"].data_type == "s" and sheet["B4"].number_format == "@"


def test_more_records_than_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.template.LAST_ROW", 5)
    with pytest.raises(ValueError, match="more records"):
        b"".join(write_template(SCHEMA, MARKS, [*RECORDS, RECORDS[0]]))


def test_a_schema_without_lists_has_no_sheet_of_values(tmp_path: Path) -> None:
    schema = schema_of({"name": "a"})
    path = saved(tmp_path / "a.xlsx", schema, marks_for(schema))
    assert sheet_names(path) == ("Données", "Mode d’emploi")
    assert [row[:2] for row in read_sheet(path)] == [
        ["N° interne", "a"],
        ["Libellé", "a (facultatif)"],
        ["Exemple", "texte"],
    ]


# -- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("described", "rule"),
    [
        ({"type": "number"}, ("decimal", "between", "-1E+300", "1E+300", True)),
        ({"type": "number", "constraints": {"exclusiveMinimum": "0.5"}}, ("decimal", "greaterThan", "0.5", None, True)),
        ({"type": "number", "constraints": {"exclusiveMaximum": 1}}, ("decimal", "lessThan", "1", None, True)),
        # the sheet says a little less than the rule, never more
        ({"type": "number", "constraints": {"exclusiveMinimum": 0, "maximum": 1}}, ("decimal", "between", "0", "1", True)),
        ({"type": "integer", "missingValues": ["", "NA"]}, ("whole", "between", str(1 - 10**15), str(10**15 - 1), False)),
        ({"type": "integer", "constraints": {"maximum": -1}}, ("whole", "between", str(1 - 10**15), "-1", True)),
        ({"type": "date"}, ("date", "greaterThanOrEqual", "1", None, False)),
        ({"type": "date", "constraints": {"minimum": "1850-01-01"}}, ("date", "greaterThanOrEqual", "1", None, False)),
        ({"type": "date", "constraints": {"maximum": "2024-12-31"}}, ("date", "between", "1", "45657", False)),
        ({"type": "date", "format": "%Y"}, None),
        ({"type": "datetime", "constraints": {"minimum": "2024-01-01T12:00:00"}}, ("date", "greaterThanOrEqual", "45292.5", None, True)),
        ({"type": "time"}, None),
        ({"type": "year", "constraints": {"minimum": 2000}}, ("whole", "between", "2000", "9999", True)),
        ({"constraints": {"minLength": 2}}, ("textLength", "greaterThanOrEqual", "2", None, True)),
        ({"constraints": {"enum": ["a"]}}, ("list", None, None, None, True)),
        ({"enum": ["a"]}, ("list", None, None, None, False)),
        ({"type": "boolean"}, ("list", None, None, None, False)),  # 1 and 0 are words for it too
        ({"type": "boolean", "trueValues": ["true", "True"], "falseValues": ["false"]}, ("list", None, None, None, True)),
        ({"type": "array", "constraints": {"enum": [["a"]]}}, None),
    ],
)  # fmt: skip
def test_a_sheet_refuses_only_what_the_rule_refuses(described: dict[str, Any], rule: Any) -> None:
    found = sheet_rule(schema_of({"name": "a", **described}).fields[0])
    assert (found and (found.kind, found.operator, found.first, found.second, found.strict)) == rule


def test_a_drop_down_offers_values_as_cells_hold_them() -> None:
    fields = schema_of(
        {"name": "a", "type": "integer", "constraints": {"enum": [1, 2]}, "missingValues": ["", "NA"]},
        {"name": "b", "type": "date", "constraints": {"enum": ["2024-03-12"]}},
        {"name": "c", "type": "boolean"},
    ).fields
    assert [choices_of(field) for field in fields] == [(1, 2, "NA"), (date(2024, 3, 12),), ("true", "false")]


# -- every real schema ----------------------------------------------------------------------------------------------


def agrees(field: Field, check: Any, path: Path) -> None:
    """The check of a column says what the field says."""
    rule = sheet_rule(field)
    assert check.type == (rule.kind if rule else None)
    assert 0 < len(check.prompt) <= 255 and 0 < len(check.promptTitle) <= 32
    assert 0 < len(check.error) <= 255 and len(check.errorTitle) <= 32
    if rule is not None and rule.strict:
        # nothing that the field takes is refused by the sheet: try its examples
        for text in field.examples():
            value = field.type.to_spreadsheet(field.read(text)[0])
            if rule.kind in ("whole", "decimal") and rule.operator == "between":
                assert float(rule.first or 0) <= value <= float(rule.second or 0)


@needs_corpus
@pytest.mark.parametrize("path", corpus_files("schemas/*.json"), ids=lambda path: path.stem)
def test_every_real_schema_has_its_template(path: Path, tmp_path: Path) -> None:
    schema = compile_schema(path.read_bytes())
    saved_at = saved(tmp_path / "a.xlsx", schema, marks_for(schema))
    book = openpyxl.load_workbook(saved_at)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [number_label(), *schema.field_names]
    assert not any(s.merged_cells.ranges for s in book) and book.properties.title
    checks = {
        re.match("[A-Z]+", next(iter(check.sqref.ranges)).coord)[0]: check  # type: ignore[index]
        for check in sheet.data_validations.dataValidation
    }
    assert len(checks) == len(schema.fields) + 1
    for n, field in enumerate(schema.fields, start=2):
        letters = openpyxl.utils.get_column_letter(n)
        check = checks[letters]
        agrees(field, check, saved_at)
        if choices_of(field):
            title, area = check.formula1.rsplit("!", 1)
            offered = [cells[0].value for cells in as_rows(book[title.strip("'")][area.replace("$", "")])]
            assert [as_text(v) for v in offered] == [as_text(v) for v in choices_of(field)]
    marks = read_marks(saved_at)
    assert marks is not None
    read = list(read_sheet(saved_at))
    assert [marks.is_note(row) for row in read[1:]] == [True, True]
    assert tuple(read[1:]) == note_rows(schema)


def as_rows(cells: Any) -> Any:
    return cells if isinstance(cells, tuple) else ((cells,),)


def as_text(value: Any) -> str:
    """A value of a drop-down; openpyxl reads a day as a moment, and 1.0 as 1."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return shown(value)


SAMPLE = (
    "scdl__deliberations__2.1.5", "scdl__subventions__2.1.1", "cnigfr__schema-friches__1.0.6", "scdl__menus-collectifs__1.2.3",
    "139bercy__format-commande-publique-marches", "etalab__schema-irve-statique", "betagouv__ma-cantine-imports-diagnostics",
)  # fmt: skip


def sample() -> list[Path]:
    """A few schemas of every kind: long lists, many columns, dates, geometries."""
    return [path for start in SAMPLE for path in corpus_files(f"schemas/{start}*.json")[-1:]]


@needs_libreoffice
@needs_corpus
@pytest.mark.parametrize("path", sample(), ids=lambda path: path.stem)
def test_libreoffice_opens_and_converts_a_template_without_loss(path: Path, tmp_path: Path) -> None:
    schema = compile_schema(path.read_bytes())
    row = [field.normalise(field.example or "") for field in schema.fields]
    made = saved(tmp_path / "a.xlsx", schema, marks_for(schema), [(1, row)])
    again, ods = converted(made, "xlsx"), converted(made, "ods")
    marks = read_marks(made)
    assert read_marks(again) == read_marks(ods) == marks
    wanted = list(read_sheet(made))
    assert list(read_sheet(again)) == wanted
    assert list(read_sheet(ods)) == wanted
    assert list(read_sheet(again, "Mode d’emploi")) == list(read_sheet(made, "Mode d’emploi"))
    before, after = validations(made), validations(again)
    assert set(after) == set(before)
    for column, check in before.items():
        kept = after[column]
        assert (kept.type or "none") == (check.type or "none")
        assert kept.prompt == check.prompt and kept.promptTitle == check.promptTitle
        if check.type == "list":
            assert values_of(again, kept) == values_of(made, check)
        elif check.type in ("whole", "decimal", "date"):
            assert float(kept.formula1) == float(check.formula1)
    formats = [
        openpyxl.load_workbook(p).worksheets[0].column_dimensions["B"].number_format for p in (made, again)
    ]
    assert formats[0] == formats[1]


def test_the_sample_is_there() -> None:
    if CORPUS.is_dir():
        assert len(sample()) >= 5
