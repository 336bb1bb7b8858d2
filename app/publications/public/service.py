"""What the public addresses stand for: a dataset with one of its versions, in words and files. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import compiled
from app.errors import Gone, NotFound, NotYet
from app.formats import PARIS
from app.i18n import N_, language
from app.models import PublicationState
from app.publications import identity
from app.publications.frequencies import Frequency, frequency, next_due
from app.publications.licences import Licence, licence
from app.publications.portals.base import Contact, Coverage, SchemaRef
from app.publications.public import queries
from exporters.file_name import file_name
from exporters.formats import FORMATS, Format, available
from exporters.words import words as format_words
from schema_loader.table_schema import TableSchema

RETRY_SECONDS = 60
"""When to ask again for a format that is being made."""

ABSENT = N_(
    "Aucun jeu de données publié à cette adresse. Vérifiez-la, ou cherchez-le parmi les données publiées."
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """An establishment as everybody knows it."""

    id: int
    slug: str
    name: str
    siren: str
    siret: str
    logo: str | None
    accent: str | None
    email: str

    @property
    def path(self) -> str:
        return identity.place_path(self.slug)


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a version, as it was frozen with it."""

    summary: str
    file_description: str
    licence: Licence | None
    frequency: Frequency
    tags: tuple[str, ...]
    coverage: Coverage | None
    zones: tuple[str, ...]
    granularity: str
    place: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class File:
    """A file of a version. ``stored``: its name in the file store; ``address``: its path, for good; ``name``: what it is called
    once downloaded."""

    form: Format
    stored: str
    size: int
    sha256: str
    address: str
    name: str

    def title(self) -> str:
        """What its format is called, in the current language."""
        return format_words(language()).gettext(self.form.title)


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was published. Of one that is withdrawn only the numbers and the reason are left."""

    number: int
    is_withdrawn: bool
    is_current: bool
    is_empty: bool
    period: str
    title: str
    rows: int
    left_out: int
    added: int
    changed: int
    removed: int
    sha256: str
    reason: str
    published_at: datetime
    withdrawn_at: datetime | None
    description: Description
    schema_key: str
    schema_title: str
    schema_version: str
    schema: SchemaRef
    version_id: int
    content_hash: str
    files: tuple[File, ...]

    @property
    def reference(self) -> File | None:
        """The CSV."""
        return self.file("csv")

    def file(self, form: str) -> File | None:
        return next((one for one in self.files if one.form.name == form), None)


@dataclass(frozen=True, slots=True)
class Published:
    """A dataset at one of its versions. ``is_gone``: it has no current version, and this is its newest."""

    publisher: Publisher
    id: int
    slug: str
    first_at: datetime
    version: Version
    is_gone: bool = False

    @property
    def path(self) -> str:
        return identity.dataset_path(self.publisher.slug, self.slug)

    @property
    def identifier(self) -> str:
        return identity.identifier(
            self.publisher.siret or self.publisher.siren or self.publisher.slug, self.slug
        )

    def latest(self, form: str) -> str:
        """The path of the current file in a format."""
        return identity.latest_path(self.publisher.slug, self.slug, form)

    @property
    def due_on(self) -> date | None:
        """The last day in time of the next version; None where none is expected at a given date."""
        return next_due(
            self.version.published_at.astimezone(PARIS).date(), self.version.description.frequency.key
        )


def find(session: Session, place: str, slug: str) -> Published:
    """The dataset of an address at its current version, or at its newest when all were withdrawn. Raises :class:`NotFound`."""
    row = queries.current(session, place, slug)
    is_gone = row is None
    if row is None:
        row = queries.newest(session, place, slug)
    if row is None:
        raise NotFound(ABSENT)
    return published_of(row, is_gone=is_gone)


def find_current(session: Session, place: str, slug: str) -> Published:
    """The same where something must be there to read. Raises :class:`NotFound`, or :class:`Gone` when all was withdrawn."""
    found = find(session, place, slug)
    if found.is_gone:
        raise gone(found.version)
    return found


def find_version(session: Session, place: str, slug: str, number: int) -> Published:
    """The dataset of an address at one version. Raises :class:`NotFound`, or :class:`Gone` when it was withdrawn."""
    row = queries.numbered(session, place, slug, number)
    if row is None:
        raise NotFound(ABSENT)
    found = published_of(row)
    if found.version.is_withdrawn:
        raise gone(found.version)
    return found


def file_of(session: Session, found: Published, form: str) -> File:
    """The file of a version in a format. Raises :class:`NotFound` for a format that its rows cannot have, :class:`NotYet`
    while it is being made."""
    file = found.version.file(form)
    if file is not None:
        return file
    wanted = FORMATS.get(form)
    if wanted is None or wanted not in available(schema_of(session, found)):
        raise NotFound(
            N_(
                "Ce jeu de données n’existe pas au format « {form} ». Sa page dit lesquels il a, par exemple csv."
            ),
            form=form,
        )
    raise NotYet(
        N_("Ce format est en préparation. Redemandez-le dans une minute, ou prenez le CSV."),
        retry_after=RETRY_SECONDS,
    )


def schema_of(session: Session, found: Published) -> TableSchema:
    """The compiled schema of the version."""
    return compiled(session, found.version.version_id, found.version.content_hash)


def gone(version: Version) -> Gone:
    """What is said of a version that was withdrawn."""
    return Gone(
        N_("La version {number} a été retirée. Raison donnée par le producteur : {reason}"),
        number=version.number,
        reason=version.reason,
    )


def find_publisher(session: Session, place: str) -> Publisher:
    """The establishment of an address, if it ever published something. Raises :class:`NotFound`."""
    row = queries.publisher(session, place)
    if row is None:
        raise NotFound(N_("Aucun établissement ne publie de données à cette adresse."))
    return publisher_of(row)


def publisher_of(row: Any) -> Publisher:
    """From a row of the queries."""
    return Publisher(
        row.place_id, row.place_slug, row.place_name, row.siren or "", row.siret or "", row.logo, row.accent,
        row.contact_email or "",
    )  # fmt: skip


def published_of(row: Any, *, is_gone: bool = False) -> Published:
    """From a row of the queries."""
    publisher = publisher_of(row)
    return Published(
        publisher, row.dataset_id, row.slug, row.first_at, version_of(row, publisher, row.slug), is_gone
    )


def version_of(row: Any, publisher: Publisher, slug: str) -> Version:
    """From a row of the queries."""
    is_withdrawn = row.state == PublicationState.withdrawn
    return Version(
        number=row.number,
        is_withdrawn=is_withdrawn,
        is_current=row.is_current,
        is_empty=row.is_empty,
        period=row.period,
        title=row.title,
        rows=row.row_count,
        left_out=row.left_out,
        added=row.added,
        changed=row.changed,
        removed=row.removed,
        sha256=row.sha256,
        reason=row.reason,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        description=description_of(row.description, publisher),
        schema_key=row.schema_key,
        schema_title=row.schema_title,
        schema_version=row.schema_version,
        schema=identity.schema_ref(row.schema_key, row.schema_version, row.schema_source),
        version_id=row.version_id,
        content_hash=row.content_hash,
        files=() if is_withdrawn else files_of(row, publisher, slug),
    )


def files_of(row: Any, publisher: Publisher, slug: str) -> tuple[File, ...]:
    """The files that were written so far, in the order of a menu."""
    day = row.published_at.astimezone(PARIS).date()
    number = publisher.siren or publisher.siret
    return tuple(
        File(
            form,
            held["stored"],
            held["size"],
            held["sha256"],
            identity.version_path(publisher.slug, slug, row.number, name),
            file_name(number, slug, day, form.extension),
        )
        for name, form in FORMATS.items()
        if (held := row.files.get(name))
    )


def description_of(told: Mapping[str, Any], publisher: Publisher) -> Description:
    """What a version says, with nothing for what it does not say."""
    contact = told.get("contact") or {}
    return Description(
        summary=told.get("summary") or "",
        file_description=told.get("file_description") or "",
        licence=licence(told.get("licence") or ""),
        frequency=frequency(told.get("frequency") or ""),
        tags=_texts(told.get("tags")),
        coverage=coverage_of(told.get("coverage")),
        zones=_texts(told.get("zones")),
        granularity=told.get("granularity") or "",
        place=told.get("place") or "",
        contact=Contact(contact.get("name") or publisher.name, contact.get("email") or publisher.email),
    )


def _texts(told: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(told or ())


def coverage_of(told: Mapping[str, str] | None) -> Coverage | None:
    """The days that a version says it is about."""
    if not told or not told.get("start") or not told.get("end"):
        return None
    return Coverage(date.fromisoformat(told["start"]), date.fromisoformat(told["end"]))
