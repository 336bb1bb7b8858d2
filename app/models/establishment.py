"""Establishments (the tenants) and who works for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Made
from app.models.role import Role

KINDS = ("commune", "epci", "departement", "region", "syndicat", "etablissement", "etat", "autre")
ROLES_SQL = "(" + ", ".join(f"'{role}'" for role in Role) + ")"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class Establishment(Base):
    """A public body, or a service of it: who holds rows and publishes them."""

    __tablename__ = "establishment"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name="slug_form"),
        CheckConstraint("siren ~ '^[0-9]{9}$'", name="siren_form"),
        CheckConstraint("siret ~ '^[0-9]{14}$' AND left(siret, 9) = siren", name="siret_form"),
        CheckConstraint("is_sandbox OR siren IS NOT NULL", name="siren_known"),
        CheckConstraint("accent ~ '^#[0-9a-f]{6}$'", name="accent_form"),
        CheckConstraint(_one_of("kind", KINDS), name="kind_known"),
        CheckConstraint("id > 0", name="id_positive"),  # 0 stands for the instance, see app.tenancy.INSTANCE
        Index("ix_establishment_siren", "siren"),
        Index("ix_establishment_departement_slug", "departement", "slug"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    siren: Mapped[str | None]
    """Nine digits; only the « bac à sable » may be without."""
    siret: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(server_default="commune")
    departement: Mapped[str | None]
    """Its code: 01, 2A, 974."""
    logo: Mapped[str | None]
    """Name of a file in the establishment's folder of the file store."""
    accent: Mapped[str | None]
    """A colour, ``#rrggbb`` in lower case; none for the service's own."""
    licence: Mapped[str] = mapped_column(server_default="lov2")
    """Default licence of publications, as data.gouv.fr names it."""
    contact_email: Mapped[str | None]
    contact_phone: Mapped[str | None]
    address: Mapped[str | None]
    constants: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """Values that forms offer: field name → text."""
    is_sandbox: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[Made]
    search: Mapped[str] = mapped_column(
        Computed(
            "app.fold(name || ' ' || slug || ' ' || coalesce(siren, '') || ' ' || coalesce(siret, ''))",
            persisted=True,
        ),
        deferred=True,
    )


class Membership(Base):
    """A person's role in an establishment."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint(f"role IN {ROLES_SQL}", name="role_known"),)

    establishment_id: Mapped[int] = mapped_column(
        ForeignKey("establishment.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
    created_at: Mapped[Made]


class Invitation(Base):
    """A role offered to an address. The link mailed holds ``<establishment_id>.<secret>``: the number sets the scope in which
    the secret's SHA-256 is looked for."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES_SQL}", name="role_known"),
        CheckConstraint("email !~ '[A-Z]' AND email = btrim(email) AND email <> ''", name="email_folded"),
        Index("uq_invitation_token", "establishment_id", "token_hash", unique=True),
        Index(
            "uq_invitation_pending",
            "establishment_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at IS NULL"),
        ),
    )

    establishment_id: Mapped[int] = mapped_column(
        ForeignKey("establishment.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[bytes]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[Made]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
