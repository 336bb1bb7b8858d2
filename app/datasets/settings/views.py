"""The settings of a dataset: title, constants, put away, removed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import SessionOf
from app.datasets import queries
from app.datasets import service as datasets
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.datasets.settings import service
from app.datasets.settings.service import Errors, Wanted
from app.errors import Conflict
from app.flash import Flash
from app.i18n import gettext, language
from app.posted import Posted, text_of, texts_of
from app.routing import Router
from app.templating import redirect, render
from app.tenancy import Role
from forms.control import controls

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]
Publisher = Annotated[At, Depends(at_dataset("publisher"))]

EMPTY_ROWS = 3


@router.get("/reglages")
def settings_page(request: Request, at: Reader, session: SessionOf) -> Response:
    """What it is, for everybody; what may be changed, for those who enter lines."""
    wanted = Wanted(at.dataset.title, service.as_typed(at.dataset))
    return _page(request, session, at, wanted, {})


@router.post("/reglages")
def change_settings(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Keep the settings, or show again what was typed with what is wrong."""
    names, values = texts_of(form, "constante_nom"), texts_of(form, "constante_valeur")
    title = " ".join(text_of(form, "titre").split())
    wanted = Wanted(title, [pair for pair in zip(names, values, strict=False) if any(pair)])
    settings, errors = service.read(at.dataset, wanted)
    if errors:
        return _page(request, session, at, wanted, errors, status=422)
    service.change(session, at.dataset, settings)
    return redirect(request, f"{at.path}/reglages", Flash(gettext("Les réglages sont enregistrés.")))


@router.get("/ranger")
def ask_to_put_away(request: Request, at: Publisher, session: SessionOf) -> Response:
    return render(request, "datasets/put_one_away.html", head=head_of(request, session, at))


@router.post("/ranger")
def put_away(request: Request, at: Publisher, session: SessionOf) -> Response:
    datasets.set_closed(session, at.dataset, True, account=at.account)
    words = gettext("« {title} » est rangé : il se lit, et ne se remplit plus.", title=at.dataset.title)
    return redirect(request, f"{at.path}/reglages", Flash(words, undo=f"{at.path}/rouvrir"))


@router.post("/rouvrir")
def reopen(request: Request, at: Publisher, session: SessionOf) -> Response:
    datasets.set_closed(session, at.dataset, False, account=at.account)
    words = gettext("« {title} » est rouvert : il se remplit de nouveau.", title=at.dataset.title)
    return redirect(request, f"{at.path}/reglages", Flash(words))


@router.get("/supprimer-le-jeu")
def ask_to_remove(request: Request, at: Editor, session: SessionOf) -> Response:
    return render(request, "datasets/remove.html", head=head_of(request, session, at))


@router.post("/supprimer-le-jeu")
def remove(request: Request, at: Editor, session: SessionOf) -> Response:
    try:
        service.remove(session, at.dataset, account=at.account)
    except Conflict as refused:
        session.rollback()
        return redirect(request, f"{at.path}/reglages", Flash(refused.text(), "error"))
    words = gettext("« {title} » est supprimé : il ne contenait aucune ligne.", title=at.dataset.title)
    return redirect(request, f"/e/{at.member.establishment.slug}/", Flash(words))


def _page(
    request: Request, session: SessionOf, at: At, wanted: Wanted, errors: Errors, *, status: int = 200
) -> Response:
    made = controls(at.dataset.schema, language())
    values: dict[str, Any] = {
        "head": head_of(request, session, at),
        "title": wanted.title,
        "constants": [*wanted.constants, *[("", "")] * EMPTY_ROWS],
        "labels": {control.field.name: control.label for control in made},
        "errors": errors,
        "may_change": at.member.role.includes(Role.editor),
        "may_put_away": at.member.role.includes(Role.publisher),
        "is_empty": not queries.has_records(session, at.dataset.establishment, at.dataset.id),
    }
    return render(request, "datasets/settings.html", status=status, **values)
