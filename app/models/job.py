"""How far jobs are: written while they run, read by the pages that wait for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Made


class JobState(StrEnum):
    """Where a job is."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"


STATES_SQL = "(" + ", ".join(f"'{state}'" for state in JobState) + ")"


class JobProgress(Base):
    """One job, as the person who asked for it sees it. Of the instance: ``establishment_id`` is :data:`app.tenancy.INSTANCE`."""

    __tablename__ = "job_progress"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES_SQL}", name="state_known"),
        CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name="counts_positive"),
        Index("ix_job_progress_establishment_id_created_at", "establishment_id", text("created_at DESC")),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(server_default=JobState.queued)
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    message: Mapped[str] = mapped_column(server_default="")
    """A msgid with ``{params}``, ``{done}`` and ``{total}``; of a failure, what went wrong and what to do."""
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the job leaves to the page that waited: ids, counts."""
    created_at: Mapped[Made]
    started_at: Mapped[datetime | None]
    updated_at: Mapped[Made]
    finished_at: Mapped[datetime | None]
