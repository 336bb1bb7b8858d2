"""What may be done with accounts: signing in, choosing a password, the first account of all."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import auth, db, i18n, journal
from app.accounts import passwords, queries, throttle
from app.errors import AppError, Conflict, NotFound
from app.folding import fold_email
from app.i18n import N_, gettext
from app.mail import Letter
from app.models import Account, PasswordReset
from app.settings import get_settings
from app.tenancy import Scope, set_scope

LINK_LASTS = timedelta(hours=2)
GIVEN_LINK_LASTS = timedelta(days=7)
"""Of a link that an administrator hands over."""
LINKS_AN_HOUR = 3
NAME_LENGTH, EMAIL_LENGTH = 100, 254


class WrongPassword(AppError):
    """Which of the two is wrong is not said: nobody learns who has an account."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            N_(
                "L’adresse ou le mot de passe ne convient pas. Vérifiez l’une et l’autre, ou choisissez un nouveau mot de passe "
                "avec « Mot de passe oublié »."
            )
        )


class OtherPerson(AppError):
    """The form to send again was written by somebody else."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Ce que contient la page a été saisi avec un autre compte. Connectez-vous avec celui-là, ou abandonnez cette saisie."
            )
        )


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from. ``network``: as :func:`throttle.network_of` writes it; ``devices``: account → mark."""

    network: str
    devices: Mapping[int, str]
    name: str = ""


# --- signing in -----------------------------------------------------------------------------------------------------


def sign_in(
    session: Session, email: str, password: str, browser: Browser, *, expected: int | None = None
) -> Account:
    """The account whose password it is. ``expected``: the account that wrote the form to be sent again, where there is one.

    Raises :class:`WrongPassword`, :class:`OtherPerson`, :class:`app.errors.TooMany`.
    """
    address = fold_email(email.replace("\0", ""))[:EMAIL_LENGTH]  # PostgreSQL has no text with a zero in it
    account = queries.account_by_email(session, address)
    mark = browser.devices.get(account.id) if account else None
    attempt = throttle.count("sign-in", address, browser.network, mark)
    stored = account.password_hash if account and account.is_active else None
    if not passwords.matches(stored, password) or account is None:
        _note_aside("account.sign-in-refused", slowed=attempt.is_last)
        raise WrongPassword
    throttle.forgive(attempt)
    if expected is not None and account.id != expected:
        raise OtherPerson
    if passwords.is_dated(account.password_hash or ""):
        account.password_hash = passwords.hash_of(password)
    return account


def check_password(account: Account, password: str, browser: Browser) -> None:
    """Ask a signed-in person for their password again. Raises :class:`WrongPassword`, :class:`app.errors.TooMany`."""
    attempt = throttle.count("own", account.email, browser.network, browser.devices.get(account.id))
    if not passwords.matches(account.password_hash, password):
        raise WrongPassword
    throttle.forgive(attempt)


def enter(session: Session, account: Account, browser: Browser, former: str | None) -> str:
    """Begin a session and end the one that this browser had; gives the new token."""
    if former:
        auth.end_session(session, former)
    account.last_sign_in_at = datetime.now(UTC)
    token = auth.start_session(session, account.id, browser.name)
    note(session, account.id, "account.signed-in")
    return token


def note(session: Session, account_id: int, act: str, **details: Any) -> None:
    """Note an act on one's own account; the scope is then the account's alone."""
    set_scope(session, Scope.instance(account_id))
    journal.note(session, act=act, account=account_id, subject=f"account:{account_id}", **details)
    set_scope(session, Scope("tab_web", account_id))


def note_by_command(session: Session, account_id: int, act: str) -> None:
    """Note an act of the command line, by nobody; the scope is the instance's."""
    journal.note(session, act=act, account=None, subject=f"account:{account_id}")


def _note_aside(act: str, **details: Any) -> None:
    """Note what a refusal must not undo; nobody is named."""
    with db.aside(Scope.instance()) as session:
        journal.note(session, act=act, account=None, **details)


# --- accounts -------------------------------------------------------------------------------------------------------


def email_faults(email: str) -> list[tuple[str, str]]:
    """What is wrong with a folded address: pairs (what, how to mend it)."""
    if not email:
        return [(gettext("Indiquez une adresse électronique."), gettext("Exemple : prenom.nom@ville.fr"))]
    sound = re.fullmatch(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s<>\"(),:;\[\]\\]+\.[^@\s.<>\"(),:;\[\]\\]{2,}", email)
    if not sound or len(email) > EMAIL_LENGTH or ".." in email or not email.isprintable():
        return [
            (
                gettext("Cette adresse électronique n’est pas complète."),
                gettext("Elle s’écrit avec un @ et un nom de domaine. Exemple : prenom.nom@ville.fr"),
            )
        ]
    return []


def name_faults(name: str) -> list[tuple[str, str]]:
    """What is wrong with a trimmed name."""
    if not name:
        return [(gettext("Indiquez votre nom."), gettext("Exemple : Camille Martin"))]
    if len(name) > NAME_LENGTH or not name.isprintable():
        return [
            (
                gettext("Ce nom est trop long, ou contient un caractère qui ne s’affiche pas."),
                gettext("La limite est de {most} caractères.", most=NAME_LENGTH),
            )
        ]
    return []


def add_account(
    session: Session,
    email: str,
    name: str,
    *,
    password: str | None = None,
    is_administrator: bool = False,
    lang: str | None = None,
) -> Account:
    """Make an account; what it is made of has been checked. Flushes.

    Raises :class:`app.errors.Conflict` when the address has one.
    """
    account = Account(
        email=fold_email(email),
        name=name,
        password_hash=None if password is None else passwords.hash_of(password),
        is_administrator=is_administrator,
        lang=lang or i18n.language(),
    )
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError as error:
        raise Conflict(N_("Cette adresse a déjà un compte. Connectez-vous avec lui.")) from error
    return account


def add_first_account(session: Session, email: str, name: str, password: str) -> Account:
    """The first account of all, which administers the instance. Of two at once, one alone is made.

    Raises :class:`app.errors.NotFound` when somebody has an account already.
    """
    queries.lock_first_visit(session)
    if queries.any_account(session):
        raise NotFound
    return add_account(session, email, name, password=password, is_administrator=True)


# --- passwords ------------------------------------------------------------------------------------------------------


def set_password(session: Session, account: Account, password: str, *, keep: int | None = None) -> None:
    """Give an account its new password: its links and its sessions end, but for the one to keep."""
    account.password_hash = passwords.hash_of(password)
    queries.close_resets(session, account.id)
    queries.end_sessions(session, account.id, keep=keep)
    session.flush()
    note(session, account.id, "account.password-changed")


def make_link(session: Session, account_id: int, lasts: timedelta = LINK_LASTS) -> str:
    """The address of a page where the account chooses a password, once. The database keeps its SHA-256 alone. Flushes."""
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordReset(
            account_id=account_id, token_hash=auth.token_hash(token), expires_at=datetime.now(UTC) + lasts
        )
    )
    session.flush()
    return f"{get_settings().public_url}/mot-de-passe/{token}"


def give_link(session: Session, account_id: int, *, by: int | None) -> str:
    """A link for an administrator to hand over, in the place of every other. The scope must let write in the instance."""
    queries.close_resets(session, account_id)
    journal.note(session, act="account.link-given", account=by, subject=f"account:{account_id}")
    return make_link(session, account_id, GIVEN_LINK_LASTS)


def ask_link(email: str, network: str) -> Letter | None:
    """The letter to whoever has an account at this address; None when nobody has, or when three left within the hour.

    Runs after the answer, which is the same and takes the same time in every case.
    """
    with db.in_transaction(Scope()) as session:
        account = queries.account_by_email(session, fold_email(email)[:EMAIL_LENGTH])
        if account is None or not account.is_active:
            return None
        if queries.resets_since(session, account.id, datetime.now(UTC) - timedelta(hours=1)) >= LINKS_AN_HOUR:
            return None
        link = make_link(session, account.id)
        note(session, account.id, "account.reset-asked")
        return link_letter(account, link)


def choose_password(session: Session, token: str, password: str) -> Account | None:
    """Use a link up: its account with its new password; None when the link opens no more."""
    account_id = queries.use_reset(session, auth.token_hash(token))
    account = None if account_id is None else queries.account(session, account_id)
    if account is None or not account.is_active:
        return None
    set_password(session, account, password)
    return account


# --- letters --------------------------------------------------------------------------------------------------------


def link_letter(account: Account, link: str) -> Letter:
    """How to choose a new password."""
    with i18n.use(account.lang):
        return Letter(
            account.email,
            gettext("Choisir un nouveau mot de passe pour Tabellion"),
            (
                gettext(
                    "Bonjour {name}, pour choisir un nouveau mot de passe, ouvrez cette adresse :",
                    name=account.name,
                ),
                gettext("Elle s’ouvre une seule fois, dans les deux heures."),
                gettext(
                    "Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même."
                ),
            ),
            link,
        )


def changed_letter(account: Account) -> Letter:
    """The password was changed: whoever did not do it must know."""
    with i18n.use(account.lang):
        return Letter(
            account.email,
            gettext("Votre mot de passe Tabellion a été changé"),
            (
                gettext(
                    "Bonjour {name}, le mot de passe de votre compte vient d’être changé.", name=account.name
                ),
                gettext(
                    "Si ce n’est pas vous, choisissez-en un autre dès maintenant avec « Mot de passe oublié » : {address}",
                    address=f"{get_settings().public_url}/mot-de-passe/oublie",
                ),
            ),
        )
