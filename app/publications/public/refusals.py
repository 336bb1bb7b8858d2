"""What is said when there is nothing to give: a page to a browser, a problem in JSON (RFC 9457) to anything else."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.errors import AppError
from app.i18n import language
from app.pages import errors

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Length, Content-Range, ETag, Last-Modified, Link, Retry-After"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Scripts of other sites may read what is published."""
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "86400",
    "Cache-Control": "public, max-age=86400",
}


def refusal(request: Request, error: AppError) -> Response:
    """The answer for an expected refusal, in the reader's language."""
    headers = {**CORS, **errors.SHARED_HEADERS}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(seconds)
    words = error.text(language())
    if "text/html" in request.headers.get("accept", ""):
        return errors.answer(request, error.status, words, headers)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": words,
    }
    return JSONResponse(body, error.status, headers, media_type="application/problem+json")


def preflight() -> Response:
    """What a browser asks before a script of another site sends a header of its own."""
    return Response(status_code=204, headers=PREFLIGHT)
