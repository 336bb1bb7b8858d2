"""The pages « Portails » of an establishment, and the way back from data.gouv.fr."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from app import access
from app.access import Member, Number, SessionOf, member
from app.auth import Viewer
from app.errors import Conflict, NotFound
from app.flash import Flash
from app.i18n import gettext
from app.models import Connection, PortalKind
from app.posted import Posted, text_of
from app.publications.connections import asking, queries, service
from app.publications.connections.asking import Trip
from app.publications.connections.kinds import HASTE, Kind, kind_of, kinds
from app.publications.connections.service import Errors, Wanted
from app.publications.deliveries import service as deliveries
from app.publications.portals import oauth
from app.publications.portals.base import Identity
from app.publications.portals.faults import PortalError
from app.publications.secrets import Unreadable
from app.routing import Router
from app.settings import get_settings
from app.templating import redirect, render
from app.tenancy import Role, Scope, set_scope
from schema_loader.messages import Message

router = Router(include_in_schema=False)
Manager = Annotated[Member, Depends(member("manager"))]
SignedIn = Annotated[Viewer, Depends(access.signed_in)]
PORTALS = "/e/{establishment}/portails"


def _at(slug: str, number: int = 0) -> str:
    return f"/e/{slug}/portails/{number}" if number else f"/e/{slug}/portails"


@router.get(PORTALS)
def portals_page(request: Request, me: Manager, session: SessionOf) -> Response:
    """The portals of the establishment, and those that it may be connected to."""
    place = me.establishment.id
    return render(
        request,
        "publications/portals/list.html",
        connections=queries.of_establishment(session, place),
        counts=queries.count_datasets(session, place),
        kinds=kinds(),
        names={one.code: one.name for one in kinds()},
        is_ready=service.is_ready,
        fault_of=_fault,
    )


@router.get(f"{PORTALS}/connecter/{{kind}}")
def connect_page(request: Request, me: Manager, kind: str) -> Response:
    return _connect(request, _kind(kind), Wanted(_kind(kind)), {})


@router.post(f"{PORTALS}/connecter/{{kind}}")
def connect(request: Request, me: Manager, session: SessionOf, kind: str, form: Posted) -> Response:
    """Ask the portal whose the key is; keep it when the portal knows it."""
    wanted = Wanted(
        _kind(kind),
        text_of(form, "adresse"),
        " ".join(text_of(form, "nom").split()),
        text_of(form, "cle_secrete"),
    )
    if errors := service.faults_of(wanted):
        return _connect(request, wanted.kind, wanted, errors, status=422)
    session.rollback()  # no transaction waits for another site
    try:
        identity = service.ask(wanted)
    except PortalError as refused:
        return _connect(request, wanted.kind, wanted, _told(refused), status=422)
    made = service.connect(session, me.establishment.id, wanted, identity, account=me.viewer.id)
    words = gettext("{name} est connecté.", name=made.name)
    return redirect(request, _at(me.establishment.slug, made.id), Flash(words))


@router.get(f"{PORTALS}/autoriser")
def leave(me: Manager, portail: int = 0) -> Response:
    """Go to data.gouv.fr to be authorised there: a link, for a form may lead to this service alone."""
    settings = get_settings()
    if not settings.datagouv_client_id:
        raise NotFound
    asked = oauth.ask(settings.datagouv_client_id, asking.callback(), site=settings.datagouv_url)
    response = RedirectResponse(asked.url, status_code=303)
    asking.keep(response, Trip(me.viewer.id, me.establishment.slug, portail, asked.state, asked.verifier))
    return response


@router.get(asking.PATH)
def come_back(request: Request, viewer: SignedIn, session: SessionOf) -> Response:
    """The way back: the code of the portal becomes a token, kept sealed."""
    trip = asking.kept(request)
    seat = viewer.seat(trip.establishment) if trip is not None and trip.account == viewer.id else None
    if trip is None or seat is None or not seat.role.includes(Role.manager):
        return _back(
            request,
            "/",
            gettext("Cette autorisation n’est plus valable. Recommencez depuis « Portails »."),
            "error",
        )
    code = oauth.came_back(trip.asked, dict(request.query_params))
    here = _at(seat.slug, trip.connection)
    if code is None:
        return _back(
            request,
            here,
            gettext("data.gouv.fr n’a pas donné l’autorisation. Rien n’a changé ici."),
            "warning",
        )
    session.rollback()  # no transaction waits for another site
    settings, secret = get_settings(), get_settings().datagouv_client_secret
    try:
        token = oauth.exchange(
            trip.asked,
            code,
            client_id=settings.datagouv_client_id,
            redirect_uri=asking.callback(),
            client_secret=secret.get_secret_value() if secret is not None else None,
            site=settings.datagouv_url,
            patience=HASTE,
        )
        wanted = Wanted(_kind(PortalKind.datagouv), key=token.value)
        identity = service.ask(wanted, bearer=True)
    except PortalError as refused:
        return _back(request, here, refused.text(), "error")
    set_scope(session, Scope.of(seat.id, seat.role, account=viewer.id))
    if trip.connection:
        found = service.find(session, seat.id, trip.connection)
        service.keep_key(session, found, token.value, identity, account=viewer.id, expires=token.expires)
        deliveries.go_on(session, found, account=viewer.id)
    else:
        found = service.connect(session, seat.id, wanted, identity, account=viewer.id, expires=token.expires)
    return _back(request, _at(seat.slug, found.id), gettext("{name} est connecté.", name=found.name))


@router.get(f"{PORTALS}/{{number}}")
def portal_page(request: Request, me: Manager, session: SessionOf, number: Number) -> Response:
    """One portal: whose key, for which organisation, what goes there."""
    return _page(request, session, service.find(session, me.establishment.id, number), {})


@router.post(f"{PORTALS}/{{number}}/organisation")
def choose(request: Request, me: Manager, session: SessionOf, number: Number, form: Posted) -> Response:
    found = service.find(session, me.establishment.id, number)
    wanted = text_of(form, "organisation")
    if not wanted:
        told = Message(
            gettext("Choisissez une organisation."), gettext("Vos données sont publiées en son nom.")
        )
        return _page(request, session, found, {"organisation": [told]}, status=422)
    chosen = service.choose(session, found, wanted, account=me.viewer.id)
    deliveries.go_on(session, found, account=me.viewer.id)
    words = gettext("Vous publiez sur {portal} au nom de « {name} ».", portal=found.name, name=chosen.name)
    return redirect(request, _at(me.establishment.slug, number), Flash(words))


@router.post(f"{PORTALS}/{{number}}/verifier")
def check(request: Request, me: Manager, session: SessionOf, number: Number) -> Response:
    """Ask the portal again whose the key is."""
    found = service.find(session, me.establishment.id, number)
    here = _at(me.establishment.slug, number)
    try:
        portal = service.opened(found, patience=HASTE)
        session.rollback()  # no transaction waits for another site
        identity, fault = _asked(portal)
    except Unreadable as unreadable:
        return redirect(request, here, Flash(unreadable.text(), "error"))
    except PortalError as refused:
        identity, fault = None, refused
    found = service.find(session, me.establishment.id, number)
    service.check(session, found, identity, fault)
    if fault is not None:
        return redirect(request, here, Flash(fault.text(), "error"))
    deliveries.go_on(session, found, account=me.viewer.id)
    return redirect(request, here, Flash(gettext("{portal} reconnaît la clé.", portal=found.name)))


@router.post(f"{PORTALS}/{{number}}/cle")
def replace_key(request: Request, me: Manager, session: SessionOf, number: Number, form: Posted) -> Response:
    """Keep another key in place of the last, once the portal knows it."""
    found = service.find(session, me.establishment.id, number)
    key = text_of(form, "cle_secrete")
    if errors := service.key_faults(key):
        return _page(request, session, found, errors, status=422)
    wanted = Wanted(_kind(found.kind), found.base_url, found.name, key)
    session.rollback()  # no transaction waits for another site
    try:
        identity = service.ask(wanted)
    except PortalError as refused:
        found = service.find(session, me.establishment.id, number)
        return _page(request, session, found, _told(refused), status=422)
    found = service.find(session, me.establishment.id, number)
    service.keep_key(session, found, key, identity, account=me.viewer.id)
    deliveries.go_on(session, found, account=me.viewer.id)
    return redirect(request, _at(me.establishment.slug, number), Flash(gettext("La clé est remplacée.")))


@router.get(f"{PORTALS}/{{number}}/retirer")
def ask_remove(request: Request, me: Manager, session: SessionOf, number: Number) -> Response:
    found = service.find(session, me.establishment.id, number)
    held = queries.datasets_at(session, me.establishment.id, number)
    return render(request, "publications/portals/remove.html", one=found, datasets=held)


@router.post(f"{PORTALS}/{{number}}/retirer")
def remove(request: Request, me: Manager, session: SessionOf, number: Number) -> Response:
    found = service.find(session, me.establishment.id, number)
    name = found.name
    try:
        service.remove(session, found, account=me.viewer.id)
    except Conflict as refused:
        session.rollback()
        return redirect(request, _at(me.establishment.slug, number), Flash(refused.text(), "error"))
    words = gettext("{name} est retiré, et sa clé est effacée.", name=name)
    return redirect(request, _at(me.establishment.slug), Flash(words))


def _asked(portal: Any) -> tuple[Identity | None, PortalError | None]:
    try:
        return service.identity_of(portal), None
    except PortalError as refused:
        return None, refused


def _back(request: Request, to: str, words: str, kind: Any = "done") -> Response:
    response = redirect(request, to, Flash(words, kind))
    asking.forget(response)
    return response


def _kind(code: str) -> Kind:
    found = kind_of(code)
    if found is None:
        raise NotFound
    return found


def _told(refused: PortalError) -> Errors:
    """A refusal of the portal, at what is to be mended."""
    at_address = {"private_site", "unknown_site", "insecure", "moved", "not_a_portal", "unavailable"}
    place = "adresse" if refused.kind in at_address else "cle_secrete"
    said = [Message(refused.problem(), refused.remedy())]
    return {place: said}


def _fault(connection: Connection) -> PortalError | None:
    return PortalError.from_dict(connection.fault) if connection.fault else None


def _connect(request: Request, kind: Kind, wanted: Wanted, errors: Errors, *, status: int = 200) -> Response:
    return render(
        request,
        "publications/portals/connect.html",
        status=status,
        kind=kind,
        wanted=wanted,
        errors=errors,
        by_oauth=kind.code is PortalKind.datagouv and bool(get_settings().datagouv_client_id),
    )


def _page(
    request: Request, session: SessionOf, found: Connection, errors: Errors, *, status: int = 200
) -> Response:
    return render(
        request,
        "publications/portals/one.html",
        status=status,
        one=found,
        kind=_kind(found.kind),
        organisations=service.organisations(found),
        is_ready=service.is_ready(found),
        fault=_fault(found),
        errors=errors,
        datasets=queries.datasets_at(session, found.establishment_id, found.id),
        by_oauth=bool(get_settings().datagouv_client_id),
    )
