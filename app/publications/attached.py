"""Documents follow what is published: everybody reads those that the current version of a dataset names, and no others."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

from sqlalchemy.orm import Session

from app.models import Publication
from app.publications import hooks, queries, store
from app.records.attachments import queries as attachments

NAMED = re.compile(rb"/pieces/([1-9][0-9]{0,18}-[0-9a-f]{32})/")


def follow(session: Session, publication: Publication) -> None:
    """Show and hide the documents of a dataset whose current version has just changed. The version's own file says which it
    names: what was published, whatever the lines have become since."""
    place = (publication.establishment_id, publication.dataset_id)
    if not attachments.has_any(session, *place):
        return
    current = queries.current(session, *place)
    path = store.path_of(current) if current is not None else None
    attachments.show(session, *place, named_in(path) if path is not None else set())


def named_in(path: Path) -> set[str]:
    """The documents that a file names, read at the speed of the disk; none of a file that is not there."""
    try:
        with path.open("rb") as stream:
            if not path.stat().st_size:
                return set()
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                return {token.decode("ascii") for token in NAMED.findall(whole)}
    except FileNotFoundError:
        return set()


hooks.AFTER.append(follow)
