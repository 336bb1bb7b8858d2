"""The history of a record as it is read: who did what, and what each column held before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.datasets.service import DatasetView
from app.errors import Conflict, NotFound
from app.i18n import N_, gettext
from app.models import Record, RecordChange
from app.records import service as records
from app.records.entry.values import Difference, differences
from app.records.past import queries
from app.records.service import Saved, Stale

PAGE = 20

ACTS: Mapping[str, tuple[str, str]] = {
    "created": ("new", N_("Saisie")),
    "changed": ("changed", N_("Modifiée")),
    "trashed": ("archived", N_("Supprimée")),
    "restored": ("done", N_("Rétablie")),
    "reverted": ("changed", N_("Valeurs rétablies")),
}
"""Act → state of its badge, word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. ``state``, ``word``: of its badge; ``can_be_undone``: whether the record held other values before."""

    id: int
    at: datetime
    who: str
    state: str
    word: str
    submission: int | None
    differences: tuple[Difference, ...]
    is_first: bool
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Past:
    """One page of a history, the latest first. ``more``: whether older acts follow."""

    entries: tuple[Entry, ...]
    more: bool


def past(session: Session, dataset: DatasetView, record: Record, page: int) -> Past:
    """One page of the history of a record."""
    rows = records.history(session, dataset, record.number, limit=PAGE + 1, offset=(page - 1) * PAGE)
    names = people.names(session, {row.account_id for row in rows if row.account_id is not None})
    entries = tuple(_entry(dataset, row, names) for row in rows[:PAGE])
    return Past(entries, len(rows) > PAGE)


def _entry(dataset: DatasetView, row: RecordChange, names: Mapping[int, str]) -> Entry:
    state, word = ACTS[row.act]
    found = differences(dataset.schema, row.before, row.after) if row.after is not None else []
    return Entry(
        row.id,
        row.at,
        names.get(row.account_id or 0, ""),
        state,
        gettext(word),
        row.submission_id,
        tuple(found),
        is_first=row.before is None and row.after is not None,
        can_be_undone=row.before is not None,
    )


@dataclass(frozen=True, slots=True)
class Former:
    """What bringing back the values from before an act would change. ``version``: of the record, which it is based on."""

    change: RecordChange
    version: int
    differences: tuple[Difference, ...]


def former(session: Session, dataset: DatasetView, number: int, change_id: int) -> Former:
    """The values of a record before one of its changes, beside those of today. Raises :class:`NotFound`."""
    record = records.get(session, dataset, number)
    found = records.change_of(session, dataset, number, change_id)
    if found.before is None or record.deleted_at is not None:
        raise NotFound
    return Former(found, record.version, tuple(differences(dataset.schema, record.cells, found.before)))


def bring_back(
    session: Session, dataset: DatasetView, number: int, change_id: int, *, version: int | None, account: int
) -> Saved:
    """Give a record the values it had before a change. Raises :class:`Overtaken` when it was changed since the page was made."""
    base = version if version is not None else records.get(session, dataset, number).version
    try:
        return records.revert(session, dataset, number, change_id, base_version=base, account=account)
    except Stale:
        raise Overtaken from None


def undo(session: Session, dataset: DatasetView, number: int, *, version: int, account: int) -> Saved:
    """Take back the change that made a version, unless another one followed. Raises :class:`NotFound`, :class:`Overtaken`."""
    found = queries.change_to(session, dataset.establishment, dataset.id, number, version)
    if found is None:
        raise NotFound
    return bring_back(session, dataset, number, found.id, version=version, account=account)


class Overtaken(Conflict):
    """The record was changed again since: nothing was brought back. Said beside its history, where one can still choose."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Cette ligne a été modifiée depuis : rien n’a été rétabli. Voici son historique : voyez ce qui a changé, puis choisissez "
                "les valeurs à rétablir."
            )
        )
