"""Opening datasets, and what the rest of the service needs to know of one."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from app import journal
from app.catalog import queries as catalogue
from app.datasets import queries
from app.errors import AppError, Conflict, NotFound
from app.folding import fold
from app.i18n import N_
from app.models import Dataset
from app.models.dataset import KEY_COLUMNS
from schema_loader.compile import compile_schema
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

SLUG_LENGTH, TITLE_LENGTH = 80, 160
RESERVED = frozenset(
    ("reglages", "equipe", "logo", "jeux", "travaux", "corbeille", "api", "nouveau", "portails", "connexions", "tableau-de-bord")
)  # fmt: skip
"""What stands after an establishment in other addresses: no dataset may be called so. A test compares with the routes."""
COMPILED = 128
USUAL_KEYS = KEY_COLUMNS // 2
"""Columns that get sort keys from the start, where no more are needed: each costs something with every record that is kept."""

_compiled: OrderedDict[str, TableSchema] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A dataset as a request sees it, with its schema compiled."""

    establishment: int
    id: int
    slug: str
    title: str
    version_id: int
    schema_key: str
    schema_title: str
    version: str
    newest: str | None
    keys: tuple[str, ...]
    orders: tuple[str, ...]
    """Other fields by which records are sorted without a look at them all."""
    numbers: int
    """Numbers given to records so far: it holds no more records than that."""
    constants: Mapping[str, str]
    shared_constants: Mapping[str, str]
    """The establishment's own: the same in each of its datasets."""
    is_indexed: bool
    revision: int
    changed_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    published_at: datetime | None
    """When its first version was published."""
    read_since: datetime | None
    """When the version that everybody reads now was published."""
    schema: TableSchema

    def column_of(self, field: str) -> int | None:
        """The column of the index (from 1) that holds the sort keys of a field; None where it has none."""
        try:
            return self.keys.index(field) + 1
        except ValueError:
            return None


def compiled(session: Session, version_id: int, content_hash: str) -> TableSchema:
    """The schema of a version, compiled once per content in this process."""
    with _lock:
        known = _compiled.get(content_hash)
        if known is not None:
            _compiled.move_to_end(content_hash)
            return known
    made = compile_schema(catalogue.descriptor(session, version_id))
    with _lock:
        made = _compiled.setdefault(content_hash, made)
        if len(_compiled) > COMPILED:
            _compiled.popitem(last=False)
    return made


def schema_of(session: Session, version_id: int) -> TableSchema:
    """The schema of a version, whatever the datasets are on by now."""
    return compiled(session, version_id, catalogue.content_hash(session, version_id))


def view_of(session: Session, row: Any) -> DatasetView:
    """What a query found, with its schema."""
    return DatasetView(
        row.establishment_id,
        row.id,
        row.slug,
        row.title,
        row.version_id,
        row.schema_key,
        row.schema_title,
        row.version,
        row.newest,
        tuple(row.keys),
        tuple(row.orders),
        row.next_number - 1,
        row.constants,
        row.shared_constants,
        row.is_indexed,
        row.revision,
        row.changed_at,
        row.created_at,
        row.closed_at,
        row.published_at,
        row.read_since,
        compiled(session, row.version_id, row.content_hash),
    )


def find(session: Session, establishment: int, slug: str) -> DatasetView:
    """The dataset of an address. Raises :class:`NotFound`."""
    row = queries.by_slug(session, establishment, slug)
    if row is None:
        raise NotFound
    return view_of(session, row)


def find_by_id(session: Session, establishment: int, dataset: int) -> DatasetView:
    """The same by its number: for jobs. Raises :class:`NotFound`."""
    row = queries.by_id(session, establishment, dataset)
    if row is None:
        raise NotFound
    return view_of(session, row)


def all_of(session: Session, establishment: int, *, limit: int = 1000) -> list[DatasetView]:
    """The open datasets of an establishment, by title."""
    return [view_of(session, row) for row in queries.of_establishments(session, [establishment], limit=limit)]


def open_dataset(
    session: Session,
    establishment: int,
    schema_key: str,
    *,
    version: str | None = None,
    title: str = "",
    account: int | None,
) -> Dataset:
    """Open a dataset on a version of a schema, by default the newest; several on one schema may exist. Flushes.

    Raises :class:`NotFound` when the catalogue has no such version.
    """
    found = queries.version(session, schema_key, version)
    if found is None:
        raise NotFound
    schema = compiled(session, found.id, found.content_hash)
    wanted = " ".join(title.split())[:TITLE_LENGTH] or found.schema_title
    taken = queries.slugs(session, establishment)
    slug = free_slug(wanted, taken)
    numbered = slug != slug_of(wanted) and slug_of(wanted) not in RESERVED
    made = Dataset(
        establishment_id=establishment,
        slug=slug,
        title=f"{wanted} ({slug.rpartition('-')[2]})" if numbered and not title else wanted,
        version_id=found.id,
        keys=list(choose_keys(schema)),
        constants={},
        created_by=account,
    )
    session.add(made)
    session.flush()
    journal.note(
        session,
        act="dataset.opened",
        account=account,
        establishment=establishment,
        subject=f"dataset:{made.slug}",
        schema=f"{schema_key}@{found.version}",
    )
    return made


def rename(session: Session, dataset: DatasetView, title: str) -> None:
    """Change the title; the address stays, for others may have noted it. Raises :class:`AppError` for an empty one."""
    wanted = " ".join(title.split())
    if not wanted or len(wanted) > TITLE_LENGTH:
        raise AppError(N_("Donnez un titre au jeu de données, comme « Subventions 2026 »."))
    held = queries.get(session, dataset.establishment, dataset.id)
    if held is None:
        raise NotFound
    held.title = wanted
    session.flush()


def set_closed(session: Session, dataset: DatasetView, closed: bool, *, account: int | None) -> None:
    """Put a dataset away, or take it up again; nothing of it is lost."""
    if (dataset.closed_at is not None) == closed:
        return
    queries.set_closed(session, dataset.establishment, dataset.id, datetime.now(UTC) if closed else None)
    act = "dataset.closed" if closed else "dataset.reopened"
    journal.note(
        session,
        act=act,
        account=account,
        establishment=dataset.establishment,
        subject=f"dataset:{dataset.slug}",
    )


def refuse_if_closed(dataset: DatasetView) -> None:
    """Raises :class:`Conflict` when nothing more may be entered."""
    if dataset.closed_at is not None:
        raise Conflict(
            N_(
                "Ce jeu de données est rangé : il se lit, mais ne se remplit plus. Rouvrez-le dans ses réglages pour continuer."
            )
        )


def slug_of(title: str) -> str:
    """The address that a title gives: ``Délibérations 2026`` → ``deliberations-2026``."""
    return re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:SLUG_LENGTH].strip("-") or "jeu"


def free_slug(title: str, taken: set[str]) -> str:
    """The same, with a number where it is taken or reserved."""
    base = slug_of(title)
    if base not in taken and base not in RESERVED:
        return base
    number = 2
    while f"{base[: SLUG_LENGTH - 6]}-{number}" in taken:
        number += 1
    return f"{base[: SLUG_LENGTH - 6]}-{number}"


def choose_keys(schema: TableSchema) -> tuple[str, ...]:
    """The fields that get sort keys, most needed first: those of keys, choices, dates, numbers, then the first of the others.

    The first four kinds are what a list is filtered by and what is looked for among the records. Others are sorted by too, and
    get their keys when somebody asks for that (:mod:`app.records.orders`), but for some that wait for nobody.
    """
    unique = {name for key in (schema.primary_key, *schema.unique_keys) for name in key}
    plain = [field for field in schema.fields if field.type.name not in ("geojson", "object", "array")]

    def rank(field: Field) -> int:
        if field.name in unique or field.unique:
            return 0
        if field.choices or field.type.name == "boolean":
            return 1
        if field.type.name in ("date", "datetime", "year", "yearmonth"):
            return 2
        return 3 if field.type.name in ("number", "integer") else 4

    ranked = sorted(plain, key=lambda field: (rank(field), field.position))
    few = [field for field in ranked if rank(field) == 1]
    if len(few) > KEY_COLUMNS // 2:  # a form of many boxes leaves room for its dates and numbers
        late = few[KEY_COLUMNS // 2 :]
        ranked = [field for field in ranked if field not in late] + late
    needed = [field for field in ranked if rank(field) < 4][:KEY_COLUMNS]
    others = [field for field in ranked if rank(field) == 4][: max(0, USUAL_KEYS - len(needed))]
    return tuple(field.name for field in (*needed, *others))
