"""Help, legal notices, accessibility declaration, and the reader's choice of language and appearance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from app import access, i18n
from app.accent import accent
from app.assets import YEAR
from app.auth import Viewer
from app.errors import NotFound
from app.routing import Router
from app.templating import THEME_COOKIE, THEMES, is_local, redirect, render

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]
Anybody = Annotated[None, Depends(access.anybody)]


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this installation, for the legal notices; ``app.state.operator`` holds it."""

    name: str = ""
    director: str = ""
    contact: str = ""
    hosting: str = ""


def _operator(request: Request) -> Operator:
    operator = getattr(request.app.state, "operator", None)
    return operator if isinstance(operator, Operator) else Operator()


@router.get("/aide")
def help_page(request: Request, _viewer: Public) -> Response:
    return render(request, "pages/help.html")


@router.get("/accessibilite")
def accessibility(request: Request, _viewer: Public) -> Response:
    return render(request, "pages/accessibility.html", operator=_operator(request))


@router.get("/mentions-legales")
def legal_notices(request: Request, _viewer: Public) -> Response:
    return render(request, "pages/legal.html", operator=_operator(request))


@router.post("/preferences")
def keep_preferences(
    request: Request,
    _: Anybody,
    lang: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    retour: Annotated[str, Form()] = "/",
) -> Response:
    """Keep the language or the appearance for a year in this browser, and go back to the page."""
    response = redirect(request, retour if is_local(retour) else "/")
    for cookie, value, known in (
        (i18n.COOKIE, lang, i18n.LANGUAGES),
        (THEME_COOKIE, theme, THEMES),
    ):
        if value in known:
            secure = request.url.scheme == "https"
            response.set_cookie(cookie, value, max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/couleur/{colour}.css")
def accent_stylesheet(_: Anybody, colour: str) -> Response:
    """The tokens of an establishment's accent colour; the same answer for ever, so browsers keep it."""
    found = accent(colour)
    if found is None:
        raise NotFound
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
    return Response(found.stylesheet, media_type="text/css", headers=headers)
