"""Establishments: list, create, import from a file, correct."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, Request
from starlette.responses import Response

from app import access, mail
from app.access import SessionOf
from app.accounts import again
from app.accounts import service as accounts
from app.accounts.team import service as team
from app.auth import Seat, Viewer
from app.errors import Conflict, NotFound
from app.establishments import file_import, queries, service
from app.establishments.service import Errors, Invalid, said
from app.establishments.sheet import KIND_WORDS, table
from app.flash import Flash
from app.folding import fold_email
from app.i18n import N_, gettext, ngettext
from app.models import Establishment
from app.paging import page_of, slice_of
from app.posted import Posted, file_of, text_of
from app.routing import Router
from app.templating import redirect, render
from app.tenancy import Role, Scope, set_scope
from schema_loader.custom_checks.cog import departements
from schema_loader.messages import Message

router = Router(include_in_schema=False, prefix="/administration/etablissements")
Administrator = Annotated[Viewer, Depends(access.administrator)]

ROOT = "/administration/etablissements"
PAGE_SIZE = 50
FAULTS_SHOWN = 100
IDENTITY = ("nom", "siren", "siret", "type", "departement", "courriel")


@router.get("")
def establishments(
    request: Request, _viewer: Administrator, session: SessionOf, q: str = "", page: str = "1"
) -> Response:
    sought = q.strip()[:100]
    shown = page_of(page, queries.count(session, sought), PAGE_SIZE)
    return render(
        request,
        "administration/establishments.html",
        q=sought,
        rows=queries.listed(session, sought, limit=shown.size, offset=shown.offset),
        page=shown,
        kinds={code: gettext(words) for code, words in KIND_WORDS.items()},
    )


@router.get("/creer")
def create_page(request: Request, _viewer: Administrator) -> Response:
    return _form(request, {"type": "commune"}, {}, None)


@router.post("/creer")
def create(request: Request, viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    typed = {name: text_of(form, name) for name in (*IDENTITY, "adresse_page", "bac_a_sable")}
    try:
        made = service.create(session, typed, sandbox=typed["bac_a_sable"] == "oui", account=viewer.id)
    except Invalid as invalid:
        session.rollback()
        return _form(request, typed, invalid.errors, None, status=422)
    told = gettext("« {name} » est créé. Invitez maintenant la personne qui le gérera.", name=made.name)
    return redirect(request, f"{ROOT}/{made.slug}/modifier#gestion", Flash(told))


@router.get("/importer")
def import_page(request: Request, _viewer: Administrator) -> Response:
    return _import_page(request, None)


@router.post("/importer")
def import_file(request: Request, _viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    """Keep the file, and show what it would create."""
    data = file_of(form, "fichier", file_import.MAX_OCTETS)
    if not data:
        error = said(N_("Il manque le fichier."), N_("Choisissez un fichier CSV."))
    elif len(data) > file_import.MAX_OCTETS:
        error = said(
            N_("Ce fichier est trop gros pour une liste d’établissements."),
            N_("Vérifiez que c’est bien le bon, ou découpez-le."),
        )
    else:
        return redirect(request, f"{ROOT}/importer/{file_import.keep(data)}")
    session.rollback()
    return _import_page(request, error, status=422)


@router.get("/importer/modele.csv")
def import_template(_viewer: Administrator) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="etablissements.csv"'}
    return Response(file_import.template(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/importer/{token}")
def preview(
    request: Request, _viewer: Administrator, session: SessionOf, token: str, page: str = "1"
) -> Response:
    """What the file would create, or each line that is wrong; nothing is kept yet."""
    return _preview(request, session, token, page)


@router.post("/importer/{token}")
def confirm_import(request: Request, viewer: Administrator, session: SessionOf, token: str) -> Response:
    """Create them, all or none: what was right when it was shown is checked again."""
    path = file_import.kept(token)
    reading = None if path is None else file_import.read(session, path)
    if reading is None or not reading.is_sound:
        session.rollback()
        return _preview(request, session, token, "1", status=422)
    try:
        created = service.create_all(session, reading.rows, account=viewer.id)
    except Invalid:
        session.rollback()
        return _preview(request, session, token, "1", status=422)
    file_import.forget(token)
    told = ngettext("{n} établissement est créé.", "{n} établissements sont créés.", created)
    return redirect(request, ROOT, Flash(told))


@router.get("/{slug}/modifier")
def change_page(request: Request, _viewer: Administrator, session: SessionOf, slug: str) -> Response:
    found = _of(session, slug)
    return _form(request, service.as_sheet(found), {}, found)


@router.post("/{slug}/modifier")
def change(request: Request, viewer: Administrator, session: SessionOf, slug: str, form: Posted) -> Response:
    found = _of(session, slug)
    typed = {name: text_of(form, name) for name in IDENTITY}
    try:
        service.change_identity(session, found, typed, account=viewer.id)
    except Invalid as invalid:
        session.rollback()
        return _form(request, {**typed, "adresse_page": slug}, invalid.errors, _of(session, slug), status=422)
    return redirect(
        request, f"{ROOT}/{slug}/modifier", Flash(gettext("« {name} » est à jour.", name=found.name))
    )


@router.post("/{slug}/inviter")
def invite_manager(
    request: Request,
    viewer: Administrator,
    session: SessionOf,
    slug: str,
    form: Posted,
    background: BackgroundTasks,
) -> Response:
    """Offer the management of an establishment; without a mail server the page shows the link, once."""
    found = _of(session, slug)
    sheet = service.as_sheet(found)
    address = fold_email(text_of(form, "invitation"))
    faults = [Message(*fault) for fault in accounts.email_faults(address)]
    link = ""
    if not faults:
        seat = Seat(found.id, found.slug, found.name, found.accent, found.is_sandbox, Role.manager)
        set_scope(session, Scope.of(found.id, Role.manager, account=viewer.id))
        try:
            link = team.invite(session, seat, address, Role.manager, by=viewer.id)
        except Conflict as refused:
            faults = [Message(refused.text(), "")]
    if faults:
        session.rollback()
        return _form(request, sheet, {"invitation": faults}, found, invited=address, status=422)
    letter = team.invitation_letter(
        address, link, place=found.name, role=Role.manager, by=viewer.name or viewer.email
    )
    mail.send(background, letter)
    if mail.is_set():
        told = gettext("Une invitation est partie à {email}.", email=address)
        return redirect(request, f"{ROOT}/{slug}/modifier", Flash(told))
    response = _form(request, sheet, {}, found, given=(address, link))
    response.headers.update(again.NEVER_STORED)
    return response


def _of(session: SessionOf, slug: str) -> Establishment:
    found = queries.by_slug(session, slug)
    if found is None:
        raise NotFound
    return found


def _form(
    request: Request,
    form: dict[str, str],
    errors: Errors,
    one: Establishment | None,
    *,
    invited: str = "",
    given: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    names = (*IDENTITY, "adresse_page", "bac_a_sable")
    return render(
        request,
        "administration/establishment.html",
        status=status,
        form={name: form.get(name, "") for name in names},
        errors=errors,
        one=one,
        invited=invited,
        given=given,
        kinds=[(code, gettext(words)) for code, words in KIND_WORDS.items()],
        departements=[(code, f"{code} – {name}") for code, name in departements().items()],
    )


def _import_page(request: Request, error: Any, *, status: int = 200) -> Response:
    columns = [
        {
            "name": field.name,
            "title": gettext(field.title),
            "words": gettext(field.description) if field.description else "",
            "example": field.example,
            "required": field.required,
        }
        for field in table().fields
    ]
    return render(
        request,
        "administration/import.html",
        status=status,
        columns=columns,
        kinds=list(KIND_WORDS),
        error=error,
        max_octets=file_import.MAX_OCTETS,
        max_rows=file_import.MAX_ROWS,
    )


def _preview(request: Request, session: SessionOf, token: str, page: str, *, status: int = 200) -> Response:
    path = file_import.kept(token)
    if path is None:
        raise NotFound(
            N_(
                "Ce fichier n’est plus là : il a été importé, ou attend depuis plus d’un jour. Envoyez-le de nouveau."
            )
        )
    reading = file_import.read(session, path)
    shown = page_of(page, len(reading.rows), PAGE_SIZE)
    faults = reading.faults
    return render(
        request,
        "administration/import_preview.html",
        status=status,
        reading=reading,
        rows=list(slice_of(list(zip(reading.lines, reading.rows, reading.errors, strict=True)), shown))
        if reading.rows
        else [],
        faults=faults[:FAULTS_SHOWN],
        fault_count=len(faults),
        wrong=sum(1 for errors in reading.errors if errors),
        page=shown,
        token=token,
        kinds={code: gettext(words) for code, words in KIND_WORDS.items()},
    )
