"""What people read when a page cannot be shown: what happened, then what to do. A program asks for JSON and gets it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app import csrf, i18n, security
from app.db import is_of_others
from app.errors import AppError, Busy
from app.formats import size_limit
from app.i18n import N_, gettext
from app.templating import is_htmx, render

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

log = logging.getLogger(__name__)

SHARED = ("/donnees", "/api/v1/donnees")
"""Below these addresses everybody is answered the same, errors too: no cookie, no form that changes something."""

SHARED_HEADERS = {
    "Cache-Control": "public, no-cache",
    "Vary": "Accept, Accept-Language, Cookie, HX-Request, HX-History-Restore-Request",
}
"""An error is asked about each time: what is not there now may be published the next minute. Cookies: those of a reader's
language and appearance."""

# status → (title, what to do)
WORDS = {
    400: (N_("Cette demande n’est pas comprise"), N_("Revenez à la page précédente et recommencez.")),
    401: (N_("Connectez-vous pour continuer"), N_("Cette page est réservée aux personnes connectées.")),
    403: (
        N_("Cette action ne vous est pas ouverte"),
        N_("Demandez à une personne qui gère l’établissement de changer votre rôle."),
    ),
    404: (
        N_("Cette page n’existe pas"),
        N_(
            "L’adresse est peut-être incomplète, la page a pu être déplacée, ou elle est réservée à un établissement "
            "dont vous n’êtes pas membre."
        ),
    ),
    405: (N_("Cette adresse ne s’ouvre pas ainsi"), N_("Revenez à la page précédente et recommencez.")),
    409: (
        N_("Quelqu’un d’autre a modifié cette page"),
        N_("Rechargez la page pour voir son état actuel, puis recommencez."),
    ),
    410: (
        N_("Ces données ont été retirées"),
        N_("La page du jeu de données dit ce qui est encore publié."),
    ),
    413: (
        N_("Ce que vous envoyez est trop volumineux"),
        N_("Allégez le fichier, ou découpez-le en plusieurs."),
    ),
    422: (N_("Cette demande est incomplète"), N_("Revenez à la page précédente et recommencez.")),
    429: (N_("Trop de tentatives"), N_("Patientez quelques minutes, puis recommencez.")),
    500: (
        N_("Le service a rencontré un problème"),
        N_(
            "Ce n’est pas de votre fait, et ce qui était enregistré le reste. Réessayez dans quelques minutes."
        ),
    ),
    503: (
        N_("Le service est momentanément indisponible"),
        N_("Ce qui était enregistré le reste. Réessayez dans quelques minutes."),
    ),
}


def install(app: FastAPI, *, https: bool) -> None:
    """Give the application these pages. ``https``: as :class:`app.security.SecurityHeaders`."""

    def unexpected(request: Request, error: Exception) -> Response:
        """A fault of ours. This answer is made outside every middleware: no person, no database, headers by hand."""
        with i18n.use(
            i18n.chosen_language(request.cookies.get(i18n.COOKIE), request.headers.get("accept-language"))
        ):
            request.state.viewer = request.state.establishment = None
            response = answer(request, 500)
        security.harden(response.headers, https=https)
        return response

    def held(request: Request, error: Exception) -> Response:
        """Others hold a row for longer than a request waits, or both wait for each other: nothing was written."""
        if not is_of_others(error):
            raise error
        log.warning("given up for others", extra={"error": type(error.__cause__).__qualname__})
        return _expected(request, Busy())

    app.add_exception_handler(AppError, _expected)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OperationalError, held)
    app.add_exception_handler(Exception, unexpected)


def answer(
    request: Request, status: int, problem: str = "", headers: dict[str, str] | None = None
) -> Response:
    """The page of an error; ``problem``: what happened, in words that replace the usual ones.

    An address that only programs post to answers in its own words, whatever it is asked for (docs/api.md).
    """
    title, remedy = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    if status == 413 and (bound := getattr(request.state, "max_body", None)):
        problem = problem or gettext("La limite est de {size}.", size=size_limit(bound))
    reference = getattr(request.state, "request_id", "") if status >= 500 else ""
    shared = is_shared(request)
    headers = {**(SHARED_HEADERS if shared else {}), **(headers or {})}
    message = problem or gettext(title)
    if request.scope["path"] in csrf.FOR_PROGRAMS:
        return JSONResponse({"error": message}, status, headers)
    if wants_json(request):
        return JSONResponse({"status": status, "message": message}, status, headers)
    response = render(
        request,
        "errors/error.html",
        block="content" if is_htmx(request) else None,
        status=status,
        shared_for=0 if shared else None,
        shared=shared,
        code=status,
        title_words=gettext(title),
        problem=problem,
        remedy=gettext(remedy),
        reference=reference,
    )
    response.headers.update(headers)
    return response


def _expected(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    headers = {}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(seconds)
    return answer(request, error.status, error.text(i18n.language()), headers)


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return answer(request, error.status_code, headers=dict(error.headers or {}))


def _unreadable(request: Request, error: Exception) -> Response:
    """A parameter of the wrong type: on a path or a query it is an address that does not exist."""
    if not isinstance(error, RequestValidationError):
        raise error
    places = {problem["loc"][0] for problem in error.errors()}
    return answer(request, 404 if places <= {"path", "query"} else 422)


def _unstorable(request: Request, error: Exception) -> Response:
    """A text or a number that PostgreSQL has no place for (NUL, 99999999999999999999): nobody types them by mistake."""
    log.warning("unstorable value", extra={"error": type(error.__cause__).__qualname__})
    return answer(request, 400)


def is_shared(request: Request) -> bool:
    """The address is one of those that answer the same to everybody."""
    path = request.scope["path"]
    return path in SHARED or path.startswith(tuple(f"{one}/" for one in SHARED))


def wants_json(request: Request) -> bool:
    """A program asks, not a reader of pages."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept
