"""How often, and when the next update is due."""

from __future__ import annotations

from datetime import date

import pytest

from app.publications.frequencies import FREQUENCIES, UNKNOWN, frequency, next_due
from app.publications.licences import LICENCES, licence


@pytest.mark.parametrize(
    ("key", "last", "due"),
    [
        ("annual", date(2024, 2, 29), date(2025, 2, 28)),
        ("quarterly", date(2025, 11, 30), date(2026, 2, 28)),
        ("monthly", date(2026, 1, 31), date(2026, 2, 28)),
        ("weekly", date(2026, 1, 1), date(2026, 1, 8)),
        ("daily", date(2026, 1, 1), date(2026, 1, 2)),
        ("hourly", date(2026, 1, 1), date(2026, 1, 2)),
        ("punctual", date(2026, 1, 1), None),
        ("irregular", date(2026, 1, 1), None),
        ("continuous", date(2026, 1, 1), None),
        ("unknown", date(2026, 1, 1), None),
        ("of another portal", date(2026, 1, 1), None),
    ],
)
def test_the_next_update_is_due_on_a_calendar(key: str, last: date, due: date | None) -> None:
    assert next_due(last, key) == due


def test_each_is_known_by_its_key_and_has_its_word() -> None:
    assert all(frequency(key).key == key for key in FREQUENCIES)
    assert frequency("?") is UNKNOWN
    assert len({one.text() for one in FREQUENCIES.values()}) == len(FREQUENCIES)


def test_each_licence_has_an_address_and_a_name() -> None:
    assert all(one.uri.startswith("http") and one.text() for one in LICENCES.values())
    assert licence("lov2") is LICENCES["lov2"]
    assert licence("?") is None
