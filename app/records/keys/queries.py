"""The queries on what records hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from app.models import Record, RecordIndex

KEY_FAULTS = ("unique-error", "unique-error/key", "primary-key", "primary-key/empty")
"""Codes of the errors that another record may bring about or mend."""


def twins(
    session: Session, establishment: int, dataset: int, cells: Mapping[str, str], column: int | None, key: str
) -> list[Row[Any]]:
    """``(number, state)`` of the records that hold these very cells, the first 50. ``column``, ``key``: of the index, to find them by."""
    chosen = (
        select(Record.number, Record.state)
        .where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_(None),
        )
        .where(*(func.coalesce(Record.cells[name].astext, "") == value for name, value in cells.items()))
        .order_by(Record.number)
        .limit(50)
    )
    if column is not None:
        at = getattr(RecordIndex, f"k{column}")
        numbers = select(RecordIndex.number).where(
            RecordIndex.establishment_id == establishment,
            RecordIndex.dataset_id == dataset,
            at == key,
        )
        chosen = chosen.where(Record.number.in_(numbers))
    return list(session.execute(chosen))


def doubtful(session: Session, establishment: int, dataset: int, keys: Sequence[Sequence[str]]) -> list[int]:
    """Numbers of the records that share one of some keys (names of fields) with another, or of which that was said; in order."""
    own = (
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.deleted_at.is_(None),
    )
    said = [Record.faults.contains([{"code": code}]) for code in KEY_FAULTS]
    found = set(session.scalars(select(Record.number).where(*own, Record.state == "to_fix", or_(*said))))
    for names in keys:
        cells = [func.coalesce(Record.cells[name].astext, "") for name in names]
        alike = func.count().over(partition_by=cells).label("alike")
        counted = select(Record.number, alike).where(*own, or_(*(cell != "" for cell in cells))).subquery()
        found.update(session.scalars(select(counted.c.number).where(counted.c.alike > 1)))
    return sorted(found)


def values_of(
    session: Session, establishment: int, dataset: int, names: Sequence[str], limit: int
) -> list[tuple[str, ...]]:
    """The distinct texts that some fields have together in the valid records: what a foreign key may refer to."""
    columns = [func.coalesce(Record.cells[name].astext, "") for name in names]
    rows = session.execute(
        select(*columns)
        .where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_(None),
        )
        .distinct()
        .limit(limit)
    )
    return [tuple(row) for row in rows]
