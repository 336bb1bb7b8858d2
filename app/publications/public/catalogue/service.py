"""Catalogues from the database: what feeds say of each dataset, streamed in a read-only transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app import db
from app.i18n import gettext, use
from app.publications import identity
from app.publications.feeds.data import FeedCatalogue, FeedDataset, FeedDistribution, FeedPublisher
from app.publications.feeds.jsonld import MEDIA_TYPE as JSONLD
from app.publications.feeds.jsonld import jsonld
from app.publications.feeds.scdl import MEDIA_TYPE as CSV
from app.publications.feeds.scdl import scdl_csv
from app.publications.feeds.turtle import MEDIA_TYPE as TURTLE
from app.publications.feeds.turtle import turtle
from app.publications.portals.base import Contact, SchemaRef
from app.publications.public import queries
from app.publications.public.service import Publisher, coverage_of
from app.settings import get_settings
from app.tenancy import Scope

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""The day of a catalogue of nothing."""


class CatalogueForm(StrEnum):
    """How a catalogue is written."""

    ttl = "ttl"
    jsonld = "jsonld"
    scdl = "scdl"


MEDIA_TYPES = {CatalogueForm.ttl: TURTLE, CatalogueForm.jsonld: JSONLD, CatalogueForm.scdl: CSV}
_WRITERS: dict[CatalogueForm, Callable[[FeedCatalogue, Iterable[FeedDataset]], Iterator[bytes]]] = {
    CatalogueForm.ttl: turtle,
    CatalogueForm.jsonld: jsonld,
    CatalogueForm.scdl: lambda _, datasets: scdl_csv(datasets),
}


@dataclass(frozen=True, slots=True)
class State:
    """When a catalogue last changed, and what changes with all that it says."""

    modified: datetime
    digest: str


def state(session: Session, publisher: Publisher | None) -> State:
    """Of an establishment's catalogue, or of the service's."""
    found = queries.catalogue_state(session, publisher.id if publisher is not None else None)
    return State(found.modified or EPOCH, found.digest or "none")


def write(form: CatalogueForm, publisher: Publisher | None, modified: datetime) -> Iterator[bytes]:
    """The whole catalogue, in pieces."""
    with db.in_transaction(Scope("tab_public"), read_only=True) as session:
        yield from _WRITERS[form](catalogue_of(publisher, modified), datasets(session, publisher))


def catalogue_of(publisher: Publisher | None, modified: datetime) -> FeedCatalogue:
    """The catalogue itself. Its words are French, as what it lists."""
    site = get_settings().public_url
    with use("fr"):
        if publisher is None:
            uri = f"{site}/donnees/"
            who = FeedPublisher("Tabellion", site)
            title = gettext("Données publiées")
            words = gettext(
                "Les jeux de données publiés ici par des collectivités et des établissements publics."
            )
        else:
            who = feed_publisher(publisher, site)
            uri = who.uri
            title = gettext("Données de {name}", name=publisher.name)
            words = gettext("Les jeux de données publiés par {name}.", name=publisher.name)
    return FeedCatalogue(uri, title, words, who, modified)


def datasets(session: Session, publisher: Publisher | None) -> Iterator[FeedDataset]:
    """The datasets that have a current version, as feeds say them."""
    site = get_settings().public_url
    known: dict[int, FeedPublisher] = {}
    schemas: dict[tuple[str, str], SchemaRef] = {}
    for row in queries.catalogue(session, publisher.id if publisher is not None else None):
        who = known.get(row.place_id)
        if who is None:
            contact = Contact(row.place_name, row.contact_email) if row.contact_email else Contact()
            who = FeedPublisher(
                row.place_name, site + identity.place_path(row.place_slug), row.siret or "", contact
            )
            known[row.place_id] = who
        key = (row.schema_key, row.schema_version)
        if key not in schemas:
            schemas[key] = identity.schema_ref(*key, row.schema_source)
        yield _dataset(row, who, schemas[key], site)


def feed_publisher(publisher: Publisher, site: str) -> FeedPublisher:
    """Who publishes, as feeds say it."""
    contact = Contact(publisher.name, publisher.email) if publisher.email else Contact()
    return FeedPublisher(publisher.name, site + publisher.path, publisher.siret, contact)


def _dataset(row: Any, who: FeedPublisher, schema: SchemaRef, site: str) -> FeedDataset:
    """A dataset with its reference alone, under the address that never changes: the other formats are the same rows, and portals
    would take them for as many resources to describe."""
    told = row.description
    contact = told.get("contact") or {}
    file = row.reference
    title, slug = row.title, row.slug
    files: tuple[FeedDistribution, ...] = ()
    if file:
        files = (
            FeedDistribution(
                site + identity.latest_path(row.place_slug, slug),
                f"{title} (CSV)",
                row.published_at,
                file["size"],
                file["sha256"],
                told.get("file_description") or "",
            ),
        )
    return FeedDataset(
        identifier=identity.identifier(row.siret or row.siren or row.place_slug, slug),
        page=site + identity.dataset_path(row.place_slug, slug),
        title=title,
        description=told.get("summary") or title,
        publisher=who,
        issued=row.first_at,
        modified=row.published_at,
        distributions=files,
        keywords=tuple(told.get("tags") or ()),
        licence=told.get("licence") or "",
        frequency=told.get("frequency") or "unknown",
        coverage=coverage_of(told.get("coverage")),
        place=told.get("place") or "",
        zones=tuple(told.get("zones") or ()),
        granularity=told.get("granularity") or "",
        schema=schema,
        contact=Contact(contact.get("name") or row.place_name, contact["email"])
        if contact.get("email")
        else who.contact,
    )
