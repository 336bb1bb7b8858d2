"""Datasets as cards: on the first page, on the page of an establishment, in the list of those put away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.datasets import queries

COUNTED = 1001
"""Lines « à corriger » are counted up to here."""
MOST = 200
"""Datasets of one establishment that its page shows."""


@dataclass(frozen=True, slots=True)
class Card:
    """A dataset. ``place``: the name of its establishment, where the page shows several; ``to_fix``: up to :data:`COUNTED`."""

    title: str
    address: str
    place: str
    schema_title: str
    to_fix: int
    changed_at: datetime | None
    closed_at: datetime | None

    @property
    def is_capped(self) -> bool:
        """Whether more lines are « à corriger » than were counted."""
        return self.to_fix >= COUNTED


def of_establishment(session: Session, establishment: int, slug: str) -> list[Card]:
    """The datasets that an establishment fills in, by title."""
    rows = queries.of_establishments(session, [establishment], limit=MOST)
    return _cards(session, rows, {establishment: (slug, "")})


def put_away(session: Session, establishment: int, slug: str, *, limit: int, offset: int) -> list[Card]:
    """Those that it put away."""
    rows = queries.put_away(session, establishment, limit=limit, offset=offset)
    return _cards(session, rows, {establishment: (slug, "")})


def latest(session: Session, places: Mapping[int, tuple[str, str]], *, limit: int) -> list[Card]:
    """The datasets of some establishments that were filled in last. ``places``: establishment → (slug, name)."""
    rows = queries.latest(session, places, limit=limit) if places else []
    return _cards(session, rows, places)


def _cards(session: Session, rows: Sequence[Any], places: Mapping[int, tuple[str, str]]) -> list[Card]:
    counts = _counts(session, rows)
    return [
        Card(
            row.title,
            f"/e/{places[row.establishment_id][0]}/{row.slug}/",
            places[row.establishment_id][1],
            row.schema_title,
            counts.get(row.id, 0),
            row.changed_at,
            row.closed_at,
        )
        for row in rows
    ]


def _counts(session: Session, rows: Iterable[Any]) -> dict[int, int]:
    found = [(row.establishment_id, row.id) for row in rows]
    if not found:
        return {}
    return queries.to_fix_counts(session, {place for place, _ in found}, [one for _, one in found], COUNTED)
