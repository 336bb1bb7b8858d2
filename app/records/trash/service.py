"""The lines of the trash, and what a page says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.i18n import ngettext
from app.records.listing.columns import Column, readers
from app.records.listing.shown import names
from app.records.trash import queries

COUNTED = 10_001
MOST = 100_000
"""Lines that are taken out at once."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gone:
    """A line of the trash. ``by``: who put it there."""

    number: int
    cells: tuple[tuple[Column, Markup | str], ...]
    at: datetime
    by: str


def page(
    session: Session, dataset: DatasetView, columns: Sequence[Column], *, limit: int, offset: int
) -> list[Gone]:
    """Lines of the trash, the latest first."""
    rows = queries.trashed(session, dataset.establishment, dataset.id, limit=limit, offset=offset)
    people = names(session, (row.deleted_by for row in rows))
    read = readers(dataset.schema)
    return [
        Gone(row.number, _cells(row.cells, columns, read), row.deleted_at, people.get(row.deleted_by, ""))
        for row in rows
    ]


def _cells(
    cells: Mapping[str, str], columns: Sequence[Column], read: Mapping[str, object]
) -> tuple[tuple[Column, Markup | str], ...]:
    return tuple(
        (column, read[column.name](cells[column.name]) if cells.get(column.name) else "")  # type: ignore[operator]
        for column in columns
        if column.name in read
    )


def count(session: Session, dataset: DatasetView) -> int:
    """How many lines are in the trash, up to :data:`COUNTED`."""
    return queries.count(session, dataset.establishment, dataset.id, COUNTED)


def instant(session: Session) -> str:
    """The moment of the transaction under way, in microseconds: what names the lines that it took out."""
    return str((queries.now(session) - EPOCH) // timedelta(microseconds=1))


def taken_out_at(session: Session, dataset: DatasetView, moment: str, *, account: int) -> list[int]:
    """The lines that a person put into the trash at an instant, and that are still there."""
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 18):
        return []
    at = EPOCH + timedelta(microseconds=int(moment))
    return queries.taken_out_at(session, dataset.establishment, dataset.id, at, account, MOST)


def gone_words(n: int) -> str:
    """« 3 lignes sont dans la corbeille. »"""
    return ngettext("{n} ligne est dans la corbeille.", "{n} lignes sont dans la corbeille.", n)
