"""Every query on the catalogue of schemas. It belongs to no establishment: everybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, text, update
from sqlalchemy.orm import Session, load_only

from app.catalog.words import Term
from app.models import CatalogueSchema, SchemaVersion
from schema_loader.catalogue import TABLE

LOCK = 8_215_301  # of the transactions that write here, one after the other

_LISTED = (
    CatalogueSchema.id,
    CatalogueSchema.key,
    CatalogueSchema.title,
    CatalogueSchema.description,
    CatalogueSchema.kind,
    CatalogueSchema.tool,
    CatalogueSchema.homepage,
    CatalogueSchema.newest,
    CatalogueSchema.is_offered,
    CatalogueSchema.updated_at,
)


def lock(session: Session) -> None:
    """Wait for whoever else writes to the catalogue; let go at the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def listed(
    session: Session,
    sought: Sequence[Term],
    *,
    tables: bool | None,
    offered: bool,
    every: bool = True,
    limit: int,
    offset: int = 0,
) -> list[Row[Any]]:
    """Schemas by relevance, then by title. ``tables``: Table Schemas, the other kinds, or both (None).

    ``offered``: only those that people may begin with. ``every``: all the words must be there, else one is enough.
    """
    chosen: Select[Any] = _filtered(select(*_LISTED), sought, tables=tables, offered=offered, every=every)
    order: list[ColumnElement[Any]] = [_score(sought).desc()] if sought else []
    return list(
        session.execute(
            chosen.order_by(*order, CatalogueSchema.search, CatalogueSchema.id).limit(limit).offset(offset)
        )
    )


def count(
    session: Session, sought: Sequence[Term], *, tables: bool | None, offered: bool, every: bool = True
) -> int:
    """How many :func:`listed` would give without a limit."""
    chosen = _filtered(
        select(func.count()).select_from(CatalogueSchema), sought, tables=tables, offered=offered, every=every
    )
    return int(session.scalar(chosen) or 0)


def _filtered(
    chosen: Select[Any], sought: Sequence[Term], *, tables: bool | None, offered: bool, every: bool
) -> Select[Any]:
    if tables is not None:
        chosen = chosen.where((CatalogueSchema.kind == TABLE) == tables)
    if offered:
        chosen = chosen.where(CatalogueSchema.is_offered)
    found = [CatalogueSchema.search.op("~")(term.pattern) for term in sought]
    if not found:
        return chosen
    return chosen.where(and_(*found) if every else or_(*found))


def _score(sought: Sequence[Term]) -> ColumnElement[int]:
    """A word of the title counts more than a keyword, and that more than a word of the description."""
    title = func.app.fold(CatalogueSchema.title)
    keywords = func.app.fold(func.app.words(CatalogueSchema.keywords))
    points: ColumnElement[int] = literal(0)
    for term in sought:
        points = points + case(
            (title.op("~")(term.pattern), 8),
            (keywords.op("~")(term.pattern), 4),
            (CatalogueSchema.search.op("~")(term.pattern), 1),
            else_=0,
        )
    return points


def by_key(session: Session, key: str) -> CatalogueSchema | None:
    """The schema of an address."""
    return session.scalar(select(CatalogueSchema).where(CatalogueSchema.key == key))


def by_id(session: Session, schema_id: int) -> CatalogueSchema | None:
    return session.get(CatalogueSchema, schema_id)


def by_last_part(session: Session, name: str, homepage: str) -> CatalogueSchema | None:
    """The only schema whose key ends with this name and that has this homepage."""
    found = session.scalars(
        select(CatalogueSchema)
        .where(
            CatalogueSchema.key.endswith(f"/{name}", autoescape=True), CatalogueSchema.homepage == homepage
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def versions(session: Session, schema_id: int) -> list[SchemaVersion]:
    """The versions of a schema without their descriptors, in the order of their arrival."""
    return list(
        session.scalars(
            select(SchemaVersion)
            .options(
                load_only(
                    SchemaVersion.version,
                    SchemaVersion.content_hash,
                    SchemaVersion.warnings,
                    SchemaVersion.published_at,
                    raiseload=True,
                )
            )
            .where(SchemaVersion.schema_id == schema_id)
            .order_by(SchemaVersion.id)
        )
    )


def descriptor(session: Session, version_id: int) -> bytes:
    """The file of a version, octet for octet."""
    return session.execute(
        select(SchemaVersion.descriptor).where(SchemaVersion.id == version_id)
    ).scalar_one()


def content_hash(session: Session, version_id: int) -> str:
    """What tells the content of a version from any other."""
    return session.execute(
        select(SchemaVersion.content_hash).where(SchemaVersion.id == version_id)
    ).scalar_one()


def held(session: Session, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Key → version → content hash, of the schemas that are here."""
    found: dict[str, dict[str, str]] = {}
    rows = session.execute(
        select(CatalogueSchema.key, SchemaVersion.version, SchemaVersion.content_hash)
        .join(SchemaVersion, SchemaVersion.schema_id == CatalogueSchema.id, isouter=True)
        .where(CatalogueSchema.key.in_(list(keys)))
    )
    for key, version, content_hash in rows:
        known = found.setdefault(key, {})
        if version is not None:
            known[version] = content_hash
    return found


def warning_counts(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Schema → how many oddities its newest version has."""
    rows = session.execute(
        select(SchemaVersion.schema_id, func.jsonb_array_length(SchemaVersion.warnings))
        .join(CatalogueSchema, CatalogueSchema.id == SchemaVersion.schema_id)
        .where(SchemaVersion.schema_id.in_(list(ids)), SchemaVersion.version == CatalogueSchema.newest)
    )
    return {row[0]: row[1] for row in rows}


def set_offered(session: Session, schema_id: int, offered: bool) -> None:
    session.execute(update(CatalogueSchema).where(CatalogueSchema.id == schema_id).values(is_offered=offered))
