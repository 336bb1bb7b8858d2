"""Every query on publications. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.models import (
    Account,
    CatalogueSchema,
    Dataset,
    Establishment,
    JobProgress,
    Membership,
    Publication,
    PublicationState,
    Publishing,
    Record,
    RecordIndex,
    RecordState,
    SchemaVersion,
)
from app.models.job import JobState


def get(session: Session, establishment: int, dataset: int, number: int) -> Publication | None:
    """A version of a dataset."""
    return session.get(Publication, (establishment, dataset, number), populate_existing=True)


def locked(session: Session, establishment: int, dataset: int, number: int) -> Publication | None:
    """The same, held until the transaction ends: two acts on one version wait for each other."""
    return session.scalar(
        select(Publication)
        .where(
            Publication.establishment_id == establishment,
            Publication.dataset_id == dataset,
            Publication.number == number,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def current(session: Session, establishment: int, dataset: int) -> Publication | None:
    """The version that everybody reads."""
    return session.scalar(
        select(Publication)
        .where(
            Publication.establishment_id == establishment,
            Publication.dataset_id == dataset,
            Publication.is_current,
        )
        .execution_options(populate_existing=True)
    )


def pending(session: Session, establishment: int, dataset: int) -> Publication | None:
    """The version that is being prepared, or waits for a publisher; there is one at most."""
    return session.scalar(
        select(Publication)
        .where(
            Publication.establishment_id == establishment,
            Publication.dataset_id == dataset,
            Publication.state.in_([PublicationState.preparing, PublicationState.proposed]),
        )
        .order_by(Publication.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def last_number(session: Session, establishment: int, dataset: int) -> int:
    """The number of the newest version, whatever became of it; 0 where there is none."""
    return int(
        session.scalar(
            select(func.max(Publication.number)).where(
                Publication.establishment_id == establishment, Publication.dataset_id == dataset
            )
        )
        or 0
    )


def is_published(session: Session, establishment: int, dataset: int) -> bool:
    """Whether the dataset has a version that everybody could read, be it withdrawn."""
    found = select(Publication.number).where(
        Publication.establishment_id == establishment,
        Publication.dataset_id == dataset,
        Publication.state.in_([PublicationState.published, PublicationState.withdrawn]),
    )
    return session.scalar(found.limit(1)) is not None


def newest_published(
    session: Session, establishment: int, dataset: int, *, besides: int, with_rows: bool
) -> Publication | None:
    """The newest version that everybody may read, but for one; ``with_rows``: that is no « néant »."""
    chosen = select(Publication).where(
        Publication.establishment_id == establishment,
        Publication.dataset_id == dataset,
        Publication.state == PublicationState.published,
        Publication.number != besides,
    )
    if with_rows:
        chosen = chosen.where(~Publication.is_empty)
    return session.scalar(chosen.order_by(Publication.number.desc()).limit(1))


def unset_current(session: Session, establishment: int, dataset: int) -> None:
    """No version is the current one."""
    session.execute(
        update(Publication)
        .where(
            Publication.establishment_id == establishment,
            Publication.dataset_id == dataset,
            Publication.is_current,
        )
        .values(is_current=False)
        .execution_options(synchronize_session="fetch")
    )


def of_dataset(
    session: Session, establishment: int, dataset: int, *, limit: int, offset: int = 0
) -> list[Publication]:
    """The versions of a dataset, the newest first."""
    return list(
        session.scalars(
            select(Publication)
            .where(Publication.establishment_id == establishment, Publication.dataset_id == dataset)
            .order_by(Publication.number.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count_of_dataset(session: Session, establishment: int, dataset: int) -> int:
    return int(
        session.scalar(
            select(func.count()).where(
                Publication.establishment_id == establishment, Publication.dataset_id == dataset
            )
        )
        or 0
    )


def names(session: Session, accounts: Iterable[int]) -> dict[int, str]:
    """Account → name."""
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(list(accounts))))
    return {row.id: row.name for row in rows}


def published_on(session: Session, establishment: int, dataset: int, at: datetime) -> None:
    """Note when the first version was published; later ones change nothing."""
    session.execute(
        update(Dataset)
        .where(
            Dataset.establishment_id == establishment, Dataset.id == dataset, Dataset.published_at.is_(None)
        )
        .values(published_at=at)
        .execution_options(synchronize_session=False)
    )


# --- what is said of a dataset ---------------------------------------------------------------------------------------


def publishing(session: Session, establishment: int, dataset: int) -> Publishing | None:
    """What the establishment says of a dataset."""
    return session.get(Publishing, (establishment, dataset), populate_existing=True)


def say(session: Session, establishment: int, dataset: int, **values: Any) -> None:
    """Write columns of what is said of a dataset, whose line is made if it is not there."""
    place = {"establishment_id": establishment, "dataset_id": dataset}
    statement = insert(Publishing).values(**place, **values, updated_at=func.now())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(Publishing.__table__.primary_key.columns),
            set_={**values, "updated_at": func.now()},
        ).execution_options(synchronize_session=False)
    )


def latest_said(session: Session, establishment: int) -> Publishing | None:
    """What was last said of any dataset of the establishment: proposed for the next one."""
    return session.scalar(
        select(Publishing)
        .where(Publishing.establishment_id == establishment)
        .order_by(Publishing.updated_at.desc())
        .limit(1)
    )


def establishment_of(session: Session, establishment: int) -> Establishment | None:
    """Who publishes."""
    return session.get(Establishment, establishment)


def schema_named(session: Session, version: int) -> Row[Any] | None:
    """``(key, title, version, homepage, source)`` of a version of a schema."""
    return session.execute(
        select(
            CatalogueSchema.key,
            CatalogueSchema.title,
            SchemaVersion.version,
            CatalogueSchema.homepage,
            CatalogueSchema.source,
        )
        .join(SchemaVersion, SchemaVersion.schema_id == CatalogueSchema.id)
        .where(SchemaVersion.id == version)
    ).one_or_none()


def publishers(session: Session, establishment: int) -> list[Row[Any]]:
    """``(id, name, email, lang)`` of the people who may publish for an establishment."""
    return list(
        session.execute(
            select(Account.id, Account.name, Account.email, Account.lang)
            .join(Membership, Membership.account_id == Account.id)
            .where(
                Membership.establishment_id == establishment,
                Membership.role.in_(["publisher", "manager"]),
                Account.is_active,
            )
            .order_by(Account.id)
        )
    )


def person(session: Session, account: int) -> Row[Any] | None:
    """``(id, name, email, lang)`` of somebody whose account is open."""
    return session.execute(
        select(Account.id, Account.name, Account.email, Account.lang).where(
            Account.id == account, Account.is_active
        )
    ).one_or_none()


def progress(session: Session, establishment: int, job: int) -> JobProgress | None:
    """How far a job is."""
    return session.get(JobProgress, (establishment, job), populate_existing=True)


def job_under_way(session: Session, establishment: int, name: str) -> JobProgress | None:
    """The latest job of a name that waits or runs."""
    return session.scalar(
        select(JobProgress)
        .where(
            JobProgress.establishment_id == establishment,
            JobProgress.task == name,
            JobProgress.state.in_([JobState.queued, JobState.running]),
        )
        .order_by(JobProgress.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def has_valid(session: Session, establishment: int, dataset: int) -> bool:
    """Whether a record could be published."""
    found = select(Record.number).where(
        Record.establishment_id == establishment,
        Record.dataset_id == dataset,
        Record.state == RecordState.valid,
        Record.deleted_at.is_(None),
    )
    return session.scalar(found.limit(1)) is not None


def key_range(
    session: Session, establishment: int, dataset: int, place: int
) -> tuple[str | None, str | None]:
    """The first and the last sort key of the column at a place (from 1) of the index, among valid records."""
    key = getattr(RecordIndex, f"k{place}")
    own = (RecordIndex.establishment_id == establishment, RecordIndex.dataset_id == dataset)
    valid = (RecordIndex.state == RecordState.valid, key > "", key < "~")
    first = session.scalar(select(key).where(*own, *valid).order_by(key).limit(1))
    last = session.scalar(select(key).where(*own, *valid).order_by(key.desc()).limit(1))
    return first, last


def cells(
    session: Session, establishment: int, dataset: int, numbers: Iterable[int]
) -> dict[int, dict[str, str]]:
    """Number → cells of some records."""
    rows = session.execute(
        select(Record.number, Record.cells).where(
            Record.establishment_id == establishment,
            Record.dataset_id == dataset,
            Record.number.in_(list(numbers)),
        )
    )
    return {row.number: dict(row.cells) for row in rows}


# --- what is due ----------------------------------------------------------------------------------------------------


_PLACES = bindparam("places", type_=ARRAY(BigInteger()))
_DUE = (
    select(Publishing.establishment_id, Dataset.slug, Dataset.title, Publishing.due_on)
    .join(
        Dataset,
        (Dataset.establishment_id == Publishing.establishment_id) & (Dataset.id == Publishing.dataset_id),
    )
    .where(
        Publishing.establishment_id == func.any(_PLACES),
        Publishing.due_on <= bindparam("until"),
        Dataset.closed_at.is_(None),
    )
    .order_by(Publishing.due_on, Dataset.id)
    .limit(bindparam("most"))
)
"""Built once, as the one below: they run with every first page."""
_PROPOSED = (
    select(
        Publication.establishment_id,
        Dataset.slug,
        Dataset.title,
        Publication.number,
        Publication.rows,
        Publication.created_at,
    )
    .join(
        Dataset,
        (Dataset.establishment_id == Publication.establishment_id) & (Dataset.id == Publication.dataset_id),
    )
    .where(Publication.establishment_id == func.any(_PLACES), Publication.state == PublicationState.proposed)
    .order_by(Publication.created_at)
    .limit(bindparam("most"))
)


def due(session: Session, establishments: Iterable[int], *, until: date, limit: int) -> list[Row[Any]]:
    """``(establishment_id, slug, title, due_on)`` of the open datasets whose next version is due on that day or before."""
    given = {"places": list(establishments), "until": until, "most": limit}
    return list(session.execute(_DUE, given))


def proposed(session: Session, establishments: Iterable[int], *, limit: int) -> list[Row[Any]]:
    """``(establishment_id, slug, title, number, rows, created_at)`` of the versions that wait for a publisher."""
    return list(session.execute(_PROPOSED, {"places": list(establishments), "most": limit}))


def all_places(session: Session) -> list[int]:
    """Every establishment that the scope sees."""
    return list(session.scalars(select(Establishment.id).order_by(Establishment.id)))


def late_untold(
    session: Session, establishment: int, *, today: date, told_before: date, limit: int
) -> list[Row[Any]]:
    """``(dataset_id, slug, title, due_on)`` of the open datasets that are late, and of which nobody was told since a day."""
    return list(
        session.execute(
            select(Publishing.dataset_id, Dataset.slug, Dataset.title, Publishing.due_on)
            .join(
                Dataset,
                (Dataset.establishment_id == Publishing.establishment_id)
                & (Dataset.id == Publishing.dataset_id),
            )
            .where(
                Publishing.establishment_id == establishment,
                Publishing.due_on < today,
                func.coalesce(Publishing.told_late_on, date.min) <= told_before,
                Dataset.closed_at.is_(None),
            )
            .order_by(Publishing.due_on, Dataset.id)
            .limit(limit)
        )
    )


def told_late(session: Session, establishment: int, datasets: Iterable[int], today: date) -> None:
    """Note that people were written to."""
    session.execute(
        update(Publishing)
        .where(Publishing.establishment_id == establishment, Publishing.dataset_id.in_(list(datasets)))
        .values(told_late_on=today)
        .execution_options(synchronize_session=False)
    )
