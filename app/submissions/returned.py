"""Workbooks of ours that come back: what they were made for, their rows that are no data, the numbers of their records.

What a file says of itself came through other hands: numbers are believed only for the dataset that they were written for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.establishments import queries as establishments
from app.file_reading import marks_in, notes_in
from app.models import Submission
from app.records.export.correction import RECORDS
from exporters.correction import KEY_LABEL
from exporters.marks import Marks
from exporters.template import number_label
from importers.detect import Detected
from importers.limits import Limits

KEY = "returned"
"""Where :attr:`Submission.detected` keeps what was found."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A template that came back. ``notes``: numbers of its rows that are no data; ``number_label``: the heading of the column of
    record numbers; ``by_number``: it came filled with records of this very dataset; ``since``: when they were written in it;
    ``file_wins``: the person said that the file's values hold where a record was changed on both sides."""

    notes: tuple[int, ...] = ()
    number_label: str = ""
    by_number: bool = False
    since: datetime | None = None
    file_wins: bool = False
    erase: bool = False
    """The person said that cells emptied in the file erase the record's."""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "notes": list(self.notes),
            "number_label": self.number_label,
            "by_number": self.by_number,
            "since": self.since.isoformat() if self.since is not None else None,
            "file_wins": self.file_wins,
            "erase": self.erase,
        }

    def decided(self, *, file_wins: bool, erase: bool) -> Returned:
        """The same, with what the person says."""
        return replace(self, file_wins=file_wins, erase=erase)

    def number_column(self, labels: Iterable[str]) -> int | None:
        """The place of the column of record numbers (from 0)."""
        return next((n for n, label in enumerate(labels) if label and label == self.number_label), None)


NOTHING = Returned()


def look(
    session: Session, dataset: DatasetView, path: Path, detected: Detected, limits: Limits
) -> Returned | None:
    """What a file says of itself; None for one that is none of ours."""
    marks = marks_in(path, detected, limits)
    if marks is None:
        return None
    own = _is_own(session, dataset, marks)
    if marks.kind == "correction":
        by_number = own and marks.base == RECORDS and marks.made_at is not None
        return Returned((), KEY_LABEL, by_number, marks.made_at if by_number else None)
    notes = tuple(notes_in(path, detected, marks, limits))
    by_number = own and marks.made_at is not None
    return Returned(notes, number_label(marks.lang), by_number, marks.made_at if by_number else None)


def own_marks(
    session: Session, dataset: DatasetView, path: Path, detected: Detected, limits: Limits
) -> Marks | None:
    """The marks of a file that was made for this very dataset."""
    marks = marks_in(path, detected, limits)
    return marks if marks is not None and _is_own(session, dataset, marks) else None


def _is_own(session: Session, dataset: DatasetView, marks: Marks) -> bool:
    place = establishments.by_id(session, dataset.establishment)
    return place is not None and (marks.establishment, marks.dataset) == (place.slug, dataset.slug)


def of(submission: Submission) -> Returned:
    """What was found in the file of an import; :data:`NOTHING` for a file that is none of ours."""
    kept: Mapping[str, Any] | None = submission.detected.get(KEY)
    if not kept:
        return NOTHING
    since = kept.get("since")
    return Returned(
        tuple(kept["notes"]),
        kept["number_label"],
        kept["by_number"],
        datetime.fromisoformat(since) if since else None,
        kept.get("file_wins", False),
        kept.get("erase", False),
    )
