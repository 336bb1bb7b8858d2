"""The mails of publications: a version is proposed, refused; one is late. Composed in the transaction, sent after it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app import mail
from app.datasets.service import DatasetView
from app.i18n import gettext, ngettext, use
from app.mail import Letter
from app.models import Publication
from app.publications import queries
from app.settings import get_settings


def proposed(session: Session, dataset: DatasetView, publication: Publication) -> list[Letter]:
    """To each person who may publish, but for whoever proposes."""
    place = queries.establishment_of(session, dataset.establishment)
    proposer = queries.person(session, publication.created_by) if publication.created_by else None
    if place is None:
        return []
    letters = []
    for person in queries.publishers(session, dataset.establishment):
        if person.id == publication.created_by:
            continue
        with use(person.lang):
            told = ngettext(
                "{n} ligne de « {title} » est proposée à la publication.",
                "{n} lignes de « {title} » sont proposées à la publication.",
                publication.rows,
                title=publication.title,
            )
            if publication.is_empty:
                told = gettext(
                    "« Néant » est proposé pour « {title} », {period}.",
                    title=publication.title,
                    period=publication.period,
                )
            by = (
                gettext("Par {name}, pour {place}.", name=proposer.name, place=place.name) if proposer else ""
            )
            letters.append(
                Letter(
                    person.email,
                    gettext("À publier : {title}", title=publication.title),
                    (
                        told,
                        *((by,) if by else ()),
                        gettext("Cette page montre ce qui change, et permet de publier ou de refuser."),
                    ),
                    address(place.slug, dataset.slug, publication.number),
                )
            )
    return letters


def refused(session: Session, dataset: DatasetView, publication: Publication, by: str) -> list[Letter]:
    """To whoever proposed it."""
    place = queries.establishment_of(session, dataset.establishment)
    person = queries.person(session, publication.created_by) if publication.created_by else None
    if person is None or place is None:
        return []
    with use(person.lang):
        return [
            Letter(
                person.email,
                gettext("Publication refusée : {title}", title=publication.title),
                (
                    gettext(
                        "{name} ne publie pas la version {number} de « {title} » : {reason}",
                        name=by,
                        number=publication.number,
                        title=publication.title,
                        reason=publication.reason,
                    ),
                    gettext("Vos lignes n’ont pas changé. Corrigez ce qui est dit, puis proposez à nouveau."),
                ),
                address(place.slug, dataset.slug, publication.number),
            )
        ]


def address(place: str, slug: str, number: int) -> str:
    """The page of a version, for those who work in the establishment."""
    return f"{get_settings().public_url.rstrip('/')}/e/{place}/{slug}/publications/{number}"


def deliver(letters: Iterable[Letter]) -> None:
    """Send them, one after the other."""
    for letter in letters:
        mail.deliver(letter)
