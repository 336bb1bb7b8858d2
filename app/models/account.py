"""People: accounts, what keeps them signed in, and what slows down those who guess.

These tables belong to no establishment and lie outside row-level security: only ``app/accounts/queries.py`` reads them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text, true
from sqlalchemy.dialects.postgresql import CIDR
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Made


class Account(Base):
    """A person who may sign in."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email !~ '[A-Z]' AND email = btrim(email) AND email <> ''", name="email_folded"),
        CheckConstraint("lang IN ('fr', 'en')", name="lang_known"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    """Folded: trimmed and in lower case, see :func:`app.folding.fold_email`."""
    name: Mapped[str]
    password_hash: Mapped[str | None]
    """argon2id; none until the person chooses one by the link they were sent."""
    is_administrator: Mapped[bool] = mapped_column(server_default=false())
    """Of the instance: schemas, establishments, people. Gives no row of an establishment by itself."""
    is_active: Mapped[bool] = mapped_column(server_default=true())
    lang: Mapped[str] = mapped_column(server_default="fr")
    created_at: Mapped[Made]
    last_sign_in_at: Mapped[datetime | None]


class LoginSession(Base):
    """A sign-in that lasts: the browser keeps a token, this table its SHA-256."""

    __tablename__ = "login_session"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Made]
    last_seen_at: Mapped[Made]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    user_agent: Mapped[str] = mapped_column(server_default="")
    """A short name of browser and system, for the list of one's own sessions."""


class PasswordReset(Base):
    """A link sent by mail to choose a password: the mail holds a token, this table its SHA-256."""

    __tablename__ = "password_reset"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Made]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A refused sign-in, counted per account and network together and per network alone, never per account alone: a stranger
    elsewhere cannot lock a person out."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_pair", "email_hash", "network", text("at DESC")),
        Index("ix_sign_in_attempt_network", "network", text("at DESC")),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Made]
    email_hash: Mapped[bytes]
    """HMAC of the folded address typed, whether an account has it or not."""
    network: Mapped[str] = mapped_column(CIDR)
    """IPv4 /32, IPv6 /64."""
