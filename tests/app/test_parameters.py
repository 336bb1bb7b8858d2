"""What programs say: taken as it is written, or refused by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parameters import ParameterRefused, refuse_nul, shown, whole_number


@pytest.mark.parametrize(("text", "found"), [("1", 1), ("007", 7), ("1000", 1000)])
def test_a_number_is_read(text: str, found: int) -> None:
    assert whole_number("taille", text, 1, 1000, example=25) == found


@pytest.mark.parametrize(
    "text", ["0", "000", "-1", "1001", "1.5", "abc", "", " 1", "²", "٣", "1e3", "9" * 5000]
)
def test_anything_else_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(ParameterRefused) as refused:
        whole_number("taille", text, 1, 1000, example=25)
    words = refused.value.text("fr").replace("\xa0", " ").replace("\u202f", " ")
    assert "« taille »" in words
    assert "de 1 à 1 000" in words
    assert "taille=25" in words
    assert len(words) < 250


@given(st.text())
def test_what_is_repeated_stays_in_one_short_line(text: str) -> None:
    assert len(shown(text)) <= 51
    assert shown(text).isprintable()


def test_a_text_with_the_sign_nul_is_refused_by_its_name() -> None:
    refuse_nul("schema", "scdl/deliberations")
    with pytest.raises(ParameterRefused) as refused:
        refuse_nul("schema", "a\0b")
    assert "schema" in refused.value.text("fr")
