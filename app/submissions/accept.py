"""An import enters the dataset, all of it or nothing.

Everything here happens in one transaction: another import waits for its end. Forms go on while the rows are read and laid beside the
records, then wait as it writes: what they kept before is in what it sees, and they see what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.datasets import queries as dataset_queries
from app.datasets.service import DatasetView
from app.models import Mode
from app.models.dataset import KEY_COLUMNS
from app.records import bulk, indexing, rechecking
from app.records import service as records
from app.records.judge import Judged, judge, stored_faults, words_of
from app.submissions import numbered, staging, twins
from app.submissions.ahead import ahead
from app.submissions.check import Checked
from app.submissions.returned import NOTHING, Returned
from app.submissions.staging import Counts

LOCK_SPACE = 7_350_201
INDEXED_AT_ONCE = 5_000
"""Records that an import indexes itself; a larger one leaves it to a job."""
BATCH = 2000
Progress = Callable[[int], None]

_KEYS = ", ".join(f"k{n}" for n in range(1, KEY_COLUMNS + 1))
_KEY_SETS = ", ".join(f"k{n} = changed.k{n}" for n in range(1, KEY_COLUMNS + 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for. ``key``: fields by which rows find their records, for updates and replacements."""

    mode: Mode
    key: Sequence[str] = ()
    keep_faulty: bool = True
    returned: Returned = NOTHING
    columns: Sequence[str] = ()
    """Fields that the file has, by a column or a constant."""
    skip_twins: bool = True
    """Whether rows that are there already are left out of what is added."""


def lock(session: Session, dataset: DatasetView) -> None:
    """Wait for whoever else imports into this dataset; let go at the end of the transaction."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(CAST(:space AS int), CAST(hashtext(:place) AS int))"),
        {"space": LOCK_SPACE, "place": f"{dataset.establishment}/{dataset.id}"},
    )


Diff = tuple[int, int, Mapping[str, str], Mapping[str, str]]
"""Row number, record, its cells now, its cells once accepted."""


def foresee(
    session: Session,
    dataset: DatasetView,
    checked: Checked,
    wanted: Wanted,
    *,
    diffs: int = 0,
    on_progress: Progress | None = None,
) -> tuple[Counts, list[Diff]]:
    """What acceptance would do, and the first ``diffs`` rows that change a record; nothing is kept of it. ``on_progress``: called with
    how many rows were laid beside the records, where they have to be."""
    if not (_compares(session, dataset, wanted) or (wanted.mode == Mode.add and _held(session, dataset))):
        faulty, blank = _faulty(checked)
        held = _held(session, dataset)
        rows = checked.rows - blank
        return Counts(
            added=rows if wanted.keep_faulty else rows - faulty,
            left_out=0 if wanted.keep_faulty else faulty,
            to_fix=faulty if wanted.keep_faulty else 0,
            trashed=held if wanted.mode == Mode.replace else 0,
            records=held,
        ), []
    found = _staged(session, dataset, checked, wanted, on_progress)
    shown: list[Diff] = []
    left_out = to_fix = 0
    for row_number, number, before, cells in staging.changes(session, dataset, erase=wanted.returned.erase):
        judged = judge(dataset.schema, cells)
        left_out += bool(judged.errors) and not wanted.keep_faulty
        to_fix += bool(judged.errors) and wanted.keep_faulty
        if len(shown) < diffs:
            shown.append((row_number, number, before, judged.cells))
    return _amended(found, left_out, to_fix), shown


def _amended(found: Counts, left_out: int, to_fix: int) -> Counts:
    return replace(
        found,
        changed=found.changed - left_out,
        left_out=found.left_out + left_out,
        to_fix=found.to_fix + to_fix,
    )


def _staged(
    session: Session,
    dataset: DatasetView,
    checked: Checked,
    wanted: Wanted,
    on_progress: Progress | None,
    *,
    locks: bool = False,
) -> Counts:
    """Lay the rows beside the records and find those that they change: rows with errors too, which a record may complete."""
    staging.begin(session)
    staged, tell = 0, on_progress or (lambda _: None)
    for batch in ahead(staging.written(checked, keep_faulty=True)):
        staging.stage(session, batch)
        staged += len(batch.rows)
        tell(staged)
    tell(checked.rows)  # blank ones, which are no rows, among them
    returned = wanted.returned
    if locks:
        dataset_queries.lock(session, dataset.establishment, dataset.id)
    if wanted.mode == Mode.add:
        twins.match(session, dataset, wanted.columns, skip=wanted.skip_twins)
        found = staging.counts(session, dataset, key=(), replaces=False, keep_faulty=wanted.keep_faulty)
        return replace(found, twins_added=int(found.twins > 0 and not wanted.skip_twins))
    if returned.by_number:
        numbered.match(session, dataset, returned.since, wanted.columns, file_wins=returned.file_wins)
    if wanted.key:
        staging.match(session, dataset, wanted.key)
    if returned.by_number:
        numbered.refuse_twice(session)
    found = staging.counts(
        session,
        dataset,
        key=wanted.key,
        replaces=wanted.mode == Mode.replace,
        keep_faulty=wanted.keep_faulty,
        erase=returned.erase,
    )
    unknown, both = numbered.counts(session)
    return replace(found, unknown=unknown, both=both)


def accept(
    session: Session,
    dataset: DatasetView,
    checked: Checked,
    wanted: Wanted,
    *,
    submission: int,
    account: int | None,
    on_progress: Progress | None = None,
) -> Counts:
    """Keep the rows of a file as the person asked. Gives what was done; the caller notes it and commits."""
    lock(session, dataset)
    if _compares(session, dataset, wanted):
        found = _merge(session, dataset, checked, wanted, submission, account, on_progress)
    else:
        found = _add_all(session, dataset, checked, wanted, submission, account, on_progress)
    if found.added:
        found = replace(found, to_fix=found.to_fix + twins.mark(session, dataset, submission))
    _index(session, dataset, found, submission, account)
    if found.changed or found.trashed:
        recheck(session, dataset, account)
    return found


def recheck(session: Session, dataset: DatasetView, account: int | None) -> None:
    """Records that share a key with others which are no longer as they were are judged again, by a job."""
    if records.keys_of_schema(dataset.schema):
        rechecking.ask(session, dataset, account=account)


def _compares(session: Session, dataset: DatasetView, wanted: Wanted) -> bool:
    """Whether rows must be laid beside records: where some may be the same."""
    asks = wanted.skip_twins if wanted.mode == Mode.add else bool(wanted.key or wanted.returned.by_number)
    return asks and _held(session, dataset) > 0


def _held(session: Session, dataset: DatasetView) -> int:
    return int(
        session.execute(
            text("""
                SELECT count(*) FROM record WHERE establishment_id = CAST(:establishment AS bigint)
                AND dataset_id = CAST(:dataset AS bigint) AND deleted_at IS NULL
            """),
            {"establishment": dataset.establishment, "dataset": dataset.id},
        ).scalar_one()
    )


def _faulty(checked: Checked) -> tuple[int, int]:
    """How many rows have errors, and how many are blank, which are no rows."""
    blank = sum(errors[0].code == "blank-row" for errors in checked.errors.values())
    return len(checked.errors) - blank, blank


def _add_all(
    session: Session,
    dataset: DatasetView,
    checked: Checked,
    wanted: Wanted,
    submission: int,
    account: int | None,
    on_progress: Progress | None,
) -> Counts:
    held = _held(session, dataset)
    trashed = 0
    if wanted.mode == Mode.replace and held:
        trashed = _trash_others(session, dataset, submission, account, sql.SQL(""))
    added = 0
    # the database works on one batch while the next is made
    for batch in ahead(staging.written(checked, keep_faulty=wanted.keep_faulty)):
        first = dataset_queries.touch(session, dataset.establishment, dataset.id, len(batch.rows))
        staging.add(session, dataset, batch, first=first, account=account, submission=submission)
        added += len(batch.rows)
        if on_progress is not None:
            on_progress(added)
    faulty, _ = _faulty(checked)
    return Counts(
        added=added,
        left_out=0 if wanted.keep_faulty else faulty,
        to_fix=faulty if wanted.keep_faulty else 0,
        trashed=trashed,
        records=held,
    )


def _merge(
    session: Session,
    dataset: DatasetView,
    checked: Checked,
    wanted: Wanted,
    submission: int,
    account: int | None,
    on_progress: Progress | None,
) -> Counts:
    found = _staged(session, dataset, checked, wanted, on_progress, locks=True)
    left_out = to_fix = 0
    changes = staging.changes(session, dataset, erase=wanted.returned.erase)
    while rows := list(islice(changes, BATCH)):
        wrong, out = _change(session, dataset, rows, submission, account, keep_faulty=wanted.keep_faulty)
        to_fix, left_out = to_fix + wrong, left_out + out
    found = _amended(found, left_out, to_fix)
    if wanted.mode == Mode.replace:
        _trash_others(session, dataset, submission, account, staging.spared(wanted.key))
    if found.added:
        first = dataset_queries.touch(session, dataset.establishment, dataset.id, found.added)
        staging.add_unmatched(
            session,
            dataset,
            first=first,
            account=account,
            submission=submission,
            keep_faulty=wanted.keep_faulty,
        )
    elif found.changed or found.trashed:
        dataset_queries.touch(session, dataset.establishment, dataset.id)
    return found


def _change(
    session: Session,
    dataset: DatasetView,
    rows: Iterable[tuple[int, int, Mapping[str, str], Mapping[str, str]]],
    submission: int | None,
    account: int | None,
    *,
    keep_faulty: bool,
) -> tuple[int, int]:
    """Change records. Gives how many are « à corriger » now, and how many were left as they are because they would have been."""
    changed: list[tuple[int, Judged]] = []
    wrong = out = 0
    for _, number, _, cells in rows:
        judged = judge(dataset.schema, cells, dataset.keys)
        if judged.errors and not keep_faulty:
            out += 1
            continue
        wrong += bool(judged.errors)
        changed.append((number, judged))
    rewrite(session, dataset, changed, submission=submission, account=account, act="changed")
    return wrong, out


def rewrite(
    session: Session,
    dataset: DatasetView,
    changed: Sequence[tuple[int, Judged]],
    *,
    submission: int | None,
    account: int | None,
    act: str,
    note: Mapping[str, Any] | None = None,
) -> None:
    """Give many records other cells, each with its history and its line of the index."""
    driver: Any = session.connection().connection.driver_connection
    columns = ", ".join(f"k{n} text" for n in range(1, KEY_COLUMNS + 1))
    driver.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS changed (number bigint PRIMARY KEY, cells jsonb, state text, faults jsonb, "
        f"words text[], {columns}) ON COMMIT DROP"
    )
    driver.execute("TRUNCATE changed")
    with driver.cursor() as cursor, cursor.copy("COPY changed FROM STDIN") as copy:
        for number, judged in changed:
            faults = stored_faults(judged.errors)
            copy.write_row(
                (
                    number,
                    orjson.dumps(judged.cells).decode(),
                    str(judged.state),
                    None if faults is None else orjson.dumps(faults, default=str).decode(),
                    words_of(dataset.id, judged.cells.values()),
                    *bulk.padded(judged.keys),
                )
            )
    place = {
        "establishment": dataset.establishment,
        "dataset": dataset.id,
        "account": account,
        "submission": submission,
        "act": act,
        "note": None if note is None else orjson.dumps(note).decode(),
        "numbers": [number for number, _ in changed],
    }
    for statement in (
        """
        INSERT INTO record_change (establishment_id, dataset_id, number, account_id, act, version, before, after, submission_id,
                                   note)
        SELECT record.establishment_id, record.dataset_id, record.number, CAST(%(account)s AS bigint), %(act)s,
               record.version + 1, record.cells, changed.cells, CAST(%(submission)s AS bigint), CAST(%(note)s AS jsonb)
        FROM record JOIN changed ON changed.number = record.number
        WHERE record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s
          AND record.number = ANY (CAST(%(numbers)s AS bigint[]))
        """,
        """
        UPDATE record SET cells = changed.cells, state = changed.state, faults = changed.faults, version = version + 1,
                          updated_at = now(), updated_by = CAST(%(account)s AS bigint)
        FROM changed
        WHERE record.establishment_id = %(establishment)s AND record.dataset_id = %(dataset)s
          AND record.number = changed.number AND record.number = ANY (CAST(%(numbers)s AS bigint[]))
        """,
        f"""
        UPDATE record_index SET state = changed.state, updated_at = now(), updated_by = CAST(%(account)s AS bigint),
                                words = array_to_tsvector(changed.words), {_KEY_SETS}
        FROM changed
        WHERE record_index.establishment_id = %(establishment)s AND record_index.dataset_id = %(dataset)s
          AND record_index.number = changed.number AND record_index.number = ANY (CAST(%(numbers)s AS bigint[]))
        """,  # noqa: S608 (names of our own columns)
    ):
        driver.execute(statement, place)


def _trash_others(
    session: Session, dataset: DatasetView, submission: int, account: int | None, spared: sql.Composable
) -> int:
    """Put into the trash what a replacement does not bring: all that is there but the records ``spared`` (:func:`staging.spared`)."""
    driver: Any = session.connection().connection.driver_connection
    driver.execute("SET LOCAL enable_nestloop = off")
    place = {
        "establishment": dataset.establishment,
        "dataset": dataset.id,
        "account": account,
        "submission": submission,
    }
    kept = spared.as_string(driver)
    row = driver.execute(
        f"""
        WITH gone AS (
          UPDATE record SET deleted_at = now(), deleted_by = CAST(%(account)s AS bigint), version = version + 1
          WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND deleted_at IS NULL {kept}
          RETURNING number, version
        ), unfound AS (
          DELETE FROM record_index USING gone
          WHERE establishment_id = %(establishment)s AND dataset_id = %(dataset)s AND record_index.number = gone.number
        ), told AS (
          INSERT INTO record_change (establishment_id, dataset_id, number, account_id, act, version, submission_id)
          SELECT %(establishment)s, %(dataset)s, number, CAST(%(account)s AS bigint), 'trashed', version,
                 CAST(%(submission)s AS bigint)
          FROM gone
        )
        SELECT count(*) FROM gone
        """,  # noqa: S608 (a condition of ours)
        place,
    ).fetchone()
    driver.execute("SET LOCAL enable_nestloop = on")
    return int(row[0])


def _index(
    session: Session, dataset: DatasetView, found: Counts, submission: int, account: int | None
) -> None:
    if not found.added:
        return
    if found.added > INDEXED_AT_ONCE or not dataset.is_indexed:
        indexing.ask(session, dataset, account=account)
        return
    bulk.index_submission(session, dataset, submission)
