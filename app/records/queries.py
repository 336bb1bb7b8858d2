"""Every query on records, their index, their history and drafts. Each names its establishment; the walls hold beneath.

What is done for each form that is kept is one statement, hence one round trip: the number of the record, its row, its line of
the index and its history come together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Row, bindparam, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.db import PREPARED
from app.models import Draft, Record, RecordChange, RecordIndex
from app.models.dataset import KEY_COLUMNS

KEY_NAMES = tuple(f"k{n}" for n in range(1, KEY_COLUMNS + 1))
_KEYS = ", ".join(KEY_NAMES)
_KEY_VALUES = ", ".join(f":{name}" for name in KEY_NAMES)
_KEY_SETS = ", ".join(f"{name} = EXCLUDED.{name}" for name in KEY_NAMES)

_CREATE = text(f"""
    WITH taken AS (
      UPDATE dataset SET next_number = next_number + 1, revision = revision + 1, changed_at = now()
      WHERE establishment_id = CAST(:establishment AS bigint) AND id = CAST(:dataset AS bigint)
      RETURNING next_number - 1 AS number, orders
    ), kept AS (
      INSERT INTO record (establishment_id, dataset_id, number, cells, extra, state, faults, created_by, updated_by,
                          submission_id)
      SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), number, CAST(:cells AS jsonb), CAST(:extra AS jsonb), CAST(:state AS text), CAST(:faults AS jsonb),
             CAST(:account AS bigint), CAST(:account AS bigint), CAST(:submission AS bigint)
      FROM taken
    ), found AS (
      INSERT INTO record_index (establishment_id, dataset_id, number, state, updated_by, updated_at, submission_id, words,
                                {_KEYS})
      SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), number, CAST(:state AS text), CAST(:account AS bigint), now(), CAST(:submission AS bigint),
             array_to_tsvector(CAST(:words AS text[])), {_KEY_VALUES}
      FROM taken
    ), told AS (
      INSERT INTO record_change (establishment_id, dataset_id, number, account_id, act, version, after, submission_id, note)
      SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), number, CAST(:account AS bigint), 'created', 1, CAST(:cells AS jsonb), CAST(:submission AS bigint), CAST(:note AS jsonb)
      FROM taken WHERE CAST(:submission AS bigint) IS NULL
      ON CONFLICT (establishment_id, dataset_id, account_id, (note ->> 'sending')) WHERE (note ->> 'sending') IS NOT NULL
      DO NOTHING
      RETURNING number
    ), typed AS (
      DELETE FROM draft
      WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint) AND account_id = CAST(:account AS bigint) AND number = 0
    )
    SELECT number, orders, EXISTS (SELECT 1 FROM told) AS is_told FROM taken
""").execution_options(**PREPARED)  # noqa: S608 (names of our own columns)

_CHANGE = text(f"""
    WITH former AS (
      SELECT cells, version FROM record
      WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint) AND number = CAST(:number AS bigint) AND deleted_at IS NULL
        AND version = CAST(:base AS bigint)
      FOR UPDATE
    ), kept AS (
      UPDATE record SET cells = CAST(:cells AS jsonb), state = CAST(:state AS text), faults = CAST(:faults AS jsonb),
                        version = former.version + 1, updated_at = now(), updated_by = CAST(:account AS bigint)
      FROM former
      WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint) AND number = CAST(:number AS bigint)
      RETURNING record.version, record.submission_id
    ), found AS (
      -- not UPDATE: a job that makes the index may add the line while this waits, and what it read is old
      INSERT INTO record_index (establishment_id, dataset_id, number, state, updated_by, updated_at, submission_id, words,
                                {_KEYS})
      SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), CAST(:number AS bigint), CAST(:state AS text),
             CAST(:account AS bigint), now(), kept.submission_id, array_to_tsvector(CAST(:words AS text[])), {_KEY_VALUES}
      FROM kept
      ON CONFLICT (establishment_id, dataset_id, number) DO UPDATE
      SET state = EXCLUDED.state, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at,
          words = EXCLUDED.words, {_KEY_SETS}
    ), told AS (
      INSERT INTO record_change (establishment_id, dataset_id, number, account_id, act, version, before, after,
                                 submission_id, note)
      SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), CAST(:number AS bigint), CAST(:account AS bigint), CAST(:act AS text), kept.version, former.cells, CAST(:cells AS jsonb),
             CAST(:submission AS bigint), CAST(:note AS jsonb)
      FROM former, kept
    ), moved AS (
      UPDATE dataset SET revision = revision + 1, changed_at = now()
      FROM kept
      WHERE establishment_id = CAST(:establishment AS bigint) AND id = CAST(:dataset AS bigint)
      RETURNING orders
    ), typed AS (
      DELETE FROM draft
      USING kept
      WHERE establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint) AND account_id = CAST(:account AS bigint) AND number = CAST(:number AS bigint)
    )
    SELECT version, orders FROM kept, moved
""").execution_options(**PREPARED)  # noqa: S608 (names of our own columns)


def _key_values(keys: Sequence[str]) -> dict[str, str | None]:
    return {name: keys[n] if n < len(keys) else None for n, name in enumerate(KEY_NAMES)}


def _any(numbers: Iterable[int]) -> Any:
    """One of many numbers, sent as one parameter: a statement has 65,535 at most."""
    return func.any(literal(list(numbers), ARRAY(BigInteger())))


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def create(
    session: Session,
    establishment: int,
    dataset: int,
    *,
    cells: Mapping[str, str],
    extra: Mapping[str, str] | None,
    state: str,
    faults: Sequence[Mapping[str, Any]] | None,
    keys: Sequence[str],
    words: Sequence[str],
    account: int | None,
    submission: int | None = None,
    note: Mapping[str, Any] | None = None,
) -> Row[Any]:
    """Keep a new record, with its line of the index and its first entry of history; the author's draft ends.

    Gives its ``number``; ``is_told``: whether the entry was made, which it is not where the form of the note has made one
    already; and the dataset's ``orders``, whose keys are to be kept too.
    """
    return session.execute(
        _CREATE,
        {
            "establishment": establishment,
            "dataset": dataset,
            "cells": _json(dict(cells)),
            "extra": _json(extra),
            "state": str(state),
            "faults": _json(faults),
            "words": list(words),
            "account": account,
            "submission": submission,
            "note": _json(note),
            **_key_values(keys),
        },
    ).one()


def change(
    session: Session,
    establishment: int,
    dataset: int,
    number: int,
    base: int,
    *,
    cells: Mapping[str, str],
    state: str,
    faults: Sequence[Mapping[str, Any]] | None,
    keys: Sequence[str],
    words: Sequence[str],
    account: int | None,
    act: str = "changed",
    submission: int | None = None,
    note: Mapping[str, Any] | None = None,
) -> Row[Any] | None:
    """Keep a change of the record as it was at version ``base``; gives its new ``version`` and the dataset's ``orders``, None
    when it is another by now."""
    return session.execute(
        _CHANGE,
        {
            "establishment": establishment,
            "dataset": dataset,
            "number": number,
            "base": base,
            "cells": _json(dict(cells)),
            "state": str(state),
            "faults": _json(faults),
            "words": list(words),
            "account": account,
            "act": act,
            "submission": submission,
            "note": _json(note),
            **_key_values(keys),
        },
    ).one_or_none()


def get(session: Session, establishment: int, dataset: int, number: int) -> Record | None:
    """A record, in the trash or not."""
    return session.scalar(
        select(Record)
        .where(
            Record.establishment_id == establishment, Record.dataset_id == dataset, Record.number == number
        )
        .execution_options(populate_existing=True)
    )


def many(session: Session, establishment: int, dataset: int, numbers: Iterable[int]) -> list[Record]:
    """Records by their numbers, in the order of the numbers' own size."""
    return list(
        session.scalars(
            select(Record)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.number == _any(numbers),
            )
            .order_by(Record.number)
            .execution_options(populate_existing=True)
        )
    )


def set_state(
    session: Session,
    establishment: int,
    dataset: int,
    number: int,
    state: str,
    faults: Sequence[Mapping[str, Any]] | None,
) -> None:
    """Note another verdict on cells that have not changed."""
    for table, values in (
        (Record, {"state": state, "faults": list(faults) if faults else None}),
        (RecordIndex, {"state": state}),
    ):
        session.execute(
            update(table)
            .where(
                table.establishment_id == establishment,
                table.dataset_id == dataset,
                table.number == number,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def trash(
    session: Session, establishment: int, dataset: int, numbers: Sequence[int], account: int | None
) -> list[int]:
    """Put records into the trash; gives the numbers of those that were not there yet."""
    gone = list(
        session.scalars(
            update(Record)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.number == _any(numbers),
                Record.deleted_at.is_(None),
            )
            .values(deleted_at=func.now(), deleted_by=account, version=Record.version + 1)
            .returning(Record.number)
            .execution_options(synchronize_session=False)
        )
    )
    if gone:
        session.execute(
            delete(RecordIndex)
            .where(
                RecordIndex.establishment_id == establishment,
                RecordIndex.dataset_id == dataset,
                RecordIndex.number == _any(gone),
            )
            .execution_options(synchronize_session=False)
        )
        _tell(session, establishment, dataset, gone, "trashed", account)
    return sorted(gone)


def untrash(
    session: Session, establishment: int, dataset: int, numbers: Sequence[int], account: int | None
) -> list[int]:
    """Take records back out of the trash, without their line of the index yet; gives the numbers of those that were there."""
    back = list(
        session.scalars(
            update(Record)
            .where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.number == _any(numbers),
                Record.deleted_at.is_not(None),
            )
            .values(deleted_at=None, deleted_by=None, version=Record.version + 1)
            .returning(Record.number)
            .execution_options(synchronize_session=False)
        )
    )
    if back:
        _tell(session, establishment, dataset, back, "restored", account)
    return sorted(back)


def _tell(
    session: Session, establishment: int, dataset: int, numbers: Sequence[int], act: str, account: int | None
) -> None:
    versions = select(
        Record.establishment_id, Record.dataset_id, Record.number, bindparam("act", act), Record.version
    ).add_columns(bindparam("account", account, type_=RecordChange.account_id.type))
    session.execute(
        insert(RecordChange).from_select(
            ["establishment_id", "dataset_id", "number", "act", "version", "account_id"],
            versions.where(
                Record.establishment_id == establishment,
                Record.dataset_id == dataset,
                Record.number == _any(numbers),
            ),
        )
    )


def last_cells(session: Session, establishment: int, dataset: int, account: int) -> dict[str, str] | None:
    """The cells of the last record that a person entered: what a new form may take over."""
    found: dict[str, str] | None = session.scalar(
        select(Record.cells)
        .where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.deleted_at.is_(None),
            Record.created_by == account,
        )
        .order_by(Record.number.desc())
        .limit(1)
    )
    return found


def history(
    session: Session, establishment: int, dataset: int, number: int, *, limit: int, offset: int = 0
) -> list[RecordChange]:
    """What was done to a record, the latest first."""
    return list(
        session.scalars(
            select(RecordChange)
            .where(
                RecordChange.establishment_id == establishment,
                RecordChange.dataset_id == dataset,
                RecordChange.number == number,
            )
            .order_by(RecordChange.id.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def change_of(
    session: Session, establishment: int, dataset: int, number: int, change_id: int
) -> RecordChange | None:
    """One entry of a record's history."""
    return session.scalar(
        select(RecordChange).where(
            RecordChange.establishment_id == establishment,
            RecordChange.dataset_id == dataset,
            RecordChange.number == number,
            RecordChange.id == change_id,
        )
    )


# --- drafts ---------------------------------------------------------------------------------------------------------


def draft(session: Session, establishment: int, dataset: int, account: int, number: int) -> Draft | None:
    """What a person was typing; ``number`` is 0 for a new record."""
    return session.scalar(
        select(Draft)
        .where(
            Draft.establishment_id == establishment,
            Draft.dataset_id == dataset,
            Draft.account_id == account,
            Draft.number == number,
        )
        .execution_options(populate_existing=True)
    )


def keep_draft(
    session: Session,
    establishment: int,
    dataset: int,
    account: int,
    number: int,
    cells: Mapping[str, str],
    base: int | None,
) -> None:
    """Keep what a person is typing, in place of what was kept before."""
    values = {"cells": dict(cells), "base_version": base, "updated_at": func.now()}
    session.execute(
        insert(Draft)
        .values(
            establishment_id=establishment, dataset_id=dataset, account_id=account, number=number, **values
        )
        .on_conflict_do_update(index_elements=list(Draft.__table__.primary_key.columns), set_=values)
        .execution_options(synchronize_session=False)
    )


def drop_draft(session: Session, establishment: int, dataset: int, account: int, number: int) -> None:
    session.execute(
        delete(Draft)
        .where(
            Draft.establishment_id == establishment,
            Draft.dataset_id == dataset,
            Draft.account_id == account,
            Draft.number == number,
        )
        .execution_options(synchronize_session=False)
    )
