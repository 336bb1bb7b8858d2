"""Queries on the accounts of the whole instance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.folding import like_pattern
from app.models import Account


def listed(session: Session, sought: str, *, limit: int, offset: int) -> list[Account]:
    """Accounts whose name or address holds each word of a text, by name; closed ones last."""
    chosen = _filtered(select(Account), sought)
    order = (Account.is_active.desc(), func.app.fold(Account.name), Account.id)
    return list(session.scalars(chosen.order_by(*order).limit(limit).offset(offset)))


def count(session: Session, sought: str) -> int:
    """How many :func:`listed` would give without a limit."""
    return int(session.scalar(_filtered(select(func.count(Account.id)), sought)) or 0)


def _filtered(chosen: Select[Any], sought: str) -> Select[Any]:
    for word in sought.split()[:8]:
        chosen = chosen.where(
            func.app.fold(Account.name + " " + Account.email).like(like_pattern(word), escape="\\")
        )
    return chosen


def by_id(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


def lock_administrators(session: Session) -> list[int]:
    """The open accounts that administer the instance; nobody changes them until the end of the transaction."""
    return list(
        session.scalars(
            select(Account.id)
            .where(Account.is_administrator, Account.is_active)
            .order_by(Account.id)
            .with_for_update()
        )
    )


def names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Account → name, for lists that hold ids alone."""
    rows = session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(list(ids))))
    return {row.id: row.name or row.email for row in rows}
