"""Portals that an establishment is connected to, and how far each dataset is at each of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Made


class PortalKind(StrEnum):
    """What software a portal is made with; ``null`` is the rehearsal, which writes nothing anywhere."""

    datagouv = "datagouv"
    ckan = "ckan"
    opendatasoft = "opendatasoft"
    null = "null"


class Answer(StrEnum):
    """What a person said of a dataset that was changed at its portal, was deleted there, or is to be published there no more."""

    none = ""
    overwrite = "overwrite"
    recreate = "recreate"
    leave = "leave"


def _among(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class Connection(Base):
    """A key of an establishment for a portal, and for which of its organisations it publishes."""

    __tablename__ = "connection"
    __table_args__ = (CheckConstraint(_among("kind", PortalKind), name="kind_known"),)

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    base_url: Mapped[str]
    """Where people read the portal, without a slash at the end; empty for a rehearsal."""
    name: Mapped[str]
    """What people call it, in sentences."""
    sealed_key: Mapped[str] = mapped_column(server_default="")
    """The key or the OAuth token, as :mod:`app.publications.secrets` seals it for this place; empty for a rehearsal."""
    key_hint: Mapped[str] = mapped_column(server_default="")
    """Its last characters, to tell it from another."""
    by_oauth: Mapped[bool] = mapped_column(server_default=false())
    """Whether it is a token that the portal gave, which ends at :attr:`expires_at`."""
    expires_at: Mapped[datetime | None]
    identity: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """Whose key it is, as the portal said last: ``{"name", "email", "organisations": [{"id", "name", "may_publish"}]}``."""
    organisation: Mapped[str] = mapped_column(server_default="")
    """The portal's id of the organisation that publishes; empty until a person chose."""
    organisation_name: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[datetime | None]
    """When the key was last seen to work."""
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSONB())
    """Why it did not, the last time: :meth:`app.publications.portals.faults.PortalError.to_dict`."""
    created_at: Mapped[Made]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Delivery(Base):
    """A dataset that is published at a portal too, and how far it is there."""

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(
            ["establishment_id", "connection_id"],
            ["connection.establishment_id", "connection.id"],
            ondelete="RESTRICT",
            name="fk_delivery_connection",
        ),
        CheckConstraint(_among("answer", Answer), name="answer_known"),
        Index("ix_delivery_connection", "establishment_id", "connection_id"),
        Index("ix_delivery_next_try_at", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    connection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """:meth:`app.publications.portals.send.SendState.to_dict`; empty before anything was sent."""
    wanted: Mapped[int | None]
    """The version that must be there; none: nothing must."""
    sent: Mapped[int | None]
    """The version that arrived there last, and is still there."""
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(server_default="")
    is_suspended: Mapped[bool] = mapped_column(server_default=false())
    next_try_at: Mapped[datetime | None]
    """When the service goes on by itself; none where nothing is to be done, or a person must act first."""
    job_id: Mapped[int | None]
    """The :class:`JobProgress` of the job that sends it, or did last."""
    created_at: Mapped[Made]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    updated_at: Mapped[Made]
