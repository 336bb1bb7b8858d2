"""Communes, départements, regions, countries and postal codes."""

from __future__ import annotations

import pytest

from schema_loader.custom_checks import cog
from tests.schema_loader.custom_checks.declared import of_value, schema_with, warnings

RIGHT = {
    "numero-departement": ["01", "2A", "75", "971", "976", "988"],
    "departement": ["Vienne", "Val-d'Oise", "La Réunion", "Corse-du-Sud"],
    "code-region": ["01", "11", "75", "94"],
    "region": ["Île-de-France", "Provence-Alpes-Côte d'Azur", "Corse"],
    "pays": ["France", "Allemagne", "Corée du Sud", "Côte d’Ivoire", "Kosovo", "Nigéria"],
    "code-pays-iso2": ["FR", "DE", "SS"],
    "code-pays-iso3": ["FRA", "DEU", "SSD"],
    "code-postal": ["86000", "01000", "20200", "97100", "98800"],
    "code-commune-insee": ["86194", "2A004", "97105", "75101"],
    "commune": ["Poitiers", "L'Haÿ-les-Roses", "Paris 1er Arrondissement", "Y", "Œting"],
    "canton": ["Poitiers-1", "Bourg-en-Bresse-2"],
}


@pytest.mark.parametrize(
    ("check", "text"), [(check, text) for check, texts in RIGHT.items() for text in texts]
)
def test_a_place_passes(check: str, text: str) -> None:
    assert of_value(check, text, cog="2024") is None


@pytest.mark.parametrize(
    ("check", "text", "reason", "meant"),
    [
        ("numero-departement", "1", "unknown", ""),
        ("numero-departement", "2a", "case", "2A"),
        ("numero-departement", "20", "unknown", ""),
        ("departement", "VIENNE", "case", "Vienne"),
        ("departement", "Val-d’Oise", "case", "Val-d'Oise"),
        ("departement", "Réunion", "unknown", "La Réunion"),
        ("departement", "Yorkshire", "unknown", ""),
        ("code-region", "22", "unknown", ""),
        ("region", "Ile-de-France", "case", "Île-de-France"),
        ("region", "Picardie", "unknown", ""),
        ("pays", "FRANCE", "case", "France"),
        ("pays", "Alemagne", "unknown", "Allemagne"),
        ("code-pays-iso2", "fr", "case", "FR"),
        ("code-pays-iso2", "UK", "unknown", ""),
        ("code-pays-iso3", "ZZZ", "unknown", ""),
    ],
)
def test_a_place_out_of_the_list_says_what_was_meant(check: str, text: str, reason: str, meant: str) -> None:
    error = of_value(check, text, cog="2024")
    assert error is not None
    assert (error.code, error.params) == (f"custom-check-error/{check}", {"reason": reason, "meant": meant})


@pytest.mark.parametrize(
    ("check", "text", "reason"),
    [
        ("code-postal", "8600", "form"),
        ("code-postal", "00100", "form"),
        ("code-postal", "96000", "form"),
        ("code-postal", "86 000", "form"),
        ("code-commune-insee", "1001", "form"),
        ("code-commune-insee", "20004", "form"),
        ("code-commune-insee", "2a004", "form"),
        ("commune", "86194", "form"),
        ("commune", "Poitiers ", "form"),
        ("commune", "POITIERS", "case"),
        ("commune", "poitiers", "case"),
        ("canton", "8613", "form"),
        ("canton", "poitiers-1", "case"),
    ],
)
def test_a_place_of_the_wrong_form_fails(check: str, text: str, reason: str) -> None:
    error = of_value(check, text, cog="2024")
    assert error is not None
    assert (error.code, error.params) == (f"custom-check-error/{check}", {"reason": reason})


@pytest.mark.parametrize("check", ["code-postal", "code-commune-insee", "commune", "canton"])
def test_the_schema_is_told_where_the_form_alone_is_checked(check: str) -> None:
    schema = schema_with(check, {"column": "a", "cog": "2024"}, {"a": "string"})
    assert warnings(schema) == [("check-by-form-only", "", {"check": check})]


@pytest.mark.parametrize(
    ("year", "reason"), [(None, "missing"), ("2022", "unknown-year"), ("2024", ""), ("latest", "")]
)
def test_a_list_without_a_known_year_is_that_of_2024(year: str | None, reason: str) -> None:
    params = {} if year is None else {"cog": year}
    schema = schema_with("code-region", {"column": "a", **params}, {"a": "string"})
    expected = {"check": "code-region", "param": "cog", "reason": reason, "runs": True}
    assert warnings(schema) == ([("check-misdeclared", "", expected)] if reason else [])
    assert of_value("code-region", "84", **params) is None
    assert of_value("code-region", "82", **params) is not None


def test_the_tables_are_whole() -> None:
    assert len(cog.REGIONS) == 18
    assert len(cog.DEPARTEMENTS) == 101 + 8
    assert set(cog.DEPARTEMENTS) >= {f"{n:02}" for n in range(1, 96) if n != 20}


@pytest.mark.parametrize("check", ["code-postal", "code-region", "code-commune-insee"])
def test_a_number_is_never_a_code_that_may_start_with_zero(check: str) -> None:
    error = of_value(check, "11", "integer", cog="2024")
    assert error is not None and error.params == {"reason": "not-text"}
