"""The index of a dataset made from its records: after a large import, or when its keys have changed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import jobs
from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.i18n import N_
from app.jobs import Job, task
from app.records import bulk

BATCH = 5000


@task("records.index", lane="default")
def index_dataset(job: Job, dataset: int) -> None:
    """Write the lines of the index that are missing, some thousands at a time; then say that it is whole.

    Each batch is a transaction of its own, so that people go on working meanwhile; begun again it goes on where it stopped.
    """
    done, after = 0, 0
    while True:
        with job.transaction() as session:
            found = datasets.find_by_id(session, job.establishment, dataset)
            after, written = bulk.index_missing(session, found, after=after, limit=BATCH)
            done += written
            if after == 0:
                bulk.settle(session, found)
                dataset_queries.set_indexed(session, found.establishment, found.id, True)
                return
        job.progress(done, None, N_("{done} lignes préparées pour le tri et la recherche"))


def ask(session: Session, dataset: DatasetView, *, account: int | None) -> None:
    """Put the job in the queue with the transaction that made it necessary; until it is done the list shows the order of entry."""
    dataset_queries.set_indexed(session, dataset.establishment, dataset.id, False)
    jobs.enqueue(
        session,
        index_dataset,
        establishment=dataset.establishment,
        account=account,
        once=f"index:{dataset.establishment}:{dataset.id}",
        dataset=dataset.id,
    )
