"""Every query on establishments. The walls hold beneath them: a scope sees its own, an administrator's the whole list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    any_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app.folding import like_pattern
from app.models import Establishment

LOCK = 8_215_302  # of the transactions that create establishments, one after the other

_LISTED = (
    Establishment.id,
    Establishment.slug,
    Establishment.name,
    Establishment.siren,
    Establishment.siret,
    Establishment.kind,
    Establishment.departement,
    Establishment.logo,
    Establishment.is_sandbox,
    Establishment.created_at,
)


def _among(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """One of many values, sent as one parameter: a statement has 65,535 at most, and there are 35,000 communes."""
    kind = BigInteger() if column is Establishment.id else Text()
    return column == any_(literal(list(values), ARRAY(kind)))


def lock(session: Session) -> None:
    """Wait for whoever else creates establishments; let go at the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def by_id(session: Session, establishment_id: int) -> Establishment | None:
    return session.get(Establishment, establishment_id)


def by_slug(session: Session, slug: str) -> Establishment | None:
    return session.scalar(select(Establishment).where(Establishment.slug == slug))


def listed(
    session: Session, sought: str, *, limit: int, offset: int = 0, ids: Iterable[int] | None = None
) -> list[Row[Any]]:
    """Establishments whose name, address or number holds a text, by name, sandboxes last. ``ids``: among these."""
    chosen = _filtered(select(*_LISTED), sought, ids)
    return list(
        session.execute(
            chosen.order_by(Establishment.is_sandbox, Establishment.search, Establishment.id)
            .limit(limit)
            .offset(offset)
        )
    )


def count(session: Session, sought: str, *, ids: Iterable[int] | None = None) -> int:
    """How many :func:`listed` would give without a limit."""
    return int(session.scalar(_filtered(select(func.count(Establishment.id)), sought, ids)) or 0)


def _filtered(chosen: Select[Any], sought: str, ids: Iterable[int] | None) -> Select[Any]:
    if ids is not None:
        chosen = chosen.where(_among(Establishment.id, ids))
    digits = "".join(sought.split())
    for word in [digits] if digits.isdecimal() else sought.split():
        chosen = chosen.where(Establishment.search.like(like_pattern(word), escape="\\"))
    return chosen


_IDS = bindparam("ids", type_=ARRAY(BigInteger()))
_NAMED = select(Establishment.id, Establishment.slug, Establishment.name).where(
    Establishment.id == any_(_IDS)
)
_WITHOUT_CONTACT = (
    select(Establishment.slug, Establishment.name)
    .where(Establishment.id == any_(_IDS), Establishment.contact_email.is_(None), ~Establishment.is_sandbox)
    .order_by(Establishment.search)
    .limit(bindparam("most"))
)
"""Built once: they run with every first page, and are longer to build than to answer."""


def named(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Establishment → (slug, name), of those that the scope sees among ``ids``."""
    rows = session.execute(_NAMED, {"ids": list(ids)})
    return {row.id: (row.slug, row.name) for row in rows}


def slugs(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Establishment → slug, of those that the scope sees among ``ids``."""
    return {one: slug for one, (slug, _) in named(session, ids).items()}


def without_contact(session: Session, ids: Iterable[int], limit: int) -> list[Row[Any]]:
    """``(slug, name)`` of those among ``ids`` that say nowhere how to reach them."""
    return list(session.execute(_WITHOUT_CONTACT, {"ids": list(ids), "most": limit}))


def all_ids(session: Session) -> list[int]:
    """Every establishment that the scope sees."""
    return list(session.scalars(select(Establishment.id).order_by(Establishment.id)))


def is_there_any(session: Session) -> bool:
    """Whether the scope sees an establishment at all."""
    return session.scalar(select(Establishment.id).limit(1)) is not None


def taken_slugs(session: Session, slugs: Sequence[str]) -> set[str]:
    """Those of these addresses that an establishment has."""
    return set(session.scalars(select(Establishment.slug).where(_among(Establishment.slug, slugs))))


def slugs_beginning(session: Session, slug: str) -> set[str]:
    """Addresses that are this one, or begin by it and a hyphen."""
    return set(
        session.scalars(
            select(Establishment.slug).where(
                (Establishment.slug == slug) | Establishment.slug.startswith(f"{slug}-", autoescape=True)
            )
        )
    )


def holders_of_siret(session: Session, sirets: Sequence[str]) -> dict[str, str]:
    """SIRET → name of the establishment that has it."""
    rows = session.execute(
        select(Establishment.siret, Establishment.name).where(_among(Establishment.siret, sirets))
    )
    return {siret: name for siret, name in rows if siret}


def namesakes(session: Session, named: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these ``(siren, folded name)`` that an establishment has."""
    wanted = set(named)
    rows = session.execute(
        select(Establishment.siren, func.app.fold(Establishment.name)).where(
            _among(Establishment.siren, {siren for siren, _ in wanted})
        )
    )
    return wanted & {(siren, name) for siren, name in rows}


def add_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Create establishments, all of them in a few statements."""
    session.execute(insert(Establishment), list(rows))
