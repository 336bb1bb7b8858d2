"""Records judged again for the sake of keys, after many others went or came: too many for a person to wait for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import jobs
from app.datasets import queries as dataset_queries
from app.datasets import service as datasets
from app.datasets.service import DatasetView
from app.i18n import N_
from app.jobs import Job, task
from app.records import queries
from app.records.keys import queries as keys

BATCH = 200


@task("records.recheck", lane="default")
def recheck_dataset(job: Job, dataset: int) -> None:
    """Judge again the records that share a key with another, and those of which it was said; each batch is a transaction."""
    from app.records import service  # it asks for this job

    with job.transaction(read_only=True) as session:
        found = datasets.find_by_id(session, job.establishment, dataset)
        held = [names for _, names in service.keys_of_schema(found.schema)]
        numbers = keys.doubtful(session, found.establishment, found.id, held)
    for start in range(0, len(numbers), BATCH):
        with job.transaction() as session:
            dataset_queries.lock(session, job.establishment, dataset)  # before its records, as everybody does
            found = datasets.find_by_id(session, job.establishment, dataset)
            for record in queries.many(
                session, found.establishment, found.id, numbers[start : start + BATCH]
            ):
                if record.deleted_at is None:
                    service.rejudge(session, found, record)
        job.progress(
            min(start + BATCH, len(numbers)),
            len(numbers),
            N_("{done} lignes vérifiées de nouveau sur {total}"),
        )


def ask(session: Session, dataset: DatasetView, *, account: int | None) -> None:
    """Put the job in the queue with the transaction that made it necessary."""
    jobs.enqueue(
        session,
        recheck_dataset,
        establishment=dataset.establishment,
        account=account,
        once=f"recheck:{dataset.establishment}:{dataset.id}",
        dataset=dataset.id,
    )
