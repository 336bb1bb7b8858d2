"""What the pages say of a dataset beside its rows: freshness, quality, files, and the same for search engines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import escape

from app.formats import PARIS
from app.markdown import to_text
from app.publications.portals.base import Metadata
from app.publications.public.service import File, Published
from app.publications.quality import FileFacts, Score, score
from app.settings import get_settings


@dataclass(frozen=True, slots=True)
class Freshness:
    """``state``: a badge; ``due_on``: the last day in time of the next version."""

    state: str
    due_on: date | None


def freshness(found: Published, today: date) -> Freshness:
    """Whether the next version is late."""
    due = found.due_on
    if due is None:
        return Freshness("published", None)
    return Freshness("late" if today > due else "up_to_date", due)


def quality(found: Published, today: date) -> Score:
    """The nine points of data.gouv.fr, as they are now."""
    said = found.version.description
    metadata = Metadata(
        found.identifier,
        found.slug,
        found.version.title,
        said.summary,
        licence=said.licence.key if said.licence else "",
        frequency=said.frequency.key,
        coverage=said.coverage,
        zones=said.zones,
        granularity=said.granularity,
    )
    file = FileFacts("csv", said.file_description) if found.version.reference is not None else None
    return score(metadata, file, updated=_day(found.version.published_at), today=today)


def as_dataset(found: Published) -> dict[str, Any]:
    """schema.org, as search engines for datasets read it.

    Source: https://developers.google.com/search/docs/appearance/structured-data/dataset
    """
    site, said = get_settings().public_url, found.version.description
    producer = {
        "@type": "GovernmentOrganization",
        "name": found.publisher.name,
        "url": site + found.publisher.path,
    }
    if found.publisher.siret:
        producer["identifier"] = found.publisher.siret
    told: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": found.version.title,
        "description": to_text(said.summary, 4900) or found.version.title,
        "url": site + found.path,
        "identifier": found.identifier,
        "inLanguage": "fr",
        "isAccessibleForFree": True,
        "version": str(found.version.number),
        "datePublished": found.first_at.isoformat(timespec="seconds"),
        "dateModified": found.version.published_at.isoformat(timespec="seconds"),
        "creator": producer,
        "publisher": producer,
        "keywords": list(said.tags),
        "distribution": [_download(found, file, site) for file in found.version.files],
    }
    if said.licence is not None:
        told["license"] = said.licence.uri
    if said.coverage is not None:
        told["temporalCoverage"] = f"{said.coverage.start.isoformat()}/{said.coverage.end.isoformat()}"
    if said.place:
        told["spatialCoverage"] = {"@type": "Place", "name": said.place}
    return told


def _download(found: Published, file: File, site: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "encodingFormat": file.form.media_type.partition(";")[0],
        "contentUrl": site + found.latest(file.form.name),
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


@dataclass(frozen=True, slots=True)
class Samples:
    """What to copy: a command that asks the API, the frame for a page of another site."""

    curl: str
    frame: str


def samples(found: Published, query: str) -> Samples:
    """``query``: the end of the address of the view."""
    site = get_settings().public_url
    address = f"{site}{found.path}/integrer{query}"
    return Samples(
        f"curl '{site}/api/v1{found.path}/lignes{query or '?page=1'}'",
        f'<iframe src="{escape(address)}"\n  title="{escape(found.version.title)}" width="100%" height="700" loading="lazy"></iframe>',
    )


def today() -> date:
    return datetime.now(PARIS).date()


def _day(moment: datetime) -> date:
    return moment.astimezone(PARIS).date()
