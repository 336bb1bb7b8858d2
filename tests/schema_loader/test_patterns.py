"""Patterns: the verdict of Python's ``re`` whatever the engine, and no text that can make one slow."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.examples import made_from
from schema_loader.patterns import PatternInvalid, _escape_ranges, compile_pattern
from tests.corpus import corpus_files, needs_corpus

ODD = [
    "a|b", "^a|b$", "(a$|b)", "x$|y", r"\d+", r"[^a]\n", r"^\s*\w+$", "a{2,3}|(?:^|,)b+", ".", "", r"a\Z", r"[^\d]", r"[\w-]+",
    r"(?:a|b)*c", r"\W\D\S", r"é+|[à-ü]*", r"a{0}", r"(a|)+b", r"[]]", r"\x41\u00C0", r"(?:(?:^|\|)(a|b))+", ".*", "(?:$)", r"a+?b*?",
]  # fmt: skip
TEXT = st.text(st.sampled_from("ab01,|éÀ \n_-٢ⅷ.]x") | st.characters(exclude_categories=["Cs"]), max_size=10)


def real_patterns() -> list[str]:
    found = set()
    for path in corpus_files("schemas/*.json"):
        for field in json.loads(path.read_text("utf-8-sig"))["fields"]:
            pattern = (field.get("constraints") or {}).get("pattern")
            if isinstance(pattern, str):
                found.add(pattern)
    return sorted(found)


PATTERNS = [*ODD, *real_patterns()]


@given(st.sampled_from(PATTERNS), TEXT, st.booleans())
def test_every_engine_says_what_re_says(pattern: str, text: str, near: bool) -> None:
    if near:
        text = (made_from(pattern, len(text)) or "") + text
    # what the patterns are made of comes back in the texts, cut at random places
    for candidate in (text, text[1:], text + "\n", pattern[: len(text) * 3]):
        assert compile_pattern(pattern).matches(candidate) == (
            re.match(f"^{pattern}$", candidate) is not None
        )


@pytest.mark.parametrize("escape", [r"\d", r"\s", r"\w"])
def test_classes_are_written_out_whole(escape: str) -> None:
    ranges = _escape_ranges(escape)
    written = {code for low, high in ranges for code in range(low, high + 1)}
    assert written == {match.start() for match in re.finditer(escape, "".join(map(chr, range(0x110000))))}


@needs_corpus
def test_real_patterns_are_nearly_all_safe_by_their_engine() -> None:
    engines = [compile_pattern(pattern).engine for pattern in real_patterns()]
    # the rest has back-references, which no linear engine knows
    assert engines.count("regex") <= 6
    assert engines.count("re") >= 20


@pytest.mark.parametrize(
    ("pattern", "engine"),
    [(r"^\d{14}$", "re"), (r"a|b", "re"), (r"(a+)+$", "re2"), (r"a*b*c*", "re2"), (r"(a)\1", "regex"), ("(?i:a)", "regex"),
     (r"(?=a)a", "regex"), (r"\ba", "re"), (r"\ba+b+", "regex"), ("(a?){40}a{40}", "re2"), ("(?:a|a){30}b", "re2")],
)  # fmt: skip
def test_the_engine_is_the_first_that_is_safe(pattern: str, engine: str) -> None:
    assert compile_pattern(pattern).engine == engine


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a{2,1}", "*", r"\8", "(?P<a>x)(?P<a>y)", "(?i)a", "a" * 20_001, "a{99999999999}"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(x+x+)+y", r"(a|aa)+$", r"(.*a){20}", r"(a?){40}a{40}", r"^(\w+\s?)*$", "(?:a|a){30}b"]
)
def test_time_grows_with_the_text_and_no_faster(pattern: str) -> None:
    matches = compile_pattern(pattern).matches

    def spent(size: int) -> float:
        start = time.perf_counter()
        matches("x" * size + "!")
        return time.perf_counter() - start

    spent(10)
    assert spent(200_000) < 5  # a backtracking engine needs years for sixty characters


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^\d{14}$", "12345678901234"), (r"^W\d{9}$", "W123456789"), (r"a|b", "a"), (r"^(oui|non)$", "oui")],
)
def test_examples_made_from_a_pattern_read_like_one(pattern: str, text: str) -> None:
    made = made_from(pattern)
    assert made == text
