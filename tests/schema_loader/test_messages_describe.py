"""A field's rules in words, as a reference sheet and ``schema show`` print them."""

from __future__ import annotations

from typing import Any

import pytest

from schema_loader.compile import compile_descriptor
from schema_loader.messages import describe_field, type_in_words


def told(lang: str = "fr", **descriptor: Any) -> list[str]:
    field = compile_descriptor({"fields": [{"name": "a", **descriptor}]}).fields[0]
    return [phrase.replace("\u00a0", " ").replace("\u202f", " ") for phrase in describe_field(field, lang)]


@pytest.mark.parametrize(
    ("descriptor", "french", "english"),
    [
        ({}, "texte", "text"),
        ({"format": "email"}, "adresse électronique", "email address"),
        ({"format": "uri"}, "adresse web", "web address"),
        ({"type": "number"}, "nombre", "number"),
        ({"type": "number", "decimalChar": ","}, "nombre (« , » pour les décimales)", "number (“,” for decimals)"),
        ({"type": "integer"}, "nombre entier", "whole number"),
        ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, "« oui » ou « non »", "“oui” or “non”"),
        ({"type": "date"}, "date (AAAA-MM-JJ)", "date (YYYY-MM-DD)"),
        ({"type": "date", "format": "%d/%m/%Y"}, "date (JJ/MM/AAAA)", "date (DD/MM/YYYY)"),
        ({"type": "date", "format": "any"}, "date, dans l’écriture de votre choix", "date, written in any way"),
        ({"type": "date", "format": "%d %B %Y"}, "date", "date"),
        ({"type": "time"}, "heure (HH:MM:SS)", "time (HH:MM:SS)"),
        ({"type": "datetime"}, "date et heure (comme 2024-03-12T14:30:00)", "date and time (like 2024-03-12T14:30:00)"),
        ({"type": "year"}, "année (4 chiffres)", "year (4 digits)"),
        ({"type": "array"}, "liste JSON", "JSON list"),
        ({"type": "array", "arrayItem": {"type": "integer"}}, "liste JSON ; chaque élément : nombre entier", "JSON list; each item: whole number"),
        ({"type": "list", "delimiter": ";"}, "liste séparée par « ; » ; chaque élément : texte", "list separated by “;”; each item: text"),
        ({"type": "geopoint"}, "point géographique (longitude,latitude)", "geographic point (longitude,latitude)"),
        ({"type": "geojson"}, "géométrie (GeoJSON)", "geometry (GeoJSON)"),
        ({"type": "any"}, "valeur libre", "any value"),
    ],
)  # fmt: skip
def test_the_type_comes_first(descriptor: dict[str, Any], french: str, english: str) -> None:
    assert told(**descriptor)[0] == french
    assert told("en", **descriptor)[0] == english


@pytest.mark.parametrize(
    ("descriptor", "rules"),
    [
        ({"constraints": {"required": True, "unique": True}}, ["obligatoire", "sans doublon"]),
        ({"constraints": {"maxLength": 256}}, ["facultatif", "au plus 256 caractères"]),
        ({"constraints": {"minLength": 1}}, ["facultatif", "au moins 1 caractère"]),
        ({"constraints": {"minLength": 3, "maxLength": 3}}, ["facultatif", "3 caractères"]),
        ({"type": "array", "constraints": {"minLength": 1, "maxLength": 3}}, ["facultatif", "de 1 à 3 éléments"]),
        ({"type": "number", "constraints": {"minimum": 0, "maximum": 1}}, ["facultatif", "entre 0 et 1"]),
        ({"type": "number", "constraints": {"minimum": 1234.5}}, ["facultatif", "au moins 1 234,5"]),
        ({"type": "integer", "constraints": {"exclusiveMinimum": 0, "maximum": 9}}, ["facultatif", "au plus 9 et plus de 0"]),
        ({"type": "date", "constraints": {"minimum": "2020-01-01", "maximum": "2024-12-31"}}, ["facultatif", "du 01/01/2020 au 31/12/2024"]),
        ({"type": "year", "constraints": {"minimum": 2000}}, ["facultatif", "à partir de 2000"]),
        ({"constraints": {"pattern": r"^\d{14}$"}}, ["facultatif", "14 chiffres"]),
        ({"constraints": {"pattern": r"^(\w+) \1$"}}, ["facultatif", "de la même forme que l’exemple"]),
        ({"constraints": {"enum": ["a", "b"]}}, ["facultatif", "une valeur parmi : « a » et « b »"]),
        ({"missingValues": ["", "NA"]}, ["facultatif", "valeur absente : « NA »"]),
        ({"type": "array", "arrayItem": {"constraints": {"enum": ["a"]}}}, ["facultatif", "pour chaque élément : une valeur parmi : « a »"]),
    ],
)  # fmt: skip
def test_then_come_the_rules(descriptor: dict[str, Any], rules: list[str]) -> None:
    assert told(**descriptor)[1:] == rules


def test_many_choices_are_cut_at_the_number_asked_for() -> None:
    field = compile_descriptor({"fields": [{"name": "a", "constraints": {"enum": list("abcdefgh")}}]}).fields[
        0
    ]
    assert describe_field(field, "en", max_choices=3)[-1] == "one of: “a”, “b”, “c” and 5 others"
    assert describe_field(field, "en", max_choices=8)[-1].count("“") == 8


def test_a_type_alone_can_be_named() -> None:
    field = compile_descriptor({"fields": [{"name": "a", "type": "integer"}]}).fields[0]
    assert (type_in_words(field.type), type_in_words(field.type, "en")) == ("nombre entier", "whole number")
