"""The web application: the only wiring."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from app.errors import AppError, TooMany
from app.i18n import LanguageMiddleware
from app.logs import RequestLog
from app.settings import Settings, get_settings

log = logging.getLogger(__name__)

FEATURES: tuple[str, ...] = ("app.health",)
"""Modules with a ``router``, in the order of their addresses. A new feature adds its name here."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; :func:`app.db.connect` binds the process to its database, before or after."""
    settings = settings or get_settings()
    application = FastAPI(
        title="Tabellion",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    application.state.settings = settings
    application.state.demo = settings.demo
    application.add_exception_handler(AppError, _expected)
    for name in FEATURES:
        application.include_router(import_module(name).router)
    # the last added is the first to see a request
    application.add_middleware(LanguageMiddleware)
    application.add_middleware(RequestLog)
    return application


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    from anyio import to_thread

    # a thread holds a connection while it works: no more threads than connections
    settings: Settings = application.state.settings
    to_thread.current_default_thread_limiter().total_tokens = max(8, 3 * settings.pool_size)
    yield


def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 -- registered for it alone
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
    return PlainTextResponse(error.text(), error.status, headers)
