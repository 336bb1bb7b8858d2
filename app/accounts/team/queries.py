"""Every query on the members of an establishment and on its invitations; the scope is the establishment's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from app.models import Account, Establishment, Invitation, Membership
from app.tenancy import Role


def members(session: Session, establishment: int) -> list[Row[*tuple[Any, ...]]]:
    """``(account_id, role, name, email, is_active, last_sign_in_at)``, by name."""
    return list(
        session.execute(
            select(
                Membership.account_id,
                Membership.role,
                Account.name,
                Account.email,
                Account.is_active,
                Account.last_sign_in_at,
            )
            .join(Account, Account.id == Membership.account_id)
            .where(Membership.establishment_id == establishment)
            .order_by(func.app.fold(Account.name), Account.id)
        )
    )


def membership(session: Session, establishment: int, account_id: int) -> Membership | None:
    return session.get(Membership, (establishment, account_id))


def is_member(session: Session, establishment: int, email: str) -> bool:
    """Whether the account of an address is in the team."""
    found = (
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.establishment_id == establishment, Account.email == email)
    )
    return session.execute(found).first() is not None


def lock_managers(session: Session, establishment: int) -> list[int]:
    """The accounts that manage the establishment and may sign in; nobody else changes that until the end of the transaction."""
    locked = (
        select(Membership.account_id)
        .where(Membership.establishment_id == establishment, Membership.role == Role.manager)
        .order_by(Membership.account_id)
        .with_for_update()
    )
    ids = list(session.scalars(locked))
    active = select(Account.id).where(Account.id.in_(ids), Account.is_active)
    return list(session.scalars(active))


def remove(session: Session, establishment: int, account_id: int) -> bool:
    """Whether there was somebody to remove."""
    removed = (
        delete(Membership)
        .where(Membership.establishment_id == establishment, Membership.account_id == account_id)
        .returning(Membership.account_id)
    )
    return session.execute(removed).first() is not None


def pending(session: Session, establishment: int) -> list[Row[*tuple[Any, ...]]]:
    """``(id, email, role, created_at, expires_at, is_over)`` of the invitations nobody has accepted, the latest first."""
    return list(
        session.execute(
            select(
                Invitation.id,
                Invitation.email,
                Invitation.role,
                Invitation.created_at,
                Invitation.expires_at,
                (Invitation.expires_at <= func.now()).label("is_over"),
            )
            .where(Invitation.establishment_id == establishment, Invitation.accepted_at.is_(None))
            .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        )
    )


def invitation(session: Session, establishment: int, number: int) -> Invitation | None:
    """One that nobody has accepted."""
    return session.scalar(
        select(Invitation).where(
            Invitation.establishment_id == establishment,
            Invitation.id == number,
            Invitation.accepted_at.is_(None),
        )
    )


def invitation_to(session: Session, establishment: int, email: str) -> Invitation | None:
    """The one that waits for an address."""
    return session.scalar(
        select(Invitation).where(
            Invitation.establishment_id == establishment,
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
        )
    )


def open_invitation(
    session: Session, establishment: int, token_hash: bytes, *, lock: bool = False
) -> Invitation | None:
    """The invitation of a link that still opens. ``lock``: until the end of the transaction, to accept it once."""
    found = select(Invitation).where(
        Invitation.establishment_id == establishment,
        Invitation.token_hash == token_hash,
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > func.now(),
    )
    return session.scalar(found.with_for_update() if lock else found)


def establishment(session: Session, establishment_id: int) -> Row[*tuple[Any, ...]] | None:
    """``(id, slug, name)``."""
    return session.execute(
        select(Establishment.id, Establishment.slug, Establishment.name).where(
            Establishment.id == establishment_id
        )
    ).one_or_none()
