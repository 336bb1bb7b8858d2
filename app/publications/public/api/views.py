"""Reading by programs: a dataset, its versions, its rows, in JSON, without a key."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from app import access
from app.access import PublicSession
from app.errors import AppError
from app.publications.public import queries, service
from app.publications.public.api import service as api
from app.publications.public.api.payloads import DatasetOut, ProblemOut, RowsOut
from app.publications.public.refusals import CORS, preflight, refusal
from app.publications.public.rows import service as rows
from app.routing import Router
from app.settings import get_settings

router = Router(prefix="/api/v1")
Nobody = Annotated[None, Depends(access.anybody)]

VERSIONS = 100
REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemOut, "description": "Nothing is published there"},
    410: {"model": ProblemOut, "description": "Withdrawn, with the reason"},
}


@router.get(
    "/donnees/{establishment}/{dataset}", response_model=DatasetOut, responses=REFUSALS, tags=["données"]
)
def dataset(request: Request, session: PublicSession, establishment: str, dataset: str) -> Response:
    """A dataset: what is said of it, its files, its versions."""
    try:
        found = service.find_current(session, establishment, dataset)
    except AppError as error:
        return refusal(request, error)
    listed = queries.versions(session, found.publisher.id, found.id, limit=VERSIONS)
    count = queries.count_versions(session, found.publisher.id, found.id)
    versions = [service.version_of(row, found.publisher, found.slug) for row in listed]
    return _answer(
        request, api.dataset(found, versions, count, get_settings().public_url).model_dump(mode="json")
    )


@router.get(
    "/donnees/{establishment}/{dataset}/lignes",
    response_model=RowsOut,
    responses={**REFUSALS, 400: {"model": ProblemOut, "description": "A parameter that means nothing here"}},
    tags=["données"],
)
def lines(
    request: Request,
    session: PublicSession,
    establishment: str,
    dataset: str,
    q: Annotated[str, Query(description="Words, in any column, without regard to accents or case")] = "",
    tri: Annotated[str, Query(description="Name of a column; after - downwards")] = "",
    page: Annotated[str, Query(description="From 1; beyond the last, no rows")] = "1",
    taille: Annotated[str, Query(description="Rows of a page, 1000 at most")] = str(rows.PAGE_SIZE),
) -> Response:
    """The rows of the current version, a page at a time.

    Any other parameter is the name of a column with a value it must have (several times: one of them is enough; of a date, a
    year or a month will do); ``de.NAME`` and ``a.NAME`` bound a number or a date.
    """
    try:
        found = service.find_current(session, establishment, dataset)
        source = rows.source_of(found, service.schema_of(session, found))
        view = api.view_of(source.schema, request.query_params.multi_items())
    except AppError as error:
        return refusal(request, error)
    return _answer(request, api.page(found, source, view, get_settings().public_url).model_dump(mode="json"))


@router.options("/donnees/{establishment}/{dataset}", include_in_schema=False)
@router.options("/donnees/{establishment}/{dataset}/lignes", include_in_schema=False)
def other_sites(_: Nobody) -> Response:
    return preflight()


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, _: Nobody) -> Response:
    """The API in OpenAPI."""
    held = request.app.state
    if not hasattr(held, "openapi"):
        held.openapi = get_openapi(
            title="Tabellion",
            version="1",
            description="Reading what is published: without a key, from any site.",
            routes=request.app.routes,
            servers=[{"url": get_settings().public_url}],
        )
    return JSONResponse(held.openapi, headers={**CORS, "Cache-Control": "public, max-age=3600"})


def _answer(request: Request, told: dict[str, Any]) -> Response:
    """JSON with the hash of what it says: who has it is sent nothing."""
    body = orjson.dumps(told)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**CORS, "ETag": etag, "Cache-Control": "public, max-age=60", "Vary": "Accept-Language, Cookie"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
