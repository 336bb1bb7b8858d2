"""Two versions are told apart exactly, by the numbers and the hashes of their lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publications import preview, snapshots
from app.publications.snapshots import LINE, compare
from tests.app.publications.conftest import Press

VERSIONS = st.dictionaries(st.integers(1, 40), st.integers(0, 3), max_size=30)


def lines(version: dict[int, int]) -> np.ndarray:
    return np.array(sorted(version.items()), LINE) if version else snapshots.nothing()


@given(VERSIONS, VERSIONS)
def test_the_difference_is_that_of_two_dictionaries(before: dict[int, int], after: dict[int, int]) -> None:
    old, new = lines(before), lines(after)
    found = compare(old, new)
    assert set(new["number"][found.added]) == after.keys() - before.keys()
    assert set(old["number"][found.removed]) == before.keys() - after.keys()
    changed = {number for number in before.keys() & after.keys() if before[number] != after[number]}
    assert set(new["number"][found.changed]) == changed
    assert list(old["number"][found.changed_before]) == list(new["number"][found.changed])


def test_a_preview_is_exact_whatever_the_lines_hold(press: Press) -> None:
    number = press.add("B1", 'deux\nlignes, "et" des virgules')
    press.publish()
    press.change(number, nom='deux\nlignes, "et" une virgule')
    press.add("B2", "après")
    press.trash(1)
    with press.session() as session:
        seen = preview.make(session, press.dataset)
    assert (seen.added, seen.changed, seen.removed, seen.before) == (1, 1, 1, 4)
    assert seen.examples["changed"] == [
        {
            "number": number,
            "before": {"code": "B1", "nom": 'deux\nlignes, "et" des virgules'},
            "after": {"code": "B1", "nom": 'deux\nlignes, "et" une virgule'},
        }
    ]
    assert seen.examples["removed"][0]["before"] == {"code": "A1", "nom": "École"}
    assert seen.examples["added"][0]["after"] == {"code": "B2", "nom": "après"}


def test_a_preview_holds_until_something_changes(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    whole = preview.make
    monkeypatch.setattr(preview, "make", lambda *a, **k: made.append(1) or whole(*a, **k))

    def look() -> preview.Preview:
        with press.session() as session:
            found = preview.look(session, press.dataset, account=press.account.id).preview
        assert found is not None
        return found

    assert look() == look()
    assert len(made) == 1
    press.add("B9")
    assert look().added == 4
    press.publish()
    assert look().is_same
    assert len(made) == 3
