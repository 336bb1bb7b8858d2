"""Rows that carry the number of their record: found by it, and merged with what was changed here since they were written out.

Three texts are compared for each cell: the one that was written into the file, the file's now, the record's now. What changed on
one side only stands; what changed on both, to different texts, leaves the row out unless the person says that the file holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView

LISTED = 200
"""Rows changed on both sides that a person is shown."""

_FIND = """
    UPDATE incoming SET number = record.number, clash = twice.many > 1 OR record.number IS NULL,
                        why = CASE WHEN record.number IS NULL THEN 'unknown' END
    FROM (SELECT row_number, asked, count(*) OVER (PARTITION BY asked) AS many FROM incoming WHERE asked IS NOT NULL) twice
    LEFT JOIN record ON record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s
      AND record.number = twice.asked AND record.deleted_at IS NULL
    WHERE incoming.row_number = twice.row_number
"""
_SIDES = """
    WITH base AS (
      SELECT DISTINCT ON (number) number, before FROM record_change
      WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND at > %(since)s AND before IS NOT NULL
      ORDER BY number, version
    ), sided AS (
      SELECT incoming.row_number,
             coalesce(jsonb_object_agg(cell.key, cell.value)
                      FILTER (WHERE cell.value IS DISTINCT FROM base.before -> cell.key), '{}') AS cells,
             array_agg(cell.key) FILTER (
               WHERE cell.value IS DISTINCT FROM base.before -> cell.key
                 AND record.cells -> cell.key IS DISTINCT FROM base.before -> cell.key
                 AND record.cells -> cell.key IS DISTINCT FROM cell.value) AS both_changed
      FROM incoming JOIN base ON base.number = incoming.number
      JOIN record ON record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s
        AND record.number = incoming.number
      CROSS JOIN LATERAL jsonb_each(incoming.cells) cell
      WHERE incoming.asked IS NOT NULL AND clash IS NOT TRUE
      GROUP BY 1
    )
    UPDATE incoming SET cells = CASE WHEN both_changed IS NULL OR %(file_wins)s THEN sided.cells ELSE incoming.cells END,
                        clash = both_changed IS NOT NULL AND NOT %(file_wins)s,
                        why = CASE WHEN both_changed IS NOT NULL AND NOT %(file_wins)s THEN 'both' END,
                        fields = both_changed
    FROM sided WHERE sided.row_number = incoming.row_number
"""
_EMPTIED = """
    WITH base AS (
      SELECT DISTINCT ON (number) number, before FROM record_change
      WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND at > %(since)s AND before IS NOT NULL
      ORDER BY number, version
    ), found AS (
      SELECT incoming.row_number, array_agg(cell.key ORDER BY cell.key) AS names
      FROM incoming
      JOIN record ON record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s
        AND record.number = incoming.number
      LEFT JOIN base ON base.number = incoming.number
      CROSS JOIN LATERAL jsonb_each(record.cells) cell
      WHERE incoming.asked IS NOT NULL AND clash IS NOT TRUE AND cell.key = ANY (CAST(%(columns)s AS text[]))
        AND NOT incoming.cells ? cell.key
        AND (base.number IS NULL OR base.before -> cell.key = cell.value OR (%(file_wins)s AND base.before ? cell.key))
      GROUP BY 1
    )
    UPDATE incoming SET emptied = found.names FROM found WHERE found.row_number = incoming.row_number
"""
_TWICE = """
    UPDATE incoming SET clash = true
    FROM (SELECT number FROM incoming WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1) twice
    WHERE incoming.number = twice.number
"""


def match(
    session: Session,
    dataset: DatasetView,
    since: datetime | None,
    columns: Sequence[str],
    *,
    file_wins: bool,
) -> None:
    """Find the records of the rows that carry a number, and merge the cells with those changed here after ``since``.

    A cell in the ``columns`` that the file has, filled when it was made and blank now, is noted as emptied; one that was
    changed here meanwhile is not.
    """
    driver: Any = session.connection().connection.driver_connection
    driver.execute("ANALYZE incoming")
    driver.execute("SET LOCAL enable_nestloop = off")  # see staging.match
    place = {"establishment": dataset.establishment, "dataset": dataset.id}
    driver.execute(_FIND, place)
    if since is not None:
        driver.execute(_EMPTIED, {**place, "since": since, "columns": list(columns), "file_wins": file_wins})
        driver.execute(_SIDES, {**place, "since": since, "file_wins": file_wins})


def refuse_twice(session: Session) -> None:
    """Leave out rows that found one record by different ways: by its number, and by its key."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(_TWICE)


def both_changed(session: Session) -> list[dict[str, Any]]:
    """The first rows changed on both sides: ``row, number, fields``."""
    driver: Any = session.connection().connection.driver_connection
    rows = driver.execute(
        "SELECT row_number, number, fields FROM incoming WHERE why = 'both' ORDER BY row_number LIMIT %(most)s",
        {"most": LISTED},
    ).fetchall()
    return [{"row": row, "number": number, "fields": fields} for row, number, fields in rows]


def emptied(session: Session) -> list[dict[str, Any]]:
    """The first rows with cells that were emptied: ``row, number, fields``."""
    driver: Any = session.connection().connection.driver_connection
    rows = driver.execute(
        "SELECT row_number, number, emptied FROM incoming WHERE emptied IS NOT NULL AND clash IS NOT TRUE "
        "ORDER BY row_number LIMIT %(most)s",
        {"most": LISTED},
    ).fetchall()
    return [{"row": row, "number": number, "fields": fields} for row, number, fields in rows]


def counts(session: Session) -> tuple[int, int]:
    """How many rows were left out because their record is no more, and because both sides changed."""
    driver: Any = session.connection().connection.driver_connection
    row = driver.execute(
        "SELECT count(*) FILTER (WHERE why = 'unknown'), count(*) FILTER (WHERE why = 'both') FROM incoming"
    ).fetchone()
    return int(row[0]), int(row[1])
