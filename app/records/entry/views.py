"""The pages of one record: a new one, one that is read or corrected, a copy of one; the trash and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import Number, SessionOf
from app.datasets import service as datasets
from app.datasets.access import At, at_dataset
from app.errors import Busy, Conflict
from app.flash import Flash
from app.i18n import gettext, ngettext
from app.posted import Posted
from app.records import service as records
from app.records.attachments import forms as documents
from app.records.attachments import service as attachments
from app.records.entry import conflict, pages, service
from app.records.entry.faults import in_words
from app.records.entry.sent import (
    MERGE,
    RESTORE,
    SAVE_ALL_THE_SAME,
    SAVE_AND_ADD,
    SAVE_AS_NEW,
    TAKE_OVER,
    Sent,
    sent,
)
from app.records.judge import Judged, shown_faults
from app.records.service import Saved, SentBefore, Stale
from app.routing import Router
from app.templating import redirect

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]

RESUME, AFRESH = "reprendre", "neuf"
"""What the page of a draft asks for, in ``?brouillon=``."""


# --- a new record ---------------------------------------------------------------------------------------------------


@router.get("/saisir")
def new_page(request: Request, at: Editor, session: SessionOf, brouillon: str = "") -> Response:
    """An empty form, with what is the same in each record; or the choice to go on with what was begun."""
    datasets.refuse_if_closed(at.dataset)
    draft = service.begun(session, at.dataset, at.account)
    if draft is not None and brouillon == RESUME:
        return pages.form(
            request, at, service.sheet(at.dataset.schema, draft.cells), resumed=draft, draft_at=draft.at
        )
    if draft is not None and brouillon != AFRESH:
        return pages.draft(request, at, draft, there=f"{at.path}/saisir")
    row = service.beginning(session, at.dataset, at.account)
    repeated = service.repeated(session, at.dataset, at.account)
    return pages.form(
        request, at, service.sheet(at.dataset.schema, row), waiting=draft, can_take_over=repeated is not None
    )


@router.get("/lignes/{number}/dupliquer")
def copy_page(
    request: Request, at: Editor, session: SessionOf, number: Number, brouillon: str = ""
) -> Response:
    """A new form that begins as another record."""
    datasets.refuse_if_closed(at.dataset)
    record = records.get(session, at.dataset, number)
    draft = service.begun(session, at.dataset, at.account)
    if draft is not None and brouillon != AFRESH:
        return pages.draft(request, at, draft, there=f"{at.path}/lignes/{number}/dupliquer", copied=number)
    row, left = service.copy_of(at.dataset.schema, record.cells)
    return pages.form(
        request, at, service.sheet(at.dataset.schema, row), copied=number, left=left, waiting=draft
    )


@router.post("/saisir")
def create(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Keep a new record, or show again what was typed with what is to be mended."""
    found = sent(session, at, form)
    typed = dict(found.row)
    refused = documents.take_posted(session, at, form, found.row)
    if found.act == TAKE_OVER and not found.is_old:
        taken = service.take_over(session, at.dataset, at.account, found.row)
        return pages.form(
            request, at, service.sheet(at.dataset.schema, found.row), taken=taken, back=found.back
        )
    judged = records.check(session, at.dataset, found.row)
    if refused is not None or not _is_to_be_kept(found, judged):
        # a row with a key is its own twin when its form comes again
        same = service.sent_already(session, at.dataset, judged, account=at.account, sending=found.sending)
        if same is not None:
            return _created(request, at, found, same)
        return pages.again(request, at, session, found, judged, problem=refused)
    try:
        saved = _create(session, at, found, judged)
    except Busy as busy:
        return pages.again(request, at, session, _as_typed(session, found, typed), judged, problem=busy)
    except Conflict as closed:
        return pages.again(request, at, session, found, judged, problem=closed)
    return _created(request, at, found, saved)


def _create(session: SessionOf, at: At, found: Sent, judged: Judged) -> Saved:
    """A record, once for each form and row: where both were sent before, what was made of them then."""
    try:
        saved = records.create(
            session, at.dataset, found.row, account=at.account, judged=judged, sending=found.sending
        )
    except SentBefore as before:
        session.rollback()
        again = records.check(session, at.dataset, judged.cells, number=before.number)
        return Saved(before.number, 1, again)
    attachments.note_saved(session, at.dataset, saved.number, saved.judged.cells)
    return saved


def _as_typed(session: SessionOf, found: Sent, typed: dict[str, str]) -> Sent:
    """The form as it came, once all that was written with it is undone: documents that were joined to it too."""
    session.rollback()
    return replace(found, row=typed)


def _created(request: Request, at: At, found: Sent, saved: Saved) -> Response:
    return _done(request, at, found, saved, undo=f"{at.path}/lignes/{saved.number}/supprimer")


# --- a record that is there -----------------------------------------------------------------------------------------


@router.get("/lignes/{number}")
def record_page(
    request: Request, at: Reader, session: SessionOf, number: Number, brouillon: str = ""
) -> Response:
    """A record: to be corrected by whoever may, with the reasons why it is « à corriger »; to be read by others."""
    record = records.get(session, at.dataset, number)
    if not at.may_edit or record.deleted_at is not None:
        return pages.read_only(request, at, session, record)
    schema = at.dataset.schema
    draft = service.begun(session, at.dataset, at.account, number, record)
    if draft is not None and brouillon == RESUME:
        shown = service.sheet(schema, draft.cells, number=number, version=draft.base_version)
        return pages.form(
            request, at, shown, about=pages.about(session, at, record), resumed=draft, draft_at=draft.at
        )
    if draft is not None and brouillon != AFRESH:
        return pages.draft(request, at, draft, there=f"{at.path}/lignes/{number}")
    errors = shown_faults(schema, record.cells, record.faults) if record.faults else ()
    faults = in_words(schema, errors)
    shown = service.sheet(schema, record.cells, number=number, version=record.version, faults=faults)
    return pages.form(request, at, shown, about=pages.about(session, at, record), waiting=draft)


@router.post("/lignes/{number}")
def change(request: Request, at: Editor, session: SessionOf, number: Number, form: Posted) -> Response:
    """Keep a correction; or show again what was typed, with what is to be mended or what somebody else kept meanwhile."""
    found = sent(session, at, form)
    typed = dict(found.row)
    refused = documents.take_posted(session, at, form, found.row)
    record = records.get(session, at.dataset, number)
    version = found.version if found.version is not None else record.version
    if record.deleted_at is not None:
        if found.act == SAVE_AS_NEW:
            service.drop_draft(session, at.dataset, at.account, number)
            return create(request, at, session, form)
        if found.act != RESTORE:
            return pages.gone(request, at, session, found, record)
        records.restore(session, at.dataset, [number], account=at.account)
        record = records.get(session, at.dataset, number)
    if found.act == MERGE and version == record.version:
        clashes = pages.clashes(session, at, found, record)
        if not all(clash.chosen for clash in clashes):
            return pages.conflict(request, at, session, found, record, again=True)
        found.row.update(conflict.merged(clashes, found.row, record.cells))
    elif version != record.version and service.is_unchanged(session, at.dataset, record, version):
        version = record.version  # it went into the trash and came back: its cells are those that were seen
    judged = records.check(session, at.dataset, found.row, number=number)
    if version != record.version:
        return pages.conflict(request, at, session, found, record)
    if refused is not None or not _is_to_be_kept(found, judged):
        return pages.again(request, at, session, found, judged, record, problem=refused)
    try:
        saved = records.change(
            session, at.dataset, number, found.row, base_version=version, account=at.account, judged=judged
        )
    except Stale as stale:
        return pages.conflict(request, at, session, found, stale.current)
    except Busy as busy:
        return pages.again(
            request, at, session, _as_typed(session, found, typed), judged, record, problem=busy
        )
    except Conflict as closed:
        return pages.again(request, at, session, found, judged, record, problem=closed)
    attachments.note_saved(session, at.dataset, saved.number, saved.judged.cells)
    if saved.version == version:
        return redirect(
            request,
            found.back,
            Flash(gettext("Rien n’a changé dans la ligne n° {number}.", number=number), "info"),
        )
    return _done(request, at, found, saved, undo=f"{at.path}/lignes/{number}/annuler?version={saved.version}")


@router.post("/lignes/{number}/supprimer")
def trash(request: Request, at: Editor, session: SessionOf, number: Number) -> Response:
    """Put a record into the trash."""
    records.get(session, at.dataset, number)
    records.trash(session, at.dataset, [number], account=at.account)
    words = gettext("La ligne n° {number} est dans la corbeille.", number=number)
    return redirect(request, f"{at.path}/", Flash(words, undo=f"{at.path}/lignes/{number}/retablir"))


@router.post("/lignes/{number}/retablir")
def restore(request: Request, at: Editor, session: SessionOf, number: Number) -> Response:
    """Take a record back out of the trash."""
    records.get(session, at.dataset, number)
    records.restore(session, at.dataset, [number], account=at.account)
    words = gettext("La ligne n° {number} est rétablie.", number=number)
    return redirect(
        request, f"{at.path}/lignes/{number}", Flash(words, undo=f"{at.path}/lignes/{number}/supprimer")
    )


def _is_to_be_kept(found: Sent, judged: Judged) -> bool:
    """Whether the button that was used keeps the row: it is sound, or the person wants it kept « à corriger »."""
    if found.is_old or found.proposed is not None:
        return False
    return not judged.errors or (found.act == SAVE_ALL_THE_SAME and bool(judged.cells))


def _done(request: Request, at: At, found: Sent, saved: Saved, *, undo: str) -> Response:
    count = len(saved.judged.errors)
    if count:
        words = ngettext(
            "La ligne n° {number} est enregistrée. Elle est à corriger : {n} point reste à voir.",
            "La ligne n° {number} est enregistrée. Elle est à corriger : {n} points restent à voir.",
            count,
            number=saved.number,
        )
    else:
        words = gettext("La ligne n° {number} est enregistrée.", number=saved.number)
    there = f"{at.path}/saisir" if found.act == SAVE_AND_ADD else found.back
    return redirect(request, there, Flash(words, "warning" if count else "done", undo=undo))
