"""The errors of a large table as columns of numbers: a million of them are objects only when they are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from schema_loader.bulk.texts import Ints, Mask
from schema_loader.check import phase_of
from schema_loader.errors import CellError

if TYPE_CHECKING:
    from schema_loader.field import Field

Entry = CellError
"""An error of a batch without its row number: many rows may share it."""


class Suspects(NamedTuple):
    """What was found wrong in a column, or in some columns together.

    ``places`` are rows of a batch in ascending order, ``codes`` say which of ``entries`` each has. A row comes as often as
    it has errors.
    """

    places: Ints
    codes: Ints
    entries: list[Entry]


def suspects(
    places: Ints | None, codes: Ints, size: int, entries_of: Mapping[int, Sequence[Entry]]
) -> Suspects | None:
    """The errors of rows from those of their groups.

    ``codes`` gives the group of each row (below ``size``), ``entries_of`` the errors of the groups that have some;
    ``places`` the rows that the codes are about, None for all from the first.
    """
    counts, firsts = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    entries: list[Entry] = []
    for code, own in entries_of.items():
        counts[code], firsts[code] = len(own), len(entries)
        entries += own
    found = np.flatnonzero(counts[codes])
    if not len(found):
        return None
    codes = codes[found]
    places = found if places is None else places[found]
    times, numbers = counts[codes], firsts[codes]
    if int(times.max()) > 1:
        within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
        places, numbers = np.repeat(places, times), np.repeat(numbers, times) + within
    return Suspects(places, numbers, entries)


class Gathered:
    """Gathers the errors of one batch from column after column, check after check."""

    def __init__(self) -> None:
        self._rows: list[Ints] = []
        self._orders: list[Ints] = []
        self._codes: list[Ints] = []
        self._entries: list[Entry] = []

    def add(self, found: Suspects, rows: Ints, phase: int, column: int = 0) -> None:
        """Take in what was found: ``rows`` are the numbers of its rows; ``column`` orders the errors of a row's phase."""
        self._put(rows, found.codes, found.entries, phase, column)

    def add_errors(self, errors: Sequence[CellError], phase: int) -> None:
        """Take in errors that have their places, in order."""
        rows = np.array([error.row_number or 0 for error in errors], dtype=np.int64)
        self._put(rows, np.arange(len(errors)), errors, phase, 0)

    def _put(self, rows: Ints, codes: Ints, entries: Sequence[Entry], phase: int, column: int) -> None:
        self._rows.append(rows)
        self._orders.append(np.full(len(rows), (phase << 32) + column, dtype=np.int64))
        self._codes.append(codes + len(self._entries))
        self._entries += entries

    def errors(self) -> ErrorTable:
        """All of them, by row, phase and column."""
        if not self._rows:
            return NO_ERRORS
        rows, orders = np.concatenate(self._rows), np.concatenate(self._orders)
        order = np.lexsort((orders, rows))
        return ErrorTable(rows[order], orders[order] >> 32, np.concatenate(self._codes)[order], self._entries)


class ErrorTable(Sequence[CellError]):
    """Errors in their order. ``rows`` are row numbers, 0 for none; ``codes`` say which of ``entries`` each error is."""

    def __init__(self, rows: Ints, phases: Ints, codes: Ints, entries: list[Entry]) -> None:
        self._rows = rows
        self._phases = phases
        self._codes = codes
        self._entries = entries

    @classmethod
    def of(cls, errors: Iterable[CellError]) -> ErrorTable:
        """Errors that are there already, each in the phase that its code says."""
        entries = list(errors)
        return cls(
            np.array([error.row_number or 0 for error in entries], dtype=np.int64),
            np.array([phase_of(error.code) for error in entries], dtype=np.int64),
            np.arange(len(entries)),
            entries,
        )

    @classmethod
    def joined(cls, tables: Sequence[ErrorTable]) -> ErrorTable:
        """The errors of several tables in the order of rows, and in a row by phase; else as they come."""
        tables = [table for table in tables if len(table)]
        if not tables:
            return NO_ERRORS
        rows, phases = (np.concatenate([getattr(t, name) for t in tables]) for name in ("_rows", "_phases"))
        starts = np.cumsum([0, *(len(table._entries) for table in tables)])
        codes = np.concatenate([t._codes + start for t, start in zip(tables, starts[:-1], strict=True)])
        places = rows * 4 + phases
        if np.any(places[1:] < places[:-1]):
            order = np.argsort(places, kind="stable")
            rows, phases, codes = rows[order], phases[order], codes[order]
        return cls(rows, phases, codes, [entry for table in tables for entry in table._entries])

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[CellError]:
        entries = self._entries
        for row, code in zip(self._rows.tolist(), self._codes.tolist(), strict=True):
            yield _placed(entries[code], row)

    @overload
    def __getitem__(self, index: int) -> CellError: ...
    @overload
    def __getitem__(self, index: slice) -> ErrorTable: ...
    def __getitem__(self, index: int | slice) -> CellError | ErrorTable:
        if isinstance(index, slice):
            return self._part(index)
        return _placed(self._entries[self._codes[index]], int(self._rows[index]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<{len(self)} errors>"

    def _part(self, which: slice | Mask | Ints) -> ErrorTable:
        return ErrorTable(self._rows[which], self._phases[which], self._codes[which], self._entries)

    def kinds(self) -> list[Sequence[CellError]]:
        """The errors grouped by column and rule, in the order in which they were first met."""
        numbers: dict[tuple[str, Field | str], int] = {}
        kind_of = [numbers.setdefault(entry.kind, len(numbers)) for entry in self._entries]
        kinds = np.array(kind_of, dtype=np.int64)[self._codes]
        present, first = np.unique(kinds, return_index=True)
        return [self._part(np.flatnonzero(kinds == number)) for number in present[np.argsort(first)].tolist()]


def _placed(entry: Entry, row: int) -> CellError:
    return entry if entry.row_number is not None or not row else CellError(entry.code, row, *entry[2:])


_NONE = np.empty(0, dtype=np.int64)
NO_ERRORS = ErrorTable(_NONE, _NONE, _NONE, [])
