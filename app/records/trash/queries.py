"""Every query of the trash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import Record


def now(session: Session) -> datetime:
    """The moment of the transaction under way."""
    return session.execute(select(func.now())).scalar_one()


def taken_out_at(
    session: Session, establishment: int, dataset: int, at: datetime, account: int, limit: int
) -> list[int]:
    """Numbers of the records that an account put into the trash at one moment."""
    return list(
        session.scalars(
            select(Record.number)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.deleted_at == at,
                Record.deleted_by == account,
            )
            .order_by(Record.number)
            .limit(limit)
        )
    )


def trashed(session: Session, establishment: int, dataset: int, *, limit: int, offset: int) -> list[Row[Any]]:
    """Records of the trash, the latest first."""
    return list(
        session.execute(
            select(Record.number, Record.cells, Record.deleted_at, Record.deleted_by)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.deleted_at.is_not(None),
            )
            .order_by(Record.deleted_at.desc(), Record.number.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count(session: Session, establishment: int, dataset: int, most: int) -> int:
    """How many records are in the trash, counted up to ``most``."""
    gone = select(Record.number).where(
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.deleted_at.is_not(None),
    )
    return int(session.scalar(select(func.count()).select_from(gone.limit(most).subquery())) or 0)
