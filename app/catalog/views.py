"""Pages of the catalogue, for everybody: search by everyday words, a schema in words, its file."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access
from app.access import SessionOf
from app.auth import Seat, Viewer
from app.catalog import display, queries, template
from app.catalog.service import version_order
from app.catalog.words import MAX_LENGTH, terms
from app.errors import NotFound
from app.i18n import N_, language
from app.markdown import to_html, to_text
from app.models import CatalogueSchema, SchemaVersion
from app.paging import page_of
from app.routing import Router
from app.templating import is_htmx, render
from app.tenancy import Role

router = Router(include_in_schema=False, prefix="/modeles")
Public = Annotated[Viewer | None, Depends(access.public)]

PAGE_SIZE = 20
OTHERS = "autres"


@router.get("")
def catalogue(
    request: Request, _viewer: Public, session: SessionOf, q: str = "", nature: str = "", page: str = "1"
) -> Response:
    """Schemas found by everyday words; those of other kinds on a second tab."""
    asked = q.strip()[:MAX_LENGTH]
    sought = terms(asked)
    tables = nature != OTHERS
    every = True
    counts = {kind: queries.count(session, sought, tables=kind, offered=True) for kind in (True, False)}
    if not any(counts.values()) and len(sought) > 1:  # one of the words, then
        every = False
        counts = {
            kind: queries.count(session, sought, tables=kind, offered=True, every=False)
            for kind in (True, False)
        }
    shown = page_of(page, counts[tables], PAGE_SIZE)
    rows = queries.listed(
        session,
        sought,
        tables=tables,
        offered=True,
        every=every,
        limit=shown.size,
        offset=shown.offset,
    )
    return render(
        request,
        "catalog/list.html",
        block="resultats" if is_htmx(request) else None,
        q=asked,
        found=[(row, to_text(row.description)) for row in rows],
        page=shown,
        tables=tables,
        counts=counts,
        every=every,
        sought=sought,
        nature=nature if nature == OTHERS else "",
    )


@router.get("/{key:path}/schema.json")
def descriptor(
    request: Request, _viewer: Public, session: SessionOf, key: str, version: str = ""
) -> Response:
    """The file of a version, as it was published."""
    schema, known = _schema(session, key)
    found = _version(schema, known, version)
    etag = f'"{found.content_hash}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    name = f"{key.rpartition('/')[2]}-{found.version}.json"
    headers["Content-Disposition"] = f'attachment; filename="{_ascii(name)}"'
    data = queries.descriptor(session, found.id)
    return Response(data, media_type="application/json; charset=utf-8", headers=headers)


@router.get("/{key:path}/gabarit.xlsx")
def workbook(request: Request, _viewer: Public, session: SessionOf, key: str, version: str = "") -> Response:
    """The workbook to fill in for a version; the same for everybody, so that browsers may keep it."""
    schema, known = _schema(session, key)
    found = _version(schema, known, version)
    etag = f'"{found.content_hash[:32]}-{template.FORM}-{language()}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600", "Vary": "Cookie, Accept-Language"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    data = template.workbook(
        key, found.version, found.content_hash, lambda: queries.descriptor(session, found.id)
    )
    headers["Content-Disposition"] = f'attachment; filename="{_ascii(template.name_of(key, found.version))}"'
    return Response(data, media_type=template.MEDIA_TYPE, headers=headers)


@router.get("/{key:path}")
def schema_page(
    request: Request, viewer: Public, session: SessionOf, key: str, version: str = ""
) -> Response:
    """A schema in words: columns, rules, examples, versions."""
    schema, known = _schema(session, key)
    if not known:
        return render(request, "catalog/other.html", schema=schema, description=to_html(schema.description))
    found = _version(schema, known, version)
    explained = display.explain(found.content_hash, lambda: queries.descriptor(session, found.id))
    return render(
        request,
        "catalog/schema.html",
        schema=schema,
        description=to_html(schema.description),
        version=found,
        versions=sorted(known, key=lambda one: version_order(one.version), reverse=True),
        explained=explained,
        may_administer=viewer is not None and viewer.is_administrator,
        opens=_may_open(viewer),
        many_places=viewer is not None and viewer.seat_count > len(viewer.seats),
    )


def _schema(session: SessionOf, key: str) -> tuple[CatalogueSchema, list[SchemaVersion]]:
    schema = queries.by_key(session, key)
    if schema is None:
        raise NotFound(N_("Ce modèle n’est pas au catalogue. Cherchez-le par un mot courant."))
    return schema, queries.versions(session, schema.id)


def _version(schema: CatalogueSchema, known: list[SchemaVersion], asked: str) -> SchemaVersion:
    wanted = asked or schema.newest
    for version in known:
        if version.version == wanted:
            return version
    raise NotFound(
        N_("Le modèle « {title} » n’a pas de version {version}."), title=schema.title, version=asked
    )


def _may_open(viewer: Viewer | None) -> list[Seat]:
    """The establishments, among those of the viewer that are known here, where they may open a dataset."""
    return [] if viewer is None else [seat for seat in viewer.seats if seat.role.includes(Role.editor)]


def _ascii(name: str) -> str:
    return "".join(
        character if character.isascii() and (character.isalnum() or character in "._-") else "-"
        for character in name
    )
