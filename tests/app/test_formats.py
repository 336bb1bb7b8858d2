"""Values as French people write them, and as English readers do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app import formats
from app.i18n import use


@pytest.mark.parametrize(
    ("shown", "french", "english"),
    [
        (lambda: formats.number(1234567), "1 234 567", "1,234,567"),
        (lambda: formats.number(Decimal("1500")), "1 500", "1,500"),
        (lambda: formats.number(Decimal("1500"), 2), "1 500,00", "1,500.00"),
        (lambda: formats.number(12.6, 0), "13", "13"),
        (lambda: formats.number(None), "", ""),
        (lambda: formats.percent(0.634), "63 %", "63%"),
        (lambda: formats.long_date(date(2024, 3, 12)), "12 mars 2024", "March 12, 2024"),
        (lambda: formats.long_date(date(2024, 5, 1)), "1er mai 2024", "May 1, 2024"),
        (lambda: formats.short_date(date(2024, 3, 12)), "12/03/2024", "2024-03-12"),
        (lambda: formats.short_date(None), "", ""),
        (
            lambda: formats.moment(datetime(2024, 7, 1, 22, 5, tzinfo=UTC)),
            "2 juillet 2024 à 0 h 05",
            "July 2, 2024, 00:05",
        ),
        (lambda: formats.file_size(999), "999 o", "999 B"),
        (lambda: formats.file_size(1_234_567), "1,2 Mo", "1.2 MB"),
        (lambda: formats.file_size(200 * 1024 * 1024), "209,7 Mo", "209.7 MB"),
        (lambda: formats.size_limit(200 * 1024 * 1024), "200 Mo", "200 MB"),
        (lambda: formats.size_limit(2 * 1024 * 1024 * 1024), "2 Go", "2 GB"),
        (lambda: formats.size_limit(1536 * 1024), "1 536 ko", "1,536 kB"),
        (lambda: formats.size_limit(20_000_000), "20 Mo", "20 MB"),
        (lambda: formats.size_limit(1000), "1 ko", "1 kB"),
        (lambda: formats.size_limit(0), "0 o", "0 B"),
    ],
)
def test_values_are_written_as_the_reader_writes_them(shown, french: str, english: str) -> None:
    def plain(text: str) -> str:
        return text.replace("\u202f", " ").replace("\u00a0", " ")

    assert plain(shown()) == french
    with use("en"):
        assert plain(shown()) == english


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("CA DU NIORTAIS", [("CA DU NIORTAIS", "")]),
        (" a", [("␣", "(1 espace)"), ("a", "")]),
        ("CA  DU NIORTAIS ", [("CA", ""), ("␣␣", "(2 espaces)"), ("DU NIORTAIS", ""), ("␣", "(1 espace)")]),
        (
            "a\u00a0b\tc",
            [("a", ""), ("⍽", "(1 espace insécable)"), ("b", ""), ("⇥", "(1 tabulation)"), ("c", "")],
        ),
        ("a\r\n\r\nb", [("a", ""), ("↵↵", "(2 retours à la ligne)"), ("b", "")]),
        (" \n", [("␣", "(1 espace)"), ("↵", "(1 retour à la ligne)")]),
        ("a\u200bb", [("a[U+200B]b", "")]),
        ("", []),
        ("x" * 200 + " ", [("x" * 60 + "…" + "x" * 18, ""), ("␣", "(1 espace)")]),
    ],
)
def test_odd_spaces_are_seen_and_said(text: str, pieces: list[tuple[str, str]]) -> None:
    assert formats.spaced(text) == pieces


def test_a_moment_ago_and_long_ago() -> None:
    now = datetime.now(UTC)
    assert formats.ago(now) == "à l’instant"
    assert formats.ago(now - timedelta(hours=3)) == "il y a 3 heures"
    assert formats.ago(datetime(2024, 3, 12, tzinfo=UTC)) == "12 mars 2024"


@pytest.mark.parametrize(
    ("value", "grouped"),
    [
        ("21750001600019", "217 500 016 00019"),
        ("217 500 016 00019", "217 500 016 00019"),
        ("217500016", "217 500 016"),
        ("FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189"),
        ("2175000160001", "2175000160001"),  # 13 digits: not a SIRET, shown as it is
        ("75056", "75056"),
        ("", ""),
        (None, ""),
    ],
)
def test_codes_are_grouped_for_reading(value: str | None, grouped: str) -> None:
    assert formats.grouped_code(value) == grouped
