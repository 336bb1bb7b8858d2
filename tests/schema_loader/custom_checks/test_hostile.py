"""Texts that nobody types by chance: every check answers, quickly, and keeps nothing of them."""

from __future__ import annotations

import time

import pytest

from schema_loader.custom_checks import CHECKS, for_columns
from schema_loader.custom_checks.memo import LENGTH, SIZE, memoised
from tests.schema_loader.custom_checks.declared import schema_with

PARAMS = {
    "column": "a",
    "columns": ["b"],
    "column2": "b",
    "op": ">",
    "othercolumns": ["b"],
    "column1": "a",
    "cog": "2024",
}
TEXTS = [
    "Mo," * 100_000, "(" * 100_000, "0" * 500_000, "é" * 500_000, " " * 500_000, "A" + " a" * 200_000, "finances locales" * 30_000,
    "Mo 08:00-12:00;" * 20_000, "1e999999999", "-1e999999999", "NaN", "sNaN", "\x00", "\ud800", "",
]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "french-gps-coordinates"])
def test_every_check_answers_any_text_in_time(name: str) -> None:
    schema = schema_with(name, PARAMS, {"a": "string", "b": "string"})
    (check,) = for_columns(schema, schema.fields)
    start = time.process_time()
    for text in TEXTS:
        list(check.faults({"a": text, "b": "1"}))
        list(check.faults({"a": "1", "b": text}))
    assert time.process_time() - start < 10  # seconds; a second or two is usual


def test_verdicts_are_remembered_for_short_texts_alone() -> None:
    asked: list[str] = []

    @memoised
    def judge(text: str, more: int = 0) -> int:
        asked.append(text)
        return len(text) + more

    long = "x" * (LENGTH + 1)
    assert [judge("a"), judge("a"), judge("a", 1), judge(long), judge(long)] == [
        1,
        1,
        2,
        LENGTH + 1,
        LENGTH + 1,
    ]
    assert asked == ["a", "a", long, long]
    for number in range(SIZE + 1):  # the oldest verdict gives way
        judge(str(number))
    judge("a")
    assert asked.count("a") == 3
