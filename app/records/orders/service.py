"""Sort keys of a column that the index has none of. They are made by a job when somebody sorts by the column, then kept with each
record; when many records come or change at once they are given up, until somebody asks again.

A dataset has few such columns that anybody sorts by, and a schema may have two hundred: to keep the keys of all with each record
would cost every save and every import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app import db, jobs
from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.errors import NotFound
from app.i18n import N_
from app.jobs import Job, task
from app.models.dataset import MOST_ORDERS
from app.records.judge import key_reader
from app.records.orders import queries
from app.tenancy import Scope
from schema_loader.field import Field
from schema_loader.sort_keys import sort_key

BATCH = 10_000
LEFT_TO_THE_LAST = 500
"""Records whose keys are made while others wait to change some."""


def keep(
    session: Session,
    dataset: DatasetView,
    number: int,
    version: int,
    cells: Mapping[str, str],
    orders: Iterable[str],
) -> None:
    """Keep the keys of a record that was added or changed. ``orders``: the dataset's, read while its row was locked."""
    by_name = dataset.schema.by_name
    lines = [
        (by_name[name].position, number, version, sort_key(by_name[name], cells.get(name)))
        for name in orders
        if name in by_name
    ]
    if lines:
        queries.write(session, dataset.establishment, dataset.id, lines)


def ask(dataset: DatasetView, field: Field) -> None:
    """Have the keys of a column made, in a transaction of its own: whoever reads a list may ask. While one column of the dataset
    waits to be made, no other joins it: it is asked for again with the next page."""
    with db.aside(Scope.job(dataset.establishment)) as session:
        jobs.enqueue(
            session,
            make_order,
            establishment=dataset.establishment,
            account=None,
            lock=f"order:{dataset.establishment}:{dataset.id}",
            once=f"order:{dataset.establishment}:{dataset.id}",
            dataset=dataset.id,
            name=field.name,
        )


@task("records.order", lane="default")
def make_order(job: Job, dataset: int, name: str) -> None:
    """Make the keys of a column, some thousands at a time, while people go on working; then say that it may be sorted by."""
    with job.transaction() as session:
        try:
            found = datasets.find_by_id(session, job.establishment, dataset)
        except NotFound:  # removed meanwhile
            return
        field = found.schema.by_name.get(name)
        if field is None or name in found.orders or found.column_of(name) is not None:
            return
        # not those of this very column: should another such job have been taken for dead, it may have made them meanwhile
        kept = {field.position, *(found.schema.by_name[one].position for one in found.orders)}
        queries.forget_others(session, found.establishment, found.id, kept)
    key_of = key_reader(field)
    done = after = 0
    while True:
        with job.transaction() as session:
            rows = queries.following(session, found.establishment, found.id, name, after=after, most=BATCH)
            _write(session, found, field, rows, key_of)
        if not rows:
            break
        done, after = done + len(rows), rows[-1].number
        job.progress(done, None, N_("{done} lignes préparées pour le tri"))
    while True:  # what came or changed meanwhile
        with job.transaction() as session:
            rows = _unsettled(session, found, field, BATCH)
            _write(session, found, field, rows, key_of)
        if len(rows) <= LEFT_TO_THE_LAST:
            break
        job.progress(done, None, N_("{done} lignes préparées pour le tri"))
    with job.transaction() as session:
        # whoever adds or changes a record holds the dataset until it is done, and reads its orders then
        dataset_queries.lock(session, found.establishment, found.id)
        while rows := _unsettled(session, found, field, BATCH):
            _write(session, found, field, rows, key_of)
        now = datasets.find_by_id(session, found.establishment, found.id)
        orders = [*(one for one in now.orders if one != name), name][-MOST_ORDERS:]
        dataset_queries.set_orders(session, found.establishment, found.id, orders)


def _unsettled(session: Session, dataset: DatasetView, field: Field, most: int) -> Sequence[Any]:
    return queries.unsettled(session, dataset.establishment, dataset.id, field.name, field.position, most)


def _write(
    session: Session,
    dataset: DatasetView,
    field: Field,
    rows: Sequence[Any],
    key_of: Callable[[str | None], str],
) -> None:
    if rows:
        lines = ((field.position, row.number, row.version, key_of(row.cell)) for row in rows)
        queries.write(session, dataset.establishment, dataset.id, lines)
