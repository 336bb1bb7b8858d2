"""Taking lines out and back: chosen ones, all those of a list, and those of one act that is undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.flash import Flash
from app.i18n import gettext, ngettext
from app.paging import page_of
from app.posted import Posted, text_of, texts_of
from app.records import service
from app.records.listing import service as listing
from app.records.listing.columns import chosen
from app.records.listing.views import asked_for
from app.records.trash import service as trash
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]

PAGE = 50
LONGEST = 1200
"""Characters of a view that is kept by the way back: the message that offers it is a cookie (:mod:`app.flash`)."""


@router.get("/corbeille")
def trash_page(request: Request, at: Reader, session: SessionOf, page: str = "1") -> Response:
    """The lines that were taken out, the latest first."""
    total = trash.count(session, at.dataset)
    shown = page_of(page, total, PAGE)
    constants = {*at.dataset.constants, *at.dataset.shared_constants}
    columns = chosen(at.dataset.schema, (), constants)
    return render(
        request,
        "records/trash.html",
        head=head_of(request, session, at),
        lines=trash.page(session, at.dataset, columns, limit=shown.size, offset=shown.offset),
        columns=columns,
        page=shown,
        is_capped=total >= trash.COUNTED,
    )


@router.post("/supprimer")
def take_out(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Put the chosen lines into the trash, or all those of the list; the next page offers to undo it."""
    view = asked_for(request, at)
    back = f"{at.path}/{view.query()}"
    if text_of(form, "toutes"):
        if not text_of(form, "confirme"):
            total = listing.count(session, at.dataset, view.asked)
            return render(
                request,
                "records/take_out.html",
                head=head_of(request, session, at),
                asked=view.query(),
                total=total,
                is_capped=total >= listing.COUNTED,
            )
        numbers = listing.numbers(session, at.dataset, view.asked, trash.MOST)
    else:
        numbers = service.numbers_of(texts_of(form, "ligne"))
    if not numbers:
        words = gettext("Aucune ligne n’est choisie. Cochez la case au début des lignes à supprimer.")
        return redirect(request, back, Flash(words, "warning"))
    gone = service.trash(session, at.dataset, numbers, account=at.account)
    if not gone:
        return redirect(request, back, Flash(gettext("Ces lignes étaient déjà dans la corbeille."), "info"))
    moment = trash.instant(session)
    again = view.query(instant=moment)
    if len(again) > LONGEST:  # the message would not fit its cookie, and the way back be lost
        again = f"?instant={moment}"
    undo = f"{at.path}/retablir{again}"
    return redirect(request, back, Flash(trash.gone_words(len(gone)), undo=undo))


@router.post("/retablir")
def take_back(request: Request, at: Editor, session: SessionOf, form: Posted, instant: str = "") -> Response:
    """Take lines back out of the trash: the chosen ones, or all those that this person put there at one instant."""
    if instant:
        numbers = trash.taken_out_at(session, at.dataset, instant, account=at.account)
    else:
        numbers = service.numbers_of(texts_of(form, "ligne"))
    back = service.restore(session, at.dataset, numbers, account=at.account) if numbers else []
    to = f"{at.path}/{asked_for(request, at).query()}" if instant else f"{at.path}/corbeille"
    if not back:
        words = gettext(
            "Aucune ligne n’a été rétablie : elles ne sont plus dans la corbeille, ou aucune n’est choisie."
        )
        return redirect(request, to, Flash(words, "warning"))
    words = ngettext(
        "{n} ligne est rétablie dans la liste.", "{n} lignes sont rétablies dans la liste.", len(back)
    )
    return redirect(request, to, Flash(words))
