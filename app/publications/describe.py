"""What is said of a dataset: as people give it, as a version freezes it, and as portals are told it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.errors import NotFound
from app.models import Establishment, Publication, Publishing
from app.publications import identity, queries
from app.publications.licences import licence
from app.publications.portals.base import Contact, Coverage, Metadata, SchemaRef
from app.settings import get_settings
from exporters.about import About, Licence

GRANULARITIES = {
    "commune": "fr:commune",
    "epci": "fr:epci",
    "departement": "fr:departement",
    "region": "fr:region",
}
"""Nature of an establishment → the kind of territory that its rows are about."""


def of_dataset(session: Session, dataset: DatasetView) -> Publishing:
    """What people have said of a dataset; what a new one begins with where nothing was said yet."""
    return queries.publishing(session, dataset.establishment, dataset.id) or _proposed(session, dataset)


def _proposed(session: Session, dataset: DatasetView) -> Publishing:
    place = _establishment(session, dataset.establishment)
    last = queries.latest_said(session, dataset.establishment)
    zones, granularity = (list(last.zones), last.granularity) if last is not None else ([], "")
    if not granularity:
        granularity = GRANULARITIES.get(place.kind, "")
        if place.kind == "departement" and place.departement:
            zones = [f"fr:departement:{place.departement}"]
    return Publishing(
        establishment_id=dataset.establishment,
        dataset_id=dataset.id,
        summary="",
        file_description="",
        licence=None,
        frequency="unknown",
        due_on=None,
        due_is_set=False,
        tags=[],
        covers_from=None,
        covers_to=None,
        zones=zones,
        granularity=granularity,
        answers={},
    )


def frozen(session: Session, dataset: DatasetView) -> dict[str, Any]:
    """:attr:`Publication.description` of a version made now."""
    said, place = of_dataset(session, dataset), _establishment(session, dataset.establishment)
    coverage = None
    if said.covers_from is not None and said.covers_to is not None:
        coverage = {"start": said.covers_from.isoformat(), "end": said.covers_to.isoformat()}
    return {
        "summary": said.summary,
        "file_description": said.file_description,
        "licence": said.licence or place.licence,
        "frequency": said.frequency,
        "tags": list(said.tags),
        "coverage": coverage,
        "zones": list(said.zones),
        "granularity": said.granularity,
        "place": place.name,
        "contact": {"name": place.name, "email": place.contact_email or ""},
        "schema": {"key": dataset.schema_key, "version": dataset.version, "title": dataset.schema_title},
        "slug": dataset.slug,
    }


def metadata(session: Session, dataset: DatasetView, publication: Publication | None) -> Metadata:
    """What portals are told of a version; of the dataset as it is now where there is none."""
    told = publication.description if publication is not None else frozen(session, dataset)
    place = _establishment(session, dataset.establishment)
    version_id = publication.version_id if publication is not None else dataset.version_id
    coverage = told.get("coverage")
    return Metadata(
        identifier=identity.identifier(place.siret or place.siren or place.slug, dataset.slug),
        name=f"{place.slug}-{dataset.slug}"[:100].strip("-"),
        title=publication.title if publication is not None else dataset.title,
        description=told.get("summary", ""),
        licence=told.get("licence", ""),
        frequency=told.get("frequency", "unknown"),
        tags=tuple(told.get("tags", ())),
        coverage=Coverage(date.fromisoformat(coverage["start"]), date.fromisoformat(coverage["end"]))
        if coverage
        else None,
        zones=tuple(told.get("zones", ())),
        granularity=told.get("granularity", ""),
        place=told.get("place", ""),
        schema=_schema(session, version_id),
        contact=Contact(told["contact"]["name"], told["contact"]["email"])
        if told.get("contact")
        else Contact(),
        publisher=place.name,
        landing_page=public_address(place.slug, dataset.slug),
    )


def _schema(session: Session, version_id: int) -> SchemaRef:
    named = queries.schema_named(session, version_id)
    return SchemaRef() if named is None else identity.schema_ref(named.key, named.version, named.source)


def public_address(place: str, slug: str) -> str:
    """The public page of a dataset."""
    return get_settings().public_url + identity.dataset_path(place, slug)


def about(session: Session, dataset: DatasetView, publication: Publication) -> About:
    """What the files of a version say of themselves."""
    told = metadata(session, dataset, publication)
    terms = licence(told.licence)
    return About(
        title=told.title,
        description=told.description,
        publisher=told.publisher,
        licence=Licence(terms.key, terms.text(), terms.uri) if terms is not None else Licence(),
        version=str(publication.number),
        moment=publication.created_at,
        address=told.landing_page,
        schema_url=told.schema.url,
        keywords=told.tags,
        file_name=f"{dataset.slug}.csv",
    )


def _establishment(session: Session, establishment: int) -> Establishment:
    found = queries.establishment_of(session, establishment)
    if found is None:
        raise NotFound
    return found
