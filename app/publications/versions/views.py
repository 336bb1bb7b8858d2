"""The versions of a dataset, and what may be done of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request
from starlette.responses import FileResponse, Response

from app.access import Number, SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.errors import AppError, NotFound
from app.establishments import queries as establishments
from app.flash import Flash
from app.formats import PARIS
from app.i18n import gettext
from app.models import Publication, PublicationState
from app.paging import page_of
from app.posted import Posted, text_of
from app.publications import describe, hooks, letters, pages, queries, service, store
from app.routing import Router
from app.templating import is_htmx, redirect, render
from app.tenancy import Role
from exporters.file_name import file_name
from exporters.formats import FORMATS

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}/publications")
Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]
Publisher = Annotated[At, Depends(at_dataset("publisher"))]

SHOWN = 20


@router.get("")
def versions(request: Request, at: Reader, session: SessionOf, page: str = "1") -> Response:
    """The versions of the dataset, the newest first."""
    if at.may_edit:
        service.settle(session, at.dataset)
    place = (at.dataset.establishment, at.dataset.id)
    shown = page_of(page, queries.count_of_dataset(session, *place), SHOWN)
    found = queries.of_dataset(session, *place, limit=shown.size, offset=shown.offset)
    own = establishments.by_id(session, at.dataset.establishment)
    return render(
        request,
        "publications/versions.html",
        destinations=hooks.destinations(session, at.dataset),
        head=head_of(request, session, at),
        at=at,
        versions=found,
        people=pages.people(session, found),
        page=shown,
        pages_=pages,
        said=describe.of_dataset(session, at.dataset),
        public_address=describe.public_address(at.member.establishment.slug, at.dataset.slug),
        is_sandbox=own is not None and own.is_sandbox,
        may_publish=at.member.role.includes(Role.publisher),
    )


@router.get("/neant")
def ask_nothing(request: Request, at: Editor, session: SessionOf) -> Response:
    """« Néant »: for which period."""
    return _ask_nothing(request, at, session)


def _ask_nothing(
    request: Request, at: At, session: SessionOf, typed: str = "", error: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "publications/nothing.html",
        status=status,
        head=head_of(request, session, at),
        typed=typed,
        error=error,
        publishes=at.member.role.includes(Role.publisher),
        current=queries.current(session, at.dataset.establishment, at.dataset.id),
    )


@router.post("/neant")
def declare_nothing(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Say that there is nothing to publish for a period."""
    typed = text_of(form, "periode")
    try:
        made = service.declare_nothing(
            session,
            at.dataset,
            typed,
            account=at.account,
            publish=at.member.role.includes(Role.publisher),
        )
    except AppError as refused:
        session.rollback()
        return _ask_nothing(request, at, session, typed, refused.text(), 422)
    return redirect(request, f"{at.path}/publications/{made.number}")


@router.get("/{number}")
def version(request: Request, at: Reader, session: SessionOf, number: Number) -> Response:
    """One version: how far it is, or what it holds and what may be done of it."""
    if at.may_edit:
        service.settle(session, at.dataset)
    found = service.find(session, at.dataset, number)
    if is_htmx(request) and found.state != PublicationState.preparing:
        return redirect(request, f"{at.path}/publications/{number}", _told(found))
    job = (
        queries.progress(session, at.dataset.establishment, found.job_id)
        if found.job_id and found.state == PublicationState.preparing
        else None
    )
    if is_htmx(request):
        return render(
            request,
            "publications/version.html",
            block="avancement",
            found=found,
            job=job,
            words=pages.job_words(job),
        )
    return render(
        request,
        "publications/version.html",
        head=head_of(request, session, at),
        at=at,
        found=found,
        job=job,
        words=pages.job_words(job),
        effects=pages.changes(found.added, found.changed, found.removed),
        formats=pages.formats(found),
        people=pages.people(session, [found]),
        pages_=pages,
        may_publish=at.member.role.includes(Role.publisher),
        public_address=describe.public_address(at.member.establishment.slug, at.dataset.slug),
    )


def _told(found: Publication) -> Flash | None:
    if found.state == PublicationState.published:
        return Flash(gettext("La version {number} est publiée.", number=found.number))
    if found.state == PublicationState.proposed:
        return Flash(
            gettext(
                "La version {number} est proposée : les personnes qui publient sont prévenues.",
                number=found.number,
            )
        )
    return None


@router.get("/{number}/fichiers/{form}")
def file(at: Reader, session: SessionOf, number: Number, form: str) -> Response:
    """A file of a version, for those who work in the establishment."""
    found = service.find(session, at.dataset, number)
    path = store.path_of(found, form)
    if path is None or not path.is_file():
        raise NotFound
    kind = FORMATS[form]
    own = establishments.by_id(session, at.dataset.establishment)
    day = found.created_at.astimezone(PARIS).date()
    name = file_name((own.siren if own is not None else None) or "", at.dataset.slug, day, kind.extension)
    return FileResponse(
        path, media_type=kind.media_type, filename=name, headers={"Cache-Control": "no-store"}
    )


@router.post("/{number}/publier")
def approve(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    """Publish a version that was proposed."""
    found = service.find(session, at.dataset, number)
    try:
        service.approve(session, at.dataset, found, account=at.account)
    except AppError as refused:
        session.rollback()
        return redirect(request, f"{at.path}/publications/{number}", Flash(refused.text(), "warning"))
    told = gettext("La version {number} est publiée.", number=number)
    return redirect(request, f"{at.path}/publications/{number}", Flash(told))


@router.get("/{number}/refuser")
def ask_refusal(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    """Why it is refused."""
    return _ask_reason(request, at, session, number, "refuse")


@router.post("/{number}/refuser")
def refuse(
    request: Request,
    at: Publisher,
    session: SessionOf,
    number: Number,
    form: Posted,
    background: BackgroundTasks,
) -> Response:
    """Say no; whoever proposed it is told why."""
    found = service.find(session, at.dataset, number)
    typed = text_of(form, "motif")
    try:
        service.refuse(session, at.dataset, found, typed, account=at.account)
    except AppError as refused:
        session.rollback()
        return _ask_reason(request, at, session, number, "refuse", typed, refused.text(), 422)
    background.add_task(letters.deliver, letters.refused(session, at.dataset, found, at.member.viewer.name))
    told = gettext(
        "La version {number} est refusée. La personne qui l’a proposée en est prévenue.", number=number
    )
    return redirect(request, f"{at.path}/publications", Flash(told))


@router.post("/{number}/revenir")
def roll_back(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    """Everybody reads that version from now on."""
    found = service.find(session, at.dataset, number)
    before = queries.current(session, at.dataset.establishment, at.dataset.id)
    try:
        service.roll_back(session, at.dataset, found, account=at.account)
    except AppError as refused:
        session.rollback()
        return redirect(request, f"{at.path}/publications", Flash(refused.text(), "warning"))
    undo = f"{at.path}/publications/{before.number}/revenir" if before is not None else ""
    told = gettext("La version {number} est de nouveau celle que tout le monde lit.", number=number)
    return redirect(request, f"{at.path}/publications", Flash(told, undo=undo))


@router.get("/{number}/retirer")
def ask_withdrawal(request: Request, at: Publisher, session: SessionOf, number: Number) -> Response:
    """Why it is withdrawn; what that erases."""
    return _ask_reason(request, at, session, number, "withdraw")


@router.post("/{number}/retirer")
def withdraw(request: Request, at: Publisher, session: SessionOf, number: Number, form: Posted) -> Response:
    """Take a version back, and erase its files."""
    found = service.find(session, at.dataset, number)
    typed = text_of(form, "motif")
    try:
        following = service.withdraw(session, at.dataset, found, typed, account=at.account)
    except AppError as refused:
        session.rollback()
        return _ask_reason(request, at, session, number, "withdraw", typed, refused.text(), 422)
    told = gettext("La version {number} est retirée, et ses fichiers effacés.", number=number)
    if following is not None:
        told += " " + gettext(
            "La version {number} est maintenant celle que tout le monde lit.", number=following.number
        )
    return redirect(request, f"{at.path}/publications", Flash(told))


def _ask_reason(
    request: Request,
    at: At,
    session: SessionOf,
    number: int,
    act: str,
    typed: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    found = service.find(session, at.dataset, number)
    others = [
        one
        for one in queries.of_dataset(session, at.dataset.establishment, at.dataset.id, limit=SHOWN)
        if one.state == PublicationState.published and one.number != number
    ]
    return render(
        request,
        "publications/reason.html",
        status=status,
        head=head_of(request, session, at),
        found=found,
        act=act,
        typed=typed,
        error=error,
        others=others,
    )
