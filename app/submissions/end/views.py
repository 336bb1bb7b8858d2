"""The summary of an import, its acceptance, and the way back."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from app.access import Number, SessionOf
from app.datasets.access import At
from app.errors import AppError, NotFound
from app.flash import Flash
from app.i18n import gettext, language
from app.models import Mode, Submission, SubmissionState
from app.paging import page_of
from app.posted import Posted, text_of, texts_of
from app.routing import Router
from app.submissions import pages, queries, returned, service
from app.submissions import undo as way_back
from app.submissions.frame import Editor, Reader, common, elsewhere
from app.templating import redirect, render
from forms.control import controls
from importers.matching import Matching

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
DIFFS = 20


@router.get("/importer/{submission}/resume")
def summary_page(
    request: Request, at: Editor, session: SessionOf, submission: Number, page: str = "1"
) -> Response:
    """What acceptance will do, counted beforehand."""
    found = service.find(session, at.dataset, submission)
    if (away := elsewhere(request, at, found)) is not None:
        return away
    if not found.summary.get("counts"):
        raise NotFound
    return _summary_page(request, at, session, found, page)


def _summary_page(
    request: Request,
    at: At,
    session: SessionOf,
    found: Submission,
    page: str = "1",
    error: str = "",
    status: int = 200,
) -> Response:
    counts = found.summary["counts"]
    total = queries.row_count(session, at.dataset.establishment, found.id, "diff")
    shown = page_of(page, total, DIFFS)
    by_name = {control.field.name: control.label for control in controls(at.dataset.schema, language())}
    matching = Matching.from_json(found.matching) if found.matching is not None else None
    own = returned.of(found)
    return render(
        request,
        "submissions/summary.html",
        status=status,
        **common(request, at, session, found, "resume"),
        counts=counts,
        is_current=service.is_count_current(at.dataset, found),
        sentences=pages.sentences(counts),
        diffs=pages.diff_rows(session, at, found, shown.size, shown.offset),
        page=shown,
        fields=list(by_name.items()),
        ignored=[label for label in matching.ignored_labels if label != own.number_label]
        if matching is not None
        else (),
        returned=own,
        both=pages.rows_of_records(at, found, "both"),
        emptied=pages.rows_of_records(at, found, "emptied"),
        add_twins=found.detected.get(service.ADD_TWINS, False),
        halves=service.halves(counts),
        repairs=[card for card in pages.repair_cards(at, found) if card.said == "accept"],
        error=error,
    )


@router.post("/importer/{submission}/mode")
def choose_mode(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """How the rows meet those that are there; counted again by a job."""
    found = service.find(session, at.dataset, submission)
    wanted = text_of(form, "mode")
    try:
        service.choose_mode(
            session,
            at.dataset,
            found,
            mode=Mode(wanted) if wanted in tuple(Mode) else Mode.add,
            key=texts_of(form, "cle"),
            keep_faulty=text_of(form, "fautives") != "laisser",
            account=at.account,
            file_wins=text_of(form, "fichier") == "oui",
            erase=returned.of(found).erase,
            add_twins=text_of(form, "jumelles") == "ajouter",
        )
    except AppError as refused:
        session.rollback()
        found = service.find(session, at.dataset, submission)
        return _summary_page(request, at, session, found, error=refused.text(), status=422)
    return redirect(request, f"{at.path}/importer/{submission}/attente?vers=resume")


@router.post("/importer/{submission}/vides")
def decide_emptied(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """Whether the cells emptied in the file erase those of their records; counted again by a job."""
    found = service.find(session, at.dataset, submission)
    service.decide_emptied(
        session, at.dataset, found, erase=text_of(form, "vides") == "effacer", account=at.account
    )
    return redirect(request, f"{at.path}/importer/{submission}/attente?vers=resume")


@router.post("/importer/{submission}/accepter")
def accept(request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted) -> Response:
    """Keep the rows, by a job."""
    found = service.find(session, at.dataset, submission)
    try:
        service.ask_acceptance(
            session, at.dataset, found, sure=text_of(form, "sur") == "oui", account=at.account
        )
    except AppError as refused:
        session.rollback()
        found = service.find(session, at.dataset, submission)
        if found.state != SubmissionState.open or not found.summary.get("counts"):
            return redirect(request, pages.place_of(at.path, found), Flash(refused.text(), "warning"))
        return _summary_page(request, at, session, found, error=refused.text(), status=409)
    return redirect(request, f"{at.path}/importer/{submission}/attente")


@router.get("/importer/{submission}/fin")
def done_page(request: Request, at: Reader, session: SessionOf, submission: Number) -> Response:
    """What was done, and the way back."""
    found = service.find(session, at.dataset, submission)
    if found.state not in (SubmissionState.accepted, SubmissionState.undone, SubmissionState.undoing):
        return redirect(request, pages.place_of(at.path, found))
    if found.state == SubmissionState.undoing:
        return redirect(request, f"{at.path}/importer/{submission}/attente")
    left = (
        way_back.conflicts(session, at.dataset, found.id) if found.state == SubmissionState.accepted else []
    )
    return render(
        request,
        "submissions/done.html",
        **common(request, at, session, found, "resume"),
        sentences=pages.sentences(found.summary["counts"]),
        conflicts=left,
        undone=found.summary.get("undone"),
    )


@router.post("/importer/{submission}/annuler")
def undo(request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted) -> Response:
    """Take the import back; what was changed since is shown first, and stays."""
    found = service.find(session, at.dataset, submission)
    left = way_back.conflicts(session, at.dataset, found.id)
    if left and text_of(form, "sur") != "oui":
        return redirect(
            request,
            f"{at.path}/importer/{submission}/fin",
            Flash(gettext("Des lignes ont été modifiées depuis : confirmez ce qui sera annulé."), "warning"),
        )
    service.ask_undo(session, at.dataset, found, account=at.account)
    return redirect(request, f"{at.path}/importer/{submission}/attente")


@router.post("/importer/{submission}/abandonner")
def drop(request: Request, at: Editor, session: SessionOf, submission: Number) -> Response:
    """Give the import up; nothing of it was kept."""
    found = service.find(session, at.dataset, submission)
    service.drop(session, found)
    return redirect(
        request,
        f"{at.path}/imports",
        Flash(gettext("L’import est abandonné. Le jeu de données n’a pas changé.")),
    )
