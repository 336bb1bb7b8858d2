"""Every query on people, their sessions and tokens: these tables lie outside row-level security and are read from here alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from app.models import Account, Establishment, LoginSession, Membership


def session_by_token(session: Session, token_hash: bytes) -> Row[Any] | None:
    """The sign-in that a token stands for, with its account; None when it has expired or the account is closed.

    Columns: ``session_id``, ``last_seen_at``, ``id`` (of the account), ``email``, ``name``, ``lang``, ``is_administrator``.
    """
    return session.execute(
        select(
            LoginSession.id.label("session_id"),
            LoginSession.last_seen_at,
            Account.id,
            Account.email,
            Account.name,
            Account.lang,
            Account.is_administrator,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .where(LoginSession.token_hash == token_hash, LoginSession.expires_at > func.now(), Account.is_active)
    ).one_or_none()


def prolong_session(session: Session, session_id: int, expires_at: datetime) -> None:
    """Note that a sign-in is in use; never waits for another request that notes the same."""
    free = select(LoginSession.id).where(LoginSession.id == session_id).with_for_update(skip_locked=True)
    session.execute(
        update(LoginSession)
        .where(LoginSession.id.in_(free.scalar_subquery()))
        .values(last_seen_at=func.now(), expires_at=expires_at)
        .execution_options(synchronize_session=False)
    )


def delete_session(session: Session, token_hash: bytes) -> None:
    """End a sign-in; ending one that has ended already is no error."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash))


def own_memberships(session: Session, account_id: int) -> list[Row[Any]]:
    """``(establishment_id, role)`` of the account the scope names."""
    found = session.execute(
        select(Membership.establishment_id, Membership.role).where(Membership.account_id == account_id)
    )
    return list(found)


def own_establishments(session: Session, ids: list[int], limit: int, slug: str | None) -> list[Row[Any]]:
    """``(id, slug, name, accent, is_sandbox)`` of some of the establishments of the scope, by name; that of ``slug`` is always there."""
    columns = (
        Establishment.id,
        Establishment.slug,
        Establishment.name,
        Establishment.accent,
        Establishment.is_sandbox,
    )
    found = (
        select(*columns)
        .where(Establishment.id.in_(ids))
        .order_by(Establishment.slug != (slug or ""), Establishment.search)
        .limit(limit)
    )
    return list(session.execute(found))
