"""Every query on attachments. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, delete, func, select, union_all, update
from sqlalchemy.orm import Session

from app.models import Attachment, Dataset, Draft, Record, RecordChange

_SERVED = (
    Attachment.establishment_id,
    Attachment.token,
    Attachment.sha256,
    Attachment.stored_name,
    Attachment.file_name,
    Attachment.size,
    Attachment.is_public,
    Attachment.published_at,
)


def by_token(session: Session, establishment: int, token: str) -> Row[Any] | None:
    """What an address needs of its document, as the scope lets see it: everybody sees those that were published."""
    return session.execute(
        select(*_SERVED).where(Attachment.establishment_id == establishment, Attachment.token == token)
    ).one_or_none()


def has_any(session: Session, establishment: int, dataset: int) -> bool:
    """Whether a document was ever given for a dataset."""
    found = select(Attachment.id).where(
        Attachment.establishment_id == establishment, Attachment.dataset_id == dataset
    )
    return session.scalar(found.limit(1)) is not None


def saved(session: Session, establishment: int, dataset: int, tokens: Collection[str], number: int) -> None:
    """Note that a record holds the addresses of documents."""
    session.execute(
        update(Attachment)
        .where(
            Attachment.establishment_id == establishment,
            Attachment.dataset_id == dataset,
            Attachment.token.in_(tokens),
            Attachment.saved_at.is_(None),
        )
        .values(saved_at=func.now(), number=number)
        .execution_options(synchronize_session=False)
    )


def show(session: Session, establishment: int, dataset: int, tokens: Collection[str]) -> None:
    """Everybody may read these documents of a dataset, and no other of it."""
    held = Attachment.token.in_(tokens)
    session.execute(
        update(Attachment)
        .where(
            Attachment.establishment_id == establishment,
            Attachment.dataset_id == dataset,
            Attachment.is_public.is_distinct_from(held),
        )
        .values(is_public=held, published_at=func.coalesce(Attachment.published_at, func.now()))
        .execution_options(synchronize_session=False)
    )


def unsaved(session: Session, establishment: int, before: datetime) -> list[Attachment]:
    """Documents given before a moment that no record was seen to hold."""
    return list(
        session.scalars(
            select(Attachment)
            .where(
                Attachment.establishment_id == establishment,
                Attachment.saved_at.is_(None),
                Attachment.published_at.is_(None),
                Attachment.created_at < before,
            )
            .order_by(Attachment.dataset_id, Attachment.id)
        )
    )


def texts_with(session: Session, establishment: int, dataset: int, text: str) -> Iterable[str]:
    """What records of a dataset, their history and drafts hold that contains a text: cells, as JSON."""
    places = [
        (Record.cells, Record),
        (RecordChange.before, RecordChange),
        (RecordChange.after, RecordChange),
        (Draft.cells, Draft),
    ]
    parts = [
        select(cast(column, String).label("cells")).where(
            table.establishment_id == establishment,
            table.dataset_id == dataset,
            cast(column, String).contains(text, autoescape=True),
        )
        for column, table in places
    ]
    return session.scalars(union_all(*parts))


def is_there(session: Session, establishment: int, dataset: int) -> bool:
    """Whether a dataset is still there."""
    found = select(Dataset.id).where(Dataset.establishment_id == establishment, Dataset.id == dataset)
    return session.scalar(found) is not None


def stored_names(session: Session, establishment: int) -> set[str]:
    """Names in the file store of every document of an establishment."""
    return set(
        session.scalars(select(Attachment.stored_name).where(Attachment.establishment_id == establishment))
    )


def remove(session: Session, establishment: int, ids: Collection[int]) -> None:
    session.execute(
        delete(Attachment)
        .where(Attachment.establishment_id == establishment, Attachment.id.in_(ids))
        .execution_options(synchronize_session=False)
    )
