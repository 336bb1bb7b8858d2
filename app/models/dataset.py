"""Datasets: what an establishment enters under one version of a schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.models.base import Base, Made

KEY_COLUMNS = 24
"""Columns of :class:`app.models.record.RecordIndex` by which a dataset's lines are sorted and filtered."""
MOST_ORDERS = 8
"""Other columns that :class:`app.models.record.RecordOrder` holds of one dataset."""


class Dataset(Base):
    """An establishment's rows under a pinned version of a schema. Several on one schema may be there."""

    __tablename__ = "dataset"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name="slug_form"),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("next_number > 0", name="next_number_positive"),
        CheckConstraint(f"cardinality(keys) <= {KEY_COLUMNS}", name="keys_bounded"),
        CheckConstraint(f"cardinality(orders) <= {MOST_ORDERS}", name="orders_bounded"),
        Index("uq_dataset_slug", "establishment_id", "slug", unique=True),
        Index("ix_dataset_version_id", "version_id"),
    )

    establishment_id: Mapped[int] = mapped_column(
        ForeignKey("establishment.id", ondelete="RESTRICT"), primary_key=True
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str]
    title: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("schema_version.id", ondelete="RESTRICT"))
    """The schema as it was when the dataset was opened, or was last moved to another version."""
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """Names of the fields whose sort keys stand in ``k1``, ``k2``… of the index, in this order."""
    orders: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """Names of the other fields of which every record has its sort key in ``record_order``, the one asked for last at the end."""
    constants: Mapped[dict[str, str]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """Values that its forms offer, beside those of the establishment: field name → stored text."""
    next_number: Mapped[int] = mapped_column(server_default="1")
    """The « N° interne » of the next record. Numbers are never given twice."""
    is_indexed: Mapped[bool] = mapped_column(server_default=true())
    """Whether every record has its line of the index; a large import leaves that to a job."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Grows with each change of a record: what was made from the rows before it is known to be old."""
    changed_at: Mapped[datetime | None]
    """When a record was last changed."""
    created_at: Mapped[Made]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    """Put away: read, no longer filled in."""
    published_at: Mapped[datetime | None]
    """When its first version was published: from then on its public addresses exist, whatever becomes of the versions."""
