"""Many records at once: what row-level security refuses to COPY is copied into a temporary table first, then inserted.

The temporary table goes with the transaction; the walls are asked when its rows enter the tables of the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.datasets import queries as datasets
from app.datasets.service import DatasetView
from app.models.dataset import KEY_COLUMNS
from app.records.judge import line_readers

_KEYS = ", ".join(f"k{n}" for n in range(1, KEY_COLUMNS + 1))
_TEMPORARY: LiteralString = """
    CREATE TEMPORARY TABLE IF NOT EXISTS new_index_line (
      number bigint, state text, updated_by bigint, updated_at timestamptz, submission_id bigint, words text[],
      k1 text, k2 text, k3 text, k4 text, k5 text, k6 text, k7 text, k8 text, k9 text, k10 text, k11 text, k12 text,
      k13 text, k14 text, k15 text, k16 text, k17 text, k18 text, k19 text, k20 text, k21 text, k22 text, k23 text, k24 text
    ) ON COMMIT DROP;
    TRUNCATE new_index_line;
"""


def index_missing(session: Session, dataset: DatasetView, *, after: int, limit: int) -> tuple[int, int]:
    """Write the lines of the index of the next records that have none. Gives the last number seen (0 at the end) and how many."""
    rows = session.execute(
        text("""
            SELECT number, state, updated_by, updated_at, submission_id, cells FROM record
            WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint)
              AND number > CAST(:after AS bigint) AND deleted_at IS NULL
            ORDER BY number LIMIT :limit
        """),
        {"establishment": dataset.establishment, "dataset": dataset.id, "after": after, "limit": limit},
    ).all()
    if not rows:
        return 0, 0
    _copy_lines_of(session, dataset, rows)
    return rows[-1].number, len(rows)


def index_records(session: Session, dataset: DatasetView, numbers: Sequence[int]) -> None:
    """Write the lines of the index of some records that have none; those in the trash get none."""
    if not numbers:
        return
    rows = session.execute(
        text("""
            SELECT number, state, updated_by, updated_at, submission_id, cells FROM record
            WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint)
              AND number = ANY (CAST(:numbers AS bigint[])) AND deleted_at IS NULL
        """),
        {"establishment": dataset.establishment, "dataset": dataset.id, "numbers": list(numbers)},
    ).all()
    _copy_lines_of(session, dataset, rows)


def index_submission(session: Session, dataset: DatasetView, submission: int) -> None:
    """Write the lines of the index of the records that an import has added."""
    numbers = session.execute(
        text("""
            SELECT number FROM record
            WHERE establishment_id = CAST(:establishment AS bigint) AND submission_id = CAST(:submission AS bigint)
              AND dataset_id = CAST(:dataset AS bigint) AND deleted_at IS NULL
        """),
        {
            "establishment": dataset.establishment,
            "dataset": dataset.id,
            "submission": submission,
        },
    ).scalars()
    index_records(session, dataset, list(numbers))


def _copy_lines_of(session: Session, dataset: DatasetView, rows: Sequence[Any]) -> None:
    words, keys = line_readers(dataset.id, dataset.schema, dataset.keys)
    copy_index_lines(
        session,
        dataset,
        (
            (
                row.number,
                row.state,
                row.updated_by,
                row.updated_at,
                row.submission_id,
                words(row.cells.values()),
                *padded(keys(row.cells)),
            )
            for row in rows
        ),
    )


def settle(session: Session, dataset: DatasetView) -> int:
    """Mend the lines of the index whose record was changed or trashed while they were being made; gives how many were wrong.

    Whoever changes a record holds the dataset until it is done: those acts are over now, or see the lines as they stand.
    """
    datasets.lock(session, dataset.establishment, dataset.id)
    wrong = session.execute(
        text("""
            DELETE FROM record_index USING record
            WHERE record_index.establishment_id = CAST(:establishment AS bigint)
              AND record_index.dataset_id = CAST(:dataset AS bigint)
              AND record.establishment_id = record_index.establishment_id
              AND record.dataset_id = record_index.dataset_id AND record.number = record_index.number
              AND (record.updated_at <> record_index.updated_at OR record.state <> record_index.state
                   OR record.deleted_at IS NOT NULL)
            RETURNING record.number
        """),
        {"establishment": dataset.establishment, "dataset": dataset.id},
    ).scalars()
    numbers = list(wrong)
    index_records(session, dataset, numbers)
    return len(numbers)


def copy_index_lines(session: Session, dataset: DatasetView, lines: Iterable[Sequence[Any]]) -> None:
    """Write lines of the index: ``number, state, updated_by, updated_at, submission_id, words, k1 … k24``; those that are there stay."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute(_TEMPORARY, prepare=False)
    with driver.cursor() as cursor, cursor.copy("COPY new_index_line FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)
    session.execute(
        text(f"""
            INSERT INTO record_index (establishment_id, dataset_id, number, state, updated_by, updated_at, submission_id,
                                      words, {_KEYS})
            SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), number, state, updated_by, updated_at,
                   submission_id, array_to_tsvector(words), {_KEYS}
            FROM new_index_line ON CONFLICT DO NOTHING
        """),  # noqa: S608 (names of our own columns)
        {"establishment": dataset.establishment, "dataset": dataset.id},
    )


def padded(keys: Sequence[str]) -> list[str | None]:
    """Keys for all the columns of the index."""
    return [*keys, *(None for _ in range(KEY_COLUMNS - len(keys)))]
