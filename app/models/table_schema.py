"""The catalogue of Table Schemas: shared by every establishment, a version immutable once published."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, UniqueConstraint, text, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.models.base import Base, Id, Made


class CatalogueSchema(Base):
    """A schema under all its versions, with the everyday words by which people look for it."""

    __tablename__ = "catalogue_schema"
    __table_args__ = (
        CheckConstraint(
            "key ~ '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$' AND length(key) <= 200", name="key_form"
        ),
        CheckConstraint("kind IN ('tableschema', 'datapackage', 'jsonschema', 'other')", name="kind_known"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    """Where it lives in the addresses, ``scdl/deliberations``."""
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    source: Mapped[str] = mapped_column(server_default="")
    """Address or name it was read from."""
    homepage: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="tableschema")
    """``tableschema``, or the other kinds that a catalogue lists (``datapackage``, ``jsonschema``, ``other``): those have no
    version here, and are shown with the tool that serves them."""
    tool: Mapped[str | None]
    """Address of the service that a catalogue names for it."""
    newest: Mapped[str | None]
    """Number of the newest of its versions; none for other kinds."""
    is_offered: Mapped[bool] = mapped_column(server_default=true())
    """Whether people may begin a dataset with it."""
    created_at: Mapped[Made]
    updated_at: Mapped[Made]
    search: Mapped[str] = mapped_column(
        Computed(
            "app.fold(title || ' ' || app.words(keywords) || ' ' || key || ' ' || description)",
            persisted=True,
        ),
        deferred=True,
    )
    """Accent-blind: compare it with :func:`app.folding.fold` of what a person types."""


class SchemaVersion(Base):
    """One published version. A trigger refuses any change: what a dataset was entered under never moves."""

    __tablename__ = "schema_version"
    __table_args__ = (
        UniqueConstraint("schema_id", "version"),
        CheckConstraint("version <> ''", name="version_named"),
    )

    id: Mapped[Id]
    schema_id: Mapped[int] = mapped_column(ForeignKey("catalogue_schema.id", ondelete="RESTRICT"))
    version: Mapped[str]
    descriptor: Mapped[bytes]
    """The file as it was read, octet for octet."""
    content_hash: Mapped[str] = mapped_column(index=True)
    """:attr:`schema_loader.table_schema.TableSchema.content_hash`."""
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), server_default=text("'[]'::jsonb"))
    """Oddities of the descriptor: ``{"code", "place", "params"}``."""
    published_at: Mapped[Made]
