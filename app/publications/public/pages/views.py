"""The public pages: who publishes what, a dataset with its rows, the frame for other sites. The same for everybody, kept a minute."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from app import access, files, security
from app.access import PublicSession
from app.catalog import display
from app.catalog import queries as catalogue
from app.catalog.words import MAX_LENGTH, terms
from app.errors import AppError, NotFound
from app.establishments.logo import media_type
from app.markdown import to_html, to_text
from app.paging import page_of
from app.publications.public import queries, service
from app.publications.public.pages import service as words
from app.publications.public.pages import show
from app.publications.public.refusals import refusal
from app.publications.public.rows import address
from app.publications.public.rows import service as rows
from app.publications.public.service import Published
from app.routing import Router
from app.settings import get_settings
from app.templating import is_htmx, render

router = Router(include_in_schema=False)
READ = ["GET", "HEAD"]
Nobody = Annotated[None, Depends(access.anybody)]

KEPT = 60
"""Seconds a page may be kept: a withdrawal shows within a minute."""
LISTED, PRODUCERS, VERSIONS, RECENT = 20, 50, 50, 5
FRAME_ROWS = 15
VIEW = "vue"
"""The block, and the element, that changes with the view."""


@router.api_route("/donnees", methods=READ)
def with_a_slash(_: Nobody) -> Response:
    return RedirectResponse("/donnees/", 308)


@router.api_route("/donnees/", methods=READ)
def every(request: Request, session: PublicSession, q: str = "", vue: str = "", page: str = "1") -> Response:
    """Datasets, the last published first, or those who publish them."""
    asked = q.strip()[:MAX_LENGTH]
    sought = terms(asked)
    by_producer = vue == "producteurs"
    counts = (queries.count_datasets(session, sought, None), queries.count_publishers(session, sought))
    shown = page_of(page, counts[by_producer], PRODUCERS if by_producer else LISTED)
    bounds = {"limit": shown.size, "offset": shown.offset}
    return _page(
        request,
        "every.html",
        block="resultats" if is_htmx(request) else None,
        q=asked,
        by_producer=by_producer,
        counts=counts,
        page=shown,
        datasets=[] if by_producer else _listed(queries.datasets(session, sought, None, **bounds)),
        producers=[
            (service.publisher_of(row), row.datasets, row.at)
            for row in (queries.publishers(session, sought, **bounds) if by_producer else ())
        ],
    )


@router.api_route("/donnees/{establishment}", methods=READ)
def producer(
    request: Request, session: PublicSession, establishment: str, q: str = "", page: str = "1"
) -> Response:
    """What an establishment publishes."""
    try:
        found = service.find_publisher(session, establishment)
    except AppError as error:
        return refusal(request, error)
    asked = q.strip()[:MAX_LENGTH]
    sought = terms(asked)
    total = queries.count_datasets(session, sought, found.id)
    shown = page_of(page, total, LISTED)
    listed = queries.datasets(session, sought, found.id, limit=shown.size, offset=shown.offset)
    request.state.establishment = found
    return _page(
        request,
        "producer.html",
        block="resultats" if is_htmx(request) else None,
        publisher=found,
        q=asked,
        page=shown,
        datasets=_listed(listed),
    )


@router.api_route("/donnees/{establishment}/", methods=READ)
@router.api_route("/donnees/{establishment}/{dataset}/", methods=READ)
def without_a_slash(request: Request, _: Nobody) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path.strip("/")
    return RedirectResponse(f"/{path}{query}", 308)


@router.api_route("/donnees/{establishment}/logo/{name}", methods=READ)
def logo(session: PublicSession, establishment: str, name: str) -> Response:
    """The logo of who publishes; another has another address."""
    found = service.find_publisher(session, establishment)
    data = files.read(found.id, name) if name == found.logo else None
    if data is None:
        raise NotFound
    headers = {
        "Cache-Control": "public, max-age=604800, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(data, media_type=media_type(name), headers=headers)


@router.api_route("/donnees/{establishment}/{dataset}", methods=READ)
def dataset(request: Request, session: PublicSession, establishment: str, dataset: str) -> Response:
    """A dataset at its current version: what is said of it, its rows, its files, its versions."""
    try:
        found = service.find(session, establishment, dataset)
    except AppError as error:
        return refusal(request, error)
    request.state.establishment = found.publisher
    total = queries.count_versions(session, found.publisher.id, found.id)
    recent = queries.versions(session, found.publisher.id, found.id, limit=RECENT)
    told: dict[str, Any] = {
        "found": found,
        "versions": [service.version_of(row, found.publisher, found.slug) for row in recent],
        "version_count": total,
        "site": get_settings().public_url,
    }
    if found.is_gone:
        return _page(request, "gone.html", status=410, **told)
    if is_htmx(request):
        return _page(request, "dataset.html", block=VIEW, found=found, **_view(request, session, found))
    day = words.today()
    explained = display.explain(
        found.version.content_hash, lambda: catalogue.descriptor(session, found.version.version_id)
    )
    view = _view(request, session, found)
    return _page(
        request,
        "dataset.html",
        **told,
        **view,
        samples=words.samples(found, view["table"].view.query()),
        summary=to_html(found.version.description.summary),
        short=to_text(found.version.description.summary),
        freshness=words.freshness(found, day),
        quality=words.quality(found, day),
        explained=explained,
        data=_data_block(words.as_dataset(found)),
    )


@router.api_route("/donnees/{establishment}/{dataset}/versions", methods=READ)
def versions(
    request: Request, session: PublicSession, establishment: str, dataset: str, page: str = "1"
) -> Response:
    """Every version, the newest first."""
    try:
        found = service.find(session, establishment, dataset)
    except AppError as error:
        return refusal(request, error)
    request.state.establishment = found.publisher
    shown = page_of(page, queries.count_versions(session, found.publisher.id, found.id), VERSIONS)
    listed = queries.versions(session, found.publisher.id, found.id, limit=shown.size, offset=shown.offset)
    return _page(
        request,
        "versions.html",
        found=found,
        versions=[service.version_of(row, found.publisher, found.slug) for row in listed],
        page=shown,
    )


@router.api_route("/donnees/{establishment}/{dataset}/integrer", methods=READ)
def frame(request: Request, session: PublicSession, establishment: str, dataset: str) -> Response:
    """The rows alone, for a frame in a page of any site; a refusal is a page like any other, which no site may frame."""
    try:
        found = service.find_current(session, establishment, dataset)
    except AppError as error:
        return refusal(request, error)
    request.state.establishment = found.publisher
    told = _view(request, session, found, FRAME_ROWS)
    answer = _page(request, "frame.html", block=VIEW if is_htmx(request) else None, found=found, **told)
    answer.headers["Content-Security-Policy"] = security.FRAMED
    return answer


def _view(
    request: Request, session: PublicSession, found: Published, size: int = rows.PAGE_SIZE
) -> dict[str, Any]:
    schema = service.schema_of(session, found)
    view = address.read(schema, request.query_params.multi_items(), size)
    return {"table": show.look(rows.source_of(found, schema), view)}


def _listed(found: list[Any]) -> list[tuple[Published, str]]:
    datasets = [service.published_of(row) for row in found]
    return [(one, to_text(one.version.description.summary)) for one in datasets]


def _page(request: Request, template: str, **told: Any) -> Response:
    return render(request, f"publications/public/{template}", shared_for=KEPT, **told)


def _data_block(told: dict[str, Any]) -> Markup:
    """JSON that may stand in a page: no text of it ends the element."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 (no sign of HTML is left in it)
