"""The journal of sensitive acts: who did what to what, and when. Entries are added, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Made


class JournalEntry(Base):
    """One act. Of the instance itself: ``establishment_id`` is :data:`app.tenancy.INSTANCE`.

    It outlives the establishment, hence no foreign key to it.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_establishment_id_at", "establishment_id", text("at DESC")),)

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[Made]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    act: Mapped[str]
    """``account.signed-in``, ``member.removed``: noun, dot, verb."""
    subject: Mapped[str] = mapped_column(server_default="")
    """What it was done to: ``membership:3/12``; ids and slugs, no name of a person."""
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """No personal data."""
