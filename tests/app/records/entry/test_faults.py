"""Errors of a row as its form says them."""

from __future__ import annotations

import pytest

from app.records.entry.faults import in_words
from schema_loader.check import check_row
from schema_loader.compile import compile_descriptor

SCHEMA = compile_descriptor(
    {
        "fields": [
            {"name": "siret", "title": "SIRET", "constraints": {"pattern": r"^\d{14}$"}},
            {"name": "nom"},
        ],
        "custom_checks": [{"name": "french-siret-value", "params": {"column": "siret"}}],
    }
)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("217500016", "est un numéro SIREN ; il faut un SIRET."),
        ("1810086080001", "compte 13 chiffres ; il en faut 14."),
        ("21750001600018", "son chiffre de contrôle ne correspond pas."),
    ],
)
def test_a_siret_is_told_wrong_once(typed: str, wrong: str) -> None:
    (told,) = in_words(SCHEMA, check_row(SCHEMA, {"siret": typed, "nom": "x"})).all
    assert told.problem.replace("\u202f", " ").replace("\xa0", " ").endswith(wrong)


def test_a_form_alone_is_told_where_no_check_says_more() -> None:
    schema = compile_descriptor({"fields": [{"name": "code", "constraints": {"pattern": r"^\d{4}$"}}]})
    assert len(in_words(schema, check_row(schema, {"code": "12"})).all) == 1
