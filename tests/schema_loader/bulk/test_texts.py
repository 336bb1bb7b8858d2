"""A column seen as bytes: nothing depends on how the column was cut, and equal texts have equal hashes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.bulk.texts import HASHED, Texts

words = st.text(max_size=30) | st.text("ab", max_size=40) | st.sampled_from(["", "x" * HASHED, "é" * HASHED])
columns = st.lists(words, max_size=20)


@given(columns, columns, columns)
def test_a_part_of_an_array_is_seen_as_an_array_of_its_own(
    before: list[str], own: list[str], after: list[str]
) -> None:
    whole = pa.array([*before, *own, *after], pa.string())
    part = Texts(whole.slice(len(before), len(own)))
    assert part.lengths.tolist() == [len(text.encode()) for text in own]
    assert part.empty.tolist() == [not text for text in own]
    for text, byte in zip(own, part.first_bytes.tolist(), strict=True):
        assert not text or byte == text.encode()[0]
    for length in {len(text.encode()) for text in own}:
        rows, places = part.of_length(length)
        assert rows.tolist() == [row for row, text in enumerate(own) if len(text.encode()) == length]
        assert [bytes(places[:, n]).decode() for n in range(len(rows))] == [own[row] for row in rows]
    assert part.hashes().tolist() == Texts(pa.array(own, pa.string())).hashes().tolist()


@given(st.lists(words, min_size=1, max_size=40))
def test_texts_have_one_hash_if_and_only_if_they_are_equal(texts: list[str]) -> None:
    hashes = Texts(pa.array(texts, pa.string())).hashes().tolist()
    by_text = dict(zip(texts, hashes, strict=True))
    assert [by_text[text] for text in texts] == hashes
    assert len(set(by_text.values())) == len(by_text)


def test_a_million_neighbouring_numbers_have_each_its_own_hash() -> None:
    texts = Texts(pa.array([f"2024-{n:07}" for n in range(1_000_000)], pa.string()))
    assert len(np.unique(texts.hashes())) == 1_000_000
