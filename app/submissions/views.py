"""The pages of an import: six steps, each with its own address, gone on with where they were left."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.access import Number, SessionOf
from app.datasets.access import At
from app.datasets.head import head_of
from app.errors import AppError, NotFound
from app.file_reading import (
    DELIMITERS,
    Chosen,
    FileRefused,
    chosen_row,
    column_options,
    delimiters,
    encodings,
    samples_of,
    sheets,
)
from app.flash import Flash
from app.i18n import gettext, language, ngettext
from app.models import Submission, SubmissionState
from app.paging import page_of
from app.posted import Posted, filename_of, text_of, texts_of
from app.routing import Router
from app.settings import get_settings
from app.submissions import correction, fixing, kinds, pages, queries, returned, service
from app.submissions.frame import Editor, Reader, common, elsewhere
from app.templating import is_htmx, redirect, render
from forms.binding import read_form
from forms.control import controls
from importers.matching import Matching
from importers.table import preview
from schema_loader.messages import Message

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPT = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"
IMPORTS = 20
SUMMARY = "resume"
"""The step that one comes back to once the rows are counted again."""


@router.get("/imports")
def imports(request: Request, at: Reader, session: SessionOf, page: str = "1") -> Response:
    """The imports of the dataset, the latest first."""
    total = queries.count_of_dataset(session, at.dataset.establishment, at.dataset.id)
    shown = page_of(page, total, IMPORTS)
    found = queries.of_dataset(
        session, at.dataset.establishment, at.dataset.id, limit=shown.size, offset=shown.offset
    )
    lines = [(one, pages.place_of(at.path, one), _counts(one)) for one in found]
    return render(
        request, "submissions/list.html", head=head_of(request, session, at), lines=lines, page=shown
    )


def _counts(one: Submission) -> list[str]:
    counts = one.summary.get("counts")
    return pages.sentences(counts) if counts and one.state in ("accepted", "undone") else []


@router.get("/importer/")
def file_page(request: Request, at: Editor, session: SessionOf) -> Response:
    """The first step: a file."""
    return _file_page(request, at, session)


def _file_page(
    request: Request, at: At, session: SessionOf, error: Message | None = None, status: int = 200
) -> Response:
    return render(
        request,
        "submissions/file.html",
        status=status,
        head=head_of(request, session, at),
        steps=pages.steps(at.path, None, "fichier"),
        error=error,
        accept=ACCEPT,
        max_octets=get_settings().max_upload,
    )


@router.post("/importer/")
def send_file(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Keep the file, and go on with what was found in it."""
    sent = form.get("fichier")
    if not isinstance(sent, UploadFile) or not sent.filename:
        missing = Message(
            gettext("Aucun fichier n’est choisi."),
            gettext("Choisissez le fichier à importer, par exemple subventions.xlsx."),
        )
        return _file_page(request, at, session, missing, 422)
    try:
        made = service.receive(
            session, at.dataset, filename_of(form, "fichier"), sent.file, account=at.account
        )
        back = correction.take_back(
            session, at.dataset, service.path_of(made), service.detected_of(made), account=at.account
        )
    except FileRefused as refused:
        session.rollback()
        return _file_page(request, at, session, refused.told(), 422)
    except AppError as refused:
        session.rollback()
        return _file_page(request, at, session, Message(refused.text(), ""), 422)
    if back is not None:
        corrected, rows = back
        service.drop(session, made)
        told = ngettext(
            "Votre fichier de correction change {n} ligne de cet import.",
            "Votre fichier de correction change {n} lignes de cet import.",
            rows,
        )
        return redirect(request, pages.place_of(at.path, corrected), Flash(told, "done" if rows else "info"))
    return redirect(request, f"{at.path}/importer/{made.id}/feuille")


@router.get("/importer/{submission}")
def go_on(request: Request, at: Editor, session: SessionOf, submission: Number) -> Response:
    """Where the import was left."""
    found = service.find(session, at.dataset, submission)
    return RedirectResponse(pages.place_of(at.path, found), status_code=303)


@router.get("/importer/{submission}/feuille")
def sheet_page(request: Request, at: Editor, session: SessionOf, submission: Number) -> Response:
    """How the file is read, with its first rows."""
    found = service.find(session, at.dataset, submission)
    if (away := elsewhere(request, at, found)) is not None:
        return away
    return _sheet_page(request, at, session, found)


def _sheet_page(
    request: Request,
    at: At,
    session: SessionOf,
    found: Submission,
    error: Message | None = None,
    status: int = 200,
) -> Response:
    detected = service.detected_of(found)
    shown = None
    try:
        shown = preview(service.table_of(session, at.dataset, found))
    except FileRefused as refused:
        error, status = refused.told(), 422
    same = queries.same_file(session, at.dataset.establishment, at.dataset.id, found.file_hash, found.id)
    return render(
        request,
        "submissions/sheet.html",
        status=status,
        **common(request, at, session, found, "feuille"),
        detected=detected,
        preview=shown,
        header_row=found.detected.get("header_row"),
        same=[(one, pages.place_of(at.path, one)) for one in same],
        encodings=encodings(detected.encoding),
        delimiters=delimiters(),
        sheets=sheets(detected),
        error=error,
    )


@router.post("/importer/{submission}/feuille")
def choose_sheet(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """Read the file as the person says; then show it again, or go on."""
    found = service.find(session, at.dataset, submission)
    raw = form.get("separateur")
    chosen = Chosen(
        sheet=text_of(form, "feuille") or None,
        encoding=text_of(form, "encodage") or None,
        delimiter=raw if isinstance(raw, str) and raw in DELIMITERS else None,
        header_row=chosen_row(text_of(form, "entete")),
    )
    try:
        service.choose_reading(session, at.dataset, found, chosen)
        service.table_of(session, at.dataset, found)
    except FileRefused as refused:
        session.rollback()
        found = service.find(session, at.dataset, submission)
        return _sheet_page(request, at, session, found, refused.told(), 422)
    if text_of(form, "voir"):
        return redirect(request, f"{at.path}/importer/{submission}/feuille")
    return redirect(request, f"{at.path}/importer/{submission}/colonnes")


@router.get("/importer/{submission}/colonnes")
def columns_page(request: Request, at: Editor, session: SessionOf, submission: Number) -> Response:
    """Which column is which."""
    found = service.find(session, at.dataset, submission)
    if (away := elsewhere(request, at, found)) is not None:
        return away
    table = service.table_of(session, at.dataset, found)
    matching = service.matching_of(session, at.dataset, found, table)
    return _columns_page(request, at, session, found, matching)


def _columns_page(
    request: Request, at: At, session: SessionOf, found: Submission, matching: Matching
) -> Response:
    table = service.table_of(session, at.dataset, found)
    lines = pages.column_lines(at, table, matching)
    return render(
        request,
        "submissions/columns.html",
        **common(request, at, session, found, "colonnes"),
        lines=lines,
        options=column_options(table, matching),
        ignored=[
            (matching.labels[index], " · ".join(samples_of(table, index, 2)))
            for index in matching.ignored
            if matching.labels[index] != returned.of(found).number_label
        ],
        refusal=pages.refusal_of(found),
    )


@router.post("/importer/{submission}/colonnes")
def confirm_columns(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """Keep the columns; the values are then read by a job."""
    found = service.find(session, at.dataset, submission)
    table = service.table_of(session, at.dataset, found)
    matching = service.matching_of(session, at.dataset, found, table)
    for control in controls(at.dataset.schema, language()):
        name = control.field.name
        chosen = text_of(form, f"{control.name}-colonne")
        column = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 6 else None
        if column is not None and column >= len(matching.labels):
            column = None
        if column != matching.by_field[name].column:
            matching = matching.assign(name, column)
        constant = text_of(form, f"{control.name}-valeur") if column is None else ""
        matching = matching.with_constant(name, constant)
    service.confirm_columns(session, at.dataset, found, matching, account=at.account)
    return redirect(request, f"{at.path}/importer/{submission}/attente")


@router.get("/importer/{submission}/attente")
def waiting_page(
    request: Request, at: Editor, session: SessionOf, submission: Number, vers: str = ""
) -> Response:
    """How far the job is; goes on by itself when it has ended: to the step where one is, or with ``vers=resume`` to the summary that
    was asked for."""
    found = service.find(session, at.dataset, submission)
    working = found.state in (SubmissionState.checking, SubmissionState.accepting, SubmissionState.undoing)
    job = queries.progress(session, at.dataset.establishment, found.job_id) if found.job_id else None
    if not working:
        target = pages.place_of(at.path, found)
        if vers == SUMMARY and found.state == SubmissionState.open and found.summary.get("counts"):
            target = f"{at.path}/importer/{submission}/resume"
        if job is not None and job.state == "failed":
            failed = Flash(pages.job_words(job), "error")
            refused = pages.refusal_of(found)
            return redirect(
                request,
                f"{at.path}/importer/{submission}/colonnes" if refused is not None else target,
                failed if refused is None else None,
            )
        return redirect(request, target)
    words = pages.job_words(job)
    if is_htmx(request):
        return render(
            request,
            "submissions/waiting.html",
            block="avancement",
            job=job,
            words=words,
            found=found,
        )
    return render(
        request,
        "submissions/waiting.html",
        **common(request, at, session, found, _step_of(found)),
        job=job,
        words=words,
        onward=f"?vers={SUMMARY}" if vers == SUMMARY else "",
    )


def _step_of(found: Submission) -> str:
    if found.state in (SubmissionState.accepting, SubmissionState.undoing):
        return "resume"
    return "erreurs" if found.repairs or found.summary.get("counts") else "valeurs"


@router.get("/importer/{submission}/valeurs")
def values_page(request: Request, at: Editor, session: SessionOf, submission: Number) -> Response:
    """Repairs, one card for each."""
    found = service.find(session, at.dataset, submission)
    if (away := elsewhere(request, at, found)) is not None:
        return away
    if found.matching is None:
        raise NotFound
    return render(
        request,
        "submissions/values.html",
        **common(request, at, session, found, "valeurs"),
        cards=pages.repair_cards(at, found),
    )


@router.post("/importer/{submission}/valeurs")
def decide_values(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """Keep what was said of each proposal; all rows are then checked by a job."""
    found = service.find(session, at.dataset, submission)
    decisions = {
        name.removeprefix("reparation-"): value
        for name, value in form.multi_items()
        if name.startswith("reparation-") and isinstance(value, str)
    }
    service.decide_repairs(session, at.dataset, found, decisions, account=at.account)
    return redirect(request, f"{at.path}/importer/{submission}/attente")


@router.get("/importer/{submission}/erreurs")
def errors_page(
    request: Request, at: Editor, session: SessionOf, submission: Number, sorte: str = "", page: str = "1"
) -> Response:
    """The faulty rows alone, by kind, to be corrected in place."""
    found = service.find(session, at.dataset, submission)
    if (away := elsewhere(request, at, found)) is not None:
        return away
    if not found.summary.get("counts"):
        raise NotFound
    return _errors_page(request, at, session, found, sorte, page)


def _errors_page(
    request: Request, at: At, session: SessionOf, found: Submission, sorte: str, page: str
) -> Response:
    kind = kinds.chosen(sorte)
    total = queries.row_count(session, at.dataset.establishment, found.id, "fault", fault=kind)
    shown = page_of(page, total, pages.ROWS)
    return render(
        request,
        "submissions/errors.html",
        **common(request, at, session, found, "erreurs"),
        kinds=kinds.shown(session, at, found, kind),
        rows=pages.page_of_faulty(session, at, found, kind, shown.offset),
        sorte=sorte,
        page=shown,
        left=service.still_faulty(session, found),
        is_capped=found.summary["faulty"] > service.ROWS_SHOWN,
        corrected=found.summary.get(service.CORRECTED, False),
    )


@router.get("/importer/{submission}/correction.xlsx")
def correction_file(at: Editor, session: SessionOf, submission: Number, seulement: str = "") -> Response:
    """The person's own rows, what is wrong coloured and explained; sent back, it corrects this import."""
    found = service.find(session, at.dataset, submission)
    if not found.summary.get("counts") or found.matching is None:
        raise NotFound
    body = correction.write(
        session, at.dataset, found, at.member.establishment.slug, only_wrong=seulement == "fautives"
    )
    name = f"{gettext('correction')}-{at.dataset.slug}-{submission}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(body, media_type=XLSX, headers=headers)


@router.post("/importer/{submission}/erreurs/{row}")
def fix_row(
    request: Request, at: Editor, session: SessionOf, submission: Number, row: Number, form: Posted
) -> Response:
    """Correct a row; the texts that are the same in others too, where that is asked."""
    found = service.find(session, at.dataset, submission)
    held = queries.row(session, at.dataset.establishment, found.id, "fault", row)
    if held is None:
        raise NotFound
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    shown = set(texts_of(form, "colonne"))
    typed = {
        name: text for name, text in read_form(at.dataset.schema, pairs, language()).items() if name in shown
    }
    alike = [name for name in texts_of(form, "pareils") if name in typed]
    others: set[int] = set()
    for name in alike:
        before = held.cells.get(name, "")
        if typed[name] != before:
            others |= fixing.replace_text(session, at.dataset, found, name, before, typed[name])
    others.discard(row)
    errors = fixing.fix_row(session, at.dataset, found, row, typed)
    told = (
        gettext("La ligne {row} est encore à corriger.", row=row)
        if errors
        else gettext("Ligne {row} corrigée.", row=row)
    )
    if others:
        told += " " + ngettext(
            "{n} autre ligne a reçu la même correction.",
            "{n} autres lignes ont reçu la même correction.",
            len(others),
        )
        left = service.still_faulty(session, found)
        told += " " + (
            ngettext("Il reste {n} ligne à corriger.", "Il reste {n} lignes à corriger.", left)
            if left
            else gettext("Il n’en reste plus à corriger.")
        )
    sorte, page = text_of(form, "sorte"), text_of(form, "page")
    back = f"{at.path}/importer/{submission}/erreurs?sorte={sorte}&page={page or 1}#ligne-{row}"
    if is_htmx(request) and not others:
        kept = queries.row(session, at.dataset.establishment, found.id, "fault", row)
        if kept is None:
            raise NotFound
        return render(
            request,
            "submissions/errors.html",
            block="ligne",
            announce=told,
            row=pages.faulty_rows(session, at, found, [kept])[0],
            path=at.path,
            found=found,
            sorte=sorte,
            page=None,
        )
    return redirect(request, back, Flash(told, "info" if errors else "done"))


@router.post("/importer/{submission}/verifier")
def check_again(
    request: Request, at: Editor, session: SessionOf, submission: Number, form: Posted
) -> Response:
    """Have all rows checked with what was corrected, and counted; on the way to the summary, where nothing has changed, go there."""
    found = service.find(session, at.dataset, submission)
    to_summary = text_of(form, "vers") == "resume"
    if to_summary and found.summary.get("counts") and service.is_count_current(at.dataset, found):
        return redirect(request, f"{at.path}/importer/{submission}/resume")
    service.check_again(session, found, account=at.account)
    on = "?vers=resume" if to_summary else ""
    return redirect(request, f"{at.path}/importer/{submission}/attente{on}")
