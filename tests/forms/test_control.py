"""Which control asks for a field, and in which words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from forms.control import MOST_IN_SELECT, MOST_RADIOS, controls
from schema_loader.check import check_cell
from schema_loader.compile import compile_descriptor
from tests.corpus import needs_corpus
from tests.forms.fields import control_of, corpus_schemas, schema_of, there_and_back

LETTERS = [f"choix {n}" for n in range(40)]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("text", {}),
        ("text", {"description": "Le nom."}),
        ("textarea", {"name": "description"}),
        ("textarea", {"name": "a", "title": "Commentaire libre"}),
        ("textarea", {"constraints": {"maxLength": 1000}}),
        ("textarea", {"constraints": {"minLength": 100}}),
        ("textarea", {"example": "mot " * 40}),
        ("text", {"name": "description", "constraints": {"maxLength": 40}}),
        ("text", {"name": "commentaire", "constraints": {"pattern": "[A-Z]+"}}),
        ("textarea", {"format": "wkt"}),
        ("email", {"format": "email"}),
        ("email", {"name": "contact_email"}),
        ("url", {"format": "uri"}),
        ("url", {"constraints": {"pattern": r"^(https?)://[^\s]*$"}}),
        ("url", {"name": "adr_url"}),
        ("number", {"type": "number"}),
        ("number", {"type": "integer"}),
        ("date", {"type": "date"}),
        ("date", {"type": "date", "format": "%d/%m/%Y"}),
        ("year", {"type": "date", "format": "%Y"}),
        ("text", {"type": "date", "format": "%m/%Y"}),
        ("datetime", {"type": "datetime"}),
        ("time", {"type": "time"}),
        ("year", {"type": "year"}),
        ("month", {"type": "yearmonth"}),
        ("duration", {"type": "duration"}),
        ("geopoint", {"type": "geopoint"}),
        ("geojson", {"type": "geojson"}),
        ("json", {"type": "object"}),
        ("yes_no", {"type": "boolean"}),
        ("radios", {"type": "boolean", "constraints": {"enum": [True]}}),
        ("lines", {"type": "array"}),
        ("lines", {"type": "list"}),
        ("lines", {"arrayItem": {"type": "string"}}),
        ("checkboxes", {"type": "array", "arrayItem": {"type": "string", "enum": ["a", "b"]}}),
        ("checkboxes", {"type": "array", "arrayItem": {"type": "string", "constraints": {"enum": ["a", "b"]}}}),
        ("checkboxes", {"constraints": {"pattern": "(a|b)(;(a|b))*"}}),
        ("radios", {"constraints": {"pattern": "^ *(PAT|COMMUNE|REGION) *$"}}),
        ("radios", {"constraints": {"enum": LETTERS[:MOST_RADIOS]}}),
        ("select", {"constraints": {"enum": LETTERS[: MOST_RADIOS + 1]}}),
        ("select", {"constraints": {"enum": LETTERS[:MOST_IN_SELECT]}}),
        ("combobox", {"constraints": {"enum": LETTERS[: MOST_IN_SELECT + 1]}}),
        ("code", {"name": "siret"}),
        ("code", {"constraints": {"pattern": r"^\d{14}$"}}),
        ("code", {"name": "sirenDeclarant", "constraints": {"pattern": r"^\d{9}$"}}),
        ("code", {"name": "COLL_INSEE", "constraints": {"pattern": r"^([013-9]\d|2[AB1-9])\d{3}$"}}),
        ("code", {"name": "com_cp"}),
        ("text", {"name": "siret_ou_nom", "constraints": {"maxLength": 60, "minLength": 2}}),
        ("text", {"constraints": {"pattern": r"^\d{9}$"}}),
    ],
)  # fmt: skip
def test_the_kind_follows_from_the_field(kind: str, field: dict[str, Any]) -> None:
    field = {"name": "a", "type": "string", **field}
    assert controls(schema_of(field))[0].kind == kind


def test_a_declared_check_makes_a_code_or_a_telephone() -> None:
    def first(check: str) -> Any:
        root = {"custom_checks": [{"name": check, "params": {"column": "a"}}]}
        return control_of(root=root)

    assert first("siret").code.groups == (3, 3, 3, 5)
    assert first("siret").input_mode == "numeric"
    assert first("code-commune-insee").input_mode == ""  # 2A004
    assert first("code-postal").input_mode == "numeric"
    assert first("phone-number-value").input_mode == "tel"
    assert first("opening-hours-value").kind == "text"


def test_suggestions_are_offered_and_never_enforced() -> None:
    control = control_of(enum=["en projet", "existant"])
    assert (control.kind, control.options, control.suggestions) == ("text", (), ("en projet", "existant"))


def test_choices_of_other_types_are_labelled_as_they_are_read() -> None:
    control = control_of("date", constraints={"enum": ["2024-03-12", "2025-01-01"]})
    assert control.options == (("2024-03-12", "12/03/2024"), ("2025-01-01", "01/01/2025"))
    named = control_of(
        "integer",
        constraints={"enum": [1, 2]},
        categories=[{"value": 1, "label": "Faible"}, {"value": 2, "label": "Fort"}],
    )
    assert named.options == (("1", "Faible"), ("2", "Fort"))


def test_plain_words_for_yes_and_no_are_left_to_the_page_others_are_shown() -> None:
    assert control_of("boolean", trueValues=["VRAI"], falseValues=["FAUX"]).options == (
        ("VRAI", ""),
        ("FAUX", ""),
    )
    assert control_of("boolean", trueValues=["gratuit"], falseValues=["payant"]).options == (
        ("gratuit", "gratuit"), ("payant", "payant"),
    )  # fmt: skip


# -- words --------------------------------------------------------------------------------------------------------------


def test_the_label_is_the_title_or_the_name_made_readable() -> None:
    schema = schema_of(
        {"name": "nomBeneficiaire", "type": "string"},
        {"name": "b", "type": "string", "title": " Nom  du lieu\u200b "},
        {"name": "lat_coor1", "type": "number", "title": "Latitude"},
        {"name": "long_coor1", "type": "number", "title": "Latitude"},
    )
    assert [control.label for control in controls(schema)] == [
        "Nom beneficiaire", "Nom du lieu", "Latitude (Lat coor1)", "Latitude (Long coor1)",
    ]  # fmt: skip


def test_help_that_only_repeats_the_label_is_left_out() -> None:
    assert control_of(title="Nom du lieu", description="Nom du lieu.").help == ""
    assert control_of(title="Nom", description="Le **nom** d’usage.").help == "Le **nom** d’usage."


@pytest.mark.parametrize(
    ("kind", "more", "example"),
    [
        ("date", {"example": "2024-03-12"}, "12/03/2024"),
        ("number", {"example": "12345.5"}, "12\u202f345,5"),
        (
            "string",
            {"name": "siret", "constraints": {"pattern": r"\d{14}"}, "example": "21750001600019"},
            "217 500 016 00019",
        ),
        ("string", {"example": "Ville de Saint-Rémi"}, "Ville de Saint-Rémi"),
        ("string", {}, ""),  # « texte » would teach nothing
        ("string", {"constraints": {"pattern": "[A-Z]{2}"}}, "AB"),
        ("date", {"example": "hier"}, "12/03/2024"),  # a published example that is none is not shown
        ("string", {"constraints": {"enum": ["a", "b"]}, "example": "a"}, ""),
        ("array", {"example": '["69", "01"]'}, "69 · 01"),
        ("array", {}, ""),
    ],
)
def test_the_example_is_valid_and_as_one_types_it(kind: str, more: dict[str, Any], example: str) -> None:
    assert control_of(kind, **more).example == example


def test_rules_are_said_where_they_help() -> None:
    assert control_of(constraints={"maxLength": 256}).rules == ("au plus 256 caractères",)
    assert control_of(constraints={"maxLength": 256}).max_length == 256
    assert control_of("number", constraints={"minimum": 0, "maximum": 1}).rules == ("entre 0 et 1",)
    assert control_of("integer").rules == ("nombre entier",)
    assert control_of("integer", lang="en").rules == ("whole number",)
    assert control_of("date", constraints={"minimum": "2020-01-01"}).rules == ("à partir du 01/01/2020",)
    assert control_of(constraints={"enum": ["a", "b"], "unique": True}).rules == ("sans doublon",)
    assert (
        control_of(constraints={"pattern": r"(?!x)\w+@(?<=@)"}).rules == ()
    )  # no shape, no example: nothing to say


def test_what_a_file_cannot_do_without_is_required() -> None:
    schema = schema_of({"name": "a", "type": "string"}, {"name": "b", "type": "string"}, primaryKey="a")
    assert [control.required for control in controls(schema)] == [True, False]


# -- all real schemas ----------------------------------------------------------------------------------------------------


def test_controls_are_made_once_for_a_schema_and_a_language() -> None:
    schema = schema_of({"name": "a", "type": "integer"})
    assert controls(schema) is controls(schema, "fr")
    assert controls(schema, "en") is controls(
        compile_descriptor({"fields": [{"name": "a", "type": "integer"}]}), "en-GB"
    )


@needs_corpus
def test_every_field_of_every_real_schema_has_a_control_that_teaches_what_is_right() -> None:
    kinds: Counter[str] = Counter()
    assert len(corpus_schemas()) > 200
    for _, schema in corpus_schemas():
        made = controls(schema)
        assert [control.field for control in made] == list(schema.fields)
        assert len({control.name for control in made}) == len(made)
        labels = Counter(control.label for control in made)
        assert [label for label, count in labels.items() if count > 1 or not label.strip()] == []
        for control in made:
            kinds[control.kind] += 1
            for value in control.values:
                if control.kind not in ("checkboxes",):
                    assert check_cell(control.field, value)[1] == ()
                    assert there_and_back(control, value)[1] == control.field.normalise(value)
    rare = {"json", "month"}
    assert set(kinds) >= {
        "text", "textarea", "number", "date", "datetime", "time", "year", "duration", "email", "url", "code", "radios",
        "select", "combobox", "checkboxes", "lines", "yes_no", "geopoint", "geojson",
    } - rare  # fmt: skip
