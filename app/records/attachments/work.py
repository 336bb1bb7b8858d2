"""Each night: documents that nobody came back for are forgotten, and files that no line of the database names any more."""

from __future__ import annotations

import contextlib
import time

from procrastinate import JobContext

from app import db, files
from app.establishments import queries as establishments
from app.jobs import queue
from app.records.attachments import queries, service
from app.tenancy import INSTANCE, Scope


@queue.periodic(cron="41 3 * * *")
@queue.task(name="attachments.tidy", queueing_lock="attachments.tidy", pass_context=True)
def tidy_regularly(context: JobContext, timestamp: int) -> None:
    """Each night."""
    tidy()


def tidy() -> None:
    """Of every establishment, each in a transaction of its own."""
    with db.in_transaction(Scope.job(INSTANCE), read_only=True) as session:
        places = establishments.all_ids(session)
    for place in places:
        tidy_one(place)


def tidy_one(establishment: int) -> None:
    """The documents of one establishment."""
    if not any(files.names(establishment, service.PREFIX)):
        return
    with db.in_transaction(Scope.job(establishment)) as session:
        gone = service.forget_unsaved(session, establishment)
    for name in gone:
        files.remove(establishment, name)
    with db.in_transaction(Scope.job(establishment), read_only=True) as session:
        known = queries.stored_names(session, establishment)
    limit = time.time() - service.KEPT.total_seconds()
    for name in list(files.names(establishment, service.PREFIX)):
        if name not in known:  # its transaction was rolled back, or it is on its way
            with contextlib.suppress(FileNotFoundError):
                if files.path_of(establishment, name).stat().st_mtime < limit:
                    files.remove(establishment, name)
