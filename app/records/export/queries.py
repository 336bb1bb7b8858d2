"""The queries of an export: stored cells are normalised texts, hence a copy and no conversion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import read_to_the_end
from app.models import Record, RecordState

_COPY: LiteralString = """
    COPY (
      SELECT {cells} FROM record
      WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND state = 'valid' AND deleted_at IS NULL
      ORDER BY number
    ) TO STDOUT (FORMAT {format})
"""
_NUMBERED_COPY: LiteralString = """
    COPY (
      SELECT number, {cells} FROM record
      WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND state = 'valid' AND deleted_at IS NULL
      ORDER BY number
    ) TO STDOUT (FORMAT csv)
"""
_ROWS: LiteralString = """
    SELECT {cells} FROM record
    WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND state = 'valid' AND deleted_at IS NULL
    ORDER BY number
"""

_NUMBERED: LiteralString = """
    SELECT number, {cells} FROM record
    WHERE establishment_id = {establishment} AND dataset_id = {dataset} AND deleted_at IS NULL
    ORDER BY number
"""


def csv_lines(session: Session, establishment: int, dataset: int, names: Sequence[str]) -> Iterator[bytes]:
    """The valid records as lines of CSV that end with ``\\n``, one at a time, straight from PostgreSQL."""
    statement = sql.SQL(_COPY).format(**_parts(establishment, dataset, names), format=sql.SQL("csv"))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for line in copy:
            yield bytes(line)


def numbered_csv_lines(
    session: Session, establishment: int, dataset: int, names: Sequence[str]
) -> Iterator[bytes]:
    """The valid records as lines of CSV, each after its number and a comma: ``12,…\\n``."""
    statement = sql.SQL(_NUMBERED_COPY).format(**_parts(establishment, dataset, names))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for line in copy:
            yield bytes(line)


def rows(
    session: Session, establishment: int, dataset: int, names: Sequence[str], size: int = 2000
) -> Iterator[list[tuple[str | None, ...]]]:
    """The valid records as tuples of stored texts (None for an empty cell), ``size`` at a time."""
    yield from _batches(session, sql.SQL(_ROWS).format(**_parts(establishment, dataset, names)), size)


def numbered_rows(
    session: Session, establishment: int, dataset: int, names: Sequence[str], size: int = 2000
) -> Iterator[list[tuple[Any, ...]]]:
    """All records but those of the trash, « à corriger » too, as tuples of the number and the stored texts."""
    yield from _batches(session, sql.SQL(_NUMBERED).format(**_parts(establishment, dataset, names)), size)


def _batches(session: Session, statement: sql.Composed, size: int) -> Iterator[list[tuple[Any, ...]]]:
    read_to_the_end(session)
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name="export") as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(size):
            yield batch


def _parts(establishment: int, dataset: int, names: Sequence[str]) -> dict[str, sql.Composable]:
    # a line of one empty cell would be no line: "" is written of it
    form = sql.SQL("coalesce(cells ->> {}, '')" if len(names) == 1 else "cells ->> {}")
    cells = sql.SQL(", ").join(form.format(sql.Literal(name)) for name in names)
    return {
        "cells": cells,
        "establishment": sql.Literal(int(establishment)),
        "dataset": sql.Literal(int(dataset)),
    }


def counts(session: Session, establishment: int, dataset: int) -> dict[str, int]:
    """State → records that are not in the trash."""
    rows_ = session.execute(
        select(Record.state, func.count())
        .where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_(None),
        )
        .group_by(Record.state)
    )
    return {str(RecordState(state)): number for state, number in rows_}


def to_fix_count(session: Session, establishment: int, dataset: int) -> int:
    """How many records are « à corriger »."""
    chosen = select(func.count()).where(
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.state == "to_fix",
        Record.deleted_at.is_(None),
    )
    return int(session.scalar(chosen) or 0)


def to_fix(session: Session, establishment: int, dataset: int, limit: int) -> list[Any]:
    """``(number, cells, faults)`` of the first records « à corriger »."""
    return list(
        session.execute(
            select(Record.number, Record.cells, Record.faults)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.state == "to_fix",
                Record.deleted_at.is_(None),
            )
            .order_by(Record.number)
            .limit(limit)
        )
    )
