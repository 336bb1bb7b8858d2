"""Downloading a dataset: a question that says what is left out, then the file, streamed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response, StreamingResponse

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.establishments import queries as establishments
from app.formats import PARIS
from app.i18n import gettext, language
from app.records.export import correction, service
from app.routing import Router
from app.templating import render
from app.tenancy import Scope
from exporters.about import About
from exporters.file_name import file_name
from exporters.marks import Marks

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEFT_OUT = "X-Tabellion-Left-Out"
"""Header of the answer: the lines « à corriger » that the file does not hold."""


@router.get("/telecharger")
def ask(request: Request, at: Reader, session: SessionOf) -> Response:
    """What the file will hold and leave out, before it is taken."""
    return render(
        request,
        "records/download.html",
        head=head_of(request, session, at),
        outcome=service.outcome(session, at.dataset),
        file_name=_name(session, at, "csv"),
    )


@router.get("/telecharger.csv")
def csv(request: Request, at: Reader, session: SessionOf) -> Response:
    """The normalised CSV."""
    scope = Scope.of(at.dataset.establishment, at.member.role, account=at.account)
    headers = _headers(session, at, "csv")
    body = service.csv_stream(scope, at.dataset)
    return StreamingResponse(body, media_type="text/csv; charset=utf-8; header=present", headers=headers)


@router.get("/telecharger.xlsx")
def xlsx(request: Request, at: Reader, session: SessionOf) -> Response:
    """A workbook of typed columns."""
    scope = Scope.of(at.dataset.establishment, at.member.role, account=at.account)
    headers = _headers(session, at, "xlsx")
    about = About(title=at.dataset.title, publisher=at.member.establishment.name, lang=language())
    return StreamingResponse(service.xlsx_stream(scope, at.dataset, about), media_type=XLSX, headers=headers)


@router.get("/gabarit.xlsx")
def template(request: Request, at: Reader, session: SessionOf, lignes: str = "") -> Response:
    """The workbook to fill in; with ``lignes``, the records and their numbers are in it, to be changed and sent back."""
    with_rows = lignes == "1"
    if with_rows:
        service.refuse_beyond_a_sheet(session, at.dataset)
    dataset, place = at.dataset, at.member.establishment
    now = datetime.now(UTC)  # before the records are read: what changes meanwhile is asked about, never lost
    marks = Marks(
        "template",
        dataset.schema_key,
        dataset.version,
        dataset.schema.content_hash,
        establishment=place.slug,
        dataset=dataset.slug,
        base=str(dataset.revision) if with_rows else "",
        made_at=now if with_rows else None,
        lang=language(),
    )
    scope = Scope.of(dataset.establishment, at.member.role, account=at.account)
    body = service.template_stream(scope, dataset, marks, with_rows=with_rows)
    name = f"{gettext('gabarit')}-{dataset.slug}{now.astimezone(PARIS):-%Y%m%d-%H%M}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(body, media_type=XLSX, headers=headers)


@router.get("/correction.xlsx")
def correction_file(request: Request, at: Reader, session: SessionOf) -> Response:
    """The lines « à corriger », what is wrong in place; imported, the file changes these lines alone."""
    body = correction.write(session, at.dataset, at.member.establishment.slug)
    name = f"{gettext('correction')}-{at.dataset.slug}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(body, media_type=XLSX, headers=headers)


def _headers(session: SessionOf, at: At, extension: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{_name(session, at, extension)}"',
        "Cache-Control": "no-store",
        LEFT_OUT: str(service.left_out(session, at.dataset)),
    }


def _name(session: SessionOf, at: At, extension: str) -> str:
    found = establishments.by_id(session, at.dataset.establishment)
    siren = found.siren if found is not None else None
    return file_name(siren or "", at.dataset.slug, datetime.now(PARIS).date(), extension)
