"""The history of one record: read, and brought back from."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import Number, SessionOf
from app.datasets.access import At, at_dataset
from app.flash import Flash
from app.i18n import gettext
from app.paging import MOST
from app.posted import Posted, text_of
from app.records import service as records
from app.records.entry import pages
from app.records.entry.sent import number_of
from app.records.past import service
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}/lignes/{number}")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]


@router.get("/historique")
def history(request: Request, at: Reader, session: SessionOf, number: Number, page: str = "1") -> Response:
    """Who did what to a record, the latest first."""
    record = records.get(session, at.dataset, number)
    shown = min(max(number_of(page) or 1, 1), MOST)
    return render(
        request,
        "records/history.html",
        at=at,
        about=pages.about(session, at, record),
        past=service.past(session, at.dataset, record, shown),
        page=shown,
        may_restore=at.may_edit and record.deleted_at is None,
    )


@router.get("/historique/{change}/retablir")
def ask(request: Request, at: Editor, session: SessionOf, number: Number, change: Number) -> Response:
    """What would change if the values from before an act were brought back."""
    former = service.former(session, at.dataset, number, change)
    return render(request, "records/bring_back.html", at=at, number=number, former=former)


@router.post("/historique/{change}/retablir")
def bring_back(
    request: Request, at: Editor, session: SessionOf, number: Number, change: Number, form: Posted
) -> Response:
    """Bring back the values that a record had before an act."""
    version = number_of(text_of(form, "version"))
    try:
        saved = service.bring_back(session, at.dataset, number, change, version=version, account=at.account)
    except service.Overtaken as late:
        return _beside_history(request, at, number, late)
    done = Flash(
        gettext("Les valeurs de la ligne n° {number} sont rétablies.", number=number),
        undo=f"{at.path}/lignes/{number}/annuler?version={saved.version}",
    )
    return redirect(request, f"{at.path}/lignes/{number}/historique", done)


@router.post("/annuler")
def undo(request: Request, at: Editor, session: SessionOf, number: Number, version: str = "") -> Response:
    """Take back the last change, as the message that told of it offers."""
    try:
        service.undo(session, at.dataset, number, version=number_of(version) or 0, account=at.account)
    except service.Overtaken as late:
        return _beside_history(request, at, number, late)
    words = gettext("La modification de la ligne n° {number} est annulée.", number=number)
    return redirect(request, f"{at.path}/lignes/{number}", Flash(words))


def _beside_history(request: Request, at: At, number: int, late: service.Overtaken) -> Response:
    """Where a person whose act came too late sees why, and can still choose."""
    return redirect(request, f"{at.path}/lignes/{number}/historique", Flash(late.text(), "warning"))
