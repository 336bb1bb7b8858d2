"""What is due: a word a week at most, to those who may publish, about the datasets whose next version is late."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from procrastinate import JobContext
from sqlalchemy.orm import Session

from app import db
from app.formats import PARIS, long_date
from app.i18n import gettext, ngettext, use
from app.jobs import queue
from app.mail import Letter
from app.publications import letters, queries
from app.settings import get_settings
from app.tenancy import Scope

log = logging.getLogger(__name__)

EVERY = timedelta(days=7)
"""Between two mails about one dataset."""
SOON = timedelta(days=14)
"""« À publier bientôt »: that many days before."""
MOST = 200


@queue.periodic(cron="23 6 * * 1-5")
@queue.task(name="publications.remind", queueing_lock="publications.remind", pass_context=True)
def remind_regularly(context: JobContext, timestamp: int) -> None:
    """Each working morning."""
    remind(datetime.now(PARIS).date())


def remind(today: date) -> int:
    """Write about what is late; of one dataset, once a week. Gives how many mails were sent."""
    with db.in_transaction(Scope.instance(base="tab_worker"), read_only=True) as session:
        places = queries.all_places(session)
    sent = 0
    for place in places:
        # noted before it is sent: a mail that is lost is written again next week, never twice a day
        with db.in_transaction(Scope.job(place)) as session:
            waiting = compose(session, place, today)
        letters.deliver(waiting)
        sent += len(waiting)
    return sent


def compose(session: Session, establishment: int, today: date) -> list[Letter]:
    """The mails about one establishment, each dataset noted as told."""
    late = queries.late_untold(session, establishment, today=today, told_before=today - EVERY, limit=MOST)
    place = queries.establishment_of(session, establishment)
    if not late or place is None or place.is_sandbox:
        return []
    queries.told_late(session, establishment, [row.dataset_id for row in late], today)
    return [
        _letter(person, place.name, f"/e/{place.slug}/", late)
        for person in queries.publishers(session, establishment)
    ]


def _letter(person: Any, place: str, path: str, late: Iterable[Any]) -> Letter:
    rows = list(late)
    with use(person.lang):
        told = [
            gettext("{title} : à publier depuis le {day}.", title=row.title, day=long_date(row.due_on))
            for row in rows
        ]
        return Letter(
            person.email,
            ngettext(
                "{n} jeu de données à publier, {place}",
                "{n} jeux de données à publier, {place}",
                len(rows),
                place=place,
            ),
            (
                gettext("La date annoncée de mise à jour est passée."),
                "\n".join(told),
                gettext(
                    "S’il n’y a rien à publier pour cette période, déclarez « néant » dans l’onglet « Publications ». Pour changer la date, ouvrez « Publier »."
                ),
            ),
            get_settings().public_url.rstrip("/") + path,
        )
