"""Which columns a list shows, and how it shows what they hold."""

from __future__ import annotations

import json

import pytest
from markupsafe import Markup

from app.i18n import use
from app.records.listing.columns import USUAL, chosen, columns, readers, shorten, usual
from schema_loader import starter
from schema_loader.compile import compile_schema
from tests.app.records.rows import descriptor

SCHEMA = compile_schema(descriptor())


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("subventions", {"nomBeneficiaire", "objet", "montant", "dateConvention"}, {"nomAttribuant", "idAttribuant"}),
        ("deliberations", {"DELIB_ID", "DELIB_DATE", "DELIB_OBJET"}, {"COLL_NOM", "COLL_SIRET"}),
        ("equipements", {"EQUIP_NOM", "EQUIP_THEME"}, {"COLL_NOM", "EQUIP_LAT"}),
    ],
)  # fmt: skip
def test_the_usual_columns_tell_lines_apart(name: str, shown: set[str], hidden: set[str]) -> None:
    found = usual(compile_schema(starter.read(name)))
    assert shown <= set(found)
    assert not hidden & set(found)
    assert len(found) == USUAL
    assert list(found) == sorted(found, key=compile_schema(starter.read(name)).field_names.index)


def test_what_is_the_same_everywhere_comes_last() -> None:
    schema = compile_schema(starter.read("subventions"))
    assert "objet" not in usual(schema, ("objet",))


def test_chosen_columns_stand_in_the_order_of_the_address() -> None:
    found = chosen(SCHEMA, [".numero", "prix", "nom"], ())
    assert [column.name for column in found] == [".numero", "prix", "nom"]
    assert [column.is_number for column in found] == [False, True, False]
    assert set(columns(SCHEMA)) >= {".numero", ".date", ".utilisateur", ".import"}


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("jour", "2024-03-12", "12/03/2024"),
        ("jour", "12 mars", "12 mars"),
        ("prix", "1234.5", "1 234,5"),
        ("prix", "1 200 €", "1 200 €"),
        ("ouvert", "oui", "Oui"),
        ("ouvert", "peut-être", "peut-être"),
        ("genre", "école", "école"),
    ],
)
def test_cells_are_shown_as_french_readers_write(name: str, text: str, shown: str) -> None:
    assert str(readers(SCHEMA)[name](text)).replace("\u202f", " ").replace("\u00a0", " ") == shown


def test_english_readers_have_their_own() -> None:
    with use("en"):
        assert readers(SCHEMA)["jour"]("2024-03-12") == "2024-03-12"
        assert readers(SCHEMA)["prix"]("1234.5") == "1,234.5"


def test_codes_are_grouped_for_the_eye_and_copied_without_spaces() -> None:
    schema = compile_schema(starter.read("subventions"))
    shown = readers(schema)["idBeneficiaire"]("21750001600019")
    assert shown.striptags() == "21750001600019"
    assert shown.count("<span>") == 4
    assert not isinstance(readers(schema)["idBeneficiaire"]("<b>75001600019"), Markup)


def test_long_texts_are_cut_between_words() -> None:
    text = "mot " * 100
    assert shorten(text).endswith("mot…")
    assert len(shorten(text)) <= 141
    assert shorten("court") == "court"


def test_lists_and_points() -> None:
    fields = [
        {"name": "liste", "type": "array", "arrayItem": {"type": "string", "enum": ["un", "deux"]}},
        {"name": "point", "type": "geopoint"},
    ]
    schema = compile_schema(json.dumps({"fields": fields}).encode())
    assert readers(schema)["liste"]('["un", "deux"]') == "un, deux"
    assert "48.8" in str(readers(schema)["point"]("2.35,48.85"))
