"""Keys of portals at rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publications.secrets import Sealer, Unreadable, hint, sealer
from app.settings import get_settings

OLD, NEW = "o" * 40, "n" * 40
PLACE = "establishment 3, portal 12"


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_what_is_sealed_is_opened(text: str) -> None:
    one = Sealer(NEW)
    sealed = one.seal(text, PLACE)
    assert one.open(sealed, PLACE) == text
    assert sealed.isascii() and sealed.isprintable()


def test_a_seal_tells_nothing_and_no_two_are_alike() -> None:
    one = Sealer(NEW)
    first, second = one.seal("the-key-of-a-clerk", PLACE), one.seal("the-key-of-a-clerk", PLACE)
    assert first != second
    assert "clerk" not in first and NEW not in first


def test_it_opens_only_where_it_was_kept() -> None:
    one = Sealer(NEW)
    with pytest.raises(Unreadable):
        one.open(one.seal("k", PLACE), "establishment 4, portal 12")


@given(st.integers(min_value=0, max_value=70))
def test_a_changed_letter_is_noticed(place: int) -> None:
    one = Sealer(NEW)
    sealed = one.seal("k" * 20, PLACE)
    place %= len(sealed)
    other = "A" if sealed[place] != "A" else "B"
    with pytest.raises(Unreadable):
        one.open(sealed[:place] + other + sealed[place + 1 :], PLACE)


@pytest.mark.parametrize(
    "sealed", ["", "a", "s1.x", "s1.00000000.AAAA", "s2.a.b", "s1.é.à", "....", "s1..", "\x00"]
)
def test_what_is_no_seal_is_unreadable(sealed: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Sealer(NEW).open(sealed, PLACE)
    assert "Collez-la à nouveau" in caught.value.text("fr")


def test_a_secret_is_changed_without_losing_the_keys() -> None:
    before = Sealer(OLD).seal("k", PLACE)
    with pytest.raises(Unreadable):
        Sealer(NEW).open(before, PLACE)
    turning = Sealer(NEW, [OLD])
    assert turning.open(before, PLACE) == "k"
    assert turning.is_stale(before)
    after = turning.seal(turning.open(before, PLACE), PLACE)
    assert not turning.is_stale(after)
    assert Sealer(NEW).open(after, PLACE) == "k"


def test_the_secrets_are_those_of_the_settings(data_dir, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sealer().seal("k", PLACE)
    assert sealer().open(before, PLACE) == "k"
    monkeypatch.setenv("TABELLION_PREVIOUS_SECRET_KEY", get_settings().secret())
    monkeypatch.setenv("TABELLION_SECRET_KEY", NEW)
    get_settings.cache_clear()
    try:
        assert sealer().open(before, PLACE) == "k"
        assert sealer().is_stale(before)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_a_hint_tells_one_key_from_another_and_no_more() -> None:
    assert hint("0123456789abcdef") == "…cdef"
    assert hint("short") == "…"
