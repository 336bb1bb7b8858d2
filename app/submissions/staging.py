"""Rows of a file laid beside the records, in a table that goes with the transaction: what finds its record, what changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import orjson
import pyarrow as pa
from psycopg import sql
from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.db import read_to_the_end
from app.records.judge import stored_faults
from app.submissions.check import Checked
from app.submissions.intake import Intake
from schema_loader.bulk.normal import ColumnNormaliser, json_objects
from schema_loader.errors import CellError

_STAGE: LiteralString = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
      row_number bigint PRIMARY KEY, cells jsonb, extra jsonb, state text, faults jsonb, number bigint, clash boolean,
      asked bigint, why text, fields text[], emptied text[]
    ) ON COMMIT DROP
"""
_INTO_STAGE: LiteralString = """
    INSERT INTO incoming (row_number, cells, extra, state, faults, asked)
    SELECT numbers[item.at], item.cells, extras.extra, coalesce(bad.state, 'valid'), bad.faults, asked[item.at]
    FROM (SELECT CAST(%(numbers)s AS bigint[]) AS numbers, CAST(%(asked)s AS bigint[]) AS asked) given,
         jsonb_array_elements(CAST(%(cells)s AS jsonb)) WITH ORDINALITY AS item(cells, at)
"""
_INTO_RECORD: LiteralString = """
    INSERT INTO record (establishment_id, dataset_id, number, cells, extra, state, faults, created_by, updated_by, submission_id)
    SELECT %(establishment)s, %(dataset)s, %(first)s + item.at - 1, item.cells, extras.extra,
           coalesce(bad.state, 'valid'), bad.faults, CAST(%(account)s AS bigint), CAST(%(account)s AS bigint), %(submission)s
    FROM jsonb_array_elements(CAST(%(cells)s AS jsonb)) WITH ORDINALITY AS item(cells, at)
"""
_BAD: LiteralString = """
    LEFT JOIN unnest(CAST(%(bad)s AS bigint[]), CAST(%(faults)s AS jsonb[])) AS told(at, faults) ON told.at = item.at
    LEFT JOIN LATERAL (SELECT 'to_fix' AS state, told.faults AS faults WHERE told.at IS NOT NULL) AS bad ON true
"""
_NO_BAD: LiteralString = (
    " CROSS JOIN (SELECT CAST(NULL AS text) AS state, CAST(NULL AS jsonb) AS faults) AS bad "
)
_EXTRA_ROWS: LiteralString = """
    LEFT JOIN unnest(CAST(%(extra_at)s AS bigint[]), CAST(%(extras)s AS jsonb[])) AS extras(at, extra) ON extras.at = item.at
"""
_NO_EXTRAS: LiteralString = " CROSS JOIN (SELECT CAST(NULL AS jsonb) AS extra) AS extras "


NO_RECORD = -1


@dataclass(frozen=True, slots=True)
class Written:
    """A batch ready for PostgreSQL: the rows as one JSON array, and what only some rows have."""

    rows: list[int]
    cells: str
    bad: list[int]
    faults: list[str]
    extra_at: list[int]
    extras: list[str]
    asked: list[int | None] | None = None
    """The record that each row says it is: none where it says none, :data:`NO_RECORD` where that can be none."""

    @property
    def parameters(self) -> dict[str, Any]:
        """As the statements take them; ``at`` counts from 1 within the batch."""
        return {
            "numbers": self.rows,
            "cells": self.cells,
            "bad": self.bad,
            "faults": self.faults,
            "extra_at": self.extra_at,
            "extras": self.extras,
            "asked": self.asked,
        }

    @property
    def joins(self) -> LiteralString:
        """The joins that these rows need."""
        return (_EXTRA_ROWS if self.extra_at else _NO_EXTRAS) + (_BAD if self.bad else _NO_BAD)


def written(checked: Checked, *, keep_faulty: bool) -> Iterator[Written]:
    """The rows of a file as they will be kept: normalised, empty cells left out, with their faults. Blank rows are no rows;
    without ``keep_faulty`` rows with errors are left out."""
    schema = checked.schema
    normalisers = [ColumnNormaliser(field) for field in schema.fields]
    for taken in checked.batches():
        bad_rows = {
            place: checked.errors[number]
            for place, number in enumerate(taken.rows.tolist())
            if number in checked.errors
        }
        gone = {
            place for place, errors in bad_rows.items() if not keep_faulty or errors[0].code == "blank-row"
        }
        columns = [
            normaliser.texts(column) for normaliser, column in zip(normalisers, taken.columns, strict=True)
        ]
        objects = json_objects(schema.field_names, columns)
        extras = _extras(taken)
        rows = taken.rows.tolist()
        asked = None if taken.asked is None else [_asked(text) for text in taken.asked.to_pylist()]
        if gone:
            places = [place for place in range(len(rows)) if place not in gone]
            at = {place: n for n, place in enumerate(places, start=1)}
            objects = objects.take(pa.array(places, pa.int64()))
            rows = [rows[place] for place in places]
            asked = None if asked is None else [asked[place] for place in places]
        else:
            at = {place: place + 1 for place in (*bad_rows, *extras)}
        kept_bad = {at[place]: errors for place, errors in bad_rows.items() if place not in gone}
        kept_extras = {at[place]: extra for place, extra in extras.items() if place not in gone}
        if rows:
            yield Written(
                rows,
                "[" + ",".join(objects.to_pylist()) + "]",
                list(kept_bad),
                [_faults(errors) for errors in kept_bad.values()],
                list(kept_extras),
                [orjson.dumps(extra).decode() for extra in kept_extras.values()],
                asked,
            )


def _asked(text: str | None) -> int | None:
    stripped = (text or "").strip()
    if not stripped:
        return None
    return int(stripped) if stripped.isascii() and stripped.isdecimal() and len(stripped) < 19 else NO_RECORD


def _faults(errors: Iterable[CellError]) -> str:
    return orjson.dumps(stored_faults(errors), default=str).decode().replace("\\u0000", "\\ufffd")


def _extras(taken: Intake) -> dict[int, dict[str, str]]:
    """Place in the batch → what the row holds beside the fields."""
    found: dict[int, dict[str, str]] = {}
    for label, column in taken.kept:
        for place, text in enumerate(column.to_pylist()):
            if text and text.strip():
                found.setdefault(place, {})[label] = text.replace("\0", "\ufffd")
    if taken.surplus:
        places = {number: place for place, number in enumerate(taken.rows.tolist())}
        for number, cells in taken.surplus.items():
            if number in places:
                found.setdefault(places[number], {}).update(cells)
    return found


def add(
    session: Session,
    dataset: DatasetView,
    batch: Written,
    *,
    first: int,
    account: int | None,
    submission: int,
) -> None:
    """Keep a batch as new records, numbered from ``first``."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(
        _INTO_RECORD + batch.joins,
        {
            **batch.parameters,
            "establishment": dataset.establishment,
            "dataset": dataset.id,
            "first": first,
            "account": account,
            "submission": submission,
        },
    )


def begin(session: Session) -> None:
    """Make the table of the transaction, or empty it."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(_STAGE)
    driver.execute("TRUNCATE incoming")


def stage(session: Session, batch: Written) -> None:
    """Lay a batch beside the records."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(_INTO_STAGE + batch.joins, batch.parameters)


def match(session: Session, dataset: DatasetView, key: Sequence[str]) -> None:
    """Find the record of each row by key: ``number`` of the record, ``clash`` where a key stands for more than one row or record.

    A row whose key is empty finds none.
    """
    driver: Any = session.connection().connection.driver_connection
    driver.execute("ANALYZE incoming")
    # the records' statistics may be those of an empty table, just filled: a nested loop would last for hours
    driver.execute("SET LOCAL enable_nestloop = off")
    place = {"establishment": dataset.establishment, "dataset": dataset.id}
    names = [sql.Literal(name) for name in key]
    own = sql.SQL(", ").join(sql.SQL("coalesce(cells ->> {}, '')").format(name) for name in names)
    filled = sql.SQL(" OR ").join(sql.SQL("cells ->> {} IS NOT NULL").format(name) for name in names)
    statement = sql.SQL("""
        WITH theirs AS (
          SELECT ARRAY[{own}] AS key, min(number) AS number, count(*) AS many FROM record
          WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL AND ({filled})
          GROUP BY 1
        ), ours AS (
          SELECT row_number, ARRAY[{own}] AS key, count(*) OVER (PARTITION BY ARRAY[{own}]) AS many FROM incoming
          WHERE asked IS NULL AND ({filled})
        )
        UPDATE incoming SET number = theirs.number, clash = ours.many > 1 OR coalesce(theirs.many, 0) > 1
        FROM ours LEFT JOIN theirs ON theirs.key = ours.key
        WHERE incoming.row_number = ours.row_number AND (theirs.number IS NOT NULL OR ours.many > 1)
    """).format(
        own=own,
        filled=filled,
        establishment=sql.Literal(place["establishment"]),
        dataset=sql.Literal(place["dataset"]),
    )
    driver.execute(statement)


def _key_of(table: LiteralString, key: Sequence[str]) -> sql.Composable:
    parts = (sql.SQL(f"coalesce({table}.cells ->> {{}}, '')").format(sql.Literal(name)) for name in key)
    return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(parts))


def spared(key: Sequence[str]) -> sql.Composable:
    """Conditions on ``record`` for those that no row has found, nor left out because its key stands for several of them."""
    found: LiteralString = "AND NOT EXISTS (SELECT 1 FROM incoming WHERE incoming.number = record.number)"
    if not key:  # rows that carry the number of their record
        return sql.SQL(found)
    twice: LiteralString = " AND NOT EXISTS (SELECT 1 FROM incoming WHERE clash AND {incoming} = {record})"
    return sql.SQL(found + twice).format(incoming=_key_of("incoming", key), record=_key_of("record", key))


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rows of a file would do to the records, or did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    clashing: int = 0
    """Rows left out because their key stands for several rows or records."""
    left_out: int = 0
    """Rows left out for their errors, where the person asked so."""
    trashed: int = 0
    to_fix: int = 0
    """Of those added or changed, how many are « à corriger »."""
    records: int = 0
    """In the dataset before."""
    unknown: int = 0
    """Rows left out because the record whose number they carry is no more."""
    both: int = 0
    """Rows left out because their record was changed here too since the file was made."""
    emptied: int = 0
    """Cells that were filled when the file was made and are blank in it now, of the records that its rows are."""
    twins: int = 0
    """Rows that are there already: their cells are those of a record, or their key is one's."""
    twins_added: int = 0
    """Whether they are added all the same: 1 or 0."""
    differing: int = 0
    """Of those, how many have a record's key with other cells."""


CHANGES: LiteralString = "(NOT record.cells @> incoming.cells OR (%(erase)s AND emptied IS NOT NULL))"
"""Whether a row changes the record it is: by a filled cell that is another, or by one that was emptied and may erase."""


def counts(
    session: Session,
    dataset: DatasetView,
    *,
    key: Sequence[str],
    replaces: bool,
    keep_faulty: bool,
    erase: bool = False,
) -> Counts:
    """Once matched, but for what is left out of, or wrong in, the records that change: only their merged cells tell."""
    driver: Any = session.connection().connection.driver_connection
    row = driver.execute(
        f"""
        SELECT count(*) FILTER (WHERE incoming.number IS NULL AND clash IS NOT TRUE AND incoming.state = 'valid'),
               count(*) FILTER (WHERE incoming.number IS NULL AND clash IS NOT TRUE AND incoming.state <> 'valid'),
               count(*) FILTER (WHERE incoming.number IS NOT NULL AND clash IS NOT TRUE AND {CHANGES}),
               count(*) FILTER (WHERE incoming.number IS NOT NULL AND clash IS NOT TRUE AND NOT {CHANGES}),
               count(*) FILTER (WHERE clash AND why IS NULL),
               coalesce(sum(cardinality(emptied)) FILTER (WHERE clash IS NOT TRUE), 0),
               count(*) FILTER (WHERE why IN ('same', 'key')), count(*) FILTER (WHERE why = 'key')
        FROM incoming LEFT JOIN record
          ON record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s AND record.number = incoming.number
        """,  # noqa: S608 (a condition of ours)
        {"establishment": dataset.establishment, "dataset": dataset.id, "erase": erase},
    ).fetchone()
    goes = spared(key) if replaces else sql.SQL("AND false")
    held = driver.execute(
        sql.SQL("""
            SELECT count(*), (SELECT count(*) FROM record WHERE establishment_id = {establishment}
                              AND dataset_id = {dataset} AND deleted_at IS NULL {goes})
            FROM record WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL
        """).format(
            establishment=sql.Literal(dataset.establishment), dataset=sql.Literal(dataset.id), goes=goes
        )
    ).fetchone()
    driver.execute("SET LOCAL enable_nestloop = on")
    valid, faulty, changed, unchanged, clashing, emptied, twins, differing = row
    return Counts(
        added=valid + (faulty if keep_faulty else 0),
        changed=changed,
        unchanged=unchanged,
        clashing=clashing,
        left_out=0 if keep_faulty else faulty,
        to_fix=faulty if keep_faulty else 0,
        trashed=held[1],
        records=held[0],
        emptied=int(emptied),
        twins=twins,
        differing=differing,
    )


def add_unmatched(
    session: Session,
    dataset: DatasetView,
    *,
    first: int,
    account: int | None,
    submission: int,
    keep_faulty: bool,
) -> None:
    """Keep the rows that found no record, numbered from ``first`` in the order of the file."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(
        """
        INSERT INTO record (establishment_id, dataset_id, number, cells, extra, state, faults, created_by, updated_by,
                            submission_id)
        SELECT %(establishment)s, %(dataset)s, %(first)s + row_number() OVER (ORDER BY row_number) - 1, cells, extra, state,
               faults, CAST(%(account)s AS bigint), CAST(%(account)s AS bigint), %(submission)s
        FROM incoming WHERE number IS NULL AND clash IS NOT TRUE AND (state = 'valid' OR %(keep_faulty)s)
        """,
        {
            "establishment": dataset.establishment,
            "dataset": dataset.id,
            "first": first,
            "account": account,
            "submission": submission,
            "keep_faulty": keep_faulty,
        },
    )


def changes(
    session: Session, dataset: DatasetView, *, erase: bool = False
) -> Iterator[tuple[int, int, Mapping[str, str], Mapping[str, str]]]:
    """``(row number, record, its cells, its cells as the row makes them)`` of the rows that change a record, in the file's order.

    A filled cell of the file takes the place of the record's, an empty or absent one erases nothing: but for one that was
    emptied, where the person said so.
    """
    driver: Any = session.connection().connection.driver_connection
    statement = f"""
        SELECT incoming.row_number, record.number, record.cells,
               CASE WHEN %(erase)s AND emptied IS NOT NULL THEN (record.cells || incoming.cells) - emptied
                    ELSE record.cells || incoming.cells END
        FROM incoming JOIN record
          ON record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s AND record.number = incoming.number
        WHERE clash IS NOT TRUE AND {CHANGES}
        ORDER BY incoming.row_number
    """  # noqa: S608 (a condition of ours)
    place = {"establishment": dataset.establishment, "dataset": dataset.id, "erase": erase}
    read_to_the_end(session)
    driver.execute("SET LOCAL enable_nestloop = off")
    with driver.cursor(name="changes") as cursor:
        cursor.execute(statement, place)
        driver.execute("SET LOCAL enable_nestloop = on")  # the cursor has its plan
        while rows := cursor.fetchmany(2000):
            yield from rows
