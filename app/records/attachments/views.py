"""Giving a document while a form is filled in, and reading it at its address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import FileResponse, JSONResponse, Response

from app import access
from app.access import SessionOf
from app.accounts import queries as accounts
from app.auth import Viewer
from app.datasets.access import At, at_dataset
from app.errors import AppError, NotFound
from app.formats import file_size
from app.i18n import N_, gettext
from app.posted import Posted, file_of, filename_of
from app.records.attachments import forms, queries, service
from app.records.attachments.service import Served
from app.records.entry.sent import control_named
from app.routing import Router
from app.settings import get_settings
from app.tenancy import Scope, set_scope

router = Router(include_in_schema=False)
Editor = Annotated[At, Depends(at_dataset("editor"))]
Public = Annotated[Viewer | None, Depends(access.public)]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A document runs nothing and sends nothing, whatever it holds."""
MINUTES = 300  # seconds that a shared cache may keep a public document: it may be withdrawn


class Withdrawn(AppError):
    """A document that everybody could read, and no longer may."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Ce document n’est plus publié. Pour le consulter, adressez-vous à l’établissement qui l’avait publié."
            )
        )


@router.post("/e/{establishment}/{dataset}/pieces")
def give(at: Editor, session: SessionOf, form: Posted, colonne: str = "") -> Response:
    """Keep a document for a column; answers its address, which a script writes into the control."""
    control = control_named(at, colonne)
    if control is None or control.kind != forms.KIND:
        raise NotFound
    data = file_of(form, "piece", get_settings().max_attachment)
    if data is None:
        return JSONResponse({"message": gettext("Choisissez un fichier PDF.")}, 422)
    try:
        taken = service.take(
            session, at.dataset, control.field.name, data, filename_of(form, "piece"), account=at.account
        )
    except AppError as refused:
        session.rollback()
        return JSONResponse({"message": refused.text()}, refused.status)
    words = gettext("« {name} » ({size}) est joint.", name=taken.file_name, size=file_size(taken.size))
    return JSONResponse({"url": taken.url, "message": words})


@router.api_route("/pieces/{token}/{name}", methods=["GET", "HEAD"])
def read(request: Request, viewer: Public, session: SessionOf, token: str, name: str) -> Response:
    """A document: by everybody while a published version names it, by members before that, by nobody else."""
    establishment = service.establishment_of(token)
    if establishment is None:
        raise NotFound
    set_scope(session, Scope("tab_public"))
    row = queries.by_token(session, establishment, token)
    if row is not None and row.is_public:
        return _answer(request, service.served(row), name)
    was_public = row is not None
    if viewer is not None:
        set_scope(session, Scope("tab_web", viewer.id))
        seats = {one.establishment_id for one in accounts.own_memberships(session, viewer.id)}
        if establishment in seats:
            set_scope(session, Scope("tab_web", viewer.id, read=frozenset((establishment,))))
            row = queries.by_token(session, establishment, token)
            if row is not None:
                return _answer(request, service.served(row), name)
        set_scope(session, Scope("tab_web", viewer.id))
    if was_public:
        raise Withdrawn
    raise NotFound


def _answer(request: Request, found: Served | None, name: str) -> Response:
    if found is None or found.file_name != name:
        raise NotFound
    etag = f'"{found.sha256}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={MINUTES}" if found.is_public else "private, no-cache",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'inline; filename="{found.file_name}"',
        "Cross-Origin-Resource-Policy": "cross-origin" if found.is_public else "same-origin",
    }
    if not found.is_public:
        headers["Vary"] = "Cookie"
    asked = request.headers.get("if-none-match", "")
    if asked == "*" or etag in (one.strip().removeprefix("W/") for one in asked.split(",")):
        return Response(status_code=304, headers=headers)
    return FileResponse(found.path, media_type="application/pdf", headers=headers)
