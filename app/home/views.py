"""The first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access
from app.access import SessionOf
from app.accounts.team.words import role_words
from app.auth import Viewer
from app.catalog import queries as catalog
from app.establishments.sheet import KIND_WORDS
from app.home import service
from app.i18n import gettext
from app.paging import page_of
from app.routing import Router
from app.templating import render
from schema_loader.custom_checks.cog import departements

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]

PLACES_SHOWN = 12
SUGGESTED = 8


@router.get("/")
def home(
    request: Request, viewer: Public, session: SessionOf, cherche: str = "", page: str = "1"
) -> Response:
    suggested = catalog.listed(session, [], tables=True, offered=True, limit=SUGGESTED)
    if viewer is None:
        return render(request, "home/stranger.html", suggested=suggested, opens="")
    sought = cherche.strip()[:100]
    roles = service.roles_of(session, viewer)
    shown = page_of(page, service.count_places(session, roles, sought), PLACES_SHOWN)
    operator = request.app.state.operator
    return render(
        request,
        "home/home.html",
        suggested=suggested,
        opens=service.opens(viewer, roles),
        todo=service.to_do(
            session, viewer, roles, operator_named=bool(operator.name) or request.app.state.demo
        ),
        places=service.places(session, roles, sought, limit=shown.size, offset=shown.offset),
        datasets=service.latest_datasets(session, viewer, roles),
        page=shown,
        sought=sought,
        searchable=len(roles) > PLACES_SHOWN,
        has_places=bool(roles),
        has_several=len(roles) > 1,
        kinds={code: gettext(words) for code, words in KIND_WORDS.items()},
        departements=departements(),
        role_words=role_words,
    )
