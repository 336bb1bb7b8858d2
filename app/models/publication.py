"""Publications: the frozen, numbered versions of a dataset that anybody may read, and what is said about them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Date, Text

from app.models.base import Base, Made


class PublicationState(StrEnum):
    """``preparing``: a job writes and judges its files; ``failed``: they did not pass, or could not be written; ``proposed``: whole,
    waits for a publisher; ``refused``: by that publisher; ``published``: anybody may read it; ``withdrawn``: its files are erased
    and its addresses say so (410)."""

    preparing = "preparing"
    failed = "failed"
    proposed = "proposed"
    refused = "refused"
    published = "published"
    withdrawn = "withdrawn"


PUBLIC_STATES = (PublicationState.published, PublicationState.withdrawn)
"""Those that the public addresses know."""
_STATES = "(" + ", ".join(f"'{state}'" for state in PublicationState) + ")"


class Publication(Base):
    """One version of a dataset: numbered from 1, never overwritten, its content known by its hash.

    What was published stays as it was; only the state, who did what and when, and :attr:`is_current` change afterwards.
    """

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint(f"state IN {_STATES}", name="state_known"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("NOT is_current OR state = 'published'", name="current_is_published"),
        CheckConstraint("state <> 'withdrawn' OR reason <> ''", name="withdrawn_for_a_reason"),
        Index(
            "uq_publication_current",
            "establishment_id",
            "dataset_id",
            unique=True,
            postgresql_where=text("is_current"),
        ),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """« Version » of the dataset, in order."""
    version_id: Mapped[int] = mapped_column(ForeignKey("schema_version.id", ondelete="RESTRICT"))
    """The schema as it was then."""
    state: Mapped[str] = mapped_column(server_default=PublicationState.preparing)
    is_current: Mapped[bool] = mapped_column(server_default=false())
    """The one that ``latest`` gives: the newest, unless people went back to an older one."""
    is_empty: Mapped[bool] = mapped_column(server_default=false())
    """« Néant »: says that there is nothing to publish for :attr:`period`."""
    period: Mapped[str] = mapped_column(server_default="")
    """What a « néant » is about, in words: « 2e trimestre 2026 »."""
    title: Mapped[str]
    revision: Mapped[int] = mapped_column(server_default="0")
    """The dataset's when its rows were read: nothing changed since while it is the same."""
    rows: Mapped[int] = mapped_column(server_default="0")
    left_out: Mapped[int] = mapped_column(server_default="0")
    """Records « à corriger » that it does not hold."""
    added: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    removed: Mapped[int] = mapped_column(server_default="0")
    """Against the version that was current then."""
    sha256: Mapped[str] = mapped_column(server_default="")
    """Of the reference CSV, in hexadecimal."""
    size: Mapped[int] = mapped_column(server_default="0")
    """Octets of the reference CSV."""
    files: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """Name of a format → ``{"stored": name in the file store, "size", "sha256"}`` of each file written so far."""
    description: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """What is said of it, frozen: the metadata of the dataset at that moment."""
    verdict: Mapped[dict[str, Any] | None] = mapped_column(JSONB())
    """What the second judge said of the reference: ``{"valid", "rows", "partial", "seconds", …}``."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it failed, was refused or withdrawn, in the words of who did it; public for a withdrawal."""
    job_id: Mapped[int | None]
    created_at: Mapped[Made]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Publishing(Base):
    """What an establishment says of a dataset that it publishes, and when the next version is due. One line for each dataset."""

    __tablename__ = "publishing"

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    summary: Mapped[str] = mapped_column(server_default="")
    """Its description, for everybody (Markdown)."""
    file_description: Mapped[str] = mapped_column(server_default="")
    licence: Mapped[str | None]
    """A key of ``app.publications.licences``; none: the establishment's."""
    frequency: Mapped[str] = mapped_column(server_default="unknown")
    """A key of ``app.publications.frequencies``."""
    due_on: Mapped[date | None] = mapped_column(Date())
    """The last day in time of the next version: counted from the last by the frequency, unless a person sets it."""
    due_is_set: Mapped[bool] = mapped_column(server_default=false())
    """Whether a person chose the day; it then holds until the next publication."""
    told_late_on: Mapped[date | None] = mapped_column(Date())
    """When people were last written to about its being late."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    covers_from: Mapped[date | None] = mapped_column(Date())
    covers_to: Mapped[date | None] = mapped_column(Date())
    """The days that the rows are about; none: read from the rows where the schema has a date."""
    zones: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    """As data.gouv.fr writes them: ``fr:commune:44109``."""
    granularity: Mapped[str] = mapped_column(server_default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """What people answered to the questions about personal data: field name → ``{"kind", "said", "by", "on"}``."""
    updated_at: Mapped[Made]
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
