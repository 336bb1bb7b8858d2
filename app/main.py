"""The web application: the only wiring."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import Depends, FastAPI

from app import csrf
from app.accounts import again, first_visit
from app.assets import PREFIX, Assets
from app.i18n import LanguageMiddleware
from app.logs import RequestLog
from app.pages import errors
from app.pages.views import Operator
from app.security import BoundedBodies, SecurityHeaders
from app.settings import Settings, get_settings

log = logging.getLogger(__name__)

FEATURES: tuple[str, ...] = (
    "app.health",
    "app.pages.views",
    "app.checking.views",
    "app.catalog.views",
    "app.publications.public.api.views",
    "app.publications.public.catalogue.views",
    "app.publications.public.pages.engines",
    "app.publications.public.files.views",
    "app.publications.public.pages.views",
    "app.home.views",
    "app.establishments.views",
    "app.administration.views",
    "app.administration.schemas.views",
    "app.administration.establishments.views",
    "app.administration.people.views",
    "app.accounts.views",
    "app.accounts.own.views",
    "app.accounts.team.views",
    "app.publications.connections.views",
    "app.datasets.views",
    "app.datasets.settings.views",
    "app.records.trash.views",
    "app.records.export.views",
    "app.publications.deliveries.views",
    "app.submissions.views",
    "app.submissions.end.views",
    "app.publications.views",
    "app.publications.versions.views",
    "app.records.listing.views",
    "app.records.entry.views",
    "app.records.live.views",
    "app.records.attachments.views",
    "app.records.past.views",
)
"""Modules with a ``router``, in the order of their addresses. A new feature adds its name here: those whose addresses hold a
dataset (``/e/{establishment}/{dataset}/…``) stand after those that put a word in its place."""

DEMO_FEATURES: tuple[str, ...] = ("app.pages.gallery", "app.pages.gallery_controls")
"""The same, in demonstration mode only."""


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
        dependencies=[Depends(csrf.check)],
    )
    application.state.settings = settings
    application.state.demo = settings.demo
    application.state.signing_key = hashlib.sha256(settings.secret().encode()).digest()
    application.state.operator = Operator(
        settings.operator_name,
        settings.operator_director,
        settings.operator_contact,
        settings.operator_hosting,
    )
    https = settings.public_url.startswith("https://")
    errors.install(application, https=https)
    again.install(application)
    for name in FEATURES + (DEMO_FEATURES if settings.demo else ()):
        application.include_router(import_module(name).router)
    application.mount(PREFIX, Assets(), name="static")
    # the last added is the first to see a request
    application.add_middleware(BoundedBodies, form=settings.max_body, upload=settings.max_upload)
    application.add_middleware(LanguageMiddleware)
    application.add_middleware(csrf.CsrfCookie)
    application.add_middleware(SecurityHeaders, https=https)
    application.add_middleware(RequestLog)
    return application


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    from anyio import to_thread

    settings: Settings = application.state.settings
    to_thread.current_default_thread_limiter().total_tokens = settings.threads
    await to_thread.run_sync(first_visit.announce, application.state.signing_key, settings.public_url)
    yield
