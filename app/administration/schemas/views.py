"""Schemas: list, add by file or by address, offer or withdraw, synchronise with a catalogue."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access, jobs
from app.access import SessionOf
from app.administration.queries import latest_job
from app.auth import Viewer
from app.catalog import queries, service
from app.catalog.service import SchemaUnusable
from app.catalog.synchronisation import NATIONAL, synchronise_catalogue
from app.catalog.words import MAX_LENGTH, terms
from app.errors import AppError
from app.fetch import check_address, fetch
from app.flash import Flash
from app.i18n import gettext, ngettext
from app.models import JobProgress
from app.paging import page_of
from app.posted import Posted, file_of, filename_of, text_of
from app.routing import Router
from app.templating import redirect, render
from app.tenancy import INSTANCE
from schema_loader.descriptor import MAX_BYTES
from schema_loader.messages import Message

router = Router(include_in_schema=False, prefix="/administration/schemas")
Administrator = Annotated[Viewer, Depends(access.administrator)]

PAGE_SIZE = 50
ROOT = "/administration/schemas"


@router.get("")
def schemas(
    request: Request, _viewer: Administrator, session: SessionOf, q: str = "", page: str = "1"
) -> Response:
    asked = q.strip()[:MAX_LENGTH]
    sought = terms(asked)
    shown = page_of(page, queries.count(session, sought, tables=True, offered=False), PAGE_SIZE)
    rows = queries.listed(session, sought, tables=True, offered=False, limit=shown.size, offset=shown.offset)
    return render(
        request,
        "administration/schemas.html",
        q=asked,
        rows=rows,
        page=shown,
        warnings=queries.warning_counts(session, [row.id for row in rows]),
        last_sync=latest_job(session, synchronise_catalogue.name),
    )


@router.get("/ajouter")
def add_page(request: Request, _viewer: Administrator) -> Response:
    return _add_page(request, {"adresse": "", "identifiant": "", "version": ""}, {})


@router.post("/ajouter")
def add(request: Request, viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    """Read a file or fetch an address, compile it, and put it into the catalogue."""
    typed = {name: text_of(form, name) for name in ("adresse", "identifiant", "version")}
    data = file_of(form, "fichier", MAX_BYTES)
    source, place = typed["adresse"], "fichier" if data is not None or not typed["adresse"] else "adresse"
    errors: dict[str, Message] = {}
    if data is None and not source:
        errors["fichier"] = Message(
            gettext("Il manque le schéma."), gettext("Choisissez un fichier, ou donnez une adresse.")
        )
    try:
        if not errors:
            data = fetch(source).data if data is None else data
            added = service.add_schema(
                session,
                data,
                source=source if place == "adresse" else filename_of(form, "fichier"),
                key=typed["identifiant"] or None,
                version=typed["version"] or None,
                account=viewer.id,
            )
    except SchemaUnusable as refused:
        errors[place] = refused.told()
    except AppError as refused:
        errors[_place(refused, typed)] = Message(refused.text(), "")
    if errors:
        session.rollback()
        return _add_page(request, typed, errors, status=422)
    return redirect(request, f"/modeles/{added.schema.key}", Flash(_told(added)))


def _told(added: service.Added) -> str:
    values = {"title": added.schema.title, "version": added.version}
    if not added.is_new:
        return gettext("« {title} » était déjà au catalogue, en version {version}.", **values)
    told = (
        gettext("« {title} », version {version}, est au catalogue.", **values)
        if added.first
        else gettext("La version {version} de « {title} » est au catalogue.", **values)
    )
    if added.warnings:
        told += " " + ngettext(
            "Il a {n} particularité, expliquée au bas de cette page.",
            "Il a {n} particularités, expliquées au bas de cette page.",
            len(added.warnings),
        )
    return told


def _place(refused: AppError, typed: dict[str, str]) -> str:
    if refused.status == 409 or "version" in refused.params:
        return "version"
    return "identifiant" if "key" in refused.params else "adresse"


def _add_page(
    request: Request, typed: dict[str, str], errors: dict[str, Message], *, status: int = 200
) -> Response:
    return render(
        request,
        "administration/schema_add.html",
        status=status,
        form=typed,
        errors=errors,
        max_octets=MAX_BYTES,
    )


@router.post("/proposer")
def offer(request: Request, viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    """Offer a schema to those who begin a dataset, or no longer."""
    offered = text_of(form, "offert") == "oui"
    schema = service.set_offered(session, text_of(form, "cle"), offered, account=viewer.id)
    told = (
        gettext("« {title} » est proposé.", title=schema.title)
        if offered
        else gettext("« {title} » n’est plus proposé. Ce qui a été saisi avec lui reste.", title=schema.title)
    )
    return redirect(request, ROOT, Flash(told))


@router.get("/synchroniser")
def synchronise_page(request: Request, _viewer: Administrator, session: SessionOf) -> Response:
    return _sync_page(request, session, NATIONAL, None)


@router.post("/synchroniser")
def synchronise(request: Request, viewer: Administrator, session: SessionOf, form: Posted) -> Response:
    """Put the work in the queue: a hundred files are fetched, which takes longer than a page may."""
    address = text_of(form, "adresse")
    try:
        check_address(address)
    except AppError as refused:
        session.rollback()
        return _sync_page(request, session, address, Message(refused.text(), ""), status=422)
    asked = jobs.enqueue(
        session,
        synchronise_catalogue,
        establishment=INSTANCE,
        account=viewer.id,
        once="catalogue.synchronise",
        lock="catalogue.synchronise",
        source=address,
        every_version=text_of(form, "toutes") == "oui",
    )
    told = (
        gettext("La synchronisation commence. Cette page dit où elle en est.")
        if asked is not None
        else gettext("Une synchronisation attend déjà son tour.")
    )
    return redirect(
        request, f"{ROOT}/synchroniser", Flash(told, kind="done" if asked is not None else "info")
    )


def _sync_page(
    request: Request, session: SessionOf, address: str, error: Message | None, *, status: int = 200
) -> Response:
    last = latest_job(session, synchronise_catalogue.name)
    return render(
        request,
        "administration/schema_sync.html",
        status=status,
        address=address,
        error=error,
        last=last,
        words=_progress(last) if last is not None else "",
    )


def _progress(job: JobProgress) -> str:
    """Where a job is, or why it stopped."""
    if not job.message:
        return gettext("en attente de son tour") if job.state == "queued" else ""
    return gettext(job.message, **{"done": job.done, "total": job.total or "?", **job.params})
