"""The queries of the first page that are no other feature's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.models import JobProgress
from app.models.job import JobState


def jobs_under_way(session: Session, establishments: Iterable[int], limit: int) -> list[Row[Any]]:
    """``(establishment_id, task, message, params, done, total)`` of the jobs that wait or run, the latest first."""
    return list(
        session.execute(
            select(
                JobProgress.establishment_id,
                JobProgress.task,
                JobProgress.message,
                JobProgress.params,
                JobProgress.done,
                JobProgress.total,
            )
            .where(
                JobProgress.establishment_id.in_(list(establishments)),
                JobProgress.state.in_((JobState.queued, JobState.running)),
            )
            .order_by(JobProgress.created_at.desc())
            .limit(limit)
        )
    )
