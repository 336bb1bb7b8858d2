"""Every query of the public addresses. They name the columns that ``tab_public`` may read: a whole row is refused to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.catalog.words import Term
from app.db import read_to_the_end
from app.models import CatalogueSchema, Dataset, Establishment, Publication, SchemaVersion

_PLACE = (
    Establishment.id.label("place_id"),
    Establishment.slug.label("place_slug"),
    Establishment.name.label("place_name"),
    Establishment.siren,
    Establishment.siret,
    Establishment.kind,
    Establishment.logo,
    Establishment.accent,
    Establishment.licence.label("place_licence"),
    Establishment.contact_email,
)
_DATASET = (Dataset.id.label("dataset_id"), Dataset.slug, Dataset.published_at.label("first_at"))
_VERSION = (
    Publication.number,
    Publication.state,
    Publication.is_current,
    Publication.is_empty,
    Publication.period,
    Publication.title,
    Publication.rows.label("row_count"),
    Publication.left_out,
    Publication.added,
    Publication.changed,
    Publication.removed,
    Publication.sha256,
    Publication.size,
    Publication.files,
    Publication.description,
    Publication.reason,
    Publication.published_at,
    Publication.withdrawn_at,
    Publication.version_id,
)
_SCHEMA = (
    CatalogueSchema.key.label("schema_key"),
    CatalogueSchema.title.label("schema_title"),
    CatalogueSchema.source.label("schema_source"),
    SchemaVersion.version.label("schema_version"),
    SchemaVersion.content_hash,
)
_TOLD = (
    Establishment.id.label("place_id"),
    Establishment.slug.label("place_slug"),
    Establishment.name.label("place_name"),
    Establishment.siren,
    Establishment.siret,
    Establishment.contact_email,
    Dataset.slug,
    Dataset.published_at.label("first_at"),
    Publication.title,
    Publication.published_at,
    Publication.description,
    Publication.files["csv"].label("reference"),
    *_SCHEMA[:4],
)
STREAMED = 5000  # rows fetched at a time: each fetch waits for the server


def _joined(*columns: Any) -> Select[Any]:
    """Versions, each with its dataset, its establishment and its schema."""
    return (
        select(*columns)
        .select_from(Publication)
        .join(
            Dataset,
            and_(
                Dataset.establishment_id == Publication.establishment_id,
                Dataset.id == Publication.dataset_id,
            ),
        )
        .join(Establishment, Establishment.id == Publication.establishment_id)
        .join(SchemaVersion, SchemaVersion.id == Publication.version_id)
        .join(CatalogueSchema, CatalogueSchema.id == SchemaVersion.schema_id)
    )


def _at(chosen: Select[Any], place: str, slug: str) -> Select[Any]:
    return chosen.where(Establishment.slug == place, Dataset.slug == slug)


def current(session: Session, place: str, slug: str) -> Row[Any] | None:
    """The current version of the dataset of an address, with all that is said of it; None where there is none now."""
    chosen = _at(_joined(*_PLACE, *_DATASET, *_VERSION, *_SCHEMA), place, slug)
    return session.execute(chosen.where(Publication.is_current)).first()


def numbered(session: Session, place: str, slug: str, number: int) -> Row[Any] | None:
    """The same of one version, published or withdrawn."""
    chosen = _at(_joined(*_PLACE, *_DATASET, *_VERSION, *_SCHEMA), place, slug)
    return session.execute(chosen.where(Publication.number == number)).first()


def newest(session: Session, place: str, slug: str) -> Row[Any] | None:
    """The same of the newest version, whatever became of it: for a dataset that has no current one."""
    chosen = _at(_joined(*_PLACE, *_DATASET, *_VERSION, *_SCHEMA), place, slug)
    return session.execute(chosen.order_by(Publication.number.desc()).limit(1)).first()


def versions(
    session: Session, establishment: int, dataset: int, *, limit: int, offset: int = 0
) -> list[Row[Any]]:
    """The versions of a dataset, the newest first."""
    return list(
        session.execute(
            _joined(*_VERSION, *_SCHEMA)
            .where(Publication.establishment_id == establishment, Publication.dataset_id == dataset)
            .order_by(Publication.number.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count_versions(session: Session, establishment: int, dataset: int) -> int:
    """How many versions everybody may know of."""
    chosen = select(func.count()).where(
        Publication.establishment_id == establishment, Publication.dataset_id == dataset
    )
    return int(session.scalar(chosen) or 0)


# -- lists ------------------------------------------------------------------------------------------------------------


def _words() -> ColumnElement[str]:
    """What a search reads of a dataset: its title, what is said of it, its producer, its model."""
    tags = func.coalesce(cast(Publication.description["tags"], Text), "")
    summary = func.coalesce(Publication.description["summary"].astext, "")
    return func.app.fold(
        func.concat_ws(" ", Publication.title, Establishment.name, CatalogueSchema.title, tags, summary)
    )


def _listed(chosen: Select[Any], sought: Sequence[Term], establishment: int | None) -> Select[Any]:
    chosen = chosen.where(Publication.is_current, *(_words().op("~")(term.pattern) for term in sought))
    return chosen if establishment is None else chosen.where(Publication.establishment_id == establishment)


def datasets(
    session: Session,
    sought: Sequence[Term],
    establishment: int | None,
    *,
    limit: int,
    offset: int = 0,
) -> list[Row[Any]]:
    """Datasets that have a current version, those published last first."""
    chosen = _listed(_joined(*_PLACE, *_DATASET, *_VERSION, *_SCHEMA), sought, establishment)
    order = (Publication.published_at.desc(), Dataset.establishment_id, Dataset.id)
    return list(session.execute(chosen.order_by(*order).limit(limit).offset(offset)))


def count_datasets(session: Session, sought: Sequence[Term], establishment: int | None) -> int:
    """How many :func:`datasets` would give without a limit."""
    return int(session.scalar(_listed(_joined(func.count()), sought, establishment)) or 0)


def publishers(session: Session, sought: Sequence[Term], *, limit: int, offset: int = 0) -> list[Row[Any]]:
    """Establishments that publish something now, by name: ``datasets`` each, and ``at``, the day of the last publication."""
    counts = (
        select(
            Publication.establishment_id,
            func.count().label("datasets"),
            func.max(Publication.published_at).label("at"),
        )
        .where(Publication.is_current)
        .group_by(Publication.establishment_id)
        .subquery()
    )
    return list(
        session.execute(
            select(*_PLACE, counts.c.datasets, counts.c.at)
            .join(counts, counts.c.establishment_id == Establishment.id)
            .where(*(Establishment.search.op("~")(term.pattern) for term in sought))
            .order_by(Establishment.search, Establishment.id)
            .limit(limit)
            .offset(offset)
        )
    )


def count_publishers(session: Session, sought: Sequence[Term]) -> int:
    """How many :func:`publishers` would give without a limit."""
    publishing = select(Publication.establishment_id).where(Publication.is_current)
    return int(
        session.scalar(
            select(func.count())
            .select_from(Establishment)
            .where(
                Establishment.id.in_(publishing),
                *(Establishment.search.op("~")(term.pattern) for term in sought),
            )
        )
        or 0
    )


def publisher(session: Session, place: str) -> Row[Any] | None:
    """The establishment of an address, if it ever published something."""
    ever = (
        select(Dataset.id)
        .where(Dataset.establishment_id == Establishment.id, Dataset.published_at.is_not(None))
        .exists()
    )
    return session.execute(select(*_PLACE).where(Establishment.slug == place, ever)).first()


# -- whole catalogues -------------------------------------------------------------------------------------------------


def catalogue(session: Session, establishment: int | None) -> Iterator[Row[Any]]:
    """Every current version with what a catalogue says of it, in the order of their making, some at a time."""
    chosen = _listed(_joined(*_TOLD), (), establishment)
    order = (Publication.establishment_id, Publication.dataset_id)
    read_to_the_end(session)
    yield from session.execute(
        chosen.order_by(*order), execution_options={"yield_per": STREAMED, "stream_results": True}
    )


def catalogue_state(session: Session, establishment: int | None) -> Row[Any]:
    """``modified``, the last publication; ``digest``, which changes with whatever a catalogue says."""
    told = func.concat_ws(
        "/",
        Establishment.slug,
        Establishment.name,
        Establishment.siret,
        Establishment.contact_email,
        Dataset.slug,
        Publication.number,
        func.md5(cast(Publication.files, Text)),
    )
    order = (Publication.establishment_id, Publication.dataset_id)
    digest = func.md5(func.string_agg(told, aggregate_order_by(cast("\n", Text), *order)))
    chosen = _joined(func.max(Publication.published_at).label("modified"), digest.label("digest"))
    return session.execute(_listed(chosen, (), establishment)).one()


def addresses(session: Session, *, limit: int) -> list[Row[Any]]:
    """``(place_slug, slug, published_at)`` of datasets that have a current version, the last published first."""
    chosen = _joined(Establishment.slug.label("place_slug"), Dataset.slug, Publication.published_at)
    order = (Publication.published_at.desc(), Dataset.establishment_id, Dataset.id)
    return list(session.execute(chosen.where(Publication.is_current).order_by(*order).limit(limit)))
