"""A file as rows of the dataset's own columns: what the person decided, applied batch by batch.

The same rows, in the same order, go to the check and to the database: what is counted beforehand is what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.batches import batches
from importers.table import Row, Table
from schema_loader.bulk import Batch
from schema_loader.repair import Axes, Swapper
from schema_loader.table_schema import TableSchema

Change = Callable[[str], str]
NO_NUMBER = "?"
"""Stands where a number is due: it is that of no record."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person decided of a file. ``columns``: field → index of its column (from 0); ``constants``: field → text of every row;
    ``changes``: field → what is done to each text of it (repairs, replacements); ``fixes``: row number → field → text typed
    instead; ``kept``: ``(index, label)`` of the columns that no field takes, kept beside the record."""

    columns: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    fixes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    kept: Sequence[tuple[int, str]] = ()
    left_out: frozenset[int] = frozenset()
    """Numbers of rows that are no data: the example of a template."""
    number: int | None = None
    """Index of the column that says which record each row is."""
    number_due: bool = False
    """Whether a row that says no record is none: of a correction file, only the rows that it came with count."""
    swaps: Sequence[Axes] = ()
    """Pairs of fields whose texts change places in the rows where a point needs it, before ``changes``."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Rows in schema order: their numbers in the file, a column of texts for each field, and what else each row held."""

    rows: np.ndarray[Any, Any]
    columns: list[pa.Array]
    kept: list[tuple[str, pa.Array]]
    surplus: Mapping[int, dict[str, str]]
    """Row number → cells beyond the last column, by the letter of their place."""
    asked: pa.Array | None = None
    """The texts of the column of record numbers."""

    @property
    def batch(self) -> Batch:
        """The same for the check."""
        return Batch(self.columns, self.rows)


def read(schema: TableSchema, table: Table, plan: Plan) -> Iterator[Intake]:
    """The rows of a file that hold something, in their order. Raises :class:`~schema_loader.errors.TableUnreadable`."""
    memo: dict[str, dict[str, str]] = {name: {} for name in plan.changes}
    for batch in batches(table):
        made = _transformed(schema, plan, batch.numbers, batch.columns, memo)
        kept = [(label, batch.columns[index]) for index, label in plan.kept]
        asked = None if plan.number is None else batch.columns[plan.number]
        if asked is not None and plan.number_due:
            empty = pc.equal(pc.utf8_trim_whitespace(asked), "")
            asked = pc.if_else(empty, NO_NUMBER, asked)
        intake = Intake(batch.numbers, made, kept, _surplus(batch.odd), asked)
        yield _without(intake, plan.left_out) if plan.left_out else intake


def _surplus(rows: Iterable[Row]) -> dict[int, dict[str, str]]:
    return {row.number: {extra.letter: extra.text for extra in row.surplus} for row in rows if row.surplus}


def _transformed(
    schema: TableSchema,
    plan: Plan,
    rows: np.ndarray[Any, Any],
    columns: list[pa.Array],
    memo: dict[str, dict[str, str]],
) -> list[pa.Array]:
    made = []
    swapped = _swapped(plan, columns) if plan.swaps else {}
    for field_ in schema.fields:
        index = plan.columns.get(field_.name)
        if index is None:
            column = pa.repeat(pa.scalar(plan.constants.get(field_.name, ""), pa.string()), len(rows))
        else:
            column = swapped[field_.name] if field_.name in swapped else columns[index]
            change = plan.changes.get(field_.name)
            if change is not None:
                column = _changed(column, change, memo[field_.name])
        made.append(column)
    wanted = [number for number in plan.fixes if len(rows) and rows[0] <= number <= rows[-1]]
    if wanted:
        made = _fixed(schema, plan, rows, made, wanted)
    return made


def _swapped(plan: Plan, columns: list[pa.Array]) -> dict[str, pa.Array]:
    """The columns of latitudes and longitudes, changed about where they must be."""
    found: dict[str, pa.Array] = {}
    for axes in plan.swaps:
        first, second = (columns[plan.columns[name]].to_pylist() for name in axes)
        texts = Swapper(axes).swapped(first, second)
        if texts is not None:
            found.update(zip(axes, (pa.array(column, pa.string()) for column in texts), strict=True))
    return found


def _changed(column: pa.Array, change: Change, memo: dict[str, str]) -> pa.Array:
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    made = []
    differs = False
    for text in texts:
        known = memo.get(text)
        if known is None:
            known = memo[text] = change(text)
        differs = differs or known != text
        made.append(known)
    if len(memo) > 500_000:
        memo.clear()
    return pa.array(made, pa.string()).take(encoded.indices) if differs else column


def _fixed(
    schema: TableSchema,
    plan: Plan,
    rows: np.ndarray[Any, Any],
    columns: list[pa.Array],
    wanted: Sequence[int],
) -> list[pa.Array]:
    positions = {field_.name: n for n, field_ in enumerate(schema.fields)}
    lists: dict[int, list[str]] = {}
    for number in wanted:
        place = int(np.searchsorted(rows, number))
        if place >= len(rows) or rows[place] != number:
            continue
        for name, text in plan.fixes[number].items():
            if name in positions:
                texts = lists.setdefault(positions[name], columns[positions[name]].to_pylist())
                texts[place] = text
    return [pa.array(lists[n], pa.string()) if n in lists else column for n, column in enumerate(columns)]


def _without(intake: Intake, left_out: frozenset[int]) -> Intake:
    mask = ~np.isin(intake.rows, np.array(sorted(left_out), dtype=np.int64))
    if mask.all():
        return intake
    places = pa.array(np.flatnonzero(mask))
    return Intake(
        intake.rows[mask],
        [column.take(places) for column in intake.columns],
        [(label, column.take(places)) for label, column in intake.kept],
        intake.surplus,
        None if intake.asked is None else intake.asked.take(places),
    )
