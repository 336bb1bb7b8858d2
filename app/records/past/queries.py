"""Queries of the history of one record. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RecordChange


def cells_at(
    session: Session, establishment: int, dataset: int, number: int, version: int
) -> dict[str, str] | None:
    """The cells of a record at one of its former versions; None where no later change says so."""
    found: dict[str, str] | None = session.scalar(
        select(RecordChange.before)
        .where(*_of(establishment, dataset, number))
        .where(RecordChange.version > version, RecordChange.before.is_not(None))
        .order_by(RecordChange.version, RecordChange.id)
        .limit(1)
    )
    return found


def change_to(
    session: Session, establishment: int, dataset: int, number: int, version: int
) -> RecordChange | None:
    """The change of cells that made a version."""
    return session.scalar(
        select(RecordChange)
        .where(*_of(establishment, dataset, number))
        .where(RecordChange.version == version, RecordChange.before.is_not(None))
        .order_by(RecordChange.id.desc())
        .limit(1)
    )


def _of(establishment: int, dataset: int, number: int) -> tuple[Any, ...]:
    return (
        RecordChange.establishment_id == establishment,
        RecordChange.dataset_id == dataset,
        RecordChange.number == number,
    )
