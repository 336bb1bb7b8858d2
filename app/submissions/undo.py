"""The way back: an import goes out again, restoring what was there, but for what somebody has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.datasets import queries as dataset_queries
from app.datasets.service import DatasetView
from app.records import service as records
from app.records.judge import judge
from app.submissions.accept import BATCH, lock, recheck, rewrite


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and the records that were not because somebody has changed them since."""

    removed: int
    reverted: int
    restored: int
    conflicts: tuple[int, ...]


CONFLICTS_SHOWN = 200


def conflicts(session: Session, dataset: DatasetView, submission: int) -> list[int]:
    """Records of an import that were changed after it, the first of them: they would not be as it left them."""
    rows = session.execute(
        text("""
            SELECT number FROM (
              SELECT number FROM record
              WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint)
                AND submission_id = CAST(:submission AS bigint) AND version > 1
              UNION
              SELECT record.number FROM record_change change JOIN record
                ON record.establishment_id = change.establishment_id AND record.dataset_id = change.dataset_id
                AND record.number = change.number
              WHERE change.establishment_id = CAST(:establishment AS bigint) AND change.dataset_id = CAST(:dataset AS bigint)
                AND change.submission_id = CAST(:submission AS bigint) AND record.version <> change.version
            ) found ORDER BY number LIMIT :limit
        """),
        {
            "establishment": dataset.establishment,
            "dataset": dataset.id,
            "submission": submission,
            "limit": CONFLICTS_SHOWN,
        },
    )
    return [row[0] for row in rows]


def undo(session: Session, dataset: DatasetView, *, submission: int, account: int | None) -> Undone:
    """Take an import back: what it added goes, what it changed or put into the trash is as it was, but for what somebody has
    changed since. Gives what was done; the caller notes it and commits."""
    lock(session, dataset)
    dataset_queries.lock(session, dataset.establishment, dataset.id)
    left = conflicts(session, dataset, submission)
    place = {"establishment": dataset.establishment, "dataset": dataset.id, "submission": submission}
    driver: Any = session.connection().connection.driver_connection
    removed = driver.execute(
        """
        WITH gone AS (
          DELETE FROM record
          WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND submission_id = %(submission)s
            AND version = 1
          RETURNING number
        ), unfound AS (
          DELETE FROM record_index USING gone
          WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND record_index.number = gone.number
        )
        SELECT count(*) FROM gone
        """,
        place,
    ).fetchone()[0]
    reverted = _revert_changes(session, dataset, submission, account)
    restored = _restore_trashed(session, dataset, submission, account)
    if removed or reverted or restored:
        dataset_queries.touch(session, dataset.establishment, dataset.id)
        recheck(session, dataset, account)
    return Undone(removed, reverted, restored, tuple(left))


def _standing(act: str, columns: str) -> str:
    return f"""
        SELECT {columns} FROM record_change change JOIN record
          ON record.establishment_id = change.establishment_id AND record.dataset_id = change.dataset_id
          AND record.number = change.number AND record.version = change.version
        WHERE change.establishment_id = %(establishment)s AND change.dataset_id = %(dataset)s
          AND change.submission_id = %(submission)s AND change.act = '{act}'
        ORDER BY change.number
    """  # noqa: S608 (our own names)


def _revert_changes(session: Session, dataset: DatasetView, submission: int, account: int | None) -> int:
    driver: Any = session.connection().connection.driver_connection
    place = {"establishment": dataset.establishment, "dataset": dataset.id, "submission": submission}
    rows = driver.execute(_standing("changed", "change.number, change.before"), place).fetchall()
    for start in range(0, len(rows), BATCH):
        part = [
            (number, judge(dataset.schema, before, dataset.keys))
            for number, before in rows[start : start + BATCH]
        ]
        rewrite(
            session,
            dataset,
            part,
            submission=None,
            account=account,
            act="reverted",
            note={"submission": submission},
        )
    return len(rows)


def _restore_trashed(session: Session, dataset: DatasetView, submission: int, account: int | None) -> int:
    driver: Any = session.connection().connection.driver_connection
    place = {"establishment": dataset.establishment, "dataset": dataset.id, "submission": submission}
    numbers = [row[0] for row in driver.execute(_standing("trashed", "change.number"), place).fetchall()]
    for start in range(0, len(numbers), BATCH):
        records.restore(session, dataset, numbers[start : start + BATCH], account=account)
    return len(numbers)
