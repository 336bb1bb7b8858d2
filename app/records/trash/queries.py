"""The queries of the trash that are not the list's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
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
