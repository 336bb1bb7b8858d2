"""Slow patterns: what they cost in all is bounded, and patterns that are quick keep their verdict."""

from __future__ import annotations

import json
import time
from contextvars import Context, copy_context

import numpy as np
import pyarrow as pa
import pytest

from schema_loader import patience
from schema_loader.bulk import Batch, BulkTableCheck
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.patience import PatternTimeout, losses, patient
from schema_loader.patterns import compile_pattern

HOSTILE = r"(?=(a+))(a|a)+\2x"
"""Takes 0.8 s for 22 letters, twice that for each letter more."""
TWICE = r"(a+)\1"


def slow_text(number: int) -> str:
    return "a" * (60 + number)


def schema_of(*patterns: str):
    fields = [
        {"name": f"c{n}", "type": "string", "constraints": {"pattern": pattern}}
        for n, pattern in enumerate(patterns)
    ]
    return compile_schema(json.dumps({"name": "lent", "fields": fields}).encode())


def spent(work) -> tuple[float, object]:
    """The seconds of CPU that a piece of work takes in a context of its own, and what it gives."""
    begun = time.process_time()
    found = Context().run(work)
    return time.process_time() - begun, found


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of every limit."""
    for name in ("TIME_LIMIT", "SHORT_LIMIT", "LOST", "MUCH_LOST", "MOST_LOST"):
        monkeypatch.setattr(patience, name, getattr(patience, name) / 5)


def test_a_file_of_slow_texts_is_judged_in_seconds_and_each_is_refused() -> None:
    schema = schema_of(HOSTILE)
    column = pa.array([slow_text(n) for n in range(60)])
    batch = Batch([column], np.arange(2, 62))
    seconds, errors = spent(lambda: list(BulkTableCheck(schema, ["c0"], lambda: [batch])))
    assert seconds < 5  # with the limit on one text alone: 60
    assert [error.code for error in errors] == ["constraint-error/pattern"] * 60


@pytest.mark.usefixtures("hurried")
def test_many_slow_patterns_are_bounded_together() -> None:
    schema = schema_of(*[f"{HOSTILE}{n}" for n in range(150)])
    row = [slow_text(n) for n in range(150)]
    seconds, errors = spent(lambda: list(check_table(schema, [f"c{n}" for n in range(150)], [row])))
    assert seconds < 3  # each alone may lose 0.6
    assert len(errors) == 150


@pytest.mark.usefixtures("hurried")
def test_a_quick_pattern_beside_one_that_is_given_up_keeps_its_verdict() -> None:
    schema = schema_of(HOSTILE, TWICE)
    rows = [[slow_text(n), "aa" if n % 2 else "b"] for n in range(400)]
    seconds, errors = spent(lambda: list(check_table(schema, ["c0", "c1"], rows)))
    assert seconds < 3
    assert sum(error.field_name == "c0" for error in errors) == 400
    assert [error.row_number for error in errors if error.field_name == "c1"] == list(range(2, 402, 2))


@pytest.mark.usefixtures("hurried")
def test_a_few_slow_texts_leave_the_others_of_their_column_right() -> None:
    schema = schema_of(f"(?:{HOSTILE}|b)")
    rows = [[slow_text(n)] for n in range(5)] + [["b"]] * 10 + [["c"]]
    errors = Context().run(lambda: list(check_table(schema, ["c0"], rows)))
    assert [error.row_number for error in errors] == [2, 3, 4, 5, 6, 17]


def test_a_text_that_was_late_is_not_tried_again() -> None:
    matches = compile_pattern(HOSTILE).matches

    def twice() -> float:
        with pytest.raises(PatternTimeout):
            matches(slow_text(0))
        begun = time.process_time()
        with pytest.raises(PatternTimeout):
            matches(slow_text(0))
        return time.process_time() - begun

    assert Context().run(twice) < 0.1


class Late:
    """An engine that is late for every text but ``quick``, at once; it notes what it was asked."""

    def __init__(self) -> None:
        self.limits: list[float] = []

    def __call__(self, text: str, *, timeout: float) -> object:
        self.limits.append(timeout)
        if text != "quick":
            raise TimeoutError
        return text


def refused(matches, count: int) -> int:
    """How many of so many other texts are refused as late."""
    late = 0
    for number in range(count):
        try:
            matches(str(number))
        except PatternTimeout:
            late += 1
    return late


def test_the_limit_shrinks_until_the_pattern_is_given_up() -> None:
    engine = Late()
    matches = patient("p", engine)

    def work() -> None:
        assert matches("quick")
        assert engine.limits == [patience.QUICK]
        assert refused(matches, 5_000) == 5_000
        assert engine.limits.count(patience.TIME_LIMIT) == 3
        assert patience.MOST_LOST <= losses().lost < patience.MOST_LOST + 0.1
        asked = len(engine.limits)
        with pytest.raises(PatternTimeout):
            matches("quick")
        assert len(engine.limits) == asked
        assert patient("q", engine)("quick"), "another pattern is not given up"

    Context().run(work)


def test_a_minute_later_and_in_another_context_all_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    matches = patient("p", Late())

    def work() -> None:
        assert refused(matches, 5_000) == 5_000
        assert Context().run(matches, "quick")
        with pytest.raises(PatternTimeout):
            copy_context().run(matches, "quick")
        now = time.monotonic()
        monkeypatch.setattr(patience.time, "monotonic", lambda: now + patience.WINDOW)
        assert matches("quick")
        assert losses().lost == 0
        assert refused(matches, 1) == 1

    Context().run(work)


def test_texts_that_are_slow_but_in_time_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000_000))
    asked: list[float] = []

    def engine(_: str, *, timeout: float) -> object:
        asked.append(timeout)
        if timeout < patience.TIME_LIMIT:
            raise TimeoutError
        return "found"

    monkeypatch.setattr(patience.time, "thread_time", lambda: next(clock) * 0.5)
    late = Context().run(refused, patient("p", engine), 100)
    assert late == 80, "ten seconds of half a second each are let pass"
    assert asked.count(patience.SHORT_LIMIT) > 0
