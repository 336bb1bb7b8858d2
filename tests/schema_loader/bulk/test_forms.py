"""Fixed forms of a pattern: what they let pass, the pattern does."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.bulk.forms import form_test, forms
from schema_loader.bulk.texts import Texts
from schema_loader.compile import compile_schema
from tests.corpus import corpus_files

atoms = st.sampled_from(
    [r"\d", "[0-9]", "a", "W", "[AB1-9]", r"\.", "-", ".", r"\s", r"\w", "[^a]", "é", "[é0]"]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    many = st.sampled_from(["", "?", "{2}", "{1,3}", "{0,2}", "*", "+", "??", "{2}?"])
    return (
        st.lists(inner, max_size=3).map("".join)
        | st.tuples(inner, inner).map(lambda both: f"({both[0]}|{both[1]})")
        | st.tuples(inner, many).map(lambda both: f"(?:{both[0]}){both[1]}")
        | inner.map(lambda one: f"^{one}$")
        | st.tuples(inner, inner).map("|".join)
    )


patterns = st.recursive(atoms, _joined, max_leaves=6)


@given(patterns, st.lists(st.text("0159abAW.-é \n", max_size=8), max_size=20))
def test_what_a_form_accepts_the_pattern_matches(pattern: str, texts: list[str]) -> None:
    anchored = f"^{pattern}$"
    test = form_test(anchored)
    if test is None:
        return
    texts = [*texts, *("".join(chr(ranges[0][0]) for ranges in form) for form in forms(anchored))]
    mask = test(Texts(pa.array(texts, pa.string()))).tolist()
    assert [
        text for text, good in zip(texts, mask, strict=True) if good and not re.match(anchored, text)
    ] == []
    assert mask[-1]  # the last text was made from a form


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        (r"^\d{14}$", [14]),
        (r"^W\d{9}$", [10]),
        (r"^[0-9]{4}\-[0-9]{2}\-[0-9]{2}(\/[0-9]{4}\-[0-9]{2}\-[0-9]{2})?$", [10, 21]),
        (r"\d{9}|\d{14}", []),  # `^\d{9}` or `\d{14}$`: not what its author meant, and open at one end
        (r"(\d{9}|\d{14})", [9, 14]),
        (r"([013-9]\d|2[AB1-9])\d{3}", [5, 5]),
        (r"\d+", []),
        (r"(?i)a", []),
        (r"(a)\1", []),
        (r"(?=a)a", []),
    ],
)
def test_the_forms_of_patterns(pattern: str, lengths: list[int]) -> None:
    assert sorted(len(form) for form in forms(f"^{pattern}$")) == lengths


def test_a_form_stops_at_the_end_of_the_text() -> None:
    test = form_test(r"^\d{3}$")
    assert test is not None
    assert (
        test(Texts(pa.array(["123", "123\n", "1234", "12", "12a", "١٢٣", ""]))).tolist()
        == [True] + [False] * 6
    )


def test_many_patterns_of_real_schemas_have_fixed_forms(corpus: Any) -> None:
    real = [
        str(field.constraints["pattern"].value)
        for path in corpus_files("schemas/*.json")
        for field in compile_schema(path.read_bytes()).fields
        if "pattern" in field.constraints
    ]
    fixed = [pattern for pattern in real if forms(f"^{pattern}$")]
    assert len(fixed) > len(real) / 3, f"{len(fixed)} of {len(real)}"
