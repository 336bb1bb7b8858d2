"""Every query on the sort keys of further columns. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.db import PREPARED

Line = tuple[int, int, int, str]
"""Position of a field, number of a record, its version, the sort key of its cell."""

_OWN = "establishment_id = CAST(:establishment AS bigint) AND dataset_id = CAST(:dataset AS bigint)"

_NEXT = text(f"""
    SELECT number, version, cells ->> CAST(:name AS text) AS cell FROM record
    WHERE {_OWN} AND number > CAST(:after AS bigint) ORDER BY number LIMIT :most
""")  # noqa: S608 (our own condition)
_WRITE = text("""
    INSERT INTO record_order (establishment_id, dataset_id, field, number, version, key)
    SELECT CAST(:establishment AS bigint), CAST(:dataset AS bigint), line.* FROM unnest(
      CAST(:fields AS smallint[]), CAST(:numbers AS bigint[]), CAST(:versions AS bigint[]), CAST(:keys AS text[])
    ) AS line
    ON CONFLICT (establishment_id, dataset_id, field, number) DO UPDATE SET version = EXCLUDED.version, key = EXCLUDED.key
""").execution_options(**PREPARED)
_UNSETTLED = text("""
    SELECT record.number, record.version, record.cells ->> CAST(:name AS text) AS cell
    FROM record LEFT JOIN record_order
      ON record_order.establishment_id = record.establishment_id AND record_order.dataset_id = record.dataset_id
      AND record_order.field = CAST(:field AS smallint) AND record_order.number = record.number
    WHERE record.establishment_id = CAST(:establishment AS bigint) AND record.dataset_id = CAST(:dataset AS bigint)
      AND record_order.version IS DISTINCT FROM record.version
    LIMIT :most
""")
_FORGET = text(f"""
    DELETE FROM record_order WHERE {_OWN} AND field <> ALL (CAST(:kept AS smallint[]))
""")  # noqa: S608 (our own condition)


def following(
    session: Session, establishment: int, dataset: int, name: str, *, after: int, most: int
) -> Sequence[Row[Any]]:
    """``(number, version, cell)`` of the next records by number, those of the trash among them."""
    return session.execute(
        _NEXT,
        {"establishment": establishment, "dataset": dataset, "name": name, "after": after, "most": most},
    ).all()


def unsettled(
    session: Session, establishment: int, dataset: int, name: str, field: int, most: int
) -> Sequence[Row[Any]]:
    """The same of records that have no key of the column, or one of what they no longer hold."""
    return session.execute(
        _UNSETTLED,
        {"establishment": establishment, "dataset": dataset, "name": name, "field": field, "most": most},
    ).all()


def write(session: Session, establishment: int, dataset: int, lines: Iterable[Line]) -> None:
    """Keep sort keys, each in place of the one that the record had in that column."""
    fields, numbers, versions, keys = (list(part) for part in zip(*lines, strict=True))
    session.execute(
        _WRITE,
        {
            "establishment": establishment,
            "dataset": dataset,
            "fields": fields,
            "numbers": numbers,
            "versions": versions,
            "keys": keys,
        },
    )


def forget_others(session: Session, establishment: int, dataset: int, kept: Iterable[int]) -> None:
    """Erase the keys of all fields but those at these positions."""
    session.execute(_FORGET, {"establishment": establishment, "dataset": dataset, "kept": list(kept)})
