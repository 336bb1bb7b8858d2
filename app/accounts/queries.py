"""Every query on people, their sessions and tokens: these tables lie outside row-level security and are read from here alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.db import PREPARED
from app.models import Account, Establishment, LoginSession, Membership, PasswordReset, SignInAttempt

FIRST_VISIT = 0x7AB_0001
"""Of the advisory lock."""


def session_by_token(session: Session, token_hash: bytes) -> Row[*tuple[Any, ...]] | None:
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


_LOGIN, _ACCOUNT = LoginSession.__table__.c, Account.__table__.c
_MEMBER, _PLACE = Membership.__table__.c, Establishment.__table__.c
_OWN = Membership.__table__.alias("own")
_PLACES = bindparam("places", type_=ARRAY(BigInteger()))
_VIEWER = (
    select(
        _LOGIN.id.label("session_id"),
        _LOGIN.last_seen_at,
        _ACCOUNT.id,
        _ACCOUNT.email,
        _ACCOUNT.name,
        _ACCOUNT.lang,
        _ACCOUNT.is_administrator,
        _MEMBER.establishment_id,
        _MEMBER.role,
        _PLACE.slug,
        _PLACE.name.label("place"),
        _PLACE.accent,
        _PLACE.is_sandbox,
        select(func.count())
        .select_from(_OWN)
        .where(_OWN.c.account_id == bindparam("account_id"))
        .scalar_subquery()
        .label("seat_count"),
    )
    .select_from(
        Account.__table__.join(LoginSession.__table__, _ACCOUNT.id == _LOGIN.account_id)
        .outerjoin(
            Membership.__table__,
            (_MEMBER.account_id == _ACCOUNT.id) & (_MEMBER.establishment_id == any_(_PLACES)),
        )
        .outerjoin(Establishment.__table__, _PLACE.id == _MEMBER.establishment_id)
    )
    .where(
        _LOGIN.token_hash == bindparam("token_hash"),
        _ACCOUNT.id == bindparam("account_id"),
        _LOGIN.expires_at > func.now(),
        _ACCOUNT.is_active,
    )
    .execution_options(**PREPARED)
)
"""Built once: it runs with every request."""


def viewer_by_token(
    session: Session, token_hash: bytes, account_id: int, places: list[int]
) -> list[Row[*tuple[Any, ...]]]:
    """The sign-in of a token and its account, as :func:`session_by_token`; a row for each of ``places`` that it works in.

    The scope names the account and reads the places. More columns: ``establishment_id``, ``role``, ``slug``, ``place``
    (the name), ``accent``, ``is_sandbox``, all null where it works in none of them; ``seat_count``, of all its places.
    """
    given = {"token_hash": token_hash, "account_id": account_id, "places": places}
    return list(session.execute(_VIEWER, given))


def prolong_session(session: Session, session_id: int, idle: timedelta, most: timedelta) -> None:
    """Note that a sign-in is in use: it lasts ``idle`` from now, ``most`` from its beginning at the latest.

    Never waits for another request that notes the same.
    """
    free = select(LoginSession.id).where(LoginSession.id == session_id).with_for_update(skip_locked=True)
    session.execute(
        update(LoginSession)
        .where(LoginSession.id.in_(free.scalar_subquery()))
        .values(
            last_seen_at=func.now(), expires_at=func.least(func.now() + idle, LoginSession.created_at + most)
        )
        .execution_options(synchronize_session=False)
    )


def delete_session(session: Session, token_hash: bytes) -> None:
    """End a sign-in; ending one that has ended already is no error."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash))


def own_memberships(session: Session, account_id: int) -> list[Row[*tuple[Any, ...]]]:
    """``(establishment_id, role)`` of the account the scope names."""
    found = session.execute(
        select(Membership.establishment_id, Membership.role).where(Membership.account_id == account_id)
    )
    return list(found)


def own_establishments(
    session: Session, ids: list[int], limit: int, slug: str | None
) -> list[Row[*tuple[Any, ...]]]:
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


# --- accounts -------------------------------------------------------------------------------------------------------


def any_account(session: Session) -> bool:
    """Whether somebody has an account: the first visit is over."""
    return bool(session.scalar(select(select(Account.id).exists())))


def lock_first_visit(session: Session) -> None:
    """Of two first visits at once, one waits here until the other is over."""
    session.execute(select(func.pg_advisory_xact_lock(FIRST_VISIT)))


def account_by_email(session: Session, email: str) -> Account | None:
    """The account of a folded address, closed ones too."""
    return session.scalar(select(Account).where(Account.email == email))


def account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


def names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What people are called, by account: the name, or the address where there is none."""
    rows = session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(list(ids))))
    return {row.id: row.name or row.email for row in rows}


def accounts(session: Session) -> list[Account]:
    """Every account, by address: for the command line."""
    return list(session.scalars(select(Account).order_by(Account.email)))


# --- sign-ins -------------------------------------------------------------------------------------------------------


def sessions_of(session: Session, account_id: int) -> list[LoginSession]:
    """The sign-ins that last, the latest used first."""
    return list(
        session.scalars(
            select(LoginSession)
            .where(LoginSession.account_id == account_id, LoginSession.expires_at > func.now())
            .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
        )
    )


def end_sessions(
    session: Session, account_id: int, *, keep: int | None = None, only: int | None = None
) -> int:
    """End every sign-in of an account but one, or one alone; gives how many ended."""
    ended = delete(LoginSession).where(LoginSession.account_id == account_id)
    if keep is not None:
        ended = ended.where(LoginSession.id != keep)
    if only is not None:
        ended = ended.where(LoginSession.id == only)
    return len(session.execute(ended.returning(LoginSession.id)).all())


# --- links to choose a password -------------------------------------------------------------------------------------


def open_reset(session: Session, token_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    """``(id, account_id, email, name, lang)`` of a link that still opens; None otherwise."""
    return session.execute(
        select(PasswordReset.id, PasswordReset.account_id, Account.email, Account.name, Account.lang)
        .join(Account, Account.id == PasswordReset.account_id)
        .where(PasswordReset.token_hash == token_hash, *_opens())
    ).one_or_none()


def use_reset(session: Session, token_hash: bytes) -> int | None:
    """Use a link up; gives its account, None when it was used, replaced or too old. Of two at once, one alone succeeds."""
    used = (
        update(PasswordReset)
        .where(PasswordReset.token_hash == token_hash, PasswordReset.used_at.is_(None))
        .where(PasswordReset.expires_at > func.now())
        .values(used_at=func.now())
        .returning(PasswordReset.account_id)
    )
    return session.scalar(used.execution_options(synchronize_session=False))


def close_resets(session: Session, account_id: int) -> None:
    """No link made before opens any more."""
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.account_id == account_id, PasswordReset.used_at.is_(None))
        .values(used_at=func.now())
        .execution_options(synchronize_session=False)
    )


def resets_since(session: Session, account_id: int, since: datetime) -> int:
    """How many links were made for an account."""
    return session.scalars(
        select(func.count())
        .select_from(PasswordReset)
        .where(PasswordReset.account_id == account_id, PasswordReset.created_at > since)
    ).one()


def waiting_resets(session: Session) -> list[Row[*tuple[Any, ...]]]:
    """``(account_id, email, name, asked_at)`` of those whose link waits to be opened, the latest first."""
    asked_at = func.max(PasswordReset.created_at).label("asked_at")
    return list(
        session.execute(
            select(PasswordReset.account_id, Account.email, Account.name, asked_at)
            .join(Account, Account.id == PasswordReset.account_id)
            .where(*_opens())
            .group_by(PasswordReset.account_id, Account.email, Account.name)
            .order_by(asked_at.desc())
        )
    )


def _opens() -> tuple[Any, ...]:
    return (PasswordReset.used_at.is_(None), PasswordReset.expires_at > func.now(), Account.is_active)


# --- attempts -------------------------------------------------------------------------------------------------------


def lock_attempts(session: Session, *keys: int) -> None:
    """Attempts of one network, or on one account, are counted one after the other, until the end of the transaction."""
    for key in sorted(keys):
        session.execute(select(func.pg_advisory_xact_lock(key)))


def attempts_of_pair(session: Session, email_hash: bytes, network: str, since: datetime) -> list[datetime]:
    """When, the latest first."""
    return list(
        session.scalars(
            select(SignInAttempt.at)
            .where(
                SignInAttempt.email_hash == email_hash,
                SignInAttempt.network == network,
                SignInAttempt.at > since,
            )
            .order_by(SignInAttempt.at.desc())
        )
    )


def attempts_of_network(session: Session, network: str, since: datetime, most: int) -> list[datetime]:
    """When, the latest first, ``most`` at most."""
    return list(
        session.scalars(
            select(SignInAttempt.at)
            .where(SignInAttempt.network == network, SignInAttempt.at > since)
            .order_by(SignInAttempt.at.desc())
            .limit(most)
        )
    )


def forget_attempts(session: Session, email_hash: bytes, network: str) -> None:
    """The right password was given."""
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.email_hash == email_hash, SignInAttempt.network == network)
    )
