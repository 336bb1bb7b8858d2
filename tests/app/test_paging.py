"""Pages of lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paging import page_of, slice_of


@pytest.mark.parametrize(
    ("asked", "number"), [("1", 1), ("3", 3), ("4", 3), ("0", 1), ("-2", 1), ("x", 1), ("", 1), ("9" * 30, 3)]
)
def test_the_nearest_page_there_is(asked: str, number: int) -> None:
    assert page_of(asked, 95, 40).number == number


def test_words() -> None:
    assert page_of("2", 95, 40).words == "41–80 sur 95"
    assert page_of("1", 40, 40).words == ""


@given(st.integers(0, 300), st.integers(1, 50))
def test_the_pages_together_are_the_list(total: int, size: int) -> None:
    things = list(range(total))
    pages = page_of("1", total, size).pages
    joined = [thing for n in range(1, pages + 1) for thing in slice_of(things, page_of(n, total, size))]
    assert joined == things
