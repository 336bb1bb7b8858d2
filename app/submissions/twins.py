"""Rows of a file that would be added and are there already: the same cells, or the key of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql
from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.records import service as records


def match(session: Session, dataset: DatasetView, columns: Sequence[str], *, skip: bool) -> None:
    """Mark the rows whose filled cells are those of a record (in the ``columns`` of the model that the file has), then those that
    have a record's key. ``skip`` leaves them out."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute("ANALYZE incoming")
    driver.execute("SET LOCAL enable_nestloop = off")  # see staging.match
    place = {
        "establishment": dataset.establishment,
        "dataset": dataset.id,
        "absent": [name for name in dataset.schema.field_names if name not in set(columns)],
        "skip": skip,
    }
    # by a digest: objects of JSON are slow to compare, and the same cells are the same text
    driver.execute(
        """
        UPDATE incoming SET why = 'same', clash = CASE WHEN %(skip)s THEN true END
        FROM (
          SELECT DISTINCT CAST(md5(CAST(cells - CAST(%(absent)s AS text[]) AS text)) AS uuid) AS cells FROM record
          WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND deleted_at IS NULL
        ) theirs
        WHERE CAST(md5(CAST(incoming.cells AS text)) AS uuid) = theirs.cells AND incoming.cells <> '{}'
        """,
        place,
    )
    for _, names in records.keys_of_schema(dataset.schema):
        own = sql.SQL(", ").join(sql.SQL("cells ->> {}").format(sql.Literal(name)) for name in names)
        joint = sql.SQL(" AND ").join(
            sql.SQL("cells ->> {} IS NOT NULL").format(sql.Literal(name)) for name in names
        )
        driver.execute(
            sql.SQL("""
                WITH theirs AS (
                  SELECT DISTINCT ARRAY[{own}] AS key FROM record
                  WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL AND {joint}
                ), ours AS (SELECT row_number, ARRAY[{own}] AS key FROM incoming WHERE why IS NULL AND {joint})
                UPDATE incoming SET why = 'key', clash = CASE WHEN {skip} THEN true END
                FROM ours JOIN theirs ON theirs.key = ours.key
                WHERE incoming.row_number = ours.row_number
            """).format(
                own=own,
                joint=joint,
                establishment=sql.Literal(dataset.establishment),
                dataset=sql.Literal(dataset.id),
                skip=sql.Literal(skip),
            )
        )
