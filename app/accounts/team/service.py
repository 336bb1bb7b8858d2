"""Who joins and leaves a team. The scope of the session is the establishment's, with the right to manage it."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app import auth, journal
from app.accounts.team import queries
from app.accounts.team.words import role_words
from app.auth import Seat
from app.errors import Conflict, NotFound
from app.i18n import N_, gettext
from app.mail import Letter
from app.models import Account, Invitation, Membership
from app.settings import get_settings
from app.tenancy import Role, Scope, set_scope

LINK_LASTS = timedelta(days=14)


class LastManager(Conflict):
    """An establishment that nobody manages could invite nobody any more."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Cet établissement doit garder au moins une personne qui le gère. Donnez d’abord le rôle « Gestion » à une autre "
                "personne."
            )
        )


# --- members --------------------------------------------------------------------------------------------------------


def change_role(session: Session, seat: Seat, account_id: int, role: Role, *, by: int) -> bool:
    """Give a member another role; False when it is theirs already.

    Raises :class:`app.errors.NotFound`, :class:`LastManager`.
    """
    managers = queries.lock_managers(session, seat.id)
    found = queries.membership(session, seat.id, account_id)
    if found is None:
        raise NotFound
    if found.role == role:
        return False
    if role is not Role.manager:
        _refuse_last(managers, account_id)
    before, found.role = found.role, role.value
    session.flush()
    _note(session, seat.id, "member.role-changed", by, account_id, before=before, after=role.value)
    return True


def remove(session: Session, seat: Seat, account_id: int, *, by: int) -> None:
    """Take somebody out of the team; what they wrote stays. Raises :class:`app.errors.NotFound`, :class:`LastManager`."""
    _refuse_last(queries.lock_managers(session, seat.id), account_id)
    if not queries.remove(session, seat.id, account_id):
        raise NotFound
    _note(session, seat.id, "member.removed", by, account_id)


def leave(session: Session, seat: Seat, account_id: int) -> None:
    """Leave a team oneself. The scope is the member's own. Raises :class:`LastManager`."""
    if seat.role is Role.manager:
        _refuse_last(queries.lock_managers(session, seat.id), account_id)
    if not queries.remove(session, seat.id, account_id):
        raise NotFound
    set_scope(session, Scope.of(seat.id, Role.manager, account=account_id))  # the journal is the managers'
    _note(session, seat.id, "member.left", account_id, account_id)


def _refuse_last(managers: list[int], account_id: int) -> None:
    if account_id in managers and len(managers) == 1:
        raise LastManager


def _note(
    session: Session, establishment: int, act: str, by: int | None, whom: int | str, **details: str
) -> None:
    journal.note(
        session, establishment=establishment, act=act, account=by, subject=f"account:{whom}", **details
    )


# --- invitations ----------------------------------------------------------------------------------------------------


def invite(session: Session, seat: Seat, email: str, role: Role, *, by: int) -> str:
    """Offer a role to a folded address, anew where one was offered before; gives the link. Flushes.

    Raises :class:`app.errors.Conflict` when the person is in the team.
    """
    if queries.is_member(session, seat.id, email):
        raise Conflict(
            N_("{email} fait déjà partie de l’équipe. Pour changer son rôle, choisissez-le dans la liste."),
            email=email,
        )
    found = queries.invitation_to(session, seat.id, email)
    secret = secrets.token_urlsafe(32)
    if found is None:
        found = Invitation(establishment_id=seat.id, email=email)
        session.add(found)
    found.role, found.invited_by = role.value, by
    found.token_hash, found.expires_at = auth.token_hash(secret), datetime.now(UTC) + LINK_LASTS
    session.flush()
    _note(session, seat.id, "member.invited", by, "", role=role.value)
    return f"{get_settings().public_url}/invitation/{seat.id}.{secret}"


def invite_again(session: Session, seat: Seat, number: int, *, by: int) -> tuple[Invitation, str]:
    """A new link in the place of the former. Raises :class:`app.errors.NotFound`."""
    found = queries.invitation(session, seat.id, number)
    if found is None:
        raise NotFound
    return found, invite(session, seat, found.email, Role(found.role), by=by)


def cancel(session: Session, seat: Seat, number: int, *, by: int) -> str:
    """Take an offer back; gives its address. Raises :class:`app.errors.NotFound`."""
    found = queries.invitation(session, seat.id, number)
    if found is None:
        raise NotFound
    session.delete(found)
    session.flush()
    _note(session, seat.id, "member.invitation-cancelled", by, "")
    return found.email


def read_link(
    session: Session, token: str, account_id: int | None, *, lock: bool = False
) -> Invitation | None:
    """The invitation of a link, None when it opens no more; the scope is then that of its establishment.

    The link says which establishment; only its secret, whose SHA-256 is looked for there, gives anything of it.
    """
    number, _dot, secret = token.partition(".")
    if not re.fullmatch(r"[1-9][0-9]{0,17}", number, re.ASCII) or not secret:
        return None
    one = frozenset((int(number),))
    set_scope(session, Scope("tab_web", account_id, read=one, write=one, manage=one))
    found = queries.open_invitation(session, int(number), auth.token_hash(secret), lock=lock)
    if found is None:
        set_scope(session, Scope("tab_web", account_id))
    return found


def accept(session: Session, invitation: Invitation, account: Account) -> None:
    """Join with an account. Somebody who is in the team already keeps the greater of the two roles."""
    found = queries.membership(session, invitation.establishment_id, account.id)
    role = Role(invitation.role)
    if found is None:
        session.add(
            Membership(establishment_id=invitation.establishment_id, account_id=account.id, role=role.value)
        )
    elif role.includes(Role(found.role)):
        found.role = role.value
    invitation.accepted_at = datetime.now(UTC)
    session.flush()
    _note(session, invitation.establishment_id, "member.joined", account.id, account.id, role=role.value)


def invitation_letter(email: str, link: str, *, place: str, role: Role, by: str) -> Letter:
    """The offer, in the language of the person who makes it."""
    return Letter(
        email,
        gettext("{by} vous invite dans Tabellion", by=by),
        (
            gettext(
                "Bonjour, {by} vous invite à rejoindre « {place} » dans Tabellion, avec le rôle « {role} » : {what} "
                "Pour accepter, ouvrez cette adresse :",
                by=by,
                place=place,
                role=role_words(role)[0],
                what=role_words(role)[1],
            ),
            gettext("Elle s’ouvre pendant quatorze jours."),
            gettext("Si vous n’attendiez pas cette invitation, ignorez ce message."),
        ),
        link,
    )
