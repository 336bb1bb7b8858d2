"""Queries of the pages of one record. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import Record, RecordIndex, SchemaVersion


def last_records(
    session: Session, establishment: int, dataset: int, account: int, limit: int
) -> list[Row[Any]]:
    """``(number, cells)`` of the last records that a person kept, by number; found by the index, since a dataset may hold a
    million records of others."""
    numbers = (
        select(RecordIndex.number)
        .where(
            RecordIndex.establishment_id == establishment,
            RecordIndex.dataset_id == dataset,
            RecordIndex.updated_by == account,
        )
        .order_by(RecordIndex.number.desc())
        .limit(limit)
    )
    return list(
        session.execute(
            select(Record.number, Record.cells)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.number.in_(numbers),
            )
            .order_by(Record.number.desc())
        )
    )


def neighbours(
    session: Session, establishment: int, dataset: int, number: int
) -> tuple[int | None, int | None]:
    """The numbers before and after one, of records that are not in the trash; None at the ends."""
    own = (
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.deleted_at.is_(None),
    )
    before = select(func.max(Record.number)).where(*own, Record.number < number)
    after = select(func.min(Record.number)).where(*own, Record.number > number)
    row = session.execute(select(before.scalar_subquery(), after.scalar_subquery())).one()
    return row[0], row[1]


def descriptor(session: Session, version_id: int) -> bytes | None:
    """The schema that a form was made for; None where there is no such version."""
    return session.scalar(select(SchemaVersion.descriptor).where(SchemaVersion.id == version_id))
