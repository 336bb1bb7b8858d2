"""What an administrator may do with the accounts of others; the scope is the instance's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import journal
from app.accounts import queries as accounts
from app.accounts.people import queries
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.models import Account


class LastAdministrator(Conflict):
    """An instance that nobody administers could not be mended from its pages."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Le service doit garder au moins une personne qui l’administre. Donnez d’abord ce droit à une autre personne."
            )
        )


def set_active(session: Session, account_id: int, active: bool, *, by: int | None) -> Account:
    """Close an account, whose sign-ins and links end at once, or open it again. What the person wrote stays.

    Raises :class:`app.errors.NotFound`, :class:`app.errors.Conflict`.
    """
    administrators = queries.lock_administrators(session)
    account = _account(session, account_id)
    if account.is_active == active:
        return account
    if not active:
        if account_id == by:
            raise Conflict(
                N_("Vous ne pouvez pas désactiver votre propre compte. Demandez-le à une autre personne.")
            )
        _keep_one(administrators, account_id)
        accounts.end_sessions(session, account_id)
        accounts.close_resets(session, account_id)
    account.is_active = active
    session.flush()
    act = "account.activated" if active else "account.deactivated"
    journal.note(session, act=act, account=by, subject=f"account:{account_id}")
    return account


def set_administrator(session: Session, account_id: int, administrator: bool, *, by: int | None) -> Account:
    """Let a person administer the instance, or no longer.

    Raises :class:`app.errors.NotFound`, :class:`LastAdministrator`.
    """
    administrators = queries.lock_administrators(session)
    account = _account(session, account_id)
    if account.is_administrator == administrator:
        return account
    if not administrator:
        _keep_one(administrators, account_id)
    account.is_administrator = administrator
    session.flush()
    act = "account.made-administrator" if administrator else "account.unmade-administrator"
    journal.note(session, act=act, account=by, subject=f"account:{account_id}")
    return account


def _account(session: Session, account_id: int) -> Account:
    found = queries.by_id(session, account_id)
    if found is None:
        raise NotFound
    return found


def _keep_one(administrators: list[int], account_id: int) -> None:
    if administrators == [account_id]:
        raise LastAdministrator
