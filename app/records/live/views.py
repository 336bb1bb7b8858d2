"""What is asked while a form is being typed: is what was left right, keep what is typed so far, forget it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse, Response

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.errors import Conflict, NotFound
from app.flash import Flash
from app.formats import clock
from app.i18n import N_, gettext
from app.posted import Posted, text_of
from app.records.entry import service
from app.records.entry.sent import control_named, number_of, sent
from app.records.live import service as live
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Editor = Annotated[At, Depends(at_dataset("editor"))]


@router.post("/verifier")
def check(request: Request, at: Editor, session: SessionOf, form: Posted, colonne: str = "") -> Response:
    """What is to be said at the control that was left, and at those that are checked together with it."""
    left = control_named(at, colonne)
    if left is None:
        raise NotFound
    found = sent(session, at, form)
    number = number_of(text_of(form, "ligne")) or None
    checked = live.check(session, at.dataset, found.row, left, number=number, tried=found.tried)
    return render(
        request,
        "records/checked.html",
        block="regions",
        left=left,
        checked=checked,
        announce=checked.announce,
    )


@router.post("/brouillon")
def keep(request: Request, at: Editor, session: SessionOf, form: Posted, de: str = "") -> Response:
    """Keep what is being typed; says when, in words. ``de``: whose form it is, since a browser may be somebody else's by now."""
    if de and number_of(de) != at.account:
        raise Conflict(
            N_("Une autre personne est connectée dans ce navigateur : ce brouillon n’est pas le sien.")
        )
    found = sent(session, at, form)
    number = number_of(text_of(form, "ligne")) or 0
    service.keep_draft(
        session,
        at.dataset,
        found.row,
        account=at.account,
        number=number,
        base_version=found.version if number else None,
    )
    now = datetime.now(UTC)
    words = gettext("Brouillon enregistré à {hour}", hour=clock(now))
    return JSONResponse({"message": words}, headers={"X-Draft-At": now.isoformat()})


@router.get("/brouillon/effacer")
def ask_to_forget(request: Request, at: Editor, ligne: str = "0") -> Response:
    return render(request, "records/draft_forget.html", at=at, number=number_of(ligne) or 0)


@router.post("/brouillon/effacer")
def forget(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Forget what was begun."""
    number = number_of(text_of(form, "ligne")) or 0
    service.drop_draft(session, at.dataset, at.account, number)
    there = f"{at.path}/lignes/{number}" if number else f"{at.path}/saisir"
    return redirect(request, there, Flash(gettext("Le brouillon est effacé.")))
