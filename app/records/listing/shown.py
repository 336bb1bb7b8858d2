"""Lines as a list shows them: cells in words, who and when, and what is to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.datasets.service import DatasetView
from app.i18n import gettext
from app.models import RecordState
from app.records.entry import faults as words
from app.records.judge import shown_faults
from app.records.listing.columns import Column, readers
from schema_loader.messages import Message

FAULTS = 3
"""Reasons that are told below a line; the line itself tells all."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line is « à corriger »: the label of the column, empty where several are concerned, and the words."""

    column: str
    message: Message
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``cells``: in the order of the columns, texts ready to be shown; ``bad``: names of the columns to mend."""

    number: int
    name: str
    cells: tuple[tuple[Column, Markup | str], ...]
    is_to_fix: bool
    bad: frozenset[str]
    reasons: tuple[Reason, ...]
    more: int
    at: datetime
    by: str
    submission: int | None


def lines(dataset: DatasetView, rows: Sequence[Any], shown: Sequence[Column]) -> list[Line]:
    """The lines of a page."""
    read = readers(dataset.schema)
    return [_line(dataset, row, shown, read) for row in rows]


def names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of accounts that filters cite; of one that is no more, words that say so."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return dict.fromkeys(wanted, nobody()) | accounts.names(session, wanted)


def nobody() -> str:
    """What an account that is no more is called."""
    return gettext("Compte supprimé")


def _line(
    dataset: DatasetView,
    row: Any,
    shown: Sequence[Column],
    read: Mapping[str, Any],
) -> Line:
    cells: list[tuple[Column, Markup | str]] = []
    for column in shown:
        text = row.cells.get(column.name)
        cells.append((column, read[column.name](text) if text and column.name in read else ""))
    is_to_fix = row.state == RecordState.to_fix
    reasons = reasons_of(dataset, row) if is_to_fix else []
    return Line(
        row.number,
        _name(row.cells, shown),
        tuple(cells),
        is_to_fix,
        frozenset(name for reason in reasons for name in reason.names),
        tuple(reasons[:FAULTS]),
        max(0, len(reasons) - FAULTS),
        row.updated_at,
        "" if row.updated_by is None else row.by or nobody(),
        row.submission_id,
    )


def reasons_of(dataset: DatasetView, row: Any) -> list[Reason]:
    """All that is wrong with a line, in the words of its form."""
    faults = words.in_words(dataset.schema, shown_faults(dataset.schema, row.cells, row.faults))
    return [
        Reason(
            told.controls[0].label if len(told.controls) == 1 else "",
            Message(told.problem, told.remedy),
            tuple(control.field.name for control in told.controls),
        )
        for told in faults.all
    ]


def _name(cells: Mapping[str, str], shown: Sequence[Column]) -> str:
    """What a line is called for whoever hears it: its first texts."""
    texts = [cells[column.name] for column in shown if column.kind == "text" and cells.get(column.name)]
    return " – ".join(text[:60] for text in texts[:2])
