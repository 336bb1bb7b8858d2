"""What a feed is made of: facts of published datasets, gathered by whoever knows the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from app.publications.portals.base import Contact, Coverage, SchemaRef

LANGUAGE = "http://publications.europa.eu/resource/authority/language/FRA"
PIECE = 64 * 1024  # octets of what a stream gives at a time, at least


@dataclass(frozen=True, slots=True)
class FeedPublisher:
    """An establishment. ``uri``: names it for good, its public page here will do; ``siret``: 14 digits."""

    name: str
    uri: str
    siret: str = ""
    contact: Contact = field(default_factory=Contact)


@dataclass(frozen=True, slots=True)
class FeedDistribution:
    """A file of the last publication. ``url``: the address that never changes (``…/latest.csv``), for portals know a file by it."""

    url: str
    title: str
    modified: datetime
    size: int
    sha256: str
    description: str = ""
    format: str = "CSV"
    media_type: str = "text/csv"


@dataclass(frozen=True, slots=True)
class FeedDataset:
    """A published dataset. ``identifier``: for good, portals skip what has none; ``page``: its public page here; ``licence`` and
    ``frequency``: our keys; ``granularity``: ``fr:commune``…; ``place``: the territory in words; ``theme``: free words."""

    identifier: str
    page: str
    title: str
    description: str
    publisher: FeedPublisher
    issued: datetime
    modified: datetime
    distributions: tuple[FeedDistribution, ...]
    keywords: tuple[str, ...] = ()
    licence: str = "lov2"
    frequency: str = "unknown"
    coverage: Coverage | None = None
    place: str = ""
    zones: tuple[str, ...] = ()
    granularity: str = ""
    schema: SchemaRef = field(default_factory=SchemaRef)
    contact: Contact = field(default_factory=Contact)
    theme: str = ""


@dataclass(frozen=True, slots=True)
class FeedCatalogue:
    """The catalogue of an establishment, or of the whole service. ``uri``: the address of the feed's page."""

    uri: str
    title: str
    description: str
    publisher: FeedPublisher
    modified: datetime


def in_pieces(parts: Iterable[str]) -> Iterator[bytes]:
    """Texts, gathered into pieces worth sending."""
    held: list[str] = []
    length = 0
    for part in parts:
        held.append(part)
        length += len(part)
        if length >= PIECE:
            yield "".join(held).encode()
            held.clear()
            length = 0
    if held:
        yield "".join(held).encode()


def day(moment: date | datetime) -> str:
    """ISO, the day alone."""
    return moment.strftime("%Y-%m-%d") if isinstance(moment, datetime) else moment.isoformat()
