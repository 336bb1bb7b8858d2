"""Every query on imports. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.models import (
    ColumnMemory,
    Dataset,
    JobProgress,
    SchemaVersion,
    Submission,
    SubmissionRow,
    SubmissionState,
)


def get(session: Session, establishment: int, dataset: int, submission: int) -> Submission | None:
    """An import of a dataset."""
    return session.scalar(
        select(Submission)
        .where(
            Submission.establishment_id == establishment,
            Submission.dataset_id == dataset,
            Submission.id == submission,
        )
        .execution_options(populate_existing=True)
    )


def locked(session: Session, establishment: int, submission: int) -> Submission | None:
    """The same, held until the transaction ends: two acts on one import wait for each other."""
    return session.scalar(
        select(Submission)
        .where(Submission.establishment_id == establishment, Submission.id == submission)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def of_dataset(
    session: Session, establishment: int, dataset: int, *, limit: int, offset: int = 0
) -> list[Submission]:
    """The imports of a dataset, the latest first; those that were dropped are left out."""
    return list(
        session.scalars(
            select(Submission)
            .where(
                Submission.establishment_id == establishment,
                Submission.dataset_id == dataset,
                Submission.state != SubmissionState.dropped,
            )
            .order_by(Submission.created_at.desc(), Submission.id.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count_of_dataset(session: Session, establishment: int, dataset: int) -> int:
    return int(
        session.scalar(
            select(func.count()).where(
                Submission.establishment_id == establishment,
                Submission.dataset_id == dataset,
                Submission.state != SubmissionState.dropped,
            )
        )
        or 0
    )


_UNDER_WAY = (
    select(
        Submission.establishment_id,
        Submission.id,
        Dataset.slug,
        Dataset.title,
        Submission.file_name,
        Submission.state,
        Submission.updated_at,
    )
    .join(
        Dataset,
        (Dataset.establishment_id == Submission.establishment_id) & (Dataset.id == Submission.dataset_id),
    )
    .where(
        Submission.establishment_id == func.any(bindparam("places", type_=ARRAY(BigInteger()))),
        Submission.state.in_(
            [
                SubmissionState.open,
                SubmissionState.checking,
                SubmissionState.accepting,
                SubmissionState.undoing,
            ]
        ),
    )
    .order_by(Submission.updated_at.desc())
    .limit(bindparam("most"))
)
"""Built once: it runs with every first page."""


def under_way(session: Session, establishments: Iterable[int], limit: int) -> list[Row[Any]]:
    """``(establishment_id, id, slug, title, file_name, state, updated_at)`` of the imports that somebody has begun, the latest first."""
    return list(session.execute(_UNDER_WAY, {"places": list(establishments), "most": limit}))


def same_file(
    session: Session, establishment: int, dataset: int, file_hash: str, besides: int
) -> list[Submission]:
    """Other imports of the very same file into a dataset, the latest first."""
    return list(
        session.scalars(
            select(Submission)
            .where(
                Submission.establishment_id == establishment,
                Submission.dataset_id == dataset,
                Submission.file_hash == file_hash,
                Submission.id != besides,
                Submission.state.in_([SubmissionState.open, SubmissionState.accepted]),
            )
            .order_by(Submission.id.desc())
            .limit(5)
        )
    )


def note(session: Session, establishment: int, submission: int, **values: Any) -> None:
    """Write columns of an import."""
    session.execute(
        update(Submission)
        .where(Submission.establishment_id == establishment, Submission.id == submission)
        .values(updated_at=func.now(), **values)
        .execution_options(synchronize_session=False)
    )


def progress(session: Session, establishment: int, job: int) -> JobProgress | None:
    """How far a job is."""
    return session.scalar(
        select(JobProgress)
        .where(JobProgress.establishment_id == establishment, JobProgress.id == job)
        .execution_options(populate_existing=True)
    )


# --- rows to look at ------------------------------------------------------------------------------------------------


def clear_rows(session: Session, establishment: int, submission: int, kind: str) -> None:
    """Forget the rows of a kind."""
    session.execute(
        delete(SubmissionRow)
        .where(
            SubmissionRow.establishment_id == establishment,
            SubmissionRow.submission_id == submission,
            SubmissionRow.kind == kind,
        )
        .execution_options(synchronize_session=False)
    )


def add_rows(session: Session, shown: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows to look at, as columns of :class:`SubmissionRow`."""
    if shown:
        session.execute(insert(SubmissionRow), [dict(row) for row in shown])


def rows(
    session: Session,
    establishment: int,
    submission: int,
    kind: str,
    *,
    fault: Mapping[str, Any] | None,
    limit: int,
    offset: int = 0,
) -> list[SubmissionRow]:
    """Rows to look at, in the file's order; ``fault``: those alone that have it, ``{"code", "field"}``."""
    chosen = select(SubmissionRow).where(
        SubmissionRow.establishment_id == establishment,
        SubmissionRow.submission_id == submission,
        SubmissionRow.kind == kind,
    )
    if kind == "fault":
        chosen = chosen.where(
            SubmissionRow.faults != []
        )  # as they are counted: without those that were corrected
    if fault is not None:
        chosen = chosen.where(SubmissionRow.faults.contains([dict(fault)]))
    return list(
        session.scalars(
            chosen.order_by(SubmissionRow.row_number)
            .limit(limit)
            .offset(offset)
            .execution_options(populate_existing=True)
        )
    )


def row_count(
    session: Session,
    establishment: int,
    submission: int,
    kind: str,
    *,
    fault: Mapping[str, Any] | None = None,
) -> int:
    """How many of them there are."""
    chosen = select(func.count()).where(
        SubmissionRow.establishment_id == establishment,
        SubmissionRow.submission_id == submission,
        SubmissionRow.kind == kind,
        SubmissionRow.faults != [] if kind == "fault" else SubmissionRow.row_number > -1,
    )
    if fault is not None:
        chosen = chosen.where(SubmissionRow.faults.contains([dict(fault)]))
    return int(session.scalar(chosen) or 0)


_KINDS = text("""
    SELECT coalesce(fault ->> 'code', '') AS code, coalesce(fault ->> 'field', '') AS field, count(*) AS cells,
           (array_agg(row_number ORDER BY row_number))[1:CAST(:most AS int)] AS rows
    FROM submission_row CROSS JOIN LATERAL jsonb_array_elements(faults) AS fault
    WHERE establishment_id = CAST(:establishment AS bigint) AND submission_id = CAST(:submission AS bigint) AND kind = 'fault'
    GROUP BY 1, 2
""")


def fault_kinds(
    session: Session, establishment: int, submission: int, most: int
) -> dict[tuple[str, str], tuple[int, list[int]]]:
    """``(code, field)`` of the errors of the faulty rows as they are now → how many cells, and the first ``most`` row numbers."""
    found = session.execute(_KINDS, {"establishment": establishment, "submission": submission, "most": most})
    return {(code, field): (cells, rows) for code, field, cells, rows in found}


def faulty_numbered(
    session: Session, establishment: int, submission: int, numbers: Iterable[int]
) -> dict[int, SubmissionRow]:
    """Faulty rows by their numbers."""
    found = session.scalars(
        select(SubmissionRow)
        .where(
            SubmissionRow.establishment_id == establishment,
            SubmissionRow.submission_id == submission,
            SubmissionRow.kind == "fault",
            SubmissionRow.row_number.in_(list(numbers)),
        )
        .execution_options(populate_existing=True)
    )
    return {one.row_number: one for one in found}


def row(
    session: Session, establishment: int, submission: int, kind: str, row_number: int
) -> SubmissionRow | None:
    return session.scalar(
        select(SubmissionRow)
        .where(
            SubmissionRow.establishment_id == establishment,
            SubmissionRow.submission_id == submission,
            SubmissionRow.kind == kind,
            SubmissionRow.row_number == row_number,
        )
        .execution_options(populate_existing=True)
    )


def with_text(
    session: Session, establishment: int, submission: int, field: str, text: str, limit: int
) -> list[SubmissionRow]:
    """Faulty rows that hold this very text in a column."""
    return list(
        session.scalars(
            select(SubmissionRow)
            .where(
                SubmissionRow.establishment_id == establishment,
                SubmissionRow.submission_id == submission,
                SubmissionRow.kind == "fault",
                func.coalesce(SubmissionRow.cells[field].astext, "") == text,
            )
            .order_by(SubmissionRow.row_number)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
    )


_ALIKE = text("""
    SELECT field, cells ->> field AS text, count(*)
    FROM submission_row CROSS JOIN unnest(CAST(:fields AS text[])) AS field
    WHERE establishment_id = CAST(:establishment AS bigint) AND submission_id = CAST(:submission AS bigint) AND kind = 'fault'
      AND cells ->> field = ANY (CAST(:texts AS text[]))
    GROUP BY 1, 2
""")


def alike(
    session: Session, establishment: int, submission: int, fields: Iterable[str], texts: Iterable[str]
) -> dict[tuple[str, str], int]:
    """``(field, text)`` → how many faulty rows hold this very text in this column, of the columns and texts given."""
    found = session.execute(
        _ALIKE,
        {
            "establishment": establishment,
            "submission": submission,
            "fields": list(fields),
            "texts": list(texts),
        },
    )
    return {(field, held): count for field, held, count in found}


def set_row(
    session: Session,
    establishment: int,
    submission: int,
    row_number: int,
    cells: Mapping[str, str],
    wrong: Sequence[Mapping[str, Any]],
) -> None:
    """Give a faulty row other cells, and what is still wrong with them."""
    session.execute(
        update(SubmissionRow)
        .where(
            SubmissionRow.establishment_id == establishment,
            SubmissionRow.submission_id == submission,
            SubmissionRow.kind == "fault",
            SubmissionRow.row_number == row_number,
        )
        .values(cells=dict(cells), faults=[dict(fault) for fault in wrong])
        .execution_options(synchronize_session=False)
    )


# --- what labels meant ----------------------------------------------------------------------------------------------


def memory(session: Session, establishment: int, version: int) -> dict[str, str | None]:
    """Label → field (None: left aside) of the establishment's earlier files for the schema of a version."""
    schema = select(SchemaVersion.schema_id).where(SchemaVersion.id == version).scalar_subquery()
    found = session.execute(
        select(ColumnMemory.label, ColumnMemory.field)
        .where(ColumnMemory.establishment_id == establishment, ColumnMemory.schema_id == schema)
        .limit(5000)
    )
    return {label: field or None for label, field in found}


def remember(session: Session, establishment: int, version: int, labels: Mapping[str, str | None]) -> None:
    """Keep what the labels of a file mean, in place of what they meant before."""
    if not labels:
        return
    schema = session.scalar(select(SchemaVersion.schema_id).where(SchemaVersion.id == version))
    if schema is None:
        return
    statement = insert(ColumnMemory).values(
        [
            {
                "establishment_id": establishment,
                "schema_id": schema,
                "label": label,
                "field": field or "",
            }
            for label, field in labels.items()
        ]
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(ColumnMemory.__table__.primary_key.columns),
            set_={"field": statement.excluded.field, "used_at": func.now()},
        )
    )
