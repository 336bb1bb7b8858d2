"""Words for the errors of cells: they look at what was typed, say what is wrong with it and show how to write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.check import check_cell, check_table
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.errors import CellError
from schema_loader.field import Field
from schema_loader.messages import cell_message, describe_field, note
from tests.corpus import corpus_files, needs_corpus
from tests.schema_loader.message_checks import LANGUAGES, LONGEST, check_typography, own_words
from tests.schema_loader.strategies import fields_and_cells


def said(text: str, lang: str = "fr", **descriptor: Any) -> str:
    """The sentence for the first error of a cell, with plain spaces, straight apostrophes left as they are."""
    field = compile_descriptor({"fields": [{"name": "valeur", **descriptor}]}).fields[0]
    errors = check_cell(field, text)[1]
    return str(cell_message(errors[0], lang)).replace("\u202f", " ").replace("\u00a0", " ")


SIRET = {"title": "SIRET", "example": "21750001600019", "constraints": {"pattern": r"^\d{14}$"}}
FEW = {"constraints": {"enum": ["Aide en numéraire", "Aide en nature"]}}


@pytest.mark.parametrize(
    ("descriptor", "text", "expected"),
    [
        (SIRET, "2175000160001", "Le SIRET compte 13 chiffres ; il en faut 14. Vérifiez ce numéro. Exemple : 21750001600019."),
        (SIRET, "217 500 016 00019", "« 217 500 016 00019 » contient autre chose que des chiffres. Écrivez 14 chiffres à la suite : 21750001600019."),
        ({"type": "date"}, "27/06/2017", "La date « 27/06/2017 » n’est pas écrite comme attendu. Écrivez l’année, le mois puis le jour : 2017-06-27."),
        ({"type": "date"}, "1er mars 2024", "La date « 1er mars 2024 » n’est pas écrite comme attendu. Écrivez l’année, le mois puis le jour : 2024-03-01."),
        ({"type": "date"}, "2023-02-29", "La date « 2023-02-29 » n’existe pas dans le calendrier. Écrivez l’année, le mois puis le jour. Exemple : 2024-03-12."),
        ({"type": "date"}, "45000", "« 45000 » est le numéro que le tableur donne au 15/03/2023. Écrivez l’année, le mois puis le jour : 2023-03-15."),
        ({"type": "date", "format": "%d/%m/%Y"}, "2017-06-27", "La date « 2017-06-27 » n’est pas écrite comme attendu. Écrivez le jour, le mois puis l’année : 27/06/2017."),
        ({"type": "number"}, "1 234,50 €", "Le nombre « 1 234,50 € » n’est pas écrit comme attendu. Écrivez-le sans espace, sans unité, avec un point pour les décimales : 1234.50."),
        ({"type": "integer"}, "12,5", "« 12,5 » n’est pas un nombre entier. Écrivez un nombre sans décimales. Exemple : 12."),
        ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, "Oui", "« Oui » n’est pas une réponse admise. Répondez par « oui » ou « non », lettre pour lettre ; ici : oui."),
        (FEW, "aide en numeraire", "« aide en numeraire » ne fait pas partie des valeurs prévues. Vouliez-vous dire « Aide en numéraire » ?"),
        (FEW, "prêt", "« prêt » ne fait pas partie des valeurs prévues. Choisissez : « Aide en numéraire » ou « Aide en nature »."),
        ({"constraints": {"maxLength": 5}}, "abcdefgh", "Ce texte compte 8 caractères ; il en faut au plus 5. Retirez 3 caractères."),
        ({"constraints": {"minLength": 2}}, "a", "Ce texte compte 1 caractère ; il en faut au moins 2. Ajoutez 1 caractère. Exemple : texte."),
        ({"type": "number", "constraints": {"minimum": 0, "maximum": 1}}, "80", "80 est trop grand : le maximum est 1. Pour 80 %, écrivez 0.8."),
        ({"type": "number", "constraints": {"maximum": 1000}}, "1234.5", "1 234,5 est trop grand : le maximum est 1 000. Valeurs admises : au plus 1 000. Exemple : 12."),
        ({"type": "date", "constraints": {"minimum": "2020-01-01"}}, "2019-03-12", "12/03/2019 est trop tôt. Il faut une valeur à partir du 01/01/2020. Exemple : 2024-03-12."),
        ({"type": "integer"}, " 12 x", "« 12 x » n’est pas un nombre entier. Écrivez un nombre sans décimales. Exemple : 12."),
        ({"type": "date"}, "2020-01-01 ", "Il y a un espace en trop après la valeur « 2020-01-01 ». Retirez-le : 2020-01-01."),
        ({"title": "Code postal", "constraints": {"pattern": r"^\d{5}$"}}, "1000", "Le code postal compte 4 chiffres ; il en faut 5. Le tableur a peut-être retiré le zéro du début : 01000."),
        ({"constraints": {"pattern": r"^[\w.]+$"}}, "a b", "Ce caractère n’est pas admis ici : l’espace. Il faut uniquement des chiffres, des lettres, « . » et « _ » : ab."),
        ({"type": "array", "arrayItem": FEW}, '["Aide en natur"]', "Élément n° 1 de la liste : « Aide en natur » ne fait pas partie des valeurs prévues. Vouliez-vous dire « Aide en nature » ?"),
    ],
)  # fmt: skip
def test_the_sentence_names_what_is_wrong_and_how_to_write_it(
    descriptor: dict[str, Any], text: str, expected: str
) -> None:
    if text == " 12 x":
        assert said(text, **descriptor) == expected.replace("« 12 x", "«  12 x")
    else:
        assert said(text, **descriptor) == expected


def test_a_date_that_is_too_early_is_not_called_no_date() -> None:
    told = said("27/06/2017", type="date", constraints={"minimum": "2020-01-01"})
    assert told.startswith("La date « 27/06/2017 » n’est pas écrite comme attendu.")
    assert "2017-06-27" not in told  # it would be refused as well


def across(check: str, kind: str, rows: list[str], lang: str = "fr", **params: Any) -> str:
    """The sentence for the error of a check across the columns a, b, c …"""
    columns = "abcdefgh"[: len(rows)]
    fields = [{"name": name, "type": kind} for name in columns]
    schema = compile_descriptor({"fields": fields, "custom_checks": [{"name": check, "params": params}]})
    errors = [error for error in check_table(schema, list(columns), [rows]) if "custom" in error.code]
    return str(cell_message(errors[0], lang)).replace("\u202f", " ").replace("\u00a0", " ")


def test_a_sum_that_is_wrong_names_the_column_of_the_total() -> None:
    told = across("sum-columns-value", "integer", ["14", "10", "5"], column="a", columns=["b", "c"])
    assert told.startswith("« a » vaut 14, alors que la somme des colonnes « b » et « c » est 15.")
    told = across("sum-columns-value", "integer", ["14", "10", "5"], "en", column="a", columns=["b", "c"])
    assert told.startswith("“a” is 14, but the sum of the columns “b” and “c” is 15.")


def test_values_that_are_compared_are_shown_as_people_write_them() -> None:
    days = ["2025-09-05", "2025-09-08"]
    told = across("compare-columns-value", "date", days, column="a", op=">=", column2="b")
    assert "« a », 05/09/2025, doit être postérieure ou égale à celle de « b », 08/09/2025." in told
    told = across("compare-columns-value", "number", ["1234.5", "20000"], column="a", op=">", column2="b")
    assert "1 234,5, doit être supérieure à celle de « b », 20 000." in told
    told = across("compare-columns-value", "string", ["2025-09-05", "x"], column="a", op="==", column2="b")
    assert "« a », 2025-09-05, doit être égale à celle de « b », x." in told


def test_five_columns_that_go_together_are_all_named_and_more_are_counted() -> None:
    others = [*"bcdefgh"]
    told = across("cohesive-columns-value", "string", ["1", *[""] * 4], column="a", othercolumns=others[:4])
    assert "« a », « b », « c », « d » et « e » vont ensemble" in told
    told = across("cohesive-columns-value", "string", ["1", *[""] * 7], column="a", othercolumns=others)
    assert "« a », « b », « c », « d » et 4 autres vont ensemble" in told


def test_english_says_the_same() -> None:
    told = said("27/06/2017", "en", type="date")
    assert (
        told
        == "The date “27/06/2017” is not written as expected. Write the year, the month then the day: 2017-06-27."
    )


def test_no_sentence_shows_a_regular_expression() -> None:
    for pattern in (r"^\d{14}$", r"^(\w+) \1$", r"(?=z)[^z]", "^(a|b)[0-9]{2,}(?:x|y)?$"):
        told = said("#", constraints={"pattern": pattern})
        assert not set(told) & set("\\^$[]{}|"), told


def test_what_cannot_be_seen_is_made_visible_and_long_values_are_cut() -> None:
    assert "« a↵b⇥c[U+200B] »" in said("a\nb\tc\u200b", type="integer")
    assert "[U+202E]" in said("\u202e12", type="integer")
    assert "[U+D800]" in said("\ud800", type="date")
    long = said("x" * 5_000_000, type="integer")
    assert len(long) < 200
    assert "xxx… »" in long


def test_braces_in_a_value_are_shown_as_they_are() -> None:
    assert "« {text} {0} »" in said("{text} {0}", type="integer")


def test_a_made_up_example_is_one_that_the_field_accepts() -> None:
    for descriptor, text in (({"type": "date"}, "zzz"), (SIRET, "1"), ({"format": "email"}, "zzz")):
        field = compile_descriptor({"fields": [{"name": "a", **descriptor}]}).fields[0]
        assert not check_cell(field, field.example)[1]
        assert (field.example or "?") in said(text, **descriptor)


NOTES = [
    ({"type": "date"}, "zzz", 'type is "date/default"'),
    ({"type": "date", "format": "%d/%m/%Y"}, "zzz", 'type is "date/%d/%m/%Y"'),
    ({"constraints": {"required": True}}, "", 'constraint "required" is "True"'),
    ({"constraints": {"maxLength": 2}}, "abc", 'constraint "maxLength" is "2"'),
    ({"type": "number", "constraints": {"minimum": 0.5}}, "0", 'constraint "minimum" is "0.5"'),
    ({"constraints": {"pattern": r"^\d$"}}, "a", r'constraint "pattern" is "^\d$"'),
    ({"constraints": {"enum": ["a", "b"]}}, "c", "constraint \"enum\" is \"['a', 'b']\""),
]


@pytest.mark.parametrize(("descriptor", "text", "expected"), NOTES)
def test_the_note_is_that_of_frictionless(descriptor: dict[str, Any], text: str, expected: str) -> None:
    import frictionless

    field = compile_descriptor({"fields": [{"name": "a", **descriptor}]}).fields[0]
    assert note(check_cell(field, text)[1][0]) == expected
    theirs = frictionless.Field.from_descriptor({"name": "a", **descriptor})
    assert list((theirs.read_cell(text)[1] or {}).values()) == [expected]


def test_the_notes_of_tables_cite_the_earlier_row() -> None:
    assert note(CellError("unique-error", 3, params={"row": 2})) == "the same as in the row at position 2"
    assert note(CellError("primary-key/empty", 3)) == 'cells composing the primary keys are all "None"'
    assert note(CellError("duplicate-label", params={"first": 1})) == 'at position "1"'
    assert note(CellError("blank-row", 3)) == ""


def assert_readable(error: CellError) -> None:
    for lang in LANGUAGES:
        message = cell_message(error, lang)
        assert 0 < len(str(message)) < LONGEST, str(message)
        assert message.problem.strip() == message.problem
        assert message.remedy
        if lang == "fr":
            check_typography(own_words(str(message), lang).split("Exemple")[0].split("\u202f: ")[0])
        assert len(note(error)) <= 200


@given(fields_and_cells())
def test_any_text_in_any_field_gets_readable_sentences(pair: tuple[dict[str, Any], str]) -> None:
    descriptor, text = pair
    for error in check_cell(compile_descriptor({"fields": [descriptor]}).fields[0], text)[1]:
        assert_readable(error)


def corpus_fields() -> list[Field]:
    return [
        field for path in corpus_files("schemas/*.json") for field in compile_schema(path.read_bytes()).fields
    ]


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "NC",
            "27/06/2017",
            "1 234,50 €",
            "Oui",
            "a;b",
            "[1, 2]",
            '{"a": 1}',
            "48.85,2.35",
            "2,17E+13",
        ]
    ),
    st.builds(str.__mul__, st.sampled_from(["x", "é ", "1", "\u202e", '"', "["]), st.integers(100, 3_000)),
)


@needs_corpus
@given(data=st.data())
def test_any_text_in_any_field_of_a_real_schema_gets_readable_sentences(data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(REAL), label="field")
    text = data.draw(TEXTS, label="text")
    for error in check_cell(field, text)[1]:
        assert_readable(error)


@needs_corpus
def test_every_field_of_a_real_schema_is_described_in_both_languages() -> None:
    for field in REAL:
        for lang in LANGUAGES:
            phrases = describe_field(field, lang)
            assert len(phrases) >= 2
            assert all(phrases)
            assert sum(map(len, phrases)) < 3_000


REAL = corpus_fields()
