"""Rows of a file that would be added and are there already: the same cells, or the key of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
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


def mark(session: Session, dataset: DatasetView, submission: int) -> int:
    """Mark « à corriger » the new records that share a key with an older one; gives how many were valid before."""
    driver: Any = session.connection().connection.driver_connection
    marked = 0
    driver.execute("SET LOCAL enable_nestloop = off")  # see staging.match
    for code, names in records.keys_of_schema(dataset.schema):
        own = sql.SQL(", ").join(
            sql.SQL("coalesce(cells ->> {}, '')").format(sql.Literal(name)) for name in names
        )
        joint = sql.SQL(" AND ").join(
            sql.SQL("cells ->> {} IS NOT NULL").format(sql.Literal(name)) for name in names
        )
        field = names[0] if code == "unique-error" else None
        statement = sql.SQL("""
            WITH older AS (
              SELECT ARRAY[{own}] AS key, min(number) AS number FROM record
              WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL
                AND submission_id IS DISTINCT FROM {submission} AND {joint}
              GROUP BY 1
            ), twins AS (
              SELECT record.number, record.state, older.number AS other FROM record
              JOIN older ON older.key = ARRAY[{own}]
              WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL
                AND submission_id = {submission}
            ), marked AS (
              UPDATE record SET state = 'to_fix', faults = coalesce(record.faults, '[]') || jsonb_build_array(
                  jsonb_build_object('code', {code}::text, 'field', {field}::text,
                                     'params', jsonb_build_object('names', {names}::jsonb, 'row', twins.other)))
              FROM twins
              WHERE record.establishment_id = {establishment} AND record.dataset_id = {dataset}
                AND record.number = twins.number
            )
            SELECT count(*) FILTER (WHERE state = 'valid') FROM twins
        """).format(
            own=own,
            joint=joint,
            establishment=sql.Literal(dataset.establishment),
            dataset=sql.Literal(dataset.id),
            submission=sql.Literal(submission),
            code=sql.Literal(code),
            field=sql.Literal(field),
            names=sql.Literal(orjson.dumps(list(names)).decode()),
        )
        row = driver.execute(statement).fetchone()
        marked += int(row[0])
    driver.execute("SET LOCAL enable_nestloop = on")
    return marked
