"""The queries of the first page that are no other feature's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.models import JobProgress
from app.models.job import JobState

_UNDER_WAY = (
    select(
        JobProgress.establishment_id,
        JobProgress.task,
        JobProgress.message,
        JobProgress.params,
        JobProgress.done,
        JobProgress.total,
    )
    .where(
        JobProgress.establishment_id == func.any(bindparam("places", type_=ARRAY(BigInteger()))),
        JobProgress.state.in_((JobState.queued, JobState.running)),
    )
    .order_by(JobProgress.created_at.desc())
    .limit(bindparam("most"))
)
"""Built once: it runs with every first page."""


def jobs_under_way(session: Session, establishments: Iterable[int], limit: int) -> list[Row[Any]]:
    """``(establishment_id, task, message, params, done, total)`` of the jobs that wait or run, the latest first."""
    return list(session.execute(_UNDER_WAY, {"places": list(establishments), "most": limit}))
