"""Queries of the history of one record. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import insert, select, text
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


_SENT_ALREADY = text("""
    SELECT made.number, made.after = CAST(:cells AS jsonb) AND record.deleted_at IS NULL AS is_same
    FROM record_change AS made
    JOIN record ON record.establishment_id = made.establishment_id AND record.dataset_id = made.dataset_id
      AND record.number = made.number
    WHERE made.establishment_id = CAST(:establishment AS bigint) AND made.dataset_id = CAST(:dataset AS bigint)
      AND made.account_id = CAST(:account AS bigint) AND made.note ->> 'sending' = CAST(:sending AS text)
""")


def sent_already(
    session: Session,
    establishment: int,
    dataset: int,
    *,
    account: int,
    sending: str,
    cells: Mapping[str, str],
) -> int | None:
    """The record that the very same form made, with the very same cells; None where there is none, or it is in the trash."""
    row = session.execute(
        _SENT_ALREADY,
        {
            "establishment": establishment,
            "dataset": dataset,
            "account": account,
            "sending": sending,
            "cells": orjson.dumps(dict(cells)).decode(),
        },
    ).one_or_none()
    return int(row.number) if row is not None and row.is_same else None


def tell_created(
    session: Session,
    establishment: int,
    dataset: int,
    number: int,
    *,
    account: int | None,
    cells: Mapping[str, str],
) -> None:
    """The first entry of history, where :func:`app.records.queries.create` made none."""
    session.execute(
        insert(RecordChange).values(
            establishment_id=establishment,
            dataset_id=dataset,
            number=number,
            account_id=account,
            act="created",
            version=1,
            after=dict(cells),
        )
    )
