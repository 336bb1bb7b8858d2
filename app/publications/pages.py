"""What the pages of publication show of versions: words, who, examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.formats import number
from app.i18n import gettext, language, ngettext
from app.models import JobProgress, Publication, PublicationState
from app.publications import queries
from app.publications.preview import Preview
from exporters.formats import FORMATS
from exporters.words import words as file_words
from forms.control import controls
from forms.typed import shown
from schema_loader.table_schema import TableSchema

BADGES = {
    PublicationState.preparing: "running",
    PublicationState.failed: "failed",
    PublicationState.proposed: "ready",
    PublicationState.refused: "refused",
    PublicationState.published: "published",
    PublicationState.withdrawn: "archived",
}
CELLS = 6
"""Cells of a line that an example shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``before`` and ``after`` as they are typed; alike where nothing changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Example:
    """A line that is added, changed or removed."""

    number: int
    cells: tuple[Cell, ...]


def state_words(publication: Publication) -> str:
    """« lue par tout le monde », « proposée »…"""
    if publication.is_current:
        return gettext("version en cours")
    return {
        PublicationState.preparing: gettext("en préparation"),
        PublicationState.failed: gettext("échec"),
        PublicationState.proposed: gettext("proposée"),
        PublicationState.refused: gettext("refusée"),
        PublicationState.published: gettext("publiée"),
        PublicationState.withdrawn: gettext("retirée"),
    }[PublicationState(publication.state)]


def badge(publication: Publication) -> str:
    """The state of the badge."""
    return "up_to_date" if publication.is_current else BADGES[PublicationState(publication.state)]


def people(session: Session, versions: Iterable[Publication]) -> dict[int, str]:
    """Account → name, of all who acted on some versions."""
    wanted = {
        account
        for one in versions
        for account in (one.created_by, one.published_by, one.withdrawn_by)
        if account is not None
    }
    return queries.names(session, wanted) if wanted else {}


def changes(added: int, changed: int, removed: int) -> list[tuple[str, str, str]]:
    """``(sign, class, sentence)`` of what changes, what does not left out."""
    found = []
    if added:
        found.append(("+", "added", ngettext("{n} ligne ajoutée", "{n} lignes ajoutées", added)))
    if changed:
        found.append(("~", "changed", ngettext("{n} ligne modifiée", "{n} lignes modifiées", changed)))
    if removed:
        found.append(("−", "removed", ngettext("{n} ligne retirée", "{n} lignes retirées", removed)))
    return found


def examples(schema: TableSchema, preview: Preview) -> dict[str, list[Example]]:
    """The first few lines of each kind; of one that changed, the columns that did."""
    lang = language()
    made = [(one.field, one.label) for one in controls(schema, lang)]

    def cells(before: dict[str, str], after: dict[str, str]) -> tuple[Cell, ...]:
        both = bool(before) and bool(after)
        found = [
            Cell(label, shown(field, old, lang) if old else "", shown(field, new, lang) if new else "")
            for field, label in made
            if (old := before.get(field.name, "")) != (new := after.get(field.name, ""))
        ]
        return tuple(found if both else found[:CELLS])

    return {
        kind: [Example(one["number"], cells(one["before"], one["after"])) for one in some]
        for kind, some in preview.examples.items()
    }


def job_words(job: JobProgress | None) -> str:
    """Where a job is, in counts."""
    if job is None or not job.message:
        return gettext("en attente de son tour")
    values = {**job.params, "done": number(job.done), "total": number(job.total or 0)}
    return gettext(job.message, **values)


def formats(publication: Publication) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """``(name, title, {"size", "sha256"})`` of the files of a version, the reference first."""
    return [
        (name, file_words(language()).gettext(form.title), publication.files[name])
        for name, form in FORMATS.items()
        if name in publication.files
    ]


def failure(publication: Publication) -> str:
    """Why a version failed, in the current language where it is one of our sentences."""
    return gettext(publication.reason) if publication.reason else ""
