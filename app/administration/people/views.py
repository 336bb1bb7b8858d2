"""People: list, create, close and reopen accounts, let them administer, hand over a link."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access, journal, mail
from app.access import SessionOf
from app.accounts import again
from app.accounts import queries as accounts
from app.accounts import service as own
from app.accounts.people import queries, service
from app.auth import Viewer
from app.errors import Conflict, NotFound
from app.flash import Flash
from app.folding import fold_email
from app.i18n import N_, gettext
from app.models import Account
from app.paging import page_of
from app.posted import Posted, text_of
from app.routing import Router
from app.templating import redirect, render
from schema_loader.messages import Message

router = Router(include_in_schema=False, prefix="/administration/personnes")
Administrator = Annotated[Viewer, Depends(access.administrator)]

ROOT = "/administration/personnes"
PAGE_SIZE = 50
Errors = dict[str, list[Message]]


@router.get("")
def people(
    request: Request, _viewer: Administrator, session: SessionOf, q: str = "", page: str = "1"
) -> Response:
    sought = q.strip()[:100]
    shown = page_of(page, queries.count(session, sought), PAGE_SIZE)
    return render(
        request,
        "administration/people.html",
        q=sought,
        people=queries.listed(session, sought, limit=shown.size, offset=shown.offset),
        page=shown,
        waiting=len(accounts.waiting_resets(session)),
    )


@router.get("/creer")
def create_page(request: Request, _viewer: Administrator) -> Response:
    return _create_page(request, {"nom": "", "courriel": "", "administre": ""}, {})


@router.post("/creer")
def create(request: Request, viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    """An account without a password, and the link by which the person chooses one."""
    typed = {name: text_of(form, name) for name in ("nom", "courriel", "administre")}
    address, name = fold_email(typed["courriel"]), " ".join(typed["nom"].split())
    errors: Errors = {
        "nom": [Message(*fault) for fault in own.name_faults(name)],
        "courriel": [Message(*fault) for fault in own.email_faults(address)],
    }
    if not any(errors.values()) and accounts.account_by_email(session, address) is not None:
        errors["courriel"] = [Message(gettext("Cette adresse a déjà un compte."), "")]
    if any(errors.values()):
        session.rollback()
        return _create_page(request, typed, errors, status=422)
    account = own.add_account(session, address, name, is_administrator=typed["administre"] == "oui")
    journal.note(session, act="account.created", account=viewer.id, subject=f"account:{account.id}")
    link = own.give_link(session, account.id, by=viewer.id)
    return _person(request, viewer, account, given=link, created=True)


@router.get("/{account_id}")
def person(request: Request, viewer: Administrator, session: SessionOf, account_id: int) -> Response:
    return _person(request, viewer, _of(session, account_id))


@router.post("/{account_id}/lien")
def give_link(request: Request, viewer: Administrator, session: SessionOf, account_id: int) -> Response:
    """A link to choose a password, for an administrator to hand over; shown once."""
    account = _of(session, account_id)
    if not account.is_active:
        raise Conflict(N_("Ce compte est désactivé. Réactivez-le d’abord."))
    return _person(request, viewer, account, given=own.give_link(session, account.id, by=viewer.id))


@router.get("/{account_id}/desactiver")
def ask_close(request: Request, _viewer: Administrator, session: SessionOf, account_id: int) -> Response:
    return render(request, "administration/person_close.html", person=_of(session, account_id))


@router.post("/{account_id}/desactiver")
def close(request: Request, viewer: Administrator, session: SessionOf, account_id: int) -> Response:
    return _change(request, session, viewer, account_id, active=False)


@router.post("/{account_id}/reactiver")
def reopen(request: Request, viewer: Administrator, session: SessionOf, account_id: int) -> Response:
    return _change(request, session, viewer, account_id, active=True)


@router.post("/{account_id}/administration")
def administer(
    request: Request, viewer: Administrator, session: SessionOf, account_id: int, form: Posted
) -> Response:
    """Let a person administer the instance, or no longer."""
    wanted = text_of(form, "administre") == "oui"
    try:
        account = service.set_administrator(session, account_id, wanted, by=viewer.id)
    except Conflict as refused:
        session.rollback()
        return redirect(request, f"{ROOT}/{account_id}", Flash(refused.text(), "error"))
    told = (
        gettext("{name} administre maintenant le service.", name=account.name)
        if wanted
        else gettext("{name} n’administre plus le service.", name=account.name)
    )
    own_rights = account_id == viewer.id and not wanted
    return redirect(request, "/" if own_rights else f"{ROOT}/{account_id}", Flash(told))


def _change(
    request: Request, session: SessionOf, viewer: Viewer, account_id: int, *, active: bool
) -> Response:
    try:
        account = service.set_active(session, account_id, active, by=viewer.id)
    except Conflict as refused:
        session.rollback()
        return redirect(request, f"{ROOT}/{account_id}", Flash(refused.text(), "error"))
    if active:
        message = Flash(gettext("Le compte de {name} est réactivé.", name=account.name))
    else:
        message = Flash(
            gettext("Le compte de {name} est désactivé.", name=account.name),
            undo=f"{ROOT}/{account_id}/reactiver",
        )
    return redirect(request, f"{ROOT}/{account_id}", message)


def _of(session: SessionOf, account_id: int) -> Account:
    found = queries.by_id(session, account_id)
    if found is None:
        raise NotFound
    return found


def _person(
    request: Request, viewer: Viewer, account: Account, *, given: str = "", created: bool = False
) -> Response:
    response = render(
        request,
        "administration/person.html",
        person=account,
        is_self=account.id == viewer.id,
        given=given,
        created=created,
        mail_is_set=mail.is_set(),
    )
    if given:
        response.headers.update(again.NEVER_STORED)
    return response


def _create_page(request: Request, typed: dict[str, str], errors: Errors, *, status: int = 200) -> Response:
    return render(request, "administration/person_add.html", status=status, form=typed, errors=errors)
