"""Search and sorting without accents: the same in Python and in the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from app.folding import fold, fold_email, like_pattern

FRENCH = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ0123456789 '’-_%\\/.,()"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("École", "ecole"),
        ("ŒUVRE", "oeuvre"),
        ("et cætera", "et caetera"),
        ("L’Haÿ-les-Roses", "l'hay-les-roses"),
    ],
)
def test_accents_and_case_are_gone(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(alphabet=FRENCH))
def test_the_database_folds_alike(owner_engine: Engine, typed: str) -> None:
    with owner_engine.connect() as connection:
        assert connection.execute(text("SELECT app.fold(:typed)"), {"typed": typed}).scalar() == fold(typed)


@given(st.text())
def test_folding_twice_changes_nothing(typed: str) -> None:
    assert fold(fold(typed)) == fold(typed)


@given(st.text(alphabet=FRENCH), st.text(alphabet=FRENCH), st.text(alphabet=FRENCH))
def test_what_is_typed_is_found_as_it_is(owner_engine: Engine, before: str, typed: str, after: str) -> None:
    """No character of what a person types is a wildcard."""
    with owner_engine.connect() as connection:
        found = connection.execute(
            text(
                r"SELECT app.fold(:whole) LIKE :pattern ESCAPE '\', app.fold(:other) LIKE :pattern ESCAPE '\'"
            ),
            {"whole": before + typed + after, "other": before + "~" + after, "pattern": like_pattern(typed)},
        ).one()
    assert found[0]
    assert found[1] == (fold(typed) in fold(before + "~" + after))


def test_names_sort_as_people_look_for_them() -> None:
    assert sorted(["Zoo", "eau", "École", "Abbé"], key=fold) == ["Abbé", "eau", "École", "Zoo"]


def test_an_address_is_known_however_it_is_typed() -> None:
    assert fold_email("  Ada.Lovelace@Exemple.FR ") == "ada.lovelace@exemple.fr"
    assert fold_email("e\u0301@exemple.fr") == "é@exemple.fr"
