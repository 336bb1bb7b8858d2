"""The team of an establishment, and the link by which one joins it."""

from __future__ import annotations

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Form, Request
from starlette.responses import Response

from app import access, auth, mail
from app.access import Member, Number, SessionOf, member
from app.accounts import again, passwords, queries, service
from app.accounts.browser import browser_of
from app.accounts.faults import Faults
from app.accounts.team import queries as team_queries
from app.accounts.team import service as team
from app.accounts.team.words import role_options, role_words
from app.accounts.views import entered
from app.auth import Seat, Viewer
from app.errors import Conflict, NotFound
from app.flash import Flash
from app.folding import fold_email
from app.i18n import gettext as _
from app.models import Invitation
from app.routing import Router
from app.templating import redirect, render
from app.tenancy import Role

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]
Reader = Annotated[Member, Depends(member("reader"))]
Manager = Annotated[Member, Depends(member("manager"))]
Field = Annotated[str, Form()]
TEAM = "/e/{establishment}/equipe"


def _at(seat: Seat) -> str:
    return f"/e/{seat.slug}/equipe"


@router.get(TEAM)
def team_page(request: Request, me: Manager, session: SessionOf) -> Response:
    return _page(request, session, me)


@router.post(f"{TEAM}/inviter")
def invite(
    request: Request,
    me: Manager,
    session: SessionOf,
    background: BackgroundTasks,
    email: Field = "",
    role: Field = "",
) -> Response:
    address = fold_email(email)
    errors = Faults(
        email=service.email_faults(address),
        role=[] if role in list(Role) else [(_("Choisissez un rôle."), _("Il pourra être changé ensuite."))],
    )
    if not errors:
        try:
            link = team.invite(session, me.establishment, address, Role(role), by=me.viewer.id)
        except Conflict as error:
            errors = Faults(email=[(error.text(), "")])
    if errors:
        session.rollback()
        return _page(request, session, me, errors, email=email, role=role, status=422)
    return _invited(request, session, me, background, address, Role(role), link)


@router.post(f"{TEAM}/invitations/{{number}}/renvoyer")
def invite_again(
    request: Request, me: Manager, session: SessionOf, background: BackgroundTasks, number: Number
) -> Response:
    found, link = team.invite_again(session, me.establishment, number, by=me.viewer.id)
    return _invited(request, session, me, background, found.email, Role(found.role), link)


@router.post(f"{TEAM}/invitations/{{number}}/annuler")
def cancel(request: Request, me: Manager, session: SessionOf, number: Number) -> Response:
    address = team.cancel(session, me.establishment, number, by=me.viewer.id)
    words = _("L’invitation de {email} est annulée : son lien ne s’ouvre plus.", email=address)
    return redirect(request, _at(me.establishment), Flash(words))


@router.post(f"{TEAM}/{{account_id}}/role")
def change_role(
    request: Request, me: Manager, session: SessionOf, account_id: Number, role: Field = ""
) -> Response:
    if role not in list(Role):
        raise NotFound
    try:
        changed = team.change_role(session, me.establishment, account_id, Role(role), by=me.viewer.id)
    except team.LastManager as error:
        session.rollback()
        return redirect(request, _at(me.establishment), Flash(error.text(), "error"))
    account = queries.account(session, account_id)
    name = account.name if account else ""
    if not changed:
        words = Flash(_("{name} a déjà ce rôle.", name=name), "info")
    else:
        words = Flash(_("{name} a maintenant le rôle « {role} ».", name=name, role=role_words(role)[0]))
    lowered = account_id == me.viewer.id and role != Role.manager
    return redirect(request, "/" if lowered else _at(me.establishment), words)


@router.get(f"{TEAM}/{{account_id}}/retirer")
def ask_remove(request: Request, me: Manager, session: SessionOf, account_id: Number) -> Response:
    account = queries.account(session, account_id)
    if account is None or team_queries.membership(session, me.establishment.id, account_id) is None:
        raise NotFound
    return render(request, "accounts/team_remove.html", person=account)


@router.post(f"{TEAM}/{{account_id}}/retirer")
def remove(request: Request, me: Manager, session: SessionOf, account_id: Number) -> Response:
    account = queries.account(session, account_id)
    try:
        team.remove(session, me.establishment, account_id, by=me.viewer.id)
    except team.LastManager as error:
        session.rollback()
        return redirect(request, _at(me.establishment), Flash(error.text(), "error"))
    words = Flash(_("{name} ne fait plus partie de l’équipe.", name=account.name if account else ""))
    return redirect(request, "/" if account_id == me.viewer.id else _at(me.establishment), words)


@router.get(f"{TEAM}/quitter")
def ask_leave(request: Request, me: Reader) -> Response:
    return render(request, "accounts/team_leave.html")


@router.post(f"{TEAM}/quitter")
def leave(request: Request, me: Reader, session: SessionOf) -> Response:
    try:
        team.leave(session, me.establishment, me.viewer.id)
    except team.LastManager as error:
        session.rollback()
        return redirect(request, "/mon-compte", Flash(error.text(), "error"))
    words = _("Vous ne faites plus partie de l’équipe de « {place} ».", place=me.establishment.name)
    return redirect(request, "/mon-compte", Flash(words))


def _invited(
    request: Request,
    session: SessionOf,
    me: Member,
    background: BackgroundTasks,
    address: str,
    role: Role,
    link: str,
) -> Response:
    """The mail leaves; where there is no server to send it by, the page shows the link, once."""
    letter = team.invitation_letter(
        address, link, place=me.establishment.name, role=role, by=me.viewer.name or me.viewer.email
    )
    mail.send(background, letter)
    if mail.is_set():
        words = _("Une invitation est partie à {email}.", email=address)
        return redirect(request, _at(me.establishment), Flash(words))
    response = _page(request, session, me, given=(address, link))
    response.headers.update(again.NEVER_STORED)
    return response


def _page(
    request: Request,
    session: SessionOf,
    me: Member,
    errors: Faults | None = None,
    *,
    email: str = "",
    role: str = "",
    given: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "accounts/team.html",
        status=status,
        members=team_queries.members(session, me.establishment.id),
        pending=team_queries.pending(session, me.establishment.id),
        role_options=role_options(),
        role_words=role_words,
        errors=errors or Faults(),
        email=email,
        role=role,
        given=given,
    )


# --- joining --------------------------------------------------------------------------------------------------------


@router.get("/invitation/{token}")
def invitation_page(request: Request, viewer: Public, session: SessionOf, token: str) -> Response:
    found = team.read_link(session, token, viewer.id if viewer else None)
    if found is None:
        return _over(request)
    return _joining(request, session, found, Faults())


@router.post("/invitation/{token}")
def join(
    request: Request,
    viewer: Public,
    session: SessionOf,
    token: str,
    nom: Field = "",
    mot_de_passe: Field = "",
) -> Response:
    """Join with the account one is signed in with; else make one, at the address the invitation was sent to."""
    found = team.read_link(session, token, viewer.id if viewer else None, lock=True)
    place = team_queries.establishment(session, found.establishment_id) if found else None
    if found is None or place is None:
        session.rollback()
        return _over(request)
    name = " ".join(nom.split())
    account = queries.account(session, viewer.id) if viewer else None
    if account is None:
        if queries.account_by_email(session, found.email) is not None:
            session.rollback()
            return redirect(request, request.url.path)
        errors = Faults(
            nom=service.name_faults(name),
            mot_de_passe=passwords.faults(mot_de_passe, email=found.email, name=name),
        )
        if errors:
            response = _joining(request, session, found, errors, name=nom, status=422)
            session.rollback()
            return response
        account = service.add_account(session, found.email, name, password=mot_de_passe)
    team.accept(session, found, account)
    words = _(
        "Bienvenue dans « {place} » : vous y avez le rôle « {role} ».",
        place=place.name,
        role=role_words(found.role)[0],
    )
    response = redirect(request, f"/e/{place.slug}/", Flash(words))
    new = service.enter(session, account, browser_of(request), auth.read_cookie(request))
    return entered(request, response, account, new)


def _joining(
    request: Request,
    session: SessionOf,
    invitation: Invitation,
    errors: Faults,
    name: str = "",
    status: int = 200,
) -> Response:
    place = team_queries.establishment(session, invitation.establishment_id)
    if place is None:
        return _over(request)
    response = render(
        request,
        "accounts/invitation.html",
        status=status,
        place=place,
        email=invitation.email,
        role=role_words(invitation.role),
        has_account=queries.account_by_email(session, invitation.email) is not None,
        errors=errors,
        name=name,
    )
    response.headers.update(again.NEVER_STORED)
    return response


def _over(request: Request) -> Response:
    return render(request, "accounts/invitation_over.html", status=404)
