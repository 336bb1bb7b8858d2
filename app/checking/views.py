"""« Vérifier un fichier »: the page, its report at an address of its own, and the same for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response, StreamingResponse

from app import access
from app.access import SessionOf
from app.accounts.throttle import network_of
from app.auth import Viewer
from app.catalog import queries as catalogue
from app.catalog.service import SchemaUnusable
from app.checked_file import base_name
from app.checking import limiter, service, show
from app.checking.service import NotJudged
from app.errors import AppError, TooMany
from app.i18n import gettext, language, words
from app.posted import Posted, filename_of, text_of
from app.report_csv import report_csv
from app.report_html import report_html, section_of
from app.settings import get_settings
from app.templating import redirect, render
from schema_loader.messages import Message

router = APIRouter(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]

ACCEPT = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODELS = 500  # offered in the list


@router.get("/verifier")
def ask(request: Request, _viewer: Public, session: SessionOf, modele: str = "") -> Response:
    """A file, and what it should follow."""
    return _ask(request, session, {"modele": modele, "schema": "", "adresse": ""}, {})


def _ask(
    request: Request, session: SessionOf, form: dict[str, str], errors: dict[str, Message], status: int = 200
) -> Response:
    rows = catalogue.listed(session, [], tables=True, offered=True, limit=MODELS)
    return render(
        request,
        "checking/ask.html",
        status=status,
        form=form,
        errors=errors,
        models=[(row.key, row.title) for row in rows],
        accept=ACCEPT,
        max_octets=get_settings().max_check,
    )


@router.post("/verifier")
def check(request: Request, viewer: Public, session: SessionOf, posted: Posted) -> Response:
    """Judge the file; the report has an address of its own."""
    form = {name: text_of(posted, name) for name in ("modele", "schema", "adresse")}
    sent = posted.get("fichier")
    file = sent if isinstance(sent, UploadFile) and sent.filename else None
    errors: dict[str, Message] = {}
    if file is None and not form["adresse"]:
        errors["fichier"] = Message(
            gettext("Aucun fichier n’est choisi."),
            gettext("Choisissez un fichier, par exemple subventions.csv, ou donnez son adresse."),
        )
    if not form["modele"] and not form["schema"]:
        errors["modele"] = Message(
            gettext("Aucun modèle n’est choisi."), gettext("Choisissez le modèle que le fichier doit suivre.")
        )
    if errors:
        return _ask(request, session, form, errors, 422)
    limiter.count(_network(request))
    place = "schema" if form["schema"] else "modele"
    try:
        model = service.model_of(session, form["schema"] or form["modele"])
        place = "fichier" if file is not None else "adresse"
        name = filename_of(posted, "fichier") if file is not None else _name_of(form["adresse"])
        source = file.file if file is not None else None
        token, _ = service.receive(source, form["adresse"], base_name(name), model, keep=viewer is not None)
    except TooMany:
        raise
    except AppError as refused:
        return _ask(request, session, form, {place: _told(refused)}, 422)
    return redirect(request, f"/verifier/{token}")


def _told(refused: AppError) -> Message:
    return refused.told() if isinstance(refused, (NotJudged, SchemaUnusable)) else Message(refused.text(), "")


def _name_of(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2][:200] or "fichier"


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client is not None else None)


@router.get("/verifier/{token}")
def report(request: Request, viewer: Public, token: str) -> Response:
    """The verdict first, then what to mend, where, and how."""
    kept = service.find(token)
    section = section_of(1, kept.checked, words(language()))
    return render(
        request,
        "checking/report.html",
        kept=kept,
        section=section,
        offers=show.offers(kept.checked) if not section.valid else [],
        until=datetime.fromtimestamp(kept.until, UTC),
        address=f"{get_settings().public_url}/verifier/{token}" if kept.shared and viewer is not None else "",
    )


@router.get("/verifier/{token}/correction.xlsx")
def correction(_viewer: Public, token: str, seulement: str = "") -> Response:
    """The rows, or the faulty ones alone, with what is wrong in place."""
    kept = service.find(token)
    body = show.correction(kept.checked, kept.model, only_wrong=seulement == "fautives")
    return StreamingResponse(body, media_type=XLSX, headers=_as_file("correction.xlsx"))


@router.get("/verifier/{token}/rapport.html")
def standalone(_viewer: Public, token: str) -> Response:
    """The report as one page that may be mailed."""
    kept = service.find(token)
    page = report_html([kept.checked], [], language())
    return Response(page, media_type="text/html; charset=utf-8", headers=_as_file("rapport.html"))


@router.get("/verifier/{token}/erreurs.csv")
def errors_csv(_viewer: Public, token: str) -> Response:
    """The errors, a line for each."""
    kept = service.find(token)
    body = report_csv([kept.checked], language(), several=False)
    return StreamingResponse(body, media_type="text/csv; charset=utf-8", headers=_as_file("erreurs.csv"))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


@router.post("/api/v1/validate")
def validate(request: Request, _viewer: Public, session: SessionOf, posted: Posted) -> Response:
    """The same for programs: ``file`` or ``url``, ``schema`` (a key of the catalogue or an address), ``version``, ``lang``."""
    lang = "en" if text_of(posted, "lang") == "en" else "fr"
    sent = posted.get("file")
    file = sent if isinstance(sent, UploadFile) else None
    url, named = text_of(posted, "url"), text_of(posted, "schema")
    if not named or (file is None) == (not url):
        said = words(lang).gettext("Donnez « schema », et soit « file », soit « url ».")
        return JSONResponse({"error": said}, status_code=422)
    try:
        limiter.count(_network(request))
        model = service.model_of(session, named, text_of(posted, "version"))
        name = base_name(filename_of(posted, "file")) if file is not None else _name_of(url)
        token, checked = service.receive(
            file.file if file is not None else None, url, name, model, keep=False
        )
    except AppError as refused:
        headers = {"Retry-After": str(refused.retry_after)} if isinstance(refused, TooMany) else {}
        return JSONResponse({"error": refused.text(lang)}, status_code=refused.status, headers=headers)
    service.forget(token)
    answer: dict[str, Any] = {
        "file": name,
        "schema": {"key": model.key or named, "title": model.title, "version": model.version},
        "complete": checked.report.complete,
        **checked.report.as_json(lang),
    }
    return JSONResponse(answer)
