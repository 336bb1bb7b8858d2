"""The files of published versions. Their addresses never change: ``latest.csv`` is the current one, ``versions/3.csv`` the third."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access, files
from app.access import Number, PublicSession
from app.errors import AppError, NotFound
from app.publications.public import beside, service
from app.publications.public.files.answer import FilePart
from app.publications.public.files.conditions import (
    Part,
    Validators,
    chosen_encoding,
    is_known,
    is_refused,
    part_of,
)
from app.publications.public.refusals import CORS, preflight, refusal
from app.publications.public.service import File, Published
from app.routing import Router

router = Router(include_in_schema=False, prefix="/donnees/{establishment}/{dataset}")
Nobody = Annotated[None, Depends(access.anybody)]

READ = ["GET", "HEAD"]
CURRENT = "public, no-cache"
"""Kept, and asked about each time: the next version shows at once."""
KEPT = "public, max-age=300"
"""A version does not change, but may be withdrawn."""


@router.api_route("/latest.{form}", methods=READ)
def latest(request: Request, session: PublicSession, establishment: str, dataset: str, form: str) -> Response:
    """The file of the current version."""
    try:
        found = service.find_current(session, establishment, dataset)
        return _answer(request, found, service.file_of(session, found, form), CURRENT)
    except AppError as error:
        return refusal(request, error)


@router.api_route("/versions/{number}.{form}", methods=READ)
def version(
    request: Request, session: PublicSession, establishment: str, dataset: str, number: Number, form: str
) -> Response:
    """The file of one version, for as long as it is not withdrawn."""
    try:
        found = service.find_version(session, establishment, dataset, number)
        return _answer(request, found, service.file_of(session, found, form), KEPT)
    except AppError as error:
        return refusal(request, error)


@router.options("/latest.{form}")
@router.options("/versions/{number}.{form}")
def other_sites(_: Nobody) -> Response:
    return preflight()


def _answer(request: Request, found: Published, file: File, kept: str) -> Response:
    """The file, or the part of it that is asked for, unless the client has it already."""
    path = files.path_of(found.publisher.id, file.stored)
    forms = beside.encoded(path, file.form.name)
    headers = request.headers
    # a part is a part of the plain file: whoever goes on with a download counts its octets
    encoding = "" if "range" in headers else chosen_encoding(headers.get("accept-encoding"), list(forms))
    if encoding:
        path = forms[encoding]
    held = Validators.of(file.sha256, encoding, found.version.published_at)
    told = {
        **CORS,
        "ETag": held.etag,
        "Last-Modified": held.last_modified,
        "Cache-Control": kept,
        "Vary": "Accept-Encoding",
    }
    if is_refused(headers, held):
        return Response(status_code=412, headers=told)
    if is_known(headers, held):
        return Response(status_code=304, headers=told)
    try:
        size = path.stat().st_size
    except FileNotFoundError as missing:  # withdrawn this very moment
        raise NotFound(service.ABSENT) from missing
    told |= {
        "Content-Type": file.form.media_type,
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Accept-Ranges": "bytes",
        "Link": f'<{found.path}>; rel="describedby"',
    }
    if encoding:
        told["Content-Encoding"] = encoding
    part = part_of(headers, held, size)
    if part is Part.unsatisfiable:
        return Response(status_code=416, headers={**told, "Content-Range": f"bytes */{size}"})
    if part is Part.whole:
        return FilePart(path, 0, size, headers=told)
    start, end = part
    told["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return FilePart(path, start, end, status=206, headers=told)
