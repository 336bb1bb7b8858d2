"""Queries of the administration that belong to no other feature: the journal, counts for the first page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import CatalogueSchema, Establishment, JobProgress, JournalEntry
from app.tenancy import INSTANCE
from schema_loader.catalogue import TABLE


def journal(
    session: Session, *, act: str = "", establishment: int | None = None, limit: int, offset: int
) -> list[Row[Any]]:
    """Entries, the latest first: ``at, act, subject, details, account_id, establishment_id, place`` (name, or None)."""
    chosen = (
        select(
            JournalEntry.at,
            JournalEntry.act,
            JournalEntry.subject,
            JournalEntry.details,
            JournalEntry.account_id,
            JournalEntry.establishment_id,
            Establishment.name.label("place"),
        )
        .join(Establishment, Establishment.id == JournalEntry.establishment_id, isouter=True)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if act:
        chosen = chosen.where(JournalEntry.act == act)
    if establishment is not None:
        chosen = chosen.where(JournalEntry.establishment_id == establishment)
    return list(session.execute(chosen))


def counts(session: Session) -> dict[str, int]:
    """How many schemas and establishments there are."""
    schemas = select(func.count()).select_from(CatalogueSchema).where(CatalogueSchema.kind == TABLE)
    return {
        "schemas": int(session.scalar(schemas) or 0),
        "establishments": int(session.scalar(select(func.count(Establishment.id))) or 0),
    }


def latest_job(session: Session, task: str) -> JobProgress | None:
    """How far the last job of a task of the instance is."""
    return session.scalar(
        select(JobProgress)
        .where(JobProgress.establishment_id == INSTANCE, JobProgress.task == task)
        .order_by(JobProgress.created_at.desc(), JobProgress.id.desc())
        .limit(1)
    )


def names_of_establishments(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Establishment → name."""
    rows = session.execute(
        select(Establishment.id, Establishment.name).where(Establishment.id.in_(list(ids)))
    )
    return {row.id: row.name for row in rows}
