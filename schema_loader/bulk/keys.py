"""Uniqueness over a large table: hashes of cast values, then the exact function on the rows that share one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from schema_loader.bulk.columns import NO_ROWS, missing
from schema_loader.bulk.texts import Ints, Mask, Texts
from schema_loader.field import Field, Reading
from schema_loader.table_schema import TableSchema

Hash = np.ndarray[Any, np.dtype[np.int64]]
Hashes = list[Hash]
NULL = -1  # the hash of a null; a value's own hash is moved off it
MIX = 1_000_003
KEPT_BYTES = 64_000_000  # of texts of key columns


class KeptRows(NamedTuple):
    """The rows of a batch by their numbers, with their key columns alone."""

    rows: Ints
    columns: list[pa.Array]

    @property
    def size(self) -> int:
        """Bytes of text, about."""
        return sum(column.nbytes for column in self.columns)


class JudgedRow(NamedTuple):
    """A row that was judged by itself, with all its cells and what they were read as."""

    number: int
    cells: Sequence[str]
    readings: Sequence[Reading]

    @property
    def size(self) -> int:
        """Bytes of text, about."""
        return sum(map(len, self.cells))


class KeyHashes:
    """Gathers, for each key of a schema, one hash of 64 bits per row: eight bytes a row, whatever the texts hold.

    Equal cast values have equal hashes, so :meth:`suspects` names every row that shares a key value with another (and,
    once in a lifetime, two rows that do not: the exact function clears them). The texts of the key columns are kept too,
    up to :data:`KEPT_BYTES`: then the table need not be read again for the rows that are suspect.
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
        self.columns = sorted({index for key in self._keys for index in key})
        self._hashes: list[list[Hash]] = [[] for _ in self._keys]
        self._rows: list[Ints] = []
        self._kept: list[KeptRows | JudgedRow] | None = []
        self._room = KEPT_BYTES

    def __bool__(self) -> bool:
        return bool(self._keys)

    def of_batch(self, columns: Sequence[Texts]) -> Hashes:
        """The hashes of a batch, an array for each key."""
        hashed = {index: _hash_column(self._fields[index], columns[index]) for index in self.columns}
        return [_mixed([hashed[index] for index in key]) for key in self._keys]

    def of_rows(self, rows: Sequence[JudgedRow]) -> Hashes:
        """The hashes of rows that were judged one by one (cells may be missing from them)."""
        hashed = {index: self._of_cells(index, rows) for index in self.columns}
        return [_mixed([hashed[index] for index in key]) for key in self._keys]

    def _of_cells(self, index: int, rows: Sequence[JudgedRow]) -> Hash:
        field = self._fields[index]
        if not _is_plain(field):
            return np.array([_hash(row.readings[index][0]) for row in rows], dtype=np.int64)
        there = [index < len(row.cells) for row in rows]
        cells = [row.cells[index] if is_there else "" for row, is_there in zip(rows, there, strict=True)]
        hashes = _hash_column(field, Texts(pa.array(cells, pa.string())))
        hashes[~np.array(there, dtype=np.bool_)] = NULL
        return hashes

    def add(self, rows: Ints, hashes: Hashes, columns: Sequence[pa.Array]) -> None:
        """Take in the hashes of the rows of a batch: their numbers, and all their columns."""
        self._add(rows, hashes)
        self._keep(KeptRows(rows, [columns[index] for index in self.columns]))

    def add_rows(self, rows: Sequence[JudgedRow], hashes: Hashes) -> None:
        """Take in the hashes of rows that were judged one by one."""
        self._add(np.array([row.number for row in rows], dtype=np.int64), hashes)
        for row in rows:
            self._keep(row)

    def _add(self, rows: Ints, hashes: Hashes) -> None:
        self._rows.append(rows)
        for gathered, found in zip(self._hashes, hashes, strict=True):
            gathered.append(found)

    def _keep(self, rows: KeptRows | JudgedRow) -> None:
        if self._kept is None:
            return
        self._room -= rows.size
        self._kept.append(rows)
        if self._room < 0:
            self._kept = None

    def kept(self) -> list[KeptRows | JudgedRow] | None:
        """What was taken in; None where that was too much to keep."""
        return self._kept

    def suspects(self) -> Ints:
        """Row numbers that may break a key: those that share a hash, and those without any value of the primary key."""
        if not self._rows:
            return NO_ROWS
        found: list[Ints] = []
        for key, gathered in zip(self._keys, self._hashes, strict=True):
            hashes = np.concatenate(gathered)
            if key == self._primary:
                found.append(self._rows_where(hashes == NULL))
            ordered = np.sort(hashes)
            twice = ordered[1:][ordered[1:] == ordered[:-1]]
            twice = np.unique(twice[twice != NULL])
            if len(twice):
                found.append(self._rows_where(_among(hashes, twice)))
        return np.unique(np.concatenate(found)) if found else NO_ROWS

    def _rows_where(self, mask: Mask) -> Ints:
        places = np.flatnonzero(mask)
        return np.concatenate(self._rows)[places] if len(places) else NO_ROWS


def _among(hashes: Hash, few: Hash) -> Mask:
    """Which hashes are among a few, sorted: sixteen bits tell for nearly all."""
    low = np.zeros(1 << 16, dtype=np.bool_)
    low[few & 0xFFFF] = True
    mask: Mask = low[hashes & 0xFFFF]
    places = np.flatnonzero(mask)
    at = np.minimum(np.searchsorted(few, hashes[places]), len(few) - 1)
    mask[places] = few[at] == hashes[places]
    return mask


def _mixed(hashes: list[Hash]) -> Hash:
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


def _is_plain(field: Field) -> bool:
    """Whether the texts are the values."""
    return field.type.name in ("string", "any") and field.type.format_name == "default"


def _hash_column(field: Field, texts: Texts) -> Hash:
    if _is_plain(field):
        hashes = texts.hashes()
        hashes[hashes == NULL] = NULL - 1
        hashes[missing(field, texts)] = NULL
        return hashes
    if not texts.repeat():
        return _hash_values(field, texts.array.to_pylist())
    by_row: Hash = _hash_values(field, texts.encoded.dictionary.to_pylist())[texts.encoded.indices.to_numpy()]
    return by_row


def _hash_values(field: Field, texts: list[str]) -> Hash:
    return np.fromiter((_hash(field.read(text)[0]) for text in texts), np.int64, len(texts))


def _hash(value: Any) -> int:
    if value is None:
        return NULL
    try:
        return hash(value)
    except TypeError:  # lists and objects: their text, as the exact function compares them
        return hash(repr(value))
