"""Opening a dataset: on a schema, in an establishment; and the datasets that were put away."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access
from app.access import Member, SessionOf, member
from app.auth import Viewer
from app.catalog import queries as catalogue
from app.catalog.words import MAX_LENGTH, terms
from app.datasets import board, opening, queries, service
from app.datasets.service import TITLE_LENGTH
from app.flash import Flash
from app.i18n import gettext
from app.markdown import to_text
from app.paging import page_of
from app.posted import Posted, text_of
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False)
Reader = Annotated[Member, Depends(member("reader"))]
Editor = Annotated[Member, Depends(member("editor"))]
SignedIn = Annotated[Viewer, Depends(access.signed_in)]

SHOWN = 20


@router.get("/jeux/ouvrir")
def choose_place(
    request: Request, viewer: SignedIn, session: SessionOf, modele: str = "", version: str = "", q: str = ""
) -> Response:
    """In which of one's establishments: the one page between a schema and its dataset for whoever works in several."""
    schema = opening.offered(session, modele, version or None)
    sought = q.strip()[:MAX_LENGTH]
    places, more = opening.places(session, viewer, sought, SHOWN)
    return render(
        request,
        "datasets/place.html",
        schema=schema,
        key=modele,
        places=places,
        more=more,
        q=sought,
        searchable=viewer.seat_count > SHOWN or bool(sought),
        version=version,
    )


@router.get("/e/{establishment}/jeux")
def choose_schema(request: Request, me: Editor, session: SessionOf, q: str = "", page: str = "1") -> Response:
    """On which schema."""
    sought = q.strip()[:MAX_LENGTH]
    words = terms(sought)
    every = True
    total = catalogue.count(session, words, tables=True, offered=True)
    if not total and len(words) > 1:
        every = False
        total = catalogue.count(session, words, tables=True, offered=True, every=False)
    shown = page_of(page, total, SHOWN)
    rows = catalogue.listed(
        session, words, tables=True, offered=True, every=every, limit=shown.size, offset=shown.offset
    )
    return render(
        request,
        "datasets/open.html",
        q=sought,
        found=[(row, to_text(row.description)) for row in rows],
        page=shown,
    )


@router.post("/e/{establishment}/jeux")
def open_one(request: Request, me: Editor, session: SessionOf, form: Posted) -> Response:
    """Open a dataset; where there is one on the same schema, a title is asked for first."""
    modele, version = text_of(form, "modele"), text_of(form, "version") or None
    title = " ".join(text_of(form, "titre").split())
    schema = opening.offered(session, modele, version)
    others = opening.others(session, me.establishment.id, schema)
    fault = opening.title_fault(title, others) if others and "titre" in form else None
    if others and ("titre" not in form or fault is not None):
        session.rollback()
        return render(
            request,
            "datasets/another.html",
            status=422 if fault is not None else 200,
            schema=schema,
            key=modele,
            version=version or "",
            others=others,
            title=title if "titre" in form else "",
            example=opening.example_title(schema.schema_title),
            errors=[fault] if fault is not None else [],
            most=TITLE_LENGTH,
        )
    made = service.open_dataset(
        session, me.establishment.id, modele, version=version, title=title, account=me.viewer.id
    )
    words = gettext("« {title} » est ouvert : saisissez une première ligne.", title=made.title)
    return redirect(request, f"/e/{me.establishment.slug}/{made.slug}/", Flash(words))


@router.get("/e/{establishment}/jeux/ranges")
def put_away(request: Request, me: Reader, session: SessionOf, page: str = "1") -> Response:
    """The datasets that are no longer filled in."""
    place = me.establishment
    shown = page_of(page, queries.count_put_away(session, place.id), SHOWN)
    found = board.put_away(session, place.id, place.slug, limit=shown.size, offset=shown.offset)
    return render(request, "datasets/put_away.html", found=found, page=shown)
