"""A form is sent once: what its page called it is kept with the first entry of the record's history, under a unique index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

INDEX = "ix_record_change_sending"


class SentBefore(Exception):
    """The form has made a record already. The transaction is over; what was made of it is to be looked up."""


@contextmanager
def kept_once() -> Iterator[None]:
    """Raises :class:`SentBefore` where the block keeps a second record of one form; waits for a first that is under way."""
    try:
        yield
    except IntegrityError as error:
        if INDEX not in str(error.orig):
            raise
        raise SentBefore from error
