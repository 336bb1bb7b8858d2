"""What a publication would change: counted and shown before it is made, exactly, whatever the size of the dataset.

It is kept in a file of the establishment (« publication-12.preview »), with what it was made from: as long as no record changed,
and the same version is the current one, it holds. A small dataset is looked at while the page is made, a large one by a job.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app import files, jobs
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.i18n import N_
from app.jobs import Job, task
from app.models import JobProgress, Publication
from app.models.job import JobState
from app.publications import describe, queries, snapshots, store
from app.publications.personal import Scan
from app.publications.snapshots import OnBatch
from app.records.export import service as export

SMALL = 20_000
"""Lines that a page may look at while a person waits: a third of a second."""
EXAMPLES = 3
FORM = 1
"""Grows when what is kept changes its form, or a detector its rule."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``added``, ``changed``, ``removed``: against the version ``against`` (None: nothing is published yet), of ``before`` lines.

    ``examples``: of each, ``{"number", "before", "after"}`` with cells by field name. ``personal``: as :meth:`Scan.to_json`.
    """

    key: list[int]
    rows: int
    left_out: int
    against: int | None
    before: int
    added: int
    changed: int
    removed: int
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)

    @property
    def removes_much(self) -> bool:
        """Whether more than half of the lines that people read would be gone."""
        return self.removed * 2 > self.before

    @property
    def is_same(self) -> bool:
        """Whether the lines are those of the current version."""
        return self.against is not None and not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Look:
    """A preview, or the job that is making it, and how many lines there are to publish."""

    outcome: export.Outcome
    preview: Preview | None
    job: JobProgress | None = None


def look(session: Session, dataset: DatasetView, *, account: int | None) -> Look:
    """What a publication would change now; where that takes long, a job is asked for and None is given meanwhile."""
    outcome = export.outcome(session, dataset)
    current = queries.current(session, dataset.establishment, dataset.id)
    key = _key(dataset, current, outcome)
    kept = load(dataset)
    if kept is not None and kept.key == key:
        return Look(outcome, kept)
    if max(outcome.exported, current.rows if current is not None else 0) <= SMALL:
        return Look(outcome, make(session, dataset))
    lock = f"preview:{dataset.establishment}:{dataset.id}"
    asked = jobs.enqueue(
        session,
        prepare_preview,
        establishment=dataset.establishment,
        account=account,
        lock=lock,
        once=lock,
        dataset=dataset.id,
    )
    job = queries.progress(session, dataset.establishment, asked) if asked is not None else None
    return Look(
        outcome, None, job or queries.job_under_way(session, dataset.establishment, prepare_preview.name)
    )


def load(dataset: DatasetView) -> Preview | None:
    """What was kept last, whatever it was made from."""
    held = files.read(dataset.establishment, store.preview_name(dataset.id))
    return Preview(**json.loads(held)) if held is not None else None


def make(session: Session, dataset: DatasetView, *, on_batch: OnBatch | None = None) -> Preview:
    """Look at every valid line, compare with the current version, and keep what was found."""
    outcome = export.outcome(session, dataset)
    current = queries.current(session, dataset.establishment, dataset.id)
    scan, lines, rows = Scan(dataset.schema), [], 0
    for batch in snapshots.walk(session, dataset):
        scan.batch(batch.csv, batch.records)
        lines.append(batch.lines)
        rows += batch.size
        if on_batch is not None:
            on_batch(rows, batch)
    after = np.frombuffer(b"".join(lines), snapshots.LINE)
    before = snapshots.nothing()
    if current is not None and not current.is_empty:
        before = snapshots.read_lines(store.lines_path(dataset.establishment, dataset.id, current.number))
    found = snapshots.compare(before, after)
    added, changed, removed = found.counts
    made = Preview(
        _key(dataset, current, outcome),
        rows,
        outcome.left_out,
        current.number if current is not None else None,
        len(before),
        added,
        changed,
        removed,
        _examples(session, dataset, current, before, after, found),
        scan.to_json(),
    )
    files.write(dataset.establishment, store.preview_name(dataset.id), json.dumps(asdict(made)).encode())
    return made


def unchanged_since(session: Session, dataset: DatasetView, seen: Preview) -> Publication | None:
    """The current version, where another would say the same: its lines, its model, and what is said of the dataset."""
    current = queries.current(session, dataset.establishment, dataset.id) if seen.is_same else None
    if current is None or current.number != seen.against:
        return None
    told = (dataset.version_id, dataset.title, describe.frozen(session, dataset))
    return current if (current.version_id, current.title, current.description) == told else None


def _examples(
    session: Session,
    dataset: DatasetView,
    current: Publication | None,
    before: np.ndarray,
    after: np.ndarray,
    found: snapshots.Difference,
) -> dict[str, list[dict[str, Any]]]:
    """The first few of each kind."""
    added = _numbers(after, found.added)
    changed = _numbers(after, found.changed)
    removed = _numbers(before, found.removed)
    new = queries.cells(session, dataset.establishment, dataset.id, [*added, *changed])
    old: dict[int, dict[str, str]] = {}
    if current is not None and (changed or removed):
        path = store.path_of(current)
        names = datasets.schema_of(session, current.version_id).field_names
        places = dict(
            zip(
                [*found.changed_before[:EXAMPLES].tolist(), *found.removed[:EXAMPLES].tolist()],
                [*changed, *removed],
                strict=True,
            )
        )
        if path is not None:
            old = _at(store.rows(path), places, names)
    return {
        "added": [{"number": n, "before": {}, "after": new.get(n, {})} for n in added],
        "changed": [{"number": n, "before": old.get(n, {}), "after": new.get(n, {})} for n in changed],
        "removed": [{"number": n, "before": old.get(n, {}), "after": {}} for n in removed],
    }


def _numbers(lines: np.ndarray, places: np.ndarray) -> list[int]:
    return [int(number) for number in lines["number"][places[:EXAMPLES]]]


def _at(
    rows: Iterable[Sequence[str]], places: dict[int, int], names: Sequence[str]
) -> dict[int, dict[str, str]]:
    """Number → cells of the rows at some places. ``places``: place → number."""
    last = max(places, default=-1)
    return {
        places[place]: {name: text for name, text in zip(names, row, strict=False) if text}
        for place, row in enumerate(islice(rows, last + 1))
        if place in places
    }


def _key(dataset: DatasetView, current: Publication | None, outcome: export.Outcome) -> list[int]:
    against = current.number if current is not None else 0
    return [FORM, dataset.revision, dataset.version_id, against, outcome.exported, outcome.left_out]


@task("publications.preview", lane="default")
def prepare_preview(job: Job, dataset: int) -> None:
    """Look at a large dataset while a person waits, or does something else."""
    with job.transaction(read_only=True) as session:
        snapshots.freeze(session)
        view = datasets.find_by_id(session, job.establishment, dataset)
        total = export.outcome(session, view).exported
        make(
            session,
            view,
            on_batch=lambda rows, _: job.progress(
                rows, max(rows, total), N_("{done} lignes comparées sur {total}")
            ),
        )


def has_failed(job: JobProgress | None) -> bool:
    """Whether the job that was looking has stopped on a problem."""
    return job is not None and job.state == JobState.failed
