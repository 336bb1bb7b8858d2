"""What the views of one record answer with: its form, the choice about a draft, a conflict, the record as it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts import queries as people
from app.datasets.access import At
from app.errors import AppError
from app.i18n import language
from app.models import Record
from app.records.attachments import forms as documents
from app.records.entry import conflict as conflicts
from app.records.entry import queries, service, values
from app.records.entry.conflict import Clash
from app.records.entry.faults import NONE, in_words
from app.records.entry.sent import Sent, back_of, new_sending
from app.records.entry.service import Begun, DraftTooLarge, Sheet
from app.records.judge import Judged, shown_faults
from app.records.past import queries as past
from app.settings import get_settings
from app.templating import render
from forms.binding import posted, show
from forms.control import Control, controls

CROWDED = 15
"""Columns of a form above which its sections are listed beside it."""


@dataclass(frozen=True, slots=True)
class About:
    """What stands beside a record: who entered it, who changed it last, its neighbours in the order of entry."""

    record: Record
    created_by: str
    updated_by: str
    deleted_by: str
    previous: int | None
    following: int | None


def about(session: Session, at: At, record: Record) -> About:
    """What stands beside a record."""
    place = (at.dataset.establishment, at.dataset.id)
    ids = {record.created_by, record.updated_by, record.deleted_by} - {None}
    names: dict[Any, str] = dict(people.names(session, [one for one in ids if one is not None]))
    previous, following = queries.neighbours(session, *place, record.number)
    return About(
        record,
        names.get(record.created_by, ""),
        names.get(record.updated_by, ""),
        names.get(record.deleted_by, ""),
        previous,
        following,
    )


def form(
    request: Request,
    at: At,
    sheet: Sheet,
    *,
    status: int = 200,
    about: About | None = None,
    tried: bool = False,
    back: str = "",
    draft_at: datetime | None = None,
    **more: Any,
) -> Response:
    """The page of a form. ``tried``: it was sent, and is shown again with what is to be mended; ``draft_at``: when the draft
    that it shows was kept."""
    shown = {
        "resumed": None, "waiting": None, "copied": 0, "left": (), "taken": None, "can_take_over": False, "problem": None,
        "is_old": False, "gone": None, "focused": "",
    }  # fmt: skip
    return render(
        request,
        "records/form.html",
        status=status,
        at=at,
        sheet=sheet,
        about=about,
        tried=tried,
        sending="" if sheet.number else new_sending(),
        back=back or _came_from(request, at),
        parted=len(sheet.parts) > 1,
        draft_at=draft_at,
        joins=any(asked.control.kind == documents.KIND for part in sheet.parts for asked in part.asked),
        joined={"to": f"{at.path}/pieces", "most": get_settings().max_attachment},
        **{**shown, **more},
    )


def again(
    request: Request,
    at: At,
    session: Session,
    found: Sent,
    judged: Judged,
    record: Record | None = None,
    *,
    problem: AppError | None = None,
) -> Response:
    """The form with what was typed: because something is to be mended, because of a refusal (``problem``), because the form
    was made for another version of the schema, or because a proposal was put in. It is kept as a draft too."""
    number = record.number if record is not None else 0
    draft_at = _keep(session, at, found, number, record)
    refused = found.proposed is None or found.tried
    faults = in_words(at.dataset.schema, judged.errors) if refused else NONE
    sheet = service.sheet(
        at.dataset.schema,
        found.row,
        number=number,
        version=record.version if record is not None else None,
        faults=faults,
    )
    return form(
        request,
        at,
        sheet,
        status=problem.status if problem is not None else 422 if found.proposed is None else 200,
        about=about(session, at, record) if record is not None else None,
        tried=refused,
        back=found.back,
        problem=problem.text() if problem is not None else None,
        is_old=found.is_old,
        focused=found.proposed[0].name if found.proposed is not None else "",
        draft_at=draft_at,
    )


def gone(request: Request, at: At, session: Session, found: Sent, record: Record) -> Response:
    """The form of a record that somebody put into the trash meanwhile, with the ways to keep what was typed."""
    draft_at = _keep(session, at, found, record.number, record)
    sheet = service.sheet(at.dataset.schema, found.row, number=record.number, version=found.version)
    beside = about(session, at, record)
    return form(request, at, sheet, status=409, about=beside, back=found.back, gone=beside, draft_at=draft_at)


def clashes(session: Session, at: At, found: Sent, record: Record) -> list[Clash]:
    """The columns in which what was sent and what is kept differ."""
    base = found.origin if found.origin is not None else found.version
    was = past.cells_at(session, at.dataset.establishment, at.dataset.id, record.number, base or 0)
    return conflicts.clashes(
        at.dataset.schema,
        was=was if was is not None else record.cells,
        mine=found.row,
        theirs=record.cells,
        choices=found.choices,
    )


def conflict(
    request: Request, at: At, session: Session, found: Sent, record: Record, *, again: bool = False
) -> Response:
    """Both values of each column that differs. ``again``: a choice is missing."""
    differing = clashes(session, at, found, record)
    _keep(session, at, found, record.number, record)
    hidden = [
        pair
        for control in controls(at.dataset.schema, language())
        for pair in posted(control, show(control, found.row.get(control.field.name)))
    ]
    return render(
        request,
        "records/conflict.html",
        status=409 if not again else 422,
        at=at,
        about=about(session, at, record),
        clashes=differing,
        hidden=hidden,
        version=record.version,
        origin=found.origin if found.origin is not None else found.version,
        again=again,
        back=found.back,
    )


def draft(request: Request, at: At, begun: Begun, *, there: str, copied: int = 0) -> Response:
    """The choice between what was begun and what the page would show otherwise."""
    return render(request, "records/draft.html", at=at, begun=begun, there=there, copied=copied)


def read_only(request: Request, at: At, session: Session, record: Record) -> Response:
    """A record as it reads: for those who may not correct it, in the trash, in a dataset that was put away."""
    errors = shown_faults(at.dataset.schema, record.cells, record.faults) if record.faults else ()
    lines: list[tuple[Control, str]] = [
        (control, values.in_words(control, record.cells.get(control.field.name)))
        for control in controls(at.dataset.schema, language())
    ]
    return render(
        request,
        "records/record.html",
        at=at,
        about=about(session, at, record),
        lines=lines,
        faults=in_words(at.dataset.schema, errors),
        back=_came_from(request, at),
        may_restore=at.may_edit and record.deleted_at is not None,
    )


def _keep(session: Session, at: At, found: Sent, number: int, record: Record | None) -> datetime | None:
    """Keep what was sent, and could not be kept as a record yet, as a draft: it is found again even if this page is lost."""
    version = found.version if record is not None else None
    try:
        service.keep_draft(
            session, at.dataset, found.row, account=at.account, number=number, base_version=version
        )
    except DraftTooLarge:
        return None  # it stands in the page that is answered
    return datetime.now(UTC)


def _came_from(request: Request, at: At) -> str:
    """The list as the person saw it, when they come from there."""
    asked = request.query_params.get("retour", "")
    if asked:
        return back_of(at, asked)
    came = urlsplit(request.headers.get("referer", ""))
    return back_of(at, f"{came.path}?{came.query}" if came.query else came.path)
