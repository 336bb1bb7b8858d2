"""Catalogues from the database: what feeds say of each dataset, streamed in a read-only transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

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
from app.publications.portals.base import Contact
from app.publications.public import queries
from app.publications.public.service import Published, Publisher, Version, published_of
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
    for row in queries.catalogue(session, publisher.id if publisher is not None else None):
        found = published_of(row)
        who = known.get(found.publisher.id)
        if who is None:
            who = known[found.publisher.id] = feed_publisher(found.publisher, site)
        yield feed_dataset(found, who, site)


def feed_publisher(publisher: Publisher, site: str) -> FeedPublisher:
    contact = Contact(publisher.name, publisher.email) if publisher.email else Contact()
    return FeedPublisher(publisher.name, site + publisher.path, publisher.siret, contact)


def feed_dataset(found: Published, who: FeedPublisher, site: str) -> FeedDataset:
    """A dataset as feeds say it. Its files are the current ones, under the addresses that never change."""
    version, said = found.version, found.version.description
    return FeedDataset(
        identifier=found.identifier,
        page=site + found.path,
        title=version.title,
        description=said.summary or version.title,
        publisher=who,
        issued=found.first_at,
        modified=version.published_at,
        distributions=_files(found, version, site),
        keywords=said.tags,
        licence=said.licence.key if said.licence is not None else "",
        frequency=said.frequency.key,
        coverage=said.coverage,
        place=said.place,
        zones=said.zones,
        granularity=said.granularity,
        schema=version.schema,
        contact=said.contact if said.contact else who.contact,
    )


def _files(found: Published, version: Version, site: str) -> tuple[FeedDistribution, ...]:
    """The reference alone: the other formats are the same rows, and portals would take them for as many resources to describe."""
    file = version.reference
    if file is None:
        return ()
    address = site + identity.latest_path(found.publisher.slug, found.slug)
    return (
        FeedDistribution(
            address,
            f"{version.title} (CSV)",
            version.published_at,
            file.size,
            file.sha256,
            version.description.file_description,
        ),
    )
