"""« Vérifier un fichier »: the page, its report at an address of its own, and the same for programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
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
from app.checking.service import Kept, Way
from app.errors import AppError, TooMany
from app.file_reading import (
    DELIMITERS,
    Chosen,
    FileRefused,
    NoSuchRow,
    Understood,
    chosen_row,
    column_options,
    delimiters,
    encodings,
    reason_words,
    samples_of,
    sheets,
)
from app.i18n import gettext, language, use, words
from app.parameters import refuse_nul, whole_number
from app.posted import Posted, filename_of, text_of, texts_of
from app.report_csv import report_csv
from app.report_html import report_html, section_of
from app.routing import Router
from app.settings import get_settings
from app.templating import redirect, render
from schema_loader.messages import Message

router = Router(include_in_schema=False)
Public = Annotated[Viewer | None, Depends(access.public)]

ACCEPT = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODELS = 500  # offered in the list
ROW = "headerRow"
TEXTS = ("url", "schema", "version", "match", "sheet", "encoding", ROW, "map", "lang")
"""What a program may say beside the file (docs/api.md)."""


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
    return (
        refused.told() if isinstance(refused, (FileRefused, SchemaUnusable)) else Message(refused.text(), "")
    )


def _name_of(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2][:200] or "fichier"


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client is not None else None)


@router.get("/verifier/{token}")
def report(request: Request, viewer: Public, token: str) -> Response:
    """The verdict first, then what to mend, where, and how."""
    return _report(request, viewer, service.find(token))


def _report(
    request: Request, viewer: Viewer | None, kept: Kept, error: Message | None = None, status: int = 200
) -> Response:
    section = section_of(1, kept.checked, words(language()))
    understood = kept.checked.understood
    return render(
        request,
        "checking/report.html",
        status=status,
        kept=kept,
        section=section,
        error=error,
        reading=understood,
        literal=kept.way.literal,
        lines=_column_lines(understood) if understood is not None else [],
        options=column_options(understood.table, understood.matching) if understood is not None else [],
        encodings=encodings(kept.checked.source.encoding),
        delimiters=delimiters(),
        sheets=sheets(understood.table.detected) if understood is not None else [],
        offers=show.offers(kept.checked),
        until=datetime.fromtimestamp(kept.until, UTC),
        address=f"{get_settings().public_url}/verifier/{kept.token}"
        if kept.shared and viewer is not None
        else "",
    )


def _column_lines(understood: Understood) -> list[tuple[str, str, bool, int | None, str, tuple[str, ...]]]:
    """For each field: the name of its control, what it is called, whether a file must have it, its column, why, samples."""
    schema = understood.schema
    return [
        (
            f"colonne-{one.position}",
            one.title or one.name,
            one.name in schema.must_have,
            match.column,
            reason_words(match.reason),
            samples_of(understood.table, match.column, 2),
        )
        for one, match in zip(schema.fields, understood.matching.matches, strict=True)
    ]


@router.post("/verifier/{token}")
def read_otherwise(request: Request, viewer: Public, token: str, posted: Posted) -> Response:
    """Judge the file read as the person says; that report has an address of its own."""
    kept = service.find(token)
    limiter.count(_network(request))
    try:
        other = service.read_otherwise(kept, _way_of(kept, posted), keep=viewer is not None)
    except TooMany:
        raise
    except AppError as refused:
        return _report(request, viewer, kept, _told(refused), 422)
    return redirect(request, f"/verifier/{other}")


def _way_of(kept: Kept, posted: Posted) -> Way:
    """What was posted, where it is another thing than what was found: columns go by the place that they had on the page."""
    understood, before = kept.checked.understood, kept.way.chosen
    literal = text_of(posted, "titres") == "lettre"
    if understood is None:
        return Way(literal, before)
    detected = understood.table.detected
    raw = posted.get("separateur")
    sheet, encoding = text_of(posted, "feuille"), text_of(posted, "encodage")
    row = chosen_row(text_of(posted, "entete"))
    found = understood.table.header_row or 0
    form = Chosen(
        sheet=sheet if sheet and sheet != detected.sheet else before.sheet,
        encoding=encoding if encoding and encoding != detected.encoding else before.encoding,
        delimiter=raw
        if isinstance(raw, str) and raw in DELIMITERS and raw != detected.delimiter
        else before.delimiter,
        header_row=row if row != found else before.header_row,
    )
    if (form.sheet, form.encoding, form.delimiter) != (before.sheet, before.encoding, before.delimiter):
        # another table: where its titles stand is found anew, unless another row was typed
        return Way(literal, replace(form, header_row=row if row != found else None))
    if form.header_row != before.header_row:
        return Way(literal, form)
    moved = dict(before.columns)
    for one, match in zip(understood.schema.fields, understood.matching.matches, strict=True):
        name = f"colonne-{one.position}"
        if name in posted and (column := chosen_row(text_of(posted, name))) != match.column:
            moved[one.name] = column
    return Way(literal, replace(form, columns=moved))


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
    """The same for programs: ``file`` or ``url``, ``schema`` (a key of the catalogue or an address), ``version``, ``lang``;
    the titles taken to the letter unless ``match`` says otherwise (docs/api.md)."""
    lang = "en" if text_of(posted, "lang") == "en" else "fr"
    sent = posted.get("file")
    file = sent if isinstance(sent, UploadFile) else None
    url, named = text_of(posted, "url"), text_of(posted, "schema")
    if not named or (file is None) == (not url):
        said = words(lang).gettext("Donnez « schema », et soit « file », soit « url ».")
        return JSONResponse({"error": said}, status_code=422)
    try:
        with use(lang):
            way = _way_of_program(posted)
        limiter.count(_network(request))
        model = service.model_of(session, named, text_of(posted, "version"))
        name = base_name(filename_of(posted, "file")) if file is not None else _name_of(url)
        token, checked = service.receive(
            file.file if file is not None else None, url, name, model, keep=False, way=way
        )
    except AppError as refused:
        headers = {"Retry-After": str(refused.retry_after)} if isinstance(refused, TooMany) else {}
        said = refused.text(lang)
        if isinstance(refused, NoSuchRow):
            said = f"{ROW} – {said}"
        return JSONResponse({"error": said}, status_code=refused.status, headers=headers)
    service.forget(token)
    understood = checked.understood
    answer: dict[str, Any] = {
        "file": name,
        "schema": {"key": model.key or named, "title": model.title, "version": model.version},
        **({"understood": show.understood_json(understood)} if understood is not None else {}),
        "complete": checked.report.complete,
        **checked.report.as_json(lang, before=understood.first_column if understood is not None else 0),
    }
    return JSONResponse(answer)


def _way_of_program(posted: Posted) -> Way:
    """Raises :class:`~app.parameters.ParameterRefused`, for any text of the form that cannot be one too."""
    for name in TEXTS:
        for text in texts_of(posted, name):
            refuse_nul(name, text)
    row = text_of(posted, ROW)
    chosen = Chosen(
        sheet=text_of(posted, "sheet") or None,
        encoding=text_of(posted, "encoding") or None,
        header_row=whole_number(ROW, row, 0, service.LIMITS.rows, example=1) if row else None,
        pairs=tuple(texts_of(posted, "map")),
    )
    return Way(text_of(posted, "match").lower() not in ("true", "1", "yes"), chosen)
