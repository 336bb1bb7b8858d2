"""Reading the valid records of a dataset once, in the order of their numbers: to write a version, or to see what would change.

Both go through :func:`walk`, hence see the same lines. What tells two versions apart is kept beside each: of every line its
« N° interne » and a hash of 8 octets (BLAKE2b), 16 octets a line. A million lines are compared in a tenth of a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import files
from app.datasets.service import DatasetView
from app.publications import store
from app.publications.store import Kept
from app.records.export import queries as export
from app.records.export.service import csv_line

log = logging.getLogger(__name__)

LINE = np.dtype([("number", "<i8"), ("hash", "<u8")])
BATCH = 4_000
"""Lines that are taken at once."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version as it was written: ``rows`` and ``left_out`` were counted, and ``revision`` read, at the same moment."""

    reference: Kept
    rows: int
    left_out: int
    revision: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines: their part of the CSV, each of them as CSV, and the sixteen octets of each."""

    csv: bytes
    records: list[bytes]
    lines: bytes
    size: int


OnBatch = Callable[[int, Batch], None]
"""Called with how many lines were read, and the last of them."""


def freeze(session: Session) -> None:
    """Let every statement of the transaction see the same moment. To be called before any query."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def walk(session: Session, dataset: DatasetView) -> Iterator[Batch]:
    """The valid records in the order of their numbers, some thousands at a time."""
    waiting: list[bytes] = []
    names = dataset.schema.field_names
    for line in export.numbered_csv_lines(session, dataset.establishment, dataset.id, names):
        waiting.append(line)
        if len(waiting) == BATCH:
            yield _batch(waiting)
            waiting = []
    if waiting:
        yield _batch(waiting)


def _batch(numbered: list[bytes]) -> Batch:
    numbers, lines, hashes = [], [], []
    for one in numbered:
        number, _, line = one.partition(b",")
        line = line[:-1]  # its end of line
        numbers.append(int(number))
        lines.append(line)
        hashes.append(blake2b(line, digest_size=8).digest())
    told = np.empty(len(lines), LINE)
    told["number"] = numbers
    told["hash"] = np.frombuffer(b"".join(hashes), "<u8")
    lines.append(b"")
    return Batch(b"\r\n".join(lines), lines, told.tobytes(), len(numbers))


def write(
    session: Session,
    dataset: DatasetView,
    number: int,
    *,
    empty: bool = False,
    on_batch: OnBatch | None = None,
) -> Snapshot:
    """Write the reference of a version and what tells it apart, whole or not at all. ``empty``: a header, and no row.

    The transaction is read only and frozen (:func:`freeze`). Raises OSError.
    """
    place, rows = dataset.establishment, 0
    stored = store.name_of(dataset.id, number)
    with ExitStack() as stack:
        reference = stack.enter_context(files.writing(place, stored))
        lines = stack.enter_context(files.writing(place, store.lines_name(dataset.id, number)))
        reference.write(csv_line(dataset.schema.field_names))
        for batch in () if empty else walk(session, dataset):
            reference.write(batch.csv)
            lines.write(batch.lines)
            rows += batch.size
            if on_batch is not None:
                on_batch(rows, batch)
    return Snapshot(
        store.kept(stored, reference), rows, export.to_fix_count(session, place, dataset.id), dataset.revision
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells a version from the one before: places in the order of the lines, from 0. ``before``: of the older version."""

    added: np.ndarray
    changed: np.ndarray
    changed_before: np.ndarray
    removed: np.ndarray
    """In the older version."""

    @property
    def counts(self) -> tuple[int, int, int]:
        """Added, changed, removed."""
        return len(self.added), len(self.changed), len(self.removed)


def read_lines(path: Path) -> np.ndarray:
    """The lines of a version. Raises OSError, but for a file that is lost: the version is then compared as if it were empty."""
    try:
        return np.fromfile(path, LINE)
    except FileNotFoundError:
        log.error("the lines of a version are lost: restore the file store", extra={"file": path.name})
        return nothing()


def nothing() -> np.ndarray:
    """The lines of no version."""
    return np.empty(0, LINE)


def compare(before: np.ndarray, after: np.ndarray) -> Difference:
    """The lines of two versions; both are in the order of their numbers."""
    at = np.searchsorted(before["number"], after["number"])
    there = at < len(before)
    there[there] = before["number"][at[there]] == after["number"][there]
    same = np.zeros(len(before), bool)
    same[at[there]] = True
    kept_after = np.flatnonzero(there)
    kept_before = at[there]
    moved = before["hash"][kept_before] != after["hash"][kept_after]
    return Difference(np.flatnonzero(~there), kept_after[moved], kept_before[moved], np.flatnonzero(~same))
