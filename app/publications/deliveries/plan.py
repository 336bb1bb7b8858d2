"""What is sent of a version to a portal: its reference file, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from app import i18n
from app.datasets.service import DatasetView
from app.i18n import gettext
from app.models import Answer, Connection, Publication
from app.publications import describe, store
from app.publications.portals.base import Metadata, PortalFile
from app.publications.portals.send import Plan


def plan_of(
    session: Session,
    dataset: DatasetView,
    publication: Publication,
    connection: Connection,
    answer: str = Answer.none,
) -> Plan | None:
    """The plan of a version; None where its file is no more. Portals are told in French, whoever asks."""
    path = store.path_of(publication)
    if path is None or not path.is_file():
        return None
    metadata, title = _told(session, dataset, publication, connection)
    file = PortalFile(
        path,
        f"{metadata.name}.csv",
        title,
        sha256=publication.sha256,
        size=publication.size,
        description=publication.description.get("file_description", ""),
    )
    return Plan(metadata, file, overwrite=answer == Answer.overwrite, recreate=answer == Answer.recreate)


def trial_of(session: Session, dataset: DatasetView, connection: Connection, path: Path) -> Plan:
    """The plan of the version that would be made now, whose file was written at ``path``."""
    metadata, title = _told(session, dataset, None, connection)
    said = describe.of_dataset(session, dataset).file_description
    return Plan(metadata, PortalFile.of(path, f"{metadata.name}.csv", title, description=said))


def _told(
    session: Session, dataset: DatasetView, publication: Publication | None, connection: Connection
) -> tuple[Metadata, str]:
    """What is said of the dataset, and the title of its file."""
    told = describe.metadata(session, dataset, publication)
    with i18n.use("fr"):
        said = told.description or gettext(
            "{title} : données publiées par {name}.", title=told.title, name=told.publisher
        )
        title = gettext("{title} (CSV)", title=told.title)
    return replace(told, organisation=connection.organisation, description=said), title
