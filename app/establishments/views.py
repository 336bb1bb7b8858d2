"""Pages of an establishment: its first page, its settings, its logo."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import files
from app.access import Member, SessionOf, member
from app.accounts.team.words import role_words
from app.auth import Seat
from app.catalog import queries as catalogue
from app.datasets import board
from app.datasets import queries as datasets
from app.errors import NotFound
from app.establishments import queries, service
from app.establishments.logo import ACCEPT, MAX_OCTETS, LogoRefused, media_type, read_logo
from app.establishments.service import Errors, Invalid, Wanted
from app.establishments.sheet import KIND_WORDS, LICENCES
from app.flash import Flash
from app.i18n import gettext
from app.models import Establishment
from app.posted import Posted, file_of, text_of, texts_of
from app.routing import Router
from app.templating import redirect, render
from app.tenancy import Role
from schema_loader.custom_checks.cog import departements

router = Router(include_in_schema=False, prefix="/e/{establishment}")
Reader = Annotated[Member, Depends(member("reader"))]
Manager = Annotated[Member, Depends(member("manager"))]

EMPTY_ROWS = 3
SUGGESTED = 8
YEAR = 365 * 24 * 3600


@router.get("")
def without_slash(request: Request, me: Reader) -> Response:
    return RedirectResponse(f"/e/{me.establishment.slug}/", status_code=308)


@router.get("/")
def first_page(request: Request, me: Reader, session: SessionOf) -> Response:
    """What the establishment holds, and where to begin."""
    found = _of(session, me.establishment)
    may_open = me.role.includes(Role.editor)
    cards = board.of_establishment(session, found.id, found.slug)
    return render(
        request,
        "establishments/page.html",
        one=found,
        datasets=cards,
        put_away=datasets.count_put_away(session, found.id),
        may_open=may_open,
        suggested=catalogue.listed(session, [], tables=True, offered=True, limit=SUGGESTED)
        if may_open and not cards
        else [],
        role=role_words(me.role)[0],
        is_manager=me.role.includes(Role.manager),
        kind=gettext(KIND_WORDS[found.kind]),
        departement=departements().get(found.departement or "", found.departement or ""),
        licence=gettext(LICENCES.get(found.licence, found.licence)),
    )


@router.get("/logo/{name}")
def logo(me: Reader, name: str) -> Response:
    """The picture. Its name changes with its content, so browsers keep it."""
    data = files.read(me.establishment.id, name) if name.startswith("logo-") else None
    if data is None:
        raise NotFound
    headers = {"Cache-Control": f"private, max-age={YEAR}, immutable"}
    return Response(data, media_type=media_type(name), headers=headers)


@router.get("/reglages")
def settings_page(request: Request, me: Manager, session: SessionOf) -> Response:
    found = _of(session, me.establishment)
    return _settings(request, found, _form_of(found), {})


@router.post("/reglages")
def change_settings(request: Request, me: Manager, session: SessionOf, form: Posted) -> Response:
    """Keep the settings, or show again what was typed with what is wrong."""
    found = _of(session, me.establishment)
    wanted, errors = _wanted(form)
    if not errors:
        try:
            service.change_settings(session, found, wanted, account=me.viewer.id)
        except Invalid as invalid:
            errors = invalid.errors
    if errors:
        session.rollback()
        found = _of(session, me.establishment)
        return _settings(request, found, _form_from(form, wanted), errors, status=422)
    return redirect(request, f"/e/{found.slug}/reglages", Flash(gettext("Les réglages sont enregistrés.")))


def _of(session: SessionOf, seat: Seat) -> Establishment:
    found = queries.by_id(session, seat.id)
    if found is None:
        raise NotFound
    return found


def _wanted(form: FormData) -> tuple[Wanted, Errors]:
    names, values = texts_of(form, "constante_nom"), texts_of(form, "constante_valeur")
    wanted = Wanted(
        values={name: text_of(form, name) for name in ("nom", "courriel", "telephone", "adresse")},
        accent=text_of(form, "accent"),
        licence=text_of(form, "licence"),
        constants=list(zip(names, values, strict=False)),
        without_logo=text_of(form, "sans_logo") == "oui",
    )
    errors: Errors = {}
    data = file_of(form, "logo", MAX_OCTETS)
    if data is not None:
        try:
            wanted.logo = read_logo(data)
        except LogoRefused as refused:
            errors["logo"] = [refused.told]
    return wanted, errors


def _form_of(found: Establishment) -> dict[str, Any]:
    return {
        **service.as_sheet(found),
        "accent": found.accent or "",
        "licence": found.licence,
        "constants": list(found.constants.items()),
        "sans_logo": False,
    }


def _form_from(form: FormData, wanted: Wanted) -> dict[str, Any]:
    """What was typed, as it was typed."""
    return {
        **wanted.values,
        "accent": wanted.accent,
        "licence": wanted.licence,
        "constants": [pair for pair in wanted.constants if any(pair)],
        "sans_logo": wanted.without_logo,
    }


def _settings(
    request: Request,
    found: Establishment,
    form: dict[str, Any],
    errors: Errors,
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "establishments/settings.html",
        status=status,
        one=found,
        form={**form, "constants": form["constants"] + [("", "")] * EMPTY_ROWS},
        errors=errors,
        kind=gettext(KIND_WORDS[found.kind]),
        departement=departements().get(found.departement or "", found.departement or ""),
        licences=[(code, gettext(words)) for code, words in LICENCES.items()],
        accept=ACCEPT,
        max_octets=MAX_OCTETS,
    )
