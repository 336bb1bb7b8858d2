"""A file as rows of the dataset's own columns: what the person decided, applied batch by batch.

The same rows, in the same order, go to the check and to the database: what is counted beforehand is what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.arrow_file import NotVectorised, can_read, read_batches
from importers.table import Row, Table
from schema_loader.bulk import Batch
from schema_loader.table_schema import TableSchema

LARGE_BYTES = 2_000_000
"""From here on a text is read column by column."""
ROWS = 20_000
"""Of a batch that is read row by row."""
Change = Callable[[str], str]


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
    for rows, columns, surplus in _columns(table):
        made = _transformed(schema, plan, rows, columns, memo)
        kept = [(label, columns[index]) for index, label in plan.kept]
        asked = None if plan.number is None else columns[plan.number]
        intake = Intake(rows, made, kept, surplus, asked)
        yield _without(intake, plan.left_out) if plan.left_out else intake


Columns = tuple[np.ndarray[Any, Any], list[pa.Array], dict[int, dict[str, str]]]


def _columns(table: Table) -> Iterator[Columns]:
    if is_vectorised(table):
        try:
            yield from _from_text(table)
        except NotVectorised:
            pass
        else:
            return
        raise StartAgain
    yield from _from_rows(table)


class StartAgain(Exception):
    """The file turned out, after some batches, to need the reader row by row: read it again with :func:`read_slowly`."""


def read_slowly(schema: TableSchema, table: Table, plan: Plan) -> Iterator[Intake]:
    """The same as :func:`read`, row by row."""
    memo: dict[str, dict[str, str]] = {name: {} for name in plan.changes}
    for rows, columns, surplus in _from_rows(table):
        made = _transformed(schema, plan, rows, columns, memo)
        kept = [(label, columns[index]) for index, label in plan.kept]
        asked = None if plan.number is None else columns[plan.number]
        intake = Intake(rows, made, kept, surplus, asked)
        yield _without(intake, plan.left_out) if plan.left_out else intake


def is_vectorised(table: Table) -> bool:
    """Whether the file may be read column by column: a large text whose header is its first line."""
    if not table.detected.is_text or table.path.stat().st_size < LARGE_BYTES:
        return False
    plain = table.header_row == 1 and all(column.index == n for n, column in enumerate(table.columns))
    return plain and can_read(table.detected.layout, len(table.columns))


def _from_text(table: Table) -> Iterator[Columns]:
    width = len(table.columns)
    for batch in read_batches(table.path, table.detected.layout, width):
        rows, columns = batch.rows, list(batch.columns)
        surplus: dict[int, dict[str, str]] = {}
        if batch.ragged:
            fitted = [table.fit(row.row_number, row.cells) for row in batch.ragged]
            rows, columns = _merged(rows, columns, fitted)
            surplus = _surplus(fitted)
        blank = _blank(columns)
        if blank is not None:
            places = pa.array(np.flatnonzero(~blank))
            rows = rows[~blank]
            columns = [column.take(places) for column in columns]
        yield rows, columns, surplus


def _from_rows(table: Table) -> Iterator[Columns]:
    rows = table.rows()
    width = len(table.columns)
    while taken := list(islice(rows, ROWS)):
        numbers = np.array([row.number for row in taken], dtype=np.int64)
        columns = [pa.array([row.cells[n] for row in taken], pa.string()) for n in range(width)]
        yield numbers, columns, _surplus(taken)


def _surplus(rows: Iterable[Row]) -> dict[int, dict[str, str]]:
    return {row.number: {extra.letter: extra.text for extra in row.surplus} for row in rows if row.surplus}


def _merged(
    rows: np.ndarray[Any, Any], columns: list[pa.Array], others: Sequence[Row]
) -> tuple[np.ndarray[Any, Any], list[pa.Array]]:
    numbers = np.concatenate([rows, np.array([row.number for row in others], dtype=np.int64)])
    order = pa.array(np.argsort(numbers, kind="stable"))
    joined = [
        pa.concat_arrays([column, pa.array([row.cells[n] for row in others], pa.string())]).take(order)
        for n, column in enumerate(columns)
    ]
    return numbers[order.to_numpy()], joined


def _blank(columns: Sequence[pa.Array]) -> np.ndarray[Any, Any] | None:
    """Which rows hold nothing but spaces; None where there is none."""
    places: np.ndarray[Any, Any] | None = None
    for column in columns:
        seen = column if places is None else column.take(pa.array(places))
        empty = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(seen)), 0).to_numpy(zero_copy_only=False)
        places = np.flatnonzero(empty) if places is None else places[empty]
        if not len(places):
            return None
    if places is None:
        return None
    mask = np.zeros(len(columns[0]), dtype=bool)
    mask[places] = True
    return mask


def _transformed(
    schema: TableSchema,
    plan: Plan,
    rows: np.ndarray[Any, Any],
    columns: list[pa.Array],
    memo: dict[str, dict[str, str]],
) -> list[pa.Array]:
    made = []
    for field_ in schema.fields:
        index = plan.columns.get(field_.name)
        if index is None:
            column = pa.repeat(pa.scalar(plan.constants.get(field_.name, ""), pa.string()), len(rows))
        else:
            column = columns[index]
            change = plan.changes.get(field_.name)
            if change is not None:
                column = _changed(column, change, memo[field_.name])
        made.append(column)
    wanted = [number for number in plan.fixes if len(rows) and rows[0] <= number <= rows[-1]]
    if wanted:
        made = _fixed(schema, plan, rows, made, wanted)
    return made


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
