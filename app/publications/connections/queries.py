"""Every query on connections to portals."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import Connection, Dataset, Delivery


def of_establishment(session: Session, establishment: int) -> list[Connection]:
    """By name."""
    return list(
        session.scalars(
            select(Connection)
            .where(Connection.establishment_id == establishment)
            .order_by(func.app.fold(Connection.name), Connection.id)
        )
    )


def get(session: Session, establishment: int, number: int) -> Connection | None:
    return session.scalar(
        select(Connection).where(Connection.establishment_id == establishment, Connection.id == number)
    )


def datasets_at(session: Session, establishment: int, number: int) -> list[Row[Any]]:
    """``(slug, title, id)`` of the datasets that go to a portal, by title."""
    return list(
        session.execute(
            select(Dataset.slug, Dataset.title, Dataset.id)
            .join(
                Delivery,
                (Delivery.establishment_id == Dataset.establishment_id) & (Delivery.dataset_id == Dataset.id),
            )
            .where(Delivery.establishment_id == establishment, Delivery.connection_id == number)
            .order_by(func.app.fold(Dataset.title), Dataset.id)
        )
    )


def count_datasets(session: Session, establishment: int) -> dict[int, int]:
    """Connection → how many datasets go there."""
    found = select(Delivery.connection_id, func.count()).where(Delivery.establishment_id == establishment)
    return {row[0]: row[1] for row in session.execute(found.group_by(Delivery.connection_id))}
