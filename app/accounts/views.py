"""Signing in and out, and the first visit."""

from __future__ import annotations

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Form, Request
from starlette.responses import JSONResponse, Response

from app import access, auth, csrf, i18n, mail
from app.access import SessionOf
from app.accounts import again, devices, passwords, queries, service
from app.accounts import first_visit as first
from app.accounts.browser import browser_of
from app.accounts.faults import Fault, Faults
from app.accounts.kept import unseal
from app.assets import YEAR
from app.auth import Viewer
from app.errors import AppError, NotFound, TooMany
from app.flash import Flash
from app.folding import fold_email
from app.i18n import gettext as _
from app.models import Account
from app.pages.errors import wants_json
from app.routing import Router
from app.templating import is_local, redirect, render

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]
Anybody = Annotated[None, Depends(access.anybody)]
Field = Annotated[str, Form()]


def local(address: str) -> str:
    """Where to go afterwards: a path of this service, not that of signing in or out; else the home page."""
    sent_back = ("/connexion", "/deconnexion", "/premiere-visite")
    return address if is_local(address) and not address.startswith(sent_back) else "/"


@router.get("/connexion")
def sign_in_page(
    request: Request, viewer: Public, session: SessionOf, suite: str = "/", reprise: str = ""
) -> Response:
    if viewer is not None and not reprise:
        return redirect(request, local(suite))
    if not queries.any_account(session):
        return redirect(request, "/premiere-visite")
    return again.sign_in_page(request, then=local(suite), resuming=bool(reprise))


@router.get("/connexion/etat")
def state(request: Request, _: Anybody, session: SessionOf) -> Response:
    """204 while signed in, else 401; does not make the session last longer."""
    token = auth.read_cookie(request)
    found = queries.session_by_token(session, auth.token_hash(token)) if token else None
    return Response(status_code=204 if found else 401, headers=again.NEVER_STORED)


@router.post("/connexion")
def sign_in(
    request: Request,
    viewer: Public,
    session: SessionOf,
    email: Field = "",
    mot_de_passe: Field = "",
    suite: Field = "/",
    reprise: Field = "",
) -> Response:
    in_place = wants_json(request)
    kept = unseal(request.app.state.signing_key, reprise) if reprise else None
    expected = again.expected(request) if in_place or kept else None
    browser = browser_of(request)
    try:
        account = service.sign_in(session, email, mot_de_passe, browser, expected=expected)
    except AppError as error:
        session.rollback()
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
        if in_place:
            return JSONResponse({"message": error.text()}, error.status, headers)
        response = again.sign_in_page(
            request,
            status=error.status,
            then=local(suite),
            sealed=reprise if kept else "",
            kept=kept,
            email=email,
            problem=error.text(),
        )
        response.headers.update(headers)
        return response
    token = service.enter(session, account, browser, auth.read_cookie(request))
    if in_place:
        answer: Response = JSONResponse({"csrf_token": csrf.renew(request, token)})
    elif kept is not None:
        csrf.renew(request, token)
        request.state.viewer = auth.load_viewer(session, token)
        answer = again.resume_page(request, kept)
    else:
        answer = redirect(request, local(suite))
    return entered(request, answer, account, token)


@router.post("/deconnexion")
def sign_out(request: Request, viewer: Public, session: SessionOf) -> Response:
    if viewer is not None and (token := auth.read_cookie(request)):
        auth.end_session(session, token)
        service.note(session, viewer.id, "account.signed-out")
    response = redirect(
        request, "/connexion", Flash(_("Votre session est fermée dans ce navigateur."), "info")
    )
    auth.clear_cookie(response)
    return response


@router.get("/premiere-visite")
def first_visit(request: Request, _viewer: Public, session: SessionOf) -> Response:
    if queries.any_account(session):
        raise NotFound
    return _first_visit(request, Faults())


@router.post("/premiere-visite")
def first_account(
    request: Request,
    _viewer: Public,
    session: SessionOf,
    background: BackgroundTasks,
    email: Field = "",
    nom: Field = "",
    mot_de_passe: Field = "",
    code: Field = "",
) -> Response:
    if queries.any_account(session):
        raise NotFound
    address, name = fold_email(email), " ".join(nom.split())
    errors = Faults(
        email=service.email_faults(address),
        nom=service.name_faults(name),
        mot_de_passe=passwords.faults(mot_de_passe, email=address, name=name),
    )
    if first.asks_code(request) and not errors:
        errors = Faults(code=_code_faults(request, code))
    if errors:
        session.rollback()
        return _first_visit(request, errors, email, nom, 422)
    account = service.add_first_account(session, address, name, mot_de_passe)
    token = service.enter(session, account, browser_of(request), auth.read_cookie(request))
    service.note(session, account.id, "account.created")
    sent = _("Votre compte est prêt : vous administrez ce service.")
    if not mail.is_set():
        sent += " " + _(
            "Aucun serveur de messagerie n’est réglé : les liens à envoyer s’affichent dans les pages."
        )
    return entered(request, redirect(request, "/", Flash(sent)), account, token)


def _first_visit(
    request: Request, errors: Faults, email: str = "", name: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "accounts/first_visit.html",
        status=status,
        asks_code=first.asks_code(request),
        email=email,
        name=name,
        errors=errors,
    )


def _code_faults(request: Request, code: str) -> list[Fault]:
    try:
        if first.is_code(request, code):
            return []
    except TooMany as error:
        return [(error.text(), "")]
    return [
        (
            _("Ce n’est pas le code de ce service."),
            _("Recopiez celui que le service écrit dans son journal en démarrant. Exemple : K3WQ7-ZD4PA"),
        )
    ]


def entered(request: Request, response: Response, account: Account, token: str) -> Response:
    """The answer that begins a session: its cookies, and the person's language where this browser has chosen none."""
    auth.set_cookie(response, token)
    devices.remember(request, response, account.id)
    if i18n.COOKIE not in request.cookies:
        response.set_cookie(
            i18n.COOKIE, account.lang, max_age=YEAR, httponly=True, samesite="lax", secure=auth.is_https()
        )
    return response
