"""Uniqueness over a large table: hashes of cast values, then the exact function on the rows that share one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schema_loader.field import Field, Reading
from schema_loader.table_schema import TableSchema

Hashes = list[np.ndarray[Any, Any]]
NULL = -1  # the hash of a null; a value's own hash is moved off it
MIX = 1_000_003


class KeyHashes:
    """Gathers, for each key of a schema, one hash of 64 bits per row: eight bytes a row, whatever the texts hold.

    Equal cast values have equal hashes, so :meth:`suspects` names every row that shares a key value with another (and,
    once in a lifetime, two rows that do not: the exact function clears them).
    """

    def __init__(self, schema: TableSchema, number: dict[str, int]) -> None:
        singles = [(field.name,) for field in schema.fields if field.unique]
        keys = [*singles, *schema.unique_keys, schema.primary_key]
        self._keys = [
            tuple(number[name] - 1 for name in key) for key in keys if key and all(n in number for n in key)
        ]
        primary = tuple(number.get(name, 0) - 1 for name in schema.primary_key)
        self._primary = primary if primary in self._keys else None
        self._fields = {number[field.name] - 1: field for field in schema.fields if field.name in number}
        self._hashes: list[list[np.ndarray[Any, Any]]] = [[] for _ in self._keys]
        self._rows: list[np.ndarray[Any, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._keys)

    def of_batch(self, columns: Sequence[pa.Array]) -> Hashes:
        """The hashes of a batch, an array for each key."""
        wanted = {index for key in self._keys for index in key}
        hashed = {index: _hash_column(self._fields[index], columns[index]) for index in wanted}
        return [_mixed([hashed[index] for index in key]) for key in self._keys]

    def of_row(self, readings: Sequence[Reading]) -> Hashes:
        """The hashes of one row that was judged by itself."""
        return [
            _mixed([np.array([_hash(readings[index][0])], dtype=np.int64) for index in key])
            for key in self._keys
        ]

    def add(self, rows: np.ndarray[Any, Any], hashes: Hashes) -> None:
        """Take in the hashes of some rows; ``rows`` are their numbers."""
        self._rows.append(rows)
        for gathered, found in zip(self._hashes, hashes, strict=True):
            gathered.append(found)

    def suspects(self) -> set[int]:
        """Row numbers that may break a key: those that share a hash, and those without any value of the primary key."""
        if not self._rows:
            return set()
        rows = np.concatenate(self._rows)
        found: set[int] = set()
        for key, gathered in zip(self._keys, self._hashes, strict=True):
            hashes = np.concatenate(gathered)
            nulls = hashes == NULL
            if key == self._primary:
                found.update(rows[nulls].tolist())
            ordered = np.sort(hashes)
            if not np.any((ordered[1:] == ordered[:-1]) & (ordered[1:] != NULL)):
                continue
            order = np.argsort(hashes, kind="stable")
            ordered = hashes[order]
            twice = ordered[1:] == ordered[:-1]
            shared = np.zeros(len(hashes), dtype=bool)
            shared[1:] |= twice
            shared[:-1] |= twice
            shared &= ordered != NULL
            found.update(rows[order[shared]].tolist())
        return found


def _mixed(hashes: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """One hash for several columns; NULL where all are null."""
    if len(hashes) == 1:
        return hashes[0]
    nulls = np.logical_and.reduce([column == NULL for column in hashes])
    mixed = np.full(len(hashes[0]), 0x345678, dtype=np.int64)
    with np.errstate(over="ignore"):
        for column in hashes:
            mixed = (mixed * MIX) ^ (column + (column >> 29))
    mixed[mixed == NULL] = NULL - 1
    mixed[nulls] = NULL
    return mixed


def _hash_column(field: Field, column: pa.Array) -> np.ndarray[Any, Any]:
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    if field.type.name in ("string", "any") and field.type.format_name == "default":
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))  # -1 is the hash of no text
        for gone in field.missing_values:
            if gone in texts:
                hashes[texts.index(gone)] = NULL
    else:
        hashes = np.fromiter((_hash(field.read(text)[0]) for text in texts), np.int64, len(texts))
    by_row: np.ndarray[Any, Any] = hashes[encoded.indices.to_numpy()]
    return by_row


def _hash(value: Any) -> int:
    if value is None:
        return NULL
    try:
        return hash(value)
    except TypeError:  # lists and objects: their text, as the exact function compares them
        return hash(repr(value))
