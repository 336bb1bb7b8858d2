"""The page of one's own account, and the links to choose a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Form, Request
from starlette.responses import Response

from app import access, auth, i18n, mail
from app.access import Number, SessionOf
from app.accounts import again, passwords, queries, service, throttle
from app.accounts.browser import browser_of
from app.accounts.faults import Faults
from app.accounts.team.words import role_words
from app.accounts.views import entered
from app.assets import YEAR
from app.auth import Viewer
from app.errors import NotFound, TooMany
from app.flash import Flash
from app.folding import fold_email
from app.i18n import LANGUAGES, ngettext
from app.i18n import gettext as _
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]
SignedIn = Annotated[Viewer, Depends(access.signed_in)]
Administrator = Annotated[Viewer, Depends(access.administrator)]
Field = Annotated[str, Form()]
PAGE = "/mon-compte"


# --- links to choose a password -------------------------------------------------------------------------------------


@router.get("/mot-de-passe/oublie")
def forgotten(request: Request, _viewer: Public) -> Response:
    return render(request, "accounts/forgotten.html", sent=False, email="", errors=Faults())


@router.post("/mot-de-passe/oublie")
def ask_link(
    request: Request,
    _viewer: Public,
    session: SessionOf,
    background: BackgroundTasks,
    email: Field = "",
) -> Response:
    """The same answer, in the same time, whether somebody has an account at the address or not."""
    address = fold_email(email)
    errors = Faults(email=service.email_faults(address))
    network = browser_of(request).network
    if not errors:
        try:
            throttle.count("link", address, network)
        except TooMany as error:
            errors = Faults(email=[(error.text(), "")])
    if errors:
        session.rollback()
        return render(request, "accounts/forgotten.html", status=422, sent=False, email=email, errors=errors)
    background.add_task(_send_link, address, network)
    return render(request, "accounts/forgotten.html", sent=True, email=address, errors=Faults())


def _send_link(address: str, network: str) -> None:
    letter = service.ask_link(address, network)
    if letter is not None:
        mail.deliver(letter)


@router.get("/mot-de-passe/{token}")
def choose_page(request: Request, _viewer: Public, session: SessionOf, token: str) -> Response:
    found = queries.open_reset(session, auth.token_hash(token))
    if found is None:
        return _over(request)
    return _choose(request, found.email, Faults())


@router.post("/mot-de-passe/{token}")
def choose(
    request: Request,
    _viewer: Public,
    session: SessionOf,
    background: BackgroundTasks,
    token: str,
    mot_de_passe: Field = "",
) -> Response:
    found = queries.open_reset(session, auth.token_hash(token))
    if found is None:
        session.rollback()
        return _over(request)
    faults = passwords.faults(mot_de_passe, email=found.email, name=found.name)
    if faults:
        session.rollback()
        return _choose(request, found.email, Faults(mot_de_passe=faults), 422)
    account = service.choose_password(session, token, mot_de_passe)
    if account is None:
        session.rollback()
        return _over(request)
    mail.send(background, service.changed_letter(account))
    new = service.enter(session, account, browser_of(request), auth.read_cookie(request))
    words = _(
        "Votre nouveau mot de passe est enregistré et votre session est ouverte. Les autres sont fermées."
    )
    return entered(request, redirect(request, "/", Flash(words)), account, new)


def _choose(request: Request, email: str, errors: Faults, status: int = 200) -> Response:
    response = render(request, "accounts/choose_password.html", status=status, email=email, errors=errors)
    response.headers.update(again.NEVER_STORED)
    return response


def _over(request: Request) -> Response:
    return render(request, "accounts/link_over.html", status=404)


# --- one's own account ----------------------------------------------------------------------------------------------


@router.get(PAGE)
def own_account(request: Request, viewer: SignedIn, session: SessionOf) -> Response:
    return _page(request, session, viewer)


@router.post(PAGE)
def change_account(
    request: Request, viewer: SignedIn, session: SessionOf, nom: Field = "", langue: Field = "fr"
) -> Response:
    name = " ".join(nom.split())
    errors = Faults(nom=service.name_faults(name))
    if errors or langue not in LANGUAGES:
        session.rollback()
        return _page(request, session, viewer, errors, name=nom, status=422)
    account = queries.account(session, viewer.id)
    if account is None:
        raise NotFound
    account.name, account.lang = name, langue
    with i18n.use(langue):
        response = redirect(request, PAGE, Flash(_("Vos informations sont enregistrées.")))
    response.set_cookie(
        i18n.COOKIE, langue, max_age=YEAR, httponly=True, samesite="lax", secure=auth.is_https()
    )
    return response


@router.post(f"{PAGE}/mot-de-passe")
def change_password(
    request: Request,
    viewer: SignedIn,
    session: SessionOf,
    background: BackgroundTasks,
    mot_de_passe_actuel: Field = "",
    mot_de_passe: Field = "",
) -> Response:
    account = queries.account(session, viewer.id)
    if account is None:
        raise NotFound
    errors = Faults(mot_de_passe=passwords.faults(mot_de_passe, email=account.email, name=account.name))
    browser = browser_of(request)
    try:
        service.check_password(account, mot_de_passe_actuel, browser)
    except service.WrongPassword:
        errors["mot_de_passe_actuel"] = [
            (
                _("Ce n’est pas votre mot de passe actuel."),
                _("Vérifiez-le, ou utilisez « Mot de passe oublié »."),
            )
        ]
    except TooMany as error:
        errors["mot_de_passe_actuel"] = [(error.text(), "")]
    if errors:
        session.rollback()
        return _page(request, session, viewer, errors, status=422)
    service.set_password(session, account, mot_de_passe)
    mail.send(background, service.changed_letter(account))
    token = service.enter(session, account, browser, auth.read_cookie(request))
    words = _("Votre nouveau mot de passe est enregistré. Vos autres sessions sont fermées.")
    return entered(request, redirect(request, PAGE, Flash(words)), account, token)


@router.post(f"{PAGE}/sessions/fermer")
def end_others(request: Request, viewer: SignedIn, session: SessionOf) -> Response:
    """Sign out everywhere else."""
    ended = queries.end_sessions(session, viewer.id, keep=viewer.session_id)
    service.note(session, viewer.id, "account.sessions-ended", count=ended)
    words = ngettext("{n} autre session est fermée.", "{n} autres sessions sont fermées.", ended)
    return redirect(request, PAGE, Flash(words))


@router.post(f"{PAGE}/sessions/{{number}}/fermer")
def end_one(request: Request, viewer: SignedIn, session: SessionOf, number: Number) -> Response:
    if not queries.end_sessions(session, viewer.id, only=number):
        raise NotFound
    service.note(session, viewer.id, "account.sessions-ended", count=1)
    return redirect(request, PAGE, Flash(_("La session est fermée.")))


def _page(
    request: Request,
    session: SessionOf,
    viewer: Viewer,
    errors: Faults | None = None,
    name: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "accounts/own.html",
        status=status,
        errors=errors or Faults(),
        name=viewer.name if name is None else name,
        own_lang=viewer.lang,
        role_words=role_words,
        sessions=queries.sessions_of(session, viewer.id),
    )


# --- what waits for an administrator --------------------------------------------------------------------------------


@router.get("/administration/liens")
def waiting_links(request: Request, _viewer: Administrator, session: SessionOf) -> Response:
    """Who asked for a link: where no mail leaves, an administrator hands it over."""
    return _links(request, session)


@router.post("/administration/liens/{account_id}")
def give_link(request: Request, viewer: Administrator, session: SessionOf, account_id: Number) -> Response:
    """A new link, shown once; those made before open no more."""
    account = queries.account(session, account_id)
    if account is None or not account.is_active:
        raise NotFound
    link = service.give_link(session, account.id, by=viewer.id)
    response = _links(request, session, (account.name, link))
    response.headers.update(again.NEVER_STORED)
    return response


def _links(request: Request, session: SessionOf, given: tuple[str, str] | None = None) -> Response:
    waiting = queries.waiting_resets(session)
    return render(request, "accounts/links.html", waiting=waiting, given=given, mail_is_set=mail.is_set())
