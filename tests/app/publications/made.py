"""Published versions for tests: rows written by the exporters, as the job of publication writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import files
from app.models import Dataset, Establishment, Publication, SchemaVersion
from exporters.about import About
from exporters.formats import FORMATS
from schema_loader.compile import compile_schema
from tests.factories import Make

WHEN = datetime(2026, 3, 12, 9, 30, 15, tzinfo=UTC)
DESCRIPTION: Mapping[str, Any] = {
    "summary": "Les délibérations du conseil, **votées** en séance publique.",
    "file_description": "Une ligne pour chaque délibération.",
    "licence": "lov2",
    "frequency": "quarterly",
    "tags": ["conseil municipal", "délibérations"],
    "coverage": {"start": "2025-01-01", "end": "2025-12-31"},
    "zones": ["fr:commune:44143"],
    "granularity": "fr:commune",
    "place": "Rezé",
    "contact": {"name": "Service des assemblées", "email": "assemblees@mairie.example"},
    "schema": {"key": "scdl/deliberations", "version": "2.1.5", "title": "Délibérations"},
    "slug": "deliberations",
}


def publish(
    make: Make,
    establishment: Establishment,
    dataset: Dataset,
    version: SchemaVersion,
    rows: Sequence[Sequence[str | None]],
    *,
    formats: Sequence[str] = ("csv", "parquet", "json"),
    **facts: Any,
) -> Publication:
    """A version with its files, current unless its state or ``is_current`` says otherwise."""
    schema = compile_schema(version.descriptor)
    state = facts.get("state", "published")
    number = facts.pop("number", 1)
    held: dict[str, Any] = {}
    for name in formats:
        form = FORMATS[name]
        data = b"".join(form.write(schema, list(rows), About(title=dataset.title)))
        stored = (
            f"publication-{dataset.id}-{number}"
            + ("" if name == "csv" else f".{name}")
            + f".{form.extension}"
        )
        files.write(establishment.id, stored, data)
        held[name] = {"stored": stored, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    published_at = facts.pop("published_at", WHEN)
    current = facts.pop("is_current", state == "published")
    with Session(make.engine) as session:
        place = {"establishment_id": establishment.id, "dataset_id": dataset.id}
        if state in ("published", "withdrawn"):
            session.execute(
                update(Dataset)
                .where(Dataset.establishment_id == establishment.id, Dataset.id == dataset.id)
                .values(published_at=published_at)
            )
        if current:
            session.execute(update(Publication).filter_by(**place, is_current=True).values(is_current=False))
        session.commit()
    return make.add(
        Publication(
            **{
                **place,
                "number": number,
                "version_id": version.id,
                "title": dataset.title,
                "state": state,
                "is_current": current,
                "is_empty": not rows,
                "rows": len(rows),
                "sha256": held["csv"]["sha256"],
                "size": held["csv"]["size"],
                "files": {} if state == "withdrawn" else held,
                "description": {**DESCRIPTION, "slug": dataset.slug},
                "published_at": published_at if state in ("published", "withdrawn") else None,
                **facts,
            }
        )
    )


def rows_of(version: SchemaVersion, *rows: Mapping[str, str]) -> list[list[str | None]]:
    """Rows from the cells that matter, in schema order."""
    names = compile_schema(version.descriptor).field_names
    return [[row.get(name) for name in names] for row in rows]
