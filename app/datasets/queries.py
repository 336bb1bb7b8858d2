"""Every query on datasets. Each names its establishment; the walls hold beneath."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.db import PREPARED
from app.models import (
    CatalogueSchema,
    Dataset,
    Draft,
    Establishment,
    Publication,
    PublicationState,
    Publishing,
    Record,
    RecordChange,
    RecordIndex,
    RecordOrder,
    SchemaVersion,
)

_SHOWN = (
    Dataset.establishment_id,
    Dataset.id,
    Dataset.slug,
    Dataset.title,
    Dataset.version_id,
    Dataset.keys,
    Dataset.orders,
    Dataset.next_number,
    Dataset.constants,
    Dataset.is_indexed,
    Dataset.revision,
    Dataset.changed_at,
    Dataset.closed_at,
    Dataset.published_at,
    select(Publication.published_at)
    .where(
        Publication.establishment_id == Dataset.establishment_id,
        Publication.dataset_id == Dataset.id,
        Publication.is_current,
    )
    .correlate(Dataset)
    .scalar_subquery()
    .label("read_since"),
    Dataset.created_at,
    CatalogueSchema.key.label("schema_key"),
    CatalogueSchema.title.label("schema_title"),
    CatalogueSchema.newest,
    SchemaVersion.version,
    SchemaVersion.content_hash,
    Establishment.constants.label("shared_constants"),
)


def _shown() -> Select[Any]:
    return (
        select(*_SHOWN)
        .join(Establishment, Establishment.id == Dataset.establishment_id)
        .join(SchemaVersion, SchemaVersion.id == Dataset.version_id)
        .join(CatalogueSchema, CatalogueSchema.id == SchemaVersion.schema_id)
    )


_BY_SLUG = (
    _shown()
    .where(Dataset.establishment_id == bindparam("establishment"), Dataset.slug == bindparam("slug"))
    .execution_options(**PREPARED)
)
"""Built once: it runs with every request of a dataset's page."""


def by_slug(session: Session, establishment: int, slug: str) -> Row[Any] | None:
    """The dataset of an address, with the names of its schema."""
    return session.execute(_BY_SLUG, {"establishment": establishment, "slug": slug}).one_or_none()


def by_id(session: Session, establishment: int, dataset: int) -> Row[Any] | None:
    return session.execute(
        _shown().where(Dataset.establishment_id == establishment, Dataset.id == dataset)
    ).one_or_none()


def of_establishments(
    session: Session, establishments: Iterable[int], *, limit: int, closed: bool = False, offset: int = 0
) -> list[Row[Any]]:
    """Datasets by title; those put away only with ``closed``."""
    chosen = _shown().where(Dataset.establishment_id.in_(list(establishments)))
    if not closed:
        chosen = chosen.where(Dataset.closed_at.is_(None))
    return list(
        session.execute(chosen.order_by(func.app.fold(Dataset.title), Dataset.id).limit(limit).offset(offset))
    )


_PLACES = bindparam("places", type_=ARRAY(BigInteger()))
_LATEST = (
    _shown()
    .where(Dataset.establishment_id == func.any(_PLACES), Dataset.closed_at.is_(None))
    .order_by(func.coalesce(Dataset.changed_at, Dataset.created_at).desc(), Dataset.id.desc())
    .limit(bindparam("most"))
)
"""Built once, as the others in capitals: these run with every first page, and are longer to build than to answer."""


def latest(session: Session, establishments: Iterable[int], *, limit: int) -> list[Row[Any]]:
    """The open datasets that were filled in or opened last."""
    return list(session.execute(_LATEST, {"places": list(establishments), "most": limit}))


def put_away(session: Session, establishment: int, *, limit: int, offset: int = 0) -> list[Row[Any]]:
    """The datasets that are no longer filled in, by title."""
    chosen = _shown().where(Dataset.establishment_id == establishment, Dataset.closed_at.is_not(None))
    return list(
        session.execute(chosen.order_by(func.app.fold(Dataset.title), Dataset.id).limit(limit).offset(offset))
    )


def count_put_away(session: Session, establishment: int) -> int:
    return int(
        session.scalar(
            select(func.count())
            .select_from(Dataset)
            .where(Dataset.establishment_id == establishment, Dataset.closed_at.is_not(None))
        )
        or 0
    )


def has_records(session: Session, establishment: int, dataset: int) -> bool:
    """Whether the dataset holds a record, be it in the trash."""
    found = select(Record.number).where(
        Record.establishment_id == establishment, Record.dataset_id == dataset
    )
    return session.scalar(found.limit(1)) is not None


def has_versions(session: Session, establishment: int, dataset: int) -> bool:
    """Whether a version of the dataset was published, or is about to be."""
    over = (PublicationState.failed, PublicationState.refused)
    found = select(Publication.number).where(
        Publication.establishment_id == establishment,
        Publication.dataset_id == dataset,
        Publication.state.not_in(over),
    )
    return session.scalar(found.limit(1)) is not None


def of_schema(session: Session, establishment: int, schema_id: int) -> list[Row[Any]]:
    """``(slug, title, closed_at)`` of an establishment's datasets on any version of a schema."""
    return list(
        session.execute(
            select(Dataset.slug, Dataset.title, Dataset.closed_at)
            .join(SchemaVersion, SchemaVersion.id == Dataset.version_id)
            .where(Dataset.establishment_id == establishment, SchemaVersion.schema_id == schema_id)
            .order_by(Dataset.id)
        )
    )


def named(session: Session, establishment: int, names: Iterable[str]) -> list[Row[Any]]:
    """Datasets that a foreign key may mean by one of these names: their address, or the end of their schema's."""
    wanted = list(names)
    return list(
        session.execute(
            _shown()
            .where(Dataset.establishment_id == establishment, Dataset.closed_at.is_(None))
            .where(
                Dataset.slug.in_(wanted) | func.regexp_replace(CatalogueSchema.key, "^.*/", "").in_(wanted)
            )
            .order_by(Dataset.id)
        )
    )


def version(session: Session, schema_key: str, number: str | None) -> Row[Any] | None:
    """``(id, version, content_hash, schema_id, schema_title, is_offered)``: a version of a schema, by default the newest."""
    chosen = (
        select(
            SchemaVersion.id,
            SchemaVersion.version,
            SchemaVersion.content_hash,
            CatalogueSchema.id.label("schema_id"),
            CatalogueSchema.title.label("schema_title"),
            CatalogueSchema.is_offered,
        )
        .join(CatalogueSchema, CatalogueSchema.id == SchemaVersion.schema_id)
        .where(CatalogueSchema.key == schema_key)
    )
    wanted = SchemaVersion.version == (number if number is not None else CatalogueSchema.newest)
    return session.execute(chosen.where(wanted)).one_or_none()


def slugs(session: Session, establishment: int) -> set[str]:
    """The addresses that are taken in an establishment."""
    return set(session.scalars(select(Dataset.slug).where(Dataset.establishment_id == establishment)))


def get(session: Session, establishment: int, dataset: int) -> Dataset | None:
    return session.get(Dataset, (establishment, dataset))


def lock(session: Session, establishment: int, dataset: int) -> None:
    """Keep others from adding or changing records of the dataset until the transaction ends."""
    session.execute(
        select(Dataset.id)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .with_for_update()
    )


def touch(
    session: Session, establishment: int, dataset: int, numbers: int = 0, *, keeps_orders: bool = False
) -> int:
    """Note that records change, and take ``numbers`` of them: gives the first. The row is locked until the transaction ends.

    The dataset's ``orders`` are given up, and made again for whoever asks for them, but where no cell changes
    (``keeps_orders``).
    """
    forgotten = {} if keeps_orders else {"orders": []}
    return session.execute(
        update(Dataset)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .values(
            next_number=Dataset.next_number + numbers,
            revision=Dataset.revision + 1,
            changed_at=func.now(),
            **forgotten,
        )
        .returning(Dataset.next_number - numbers)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def set_indexed(session: Session, establishment: int, dataset: int, indexed: bool) -> None:
    session.execute(
        update(Dataset)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .values(is_indexed=indexed)
        .execution_options(synchronize_session=False)
    )


def set_orders(session: Session, establishment: int, dataset: int, orders: Iterable[str]) -> None:
    """Say of which other columns every record has its sort key; the row is locked until the transaction ends."""
    session.execute(
        update(Dataset)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .values(orders=list(orders))
        .execution_options(synchronize_session=False)
    )


def set_closed(session: Session, establishment: int, dataset: int, at: datetime | None) -> None:
    session.execute(
        update(Dataset)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .values(closed_at=at)
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, establishment: int, dataset: int) -> None:
    """Erase a dataset and all its rows: for one that was opened by mistake, or emptied."""
    for table in (Publication, Publishing, Draft, RecordChange, RecordOrder, RecordIndex, Record):
        session.execute(
            delete(table)
            .where(table.establishment_id == establishment, table.dataset_id == dataset)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        delete(Dataset)
        .where(Dataset.establishment_id == establishment, Dataset.id == dataset)
        .execution_options(synchronize_session=False)
    )


_FOUND = (
    select(func.count())
    .select_from(
        select(Record.number)
        .where(
            Record.establishment_id == Dataset.establishment_id,
            Record.dataset_id == Dataset.id,
            Record.state == "to_fix",
            Record.deleted_at.is_(None),
        )
        .limit(bindparam("counted"))
        .correlate(Dataset)
        .subquery()
    )
    .scalar_subquery()
    .label("found")
)
_TO_FIX_COUNTS = select(Dataset.id, _FOUND).where(
    Dataset.establishment_id == func.any(_PLACES),
    Dataset.id == func.any(bindparam("datasets", type_=ARRAY(BigInteger()))),
)
_COUNTED = (
    select(Dataset.establishment_id, Dataset.slug, Dataset.title, _FOUND)
    .where(Dataset.establishment_id == func.any(_PLACES), Dataset.closed_at.is_(None))
    .subquery()
)
_MOST_TO_FIX = (
    select(_COUNTED)
    .where(_COUNTED.c.found > 0)
    .order_by(_COUNTED.c.found.desc(), _COUNTED.c.title)
    .limit(bindparam("most"))
)


def to_fix_counts(
    session: Session, establishments: Iterable[int], datasets: Iterable[int], most: int
) -> dict[int, int]:
    """Dataset → records « à corriger », each counted up to ``most``; those without any are left out."""
    given = {"places": list(establishments), "datasets": list(datasets), "counted": most}
    return {row.id: row.found for row in session.execute(_TO_FIX_COUNTS, given) if row.found}


def most_to_fix(session: Session, establishments: Iterable[int], most: int, limit: int) -> list[Row[Any]]:
    """``(establishment_id, slug, title, found)`` of the open datasets with records « à corriger », the most first; counted up to ``most``."""
    given = {"places": list(establishments), "counted": most, "most": limit}
    return list(session.execute(_MOST_TO_FIX, given))


_TO_FIX = select(func.count()).select_from(
    select(Record.number)
    .where(
        Record.establishment_id == bindparam("establishment"),
        Record.dataset_id == bindparam("dataset"),
        Record.state == "to_fix",
        Record.deleted_at.is_(None),
    )
    .limit(bindparam("most"))
    .subquery()
)
"""Built once: it runs with every page of a dataset."""


def to_fix(session: Session, establishment: int, dataset: int, most: int) -> int:
    """How many records are « à corriger », counted up to ``most``."""
    given = {"establishment": establishment, "dataset": dataset, "most": most}
    return int(session.scalar(_TO_FIX, given) or 0)


_DRAFTS = (
    select(Draft.establishment_id, Draft.number, Draft.updated_at, Dataset.slug, Dataset.title)
    .join(Dataset, (Dataset.establishment_id == Draft.establishment_id) & (Dataset.id == Draft.dataset_id))
    .where(Draft.account_id == bindparam("account"))
    .order_by(Draft.updated_at.desc())
    .limit(bindparam("most"))
)


def drafts_of(session: Session, account: int, limit: int) -> list[Row[Any]]:
    """What a person has begun to type in the establishments of the scope, the latest first."""
    return list(session.execute(_DRAFTS, {"account": account, "most": limit}))
