"""The catalogues at their addresses: the whole service's, and each establishment's. Streamed, and known by their hash."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response, StreamingResponse

from app import access
from app.access import PublicSession
from app.errors import AppError
from app.publications.public import service as published
from app.publications.public.catalogue import service
from app.publications.public.catalogue.service import MEDIA_TYPES, CatalogueForm
from app.publications.public.files.conditions import Validators, is_known
from app.publications.public.refusals import CORS, preflight, refusal
from app.publications.public.service import Publisher
from app.routing import Router
from app.settings import get_settings

router = Router(include_in_schema=False, prefix="/donnees")
Nobody = Annotated[None, Depends(access.anybody)]

NAMES = {
    CatalogueForm.ttl: "catalogue.ttl",
    CatalogueForm.jsonld: "catalogue.jsonld",
    CatalogueForm.scdl: "catalogue-scdl.csv",
}
READ = ["GET", "HEAD"]


@router.api_route("/catalogue.ttl", methods=READ)
def every_ttl(request: Request, session: PublicSession) -> Response:
    return _answer(request, session, CatalogueForm.ttl, None)


@router.api_route("/catalogue.jsonld", methods=READ)
def every_jsonld(request: Request, session: PublicSession) -> Response:
    return _answer(request, session, CatalogueForm.jsonld, None)


@router.api_route("/catalogue-scdl.csv", methods=READ)
def every_scdl(request: Request, session: PublicSession) -> Response:
    return _answer(request, session, CatalogueForm.scdl, None)


@router.api_route("/{establishment}/catalogue.ttl", methods=READ)
def one_ttl(request: Request, session: PublicSession, establishment: str) -> Response:
    return _of(request, session, CatalogueForm.ttl, establishment)


@router.api_route("/{establishment}/catalogue.jsonld", methods=READ)
def one_jsonld(request: Request, session: PublicSession, establishment: str) -> Response:
    return _of(request, session, CatalogueForm.jsonld, establishment)


@router.api_route("/{establishment}/catalogue-scdl.csv", methods=READ)
def one_scdl(request: Request, session: PublicSession, establishment: str) -> Response:
    return _of(request, session, CatalogueForm.scdl, establishment)


@router.options("/catalogue.ttl")
@router.options("/catalogue.jsonld")
@router.options("/catalogue-scdl.csv")
@router.options("/{establishment}/catalogue.ttl")
@router.options("/{establishment}/catalogue.jsonld")
@router.options("/{establishment}/catalogue-scdl.csv")
def other_sites(_: Nobody) -> Response:
    return preflight()


def _of(request: Request, session: PublicSession, form: CatalogueForm, establishment: str) -> Response:
    try:
        publisher = published.find_publisher(session, establishment)
    except AppError as error:
        return refusal(request, error)
    return _answer(request, session, form, publisher)


def _answer(
    request: Request, session: PublicSession, form: CatalogueForm, publisher: Publisher | None
) -> Response:
    state = service.state(session, publisher)
    held = Validators(f'"{state.digest}-{form}"', state.modified.replace(microsecond=0))
    page = publisher.path if publisher is not None else "/donnees/"
    headers = {
        **CORS,
        "ETag": held.etag,
        "Last-Modified": held.last_modified,
        "Cache-Control": "public, max-age=300",
        "Content-Type": MEDIA_TYPES[form],
        "Content-Disposition": f'inline; filename="{NAMES[form]}"',
        "Link": f'<{get_settings().public_url}{page}>; rel="canonical"',
    }
    if is_known(request.headers, held):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers)
    return StreamingResponse(service.write(form, publisher, state.modified), headers=headers)
