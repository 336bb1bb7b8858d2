"""What people type to find a schema."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.words import MAX_TERMS, terms
from app.folding import fold


def finds(typed: str, text: str) -> bool:
    """Whether every word typed is found, as PostgreSQL would (``\\m`` and ``\\M`` are the edges of words)."""
    found = terms(typed)
    patterns = [term.pattern.replace(r"\m", r"\b").replace(r"\M", r"\b") for term in found]
    return bool(found) and all(re.search(pattern, fold(text)) for pattern in patterns)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("deliberation", "Délibérations"),
        ("DÉLIBÉRATIONS", "une délibération"),
        ("journal", "les journaux"),
        ("journaux", "un journal"),
        ("bureaux", "bureau de vote"),
        ("jeux", "jeu de données"),
        ("cheval", "les chevaux"),
        ("ecole", "les écoles"),
        ("taxes", "la taxe"),
        ("oeuvre", "Œuvres d’art"),
        ("l'eau", "eau potable"),
        ("je veux saisir mes subventions aux clubs", "saisir : subventions, club"),
        ("PV", "p.v. ou PV"),
        ("délib", "délibérations"),
        ("crèche d’été", "crèches, été"),
    ],
)
def test_accents_case_and_plurals_are_forgiven(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("eau", "bureau, tableau"), ("plat", "complat"), ("age", "page"), ("erp", "interprète")],
)
def test_a_short_word_is_no_part_of_another(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_small_words_alone_seek_nothing() -> None:
    assert terms("de la") == []
    assert terms("?!") == []
    assert terms("") == []


def test_a_word_counts_once() -> None:
    assert [term.word for term in terms("école écoles ÉCOLE")] == ["ecole"]


@given(st.text(max_size=300))
def test_any_text_makes_patterns_that_compile(text: str) -> None:
    found = terms(text)
    assert len(found) <= MAX_TERMS
    for term in found:
        assert re.fullmatch(r"\\m\w+(\(s\|x\|es\)\?\\M)?", term.pattern)
