"""Codes in groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.codes import RNA, SIREN, SIRET, compact, grouped


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("21750001600019", SIRET, "217 500 016 00019"), ("217500016", SIREN, "217 500 016"), ("W751212517", RNA, "W 751 212 517"),
        ("2175000160001", SIRET, "2175000160001"), ("2175000160001?", SIRET, "2175000160001?"), ("", SIRET, ""),
    ],
)  # fmt: skip
def test_a_whole_code_is_grouped_and_another_text_left_alone(text: str, code: object, shown: str) -> None:
    assert grouped(text, code) == shown  # type: ignore[arg-type]


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_groups_are_only_for_the_eye(text: str) -> None:
    assert compact(grouped(text, SIRET)) == text
