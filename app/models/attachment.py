"""Attachments: the documents that records name by an address of this service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Made


class Attachment(Base):
    """One document (a PDF) given for a column that holds an address. Everybody may read it while a published version names it."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("NOT is_public OR published_at IS NOT NULL", name="public_since_when"),
        Index("uq_attachment_token", "establishment_id", "token", unique=True),
        Index("ix_attachment_dataset", "establishment_id", "dataset_id"),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    dataset_id: Mapped[int]
    number: Mapped[int | None]
    """The record that was first kept with its address; none before that."""
    field: Mapped[str]
    token: Mapped[str]
    """What its address holds: drawn at random, after the number of the establishment."""
    sha256: Mapped[str]
    stored_name: Mapped[str]
    file_name: Mapped[str]
    """As its address ends: from what it was called on the person's computer."""
    size: Mapped[int]
    is_public: Mapped[bool] = mapped_column(server_default=false())
    published_at: Mapped[datetime | None]
    """When everybody could first read it; one that is hidden again keeps the date."""
    saved_at: Mapped[datetime | None]
    """When a record was first seen to hold its address: until then it may be one that nobody came back for."""
    created_at: Mapped[Made]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
