"""A column of a batch, seen as bytes: what the tests of several rules need of it is made once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Ints = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]

PAD = 8  # bytes that are hashed at a time
HASHED = 256  # bytes; of a longer text the hash is Python's
SEED, FACTOR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
MANY_DISTINCT = 0.1  # per row
SAMPLE = 5_000  # rows


class Texts:
    """The texts of a pyarrow string array without nulls. Rows are counted from 0; nothing of it may be changed."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @cached_property
    def _offsets(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        if not len(self.array):
            return np.zeros(1, dtype=np.int32)
        offsets = np.frombuffer(self.array.buffers()[1], dtype=np.int32)
        return offsets[self.array.offset : self.array.offset + len(self.array) + 1]

    @cached_property
    def _bytes(self) -> Bytes:
        """The bytes of all texts, one after the other."""
        first, last = int(self._offsets[0]), int(self._offsets[-1])
        if last == first:
            return np.zeros(1, dtype=np.uint8)  # something to take from
        return np.frombuffer(self.array.buffers()[2], dtype=np.uint8, count=last - first, offset=first)

    @cached_property
    def _starts(self) -> Ints:
        return self._offsets[:-1].astype(np.int64) - int(self._offsets[0])

    @cached_property
    def lengths(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Bytes of each text."""
        return np.diff(self._offsets)

    @cached_property
    def empty(self) -> Mask:
        """Which texts are empty."""
        mask: Mask = self.lengths == 0
        return mask

    @cached_property
    def first_bytes(self) -> Bytes:
        """The first byte of each text; of an empty one, any."""
        return np.take(self._bytes, self._starts, mode="clip")

    def of_length(self, length: int) -> tuple[Ints, Bytes]:
        """The rows whose texts have so many bytes, and these bytes: one line for each place, one column for each row."""
        known = self._by_length.get(length)
        if known is None:
            rows = np.flatnonzero(self.lengths == length)
            at = self._starts if len(rows) == len(self) else self._starts[rows]
            places = np.empty((length, len(rows)), dtype=np.uint8)
            for place in range(length):
                np.take(self._bytes[place:], at, out=places[place], mode="clip")
            known = self._by_length[length] = rows, places
        return known

    @cached_property
    def _by_length(self) -> dict[int, tuple[Ints, Bytes]]:
        return {}

    @cached_property
    def encoded(self) -> pa.DictionaryArray:
        """The distinct texts, and for each row the number of its own."""
        return self.array.dictionary_encode()

    def repeat(self) -> bool:
        """Whether texts come back so often that looking up each distinct one beats looking at every cell."""
        sample = self.array.slice(0, SAMPLE)
        return len(sample.unique()) < MANY_DISTINCT * len(sample)

    def take(self, rows: Ints) -> pa.Array:
        """The texts of some rows."""
        return self.array.take(positions(rows))

    def at(self, rows: Ints) -> Texts:
        """The column of these rows alone."""
        return self if len(rows) == len(self) else Texts(self.take(rows))

    def among(self, known: pa.Array) -> Mask:
        """Which texts are one of these."""
        return as_mask(pc.is_in(self.array, value_set=known))

    def hashes(self) -> Ints:
        """64 bits for each text, equal for equal texts in any batch of this process.

        Eight bytes are mixed in at a time: each step is one-to-one, so texts that differ in eight bytes only never meet.
        """
        lengths = self.lengths
        mixed = lengths.astype(np.uint64) * SEED
        padded = np.concatenate((self._bytes, np.zeros(PAD, dtype=np.uint8)))
        words = np.ndarray((len(padded) - PAD + 1,), dtype="<u8", buffer=padded, strides=(1,))
        longest = min(int(lengths.max(initial=0)), HASHED)
        for start in range(0, longest, PAD):
            within = lengths > start
            if within.all():
                mixed = _mixed_in(mixed, words[self._starts + start], lengths - start)
            else:
                rows = np.flatnonzero(within)
                mixed[rows] = _mixed_in(mixed[rows], words[self._starts[rows] + start], lengths[rows] - start)
        hashes = mixed.view(np.int64)
        for row in np.flatnonzero(lengths > HASHED).tolist():
            hashes[row] = hash(self.array[row].as_py())
        return hashes


def _mixed_in(mixed: Any, words: Any, left: Any) -> Any:
    """One step of the hash; of a text's last bytes, ``left`` is how many there are."""
    mixed = (mixed ^ (words & TAILS[np.minimum(left, PAD)])) * FACTOR
    return mixed ^ (mixed >> np.uint64(32))


TAILS = np.array([(1 << 8 * size) - 1 for size in range(PAD + 1)], dtype=np.uint64)
"""For each number of bytes, the bits that they take."""


def positions(rows: Ints) -> pa.Array:
    """Row numbers for pyarrow, without a copy (and without the import of numpy.ma, which ``pa.array`` does)."""
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(rows)])


def as_mask(booleans: Any) -> Mask:
    """A boolean array of pyarrow as one of numpy."""
    mask: Mask = booleans.to_numpy(zero_copy_only=False)
    return mask
