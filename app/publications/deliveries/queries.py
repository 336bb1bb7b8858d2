"""Every query on deliveries. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.models import Connection, Dataset, Delivery


def of_dataset(session: Session, establishment: int, dataset: int) -> list[Row[tuple[Delivery, Connection]]]:
    """The deliveries of a dataset, each with its portal, by the name of the portal."""
    return list(
        session.execute(
            select(Delivery, Connection)
            .join(
                Connection,
                (Connection.establishment_id == Delivery.establishment_id)
                & (Connection.id == Delivery.connection_id),
            )
            .where(Delivery.establishment_id == establishment, Delivery.dataset_id == dataset)
            .order_by(func.app.fold(Connection.name), Connection.id)
            .execution_options(populate_existing=True)
        )
    )


def locked(session: Session, establishment: int, dataset: int, connection: int) -> Delivery | None:
    """A delivery, held until the transaction ends."""
    return session.scalar(
        select(Delivery)
        .where(
            Delivery.establishment_id == establishment,
            Delivery.dataset_id == dataset,
            Delivery.connection_id == connection,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def locked_of_dataset(session: Session, establishment: int, dataset: int) -> list[Delivery]:
    """Those of a dataset, held until the transaction ends."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.establishment_id == establishment, Delivery.dataset_id == dataset)
            .order_by(Delivery.connection_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def locked_at(session: Session, establishment: int, connection: int) -> list[Delivery]:
    """Those to one portal, held until the transaction ends."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.establishment_id == establishment, Delivery.connection_id == connection)
            .order_by(Delivery.dataset_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def keep(session: Session, establishment: int, dataset: int, connection: int, **values: Any) -> bool:
    """Write columns of a delivery; False where it is no more."""
    result = session.execute(
        update(Delivery)
        .where(
            Delivery.establishment_id == establishment,
            Delivery.dataset_id == dataset,
            Delivery.connection_id == connection,
        )
        .values(updated_at=func.now(), **values)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def remove(session: Session, establishment: int, dataset: int, connection: int) -> None:
    session.execute(
        delete(Delivery)
        .where(
            Delivery.establishment_id == establishment,
            Delivery.dataset_id == dataset,
            Delivery.connection_id == connection,
        )
        .execution_options(synchronize_session=False)
    )


def due_places(session: Session) -> list[int]:
    """The establishments with a delivery that the service goes on with by now: asked of every one at once."""
    return list(session.scalars(select(func.app.due_deliveries())))


def due(session: Session, establishment: int) -> list[Delivery]:
    """The deliveries of an establishment that the service goes on with by now."""
    return list(
        session.scalars(
            select(Delivery)
            .where(
                Delivery.establishment_id == establishment,
                Delivery.next_try_at <= func.now(),
                ~Delivery.is_suspended,
            )
            .order_by(Delivery.next_try_at)
        )
    )


_TROUBLED = (
    select(
        Delivery.establishment_id,
        Dataset.slug,
        Dataset.title,
        Connection.name.label("portal"),
        Delivery.state,
    )
    .join(
        Dataset,
        (Dataset.establishment_id == Delivery.establishment_id) & (Dataset.id == Delivery.dataset_id),
    )
    .join(
        Connection,
        (Connection.establishment_id == Delivery.establishment_id)
        & (Connection.id == Delivery.connection_id),
    )
    .where(
        Delivery.establishment_id == func.any(bindparam("places", type_=ARRAY(BigInteger()))),
        Delivery.next_try_at.is_(None),
        ~Delivery.is_suspended,
        or_(Delivery.wanted.is_not(None), Delivery.sent.is_not(None)),
        func.jsonb_typeof(Delivery.state["fault"]) == "object",
    )
    .order_by(Delivery.updated_at.desc())
    .limit(bindparam("most"))
)
"""Built once: it runs with every first page."""


def troubled(session: Session, establishments: Iterable[int], limit: int) -> list[Row[Any]]:
    """``(establishment_id, slug, title, portal, state)`` of the deliveries that a person must do something about, the latest first."""
    return list(session.execute(_TROUBLED, {"places": list(establishments), "most": limit}))
