"""The page « Portails » of a dataset: where it is published beside its own page, how it stands there, what may be done."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import Number, SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.errors import Conflict
from app.flash import Flash
from app.i18n import gettext
from app.models import Answer
from app.posted import Posted, text_of
from app.publications.connections import service as connections
from app.publications.deliveries import service, standing
from app.routing import Router
from app.templating import is_htmx, redirect, render
from app.tenancy import Role

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Publisher = Annotated[At, Depends(at_dataset("publisher"))]


@router.get("/portails")
def portals_page(request: Request, at: Reader, session: SessionOf) -> Response:
    """How the dataset stands at each portal; to htmx that alone."""
    board = standing.board(session, at.dataset)
    values = {"board": board, "at": at, "may_act": at.member.role.includes(Role.publisher)}
    if is_htmx(request):
        return render(request, "publications/deliveries/page.html", block="etats", **values)
    return render(
        request,
        "publications/deliveries/page.html",
        head=head_of(request, session, at),
        is_manager=at.member.role.includes(Role.manager),
        is_ready=connections.is_ready,
        **values,
    )


@router.post("/portails")
def choose(request: Request, at: Publisher, session: SessionOf, form: Posted) -> Response:
    """Publish at one more portal."""
    number = text_of(form, "portail")
    here = f"{at.path}/portails"
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return redirect(request, here, Flash(gettext("Choisissez un portail."), "error"))
    try:
        portal = service.choose(session, at.dataset, int(number), account=at.account)
    except Conflict as refused:
        session.rollback()
        return redirect(request, here, Flash(refused.text(), "error"))
    words = gettext("« {title} » sera publié sur {portal}.", title=at.dataset.title, portal=portal.name)
    return redirect(request, here, Flash(words))


@router.post("/portails/{number}/envoyer")
def send_now(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    service.send_now(session, at.dataset, number, account=at.account)
    return _done(request, at, gettext("L’envoi commence."))


@router.post("/portails/{number}/suspendre")
def suspend(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    service.suspend(session, at.dataset, number, account=at.account)
    words = gettext("L’envoi est suspendu : ce qui est sur le portail y reste tel quel.")
    undo = f"{at.path}/portails/{number}/reprendre"
    return redirect(request, f"{at.path}/portails", Flash(words, undo=undo))


@router.post("/portails/{number}/reprendre")
def resume(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    service.resume(session, at.dataset, number, account=at.account)
    return _done(request, at, gettext("L’envoi reprend."))


@router.post("/portails/{number}/remplacer")
def overwrite(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    service.answer(session, at.dataset, number, Answer.overwrite, account=at.account)
    return _done(request, at, gettext("Ce qui est sur le portail va être remplacé par ce qui est ici."))


@router.post("/portails/{number}/recreer")
def recreate(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    service.answer(session, at.dataset, number, Answer.recreate, account=at.account)
    return _done(request, at, gettext("Le jeu de données va être créé à nouveau sur le portail."))


@router.post("/portails/{number}/laisser")
def let_be(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    """Keep what was changed at the portal: nothing more is sent until a person says so."""
    service.suspend(session, at.dataset, number, account=at.account)
    words = gettext(
        "Ce qui est sur le portail y reste. Plus rien n’y est envoyé tant que vous ne reprenez pas l’envoi."
    )
    return _done(request, at, words)


@router.get("/portails/{number}/arreter")
def ask_stop(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    held = service.find(session, at.dataset, number)
    return render(
        request,
        "publications/deliveries/stop.html",
        at=at,
        portal=connections.find(session, at.dataset.establishment, number),
        is_there=bool(service.state_of(held).ids.dataset_id) and not service.state_of(held).withdrawn,
    )


@router.post("/portails/{number}/arreter")
def stop(request: Request, at: Publisher, session: SessionOf, number: Number, form: Posted) -> Response:
    portal = connections.find(session, at.dataset.establishment, number)
    withdraw = text_of(form, "sur_place") == "retirer"
    service.stop(session, at.dataset, number, withdraw=withdraw, account=at.account)
    if withdraw:
        words = gettext("« {title} » va être retiré de {portal}.", title=at.dataset.title, portal=portal.name)
    else:
        words = gettext(
            "« {title} » n’est plus envoyé à {portal}.", title=at.dataset.title, portal=portal.name
        )
    return _done(request, at, words)


def _done(request: Request, at: At, words: str) -> Response:
    return redirect(request, f"{at.path}/portails", Flash(words))
