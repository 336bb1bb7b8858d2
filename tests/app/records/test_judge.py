"""What is kept of a row, the keys and the words that find it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.judge import (
    judge,
    keys_of,
    line_readers,
    search_query,
    shown_faults,
    word_prefix,
    words_of,
)
from schema_loader import starter
from schema_loader.compile import compile_schema
from schema_loader.messages import cell_message

SUBVENTIONS = compile_schema(starter.read("subventions"))
MIXED = compile_schema(
    json.dumps(
        {
            "missingValues": ["", "n/a"],
            "fields": [
                {"name": "texte", "type": "string", "constraints": {"maxLength": 5}},
                {"name": "nombre", "type": "number"},
                {"name": "jour", "type": "date"},
                {"name": "oui", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
                {"name": "choix", "type": "string", "constraints": {"enum": ["Un", "un", "Deux"]}},
                {"name": "an", "type": "year"},
            ],
        }
    ).encode()
)
CELLS = st.one_of(
    st.sampled_from(
        ["", "n/a", "oui", "non", "Un", "un", "Deux", "2024", "2024-03-12", "1,5", "1.50", " 3 "]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=70),
)
ROWS = st.fixed_dictionaries({field.name: CELLS for field in MIXED.fields})


def test_valid_cells_are_normalised_and_the_others_stay_as_typed() -> None:
    judged = judge(MIXED, {"nombre": "007.50", "jour": "12/03/2024", "inconnu": "x", "texte": ""})
    assert judged.cells == {"nombre": "7.50", "jour": "12/03/2024"}
    assert [error.code for error in judged.errors] == ["type-error/date"]
    assert judged.state == "to_fix"


def test_what_stands_for_nothing_is_not_kept() -> None:
    assert judge(MIXED, {"texte": "n/a", "nombre": "1"}).cells == {"nombre": "1"}


@given(ROWS)
def test_what_was_kept_is_judged_alike(row: dict[str, str]) -> None:
    judged = judge(MIXED, row, MIXED.field_names)
    again = judge(MIXED, judged.cells, MIXED.field_names)
    assert (again.cells, again.keys, again.state) == (judged.cells, judged.keys, judged.state)
    assert [error.code for error in again.errors] == [error.code for error in judged.errors]


@given(ROWS)
def test_the_keys_of_an_entry_are_those_of_an_import(row: dict[str, str]) -> None:
    judged = judge(MIXED, row, MIXED.field_names)
    words, keys = line_readers(5, MIXED, MIXED.field_names)
    for _ in range(2):  # the second time from what is remembered
        assert judged.keys == keys_of(MIXED, judged.cells, MIXED.field_names) == tuple(keys(judged.cells))
        assert sorted(set(words(judged.cells.values()))) == sorted(set(words_of(5, judged.cells.values())))


def test_a_dataset_may_have_keys_that_its_schema_has_not() -> None:
    assert keys_of(MIXED, {"texte": "a"}, ("disparu", "texte")) == ("", "a")
    _, keys = line_readers(1, MIXED, ("disparu", "texte"))
    assert keys({"texte": "a"}) == ["", "a"]


def test_words_are_folded_apart_by_dataset_and_bounded() -> None:
    assert words_of(40, ["L’École de Saint-Rémi", "école", "œuf"]) == [
        "14:l", "14:ecole", "14:de", "14:saint", "14:remi", "14:oeuf",
    ]  # fmt: skip
    assert len(words_of(1, [" ".join(f"mot{n}" for n in range(1000))])) == 300
    assert words_of(1, ["x" * 100]) == ["1:" + "x" * 40]


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_two_datasets_share_no_prefix(one: int, other: int) -> None:
    assert (word_prefix(one) == word_prefix(other)) == (one == other)
    assert not word_prefix(one)[:-1].count(":")


@pytest.mark.parametrize(
    ("sought", "query"),
    [
        ("École", "'1:ecole':*"),
        ("l’eau potable", "'1:l':* & '1:eau':* & '1:potable':*"),
        ("217 500 016 00019", "('1:21750001600019':* | '1:217':* & '1:500':* & '1:016':* & '1:00019':*)"),
        ("1 234,50", "('1:1234':* | '1:1':* & '1:234':*) & '1:50':*"),
        ("12/03/2024", "'1:12':* & '1:03':* & '1:2024':*"),
        ("'; DROP TABLE record", "'1:drop':* & '1:table':* & '1:record':*"),
        (" ·_- ", None),
        ("", None),
    ],
)
def test_what_is_sought(sought: str, query: str | None) -> None:
    assert search_query(1, sought) == query


def test_the_reasons_of_a_kept_record_are_found_again_with_those_of_its_keys() -> None:
    cells = {"montant": "douze", "dateConvention": "2024-03-12"}
    stored = [{"code": "unique-error", "field": "objet", "params": {"row": 12}}]
    found = shown_faults(SUBVENTIONS, cells, stored)
    codes = [error.code for error in found]
    assert "type-error/number" in codes
    assert "constraint-error/required" in codes
    assert codes[-1] == "unique-error"
    assert all(cell_message(error).problem for error in found)
