"""What a request asks of a file, header by header."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publications.public.files.conditions import (
    Part,
    Validators,
    chosen_encoding,
    is_known,
    is_refused,
    part_of,
)

HELD = Validators('"abc"', datetime(2026, 3, 12, 9, 30, 15, tzinfo=UTC))
DAY = "Thu, 12 Mar 2026 09:30:15 GMT"
OFFERED = ["zstd", "gzip"]


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0.5", "gzip"),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("br", ""),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("gzip;q=beaucoup", ""),
    ],
)
def test_the_encoding_is_the_best_that_both_know(accepted: str | None, chosen: str) -> None:
    assert chosen_encoding(accepted, OFFERED) == chosen


def test_nothing_is_encoded_where_there_is_no_encoded_form() -> None:
    assert chosen_encoding("gzip", []) == ""


def test_the_day_is_written_as_http_writes_it() -> None:
    assert HELD.last_modified == DAY
    assert Validators.of("ab", "gzip", HELD.modified).etag == '"ab-gzip"'


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": '"abc"'}, True),
        ({"if-none-match": 'W/"abc"'}, True),
        ({"if-none-match": '"x", "abc"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"', "if-modified-since": DAY}, False),
        ({"if-modified-since": DAY}, True),
        ({"if-modified-since": "Fri, 13 Mar 2026 09:30:15 GMT"}, False),  # an older version is current again
        ({"if-modified-since": "hier"}, False),
    ],
)
def test_who_has_it_already(headers: dict[str, str], known: bool) -> None:
    assert is_known(headers, HELD) is known


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"if-match": '"abc"'}, False),
        ({"if-match": "*"}, False),
        ({"if-match": '"x"'}, True),
        ({"if-match": 'W/"abc"'}, True),
        ({"if-unmodified-since": DAY}, False),
        ({"if-unmodified-since": "Wed, 11 Mar 2026 09:30:15 GMT"}, True),
    ],
)
def test_who_wants_another_state(headers: dict[str, str], refused: bool) -> None:
    assert is_refused(headers, HELD) is refused


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-200", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=100-", Part.unsatisfiable),
        ("bytes=-0", Part.unsatisfiable),
        ("bytes=9-2", Part.whole),
        ("bytes=0-1,5-6", Part.whole),
        ("lignes=0-9", Part.whole),
        ("bytes=-", Part.whole),
        ("", Part.whole),
    ],
)
def test_a_part_is_read_as_http_says(asked: str, part: object) -> None:
    assert part_of({"range": asked}, HELD, 100) == part


@pytest.mark.parametrize(
    ("condition", "is_part"),
    [
        ('"abc"', True),
        ('W/"abc"', False),
        ('"x"', False),
        (DAY, True),
        ("Fri, 13 Mar 2026 09:30:15 GMT", False),
    ],
)
def test_a_part_of_another_state_is_the_whole(condition: str, is_part: bool) -> None:
    found = part_of({"range": "bytes=0-9", "if-range": condition}, HELD, 100)
    assert found == ((0, 10) if is_part else Part.whole)


@given(st.text(max_size=60), st.integers(0, 1000))
def test_no_text_breaks_the_reading(text: str, size: int) -> None:
    for name in ("range", "if-none-match", "if-match", "if-modified-since", "if-range"):
        headers = {"range": "bytes=0-9", name: text}
        is_known(headers, HELD)
        is_refused(headers, HELD)
        found = part_of(headers, HELD, size)
        if not isinstance(found, Part):
            assert 0 <= found[0] < found[1] <= size
    assert chosen_encoding(text, OFFERED) in {"", *OFFERED}
