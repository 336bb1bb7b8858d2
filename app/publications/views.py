"""« Publier »: what changes, what is said of the dataset, what has to be answered, and one button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.errors import AppError
from app.establishments import queries as establishments
from app.flash import Flash
from app.formats import PARIS
from app.i18n import gettext, language, ngettext
from app.models import Establishment
from app.posted import Posted, text_of
from app.publications import describe, hooks, pages, personal, preview, queries, service, sheet
from app.publications.frequencies import FREQUENCIES
from app.publications.licences import LICENCES
from app.publications.personal import Said
from app.publications.preview import Look
from app.publications.sheet import Errors, Sheet
from app.routing import Router
from app.templating import is_htmx, redirect, render
from app.tenancy import Role
from forms.control import controls
from schema_loader.messages import Message

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Editor = Annotated[At, Depends(at_dataset("editor"))]


@router.get("/publier")
def prepare_page(request: Request, at: Editor, session: SessionOf, travail: str = "") -> Response:
    """What a publication would change, and what it needs. ``travail``: the job that looks at a large dataset."""
    place = _place(session, at)
    if place.is_sandbox:
        return render(request, "publications/sandbox.html", head=head_of(request, session, at))
    service.settle(session, at.dataset)
    job = _job(session, at, travail)
    if preview.has_failed(job):
        return _page(request, session, at, place, None, {}, failed=True)
    look = preview.look(session, at.dataset, account=at.account)
    if is_htmx(request):
        if look.preview is not None:
            return redirect(request, f"{at.path}/publier")
        return _waiting(request, session, at, look, block="avancement")
    if look.preview is None:
        return _waiting(request, session, at, look)
    return _page(request, session, at, place, look, {})


def _job(session: SessionOf, at: At, typed: str) -> Any:
    found = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 18 else None
    return queries.progress(session, at.dataset.establishment, found) if found else None


def _waiting(request: Request, session: SessionOf, at: At, look: Look, block: str | None = None) -> Response:
    return render(
        request,
        "publications/waiting.html",
        block=block,
        head=head_of(request, session, at),
        job=look.job,
        words=pages.job_words(look.job),
    )


@router.post("/publier")
def publish(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """Keep what is said of the dataset; then publish, or propose it, unless something has still to be said."""
    place = _place(session, at)
    if place.is_sandbox:
        raise service.PublishedNowhere
    look = preview.look(session, at.dataset, account=at.account)
    found = look.preview.personal if look.preview is not None else {}
    typed = _typed(at, form)
    errors = sheet.keep(session, at.dataset, typed, found, account=at.account)
    if errors:
        return _page(request, session, at, place, look, errors, typed=typed, status=422)
    if text_of(form, "acte") == "enregistrer":
        return redirect(request, f"{at.path}/publier", Flash(gettext("Ces informations sont enregistrées.")))
    if look.preview is None:
        return redirect(request, f"{at.path}/publier")
    errors = _still_to_say(session, at, look.preview, form)
    if errors:
        return _page(request, session, at, place, look, errors, typed=typed, status=422)
    publishes = at.member.role.includes(Role.publisher)
    try:
        act = service.publish_now if publishes else service.propose
        made = act(session, at.dataset, account=at.account)
    except AppError as refused:
        told: Errors = {"": [Message(refused.text(), "")]}
        return _page(request, session, at, place, look, told, typed=typed, status=409)
    return redirect(request, f"{at.path}/publications/{made.number}")


def _still_to_say(session: SessionOf, at: At, seen: preview.Preview, form: FormData) -> Errors:
    errors: Errors = {}
    if text_of(form, "vu") != _mark(seen):
        errors[""] = [
            Message(
                gettext("Les lignes ont changé depuis que cette page a été affichée."),
                gettext("Relisez ce qui change, puis publiez."),
            )
        ]
    if seen.removes_much and text_of(form, "sur") != "oui":
        errors["sur"] = [
            Message(
                gettext("Plus de la moitié des lignes publiées seraient retirées."),
                gettext("Si c’est bien voulu, cochez la case."),
            )
        ]
    answers = describe.of_dataset(session, at.dataset).answers
    for name in personal.open_questions(seen.personal, answers):
        errors[_control(at, name)] = [
            Message(gettext("Il manque une réponse."), gettext("Dites si cette colonne peut être publiée."))
        ]
    for name in personal.refused(seen.personal, answers):
        errors[_control(at, name)] = [
            Message(
                gettext("Ces données ne doivent pas être publiées : rien n’est parti."),
                gettext("Retirez-les des lignes, ou changez votre réponse."),
            )
        ]
    return errors


@router.post("/publier/qualite")
def quality(request: Request, at: Editor, session: SessionOf, form: Posted) -> Response:
    """The score of what is typed, while it is typed."""
    score = sheet.quality(
        describe.metadata(session, at.dataset, None),
        _typed(at, form),
        has_rows=queries.has_valid(session, at.dataset.establishment, at.dataset.id),
        today=datetime.now(PARIS).date(),
    )
    announce = gettext("Qualité : {had} points sur {all}.", had=score.had, all=len(score.marks))
    return render(request, "publications/quality.html", block="points", score=score, announce=announce)


def _typed(at: At, form: FormData) -> Sheet:
    answers = {field.name: text_of(form, _control(at, field.name)) for field in at.dataset.schema.fields}
    return Sheet(
        **{name: text_of(form, name) for name in sheet.NAMES},
        answers={name: said for name, said in answers.items() if said},
    )


def _control(at: At, field: str) -> str:
    return f"donnees-{at.dataset.schema.by_name[field].position}"


def _mark(seen: preview.Preview) -> str:
    return "-".join(map(str, seen.key))


def _place(session: SessionOf, at: At) -> Establishment:
    found = establishments.by_id(session, at.dataset.establishment)
    assert found is not None  # noqa: S101 (the gate has found it)
    return found


def _page(
    request: Request,
    session: SessionOf,
    at: At,
    place: Establishment,
    look: Look | None,
    errors: Errors,
    *,
    typed: Sheet | None = None,
    status: int = 200,
    failed: bool = False,
) -> Response:
    said = describe.of_dataset(session, at.dataset)
    shown = typed if typed is not None else sheet.of(said, place)
    if typed is None and not (shown.debut or shown.fin):
        shown = sheet.with_coverage(session, at.dataset, shown)
    seen = look.preview if look is not None else None
    outcome = look.outcome if look is not None else preview.export.outcome(session, at.dataset)
    publishes = at.member.role.includes(Role.publisher)
    current = queries.current(session, at.dataset.establishment, at.dataset.id)
    return render(
        request,
        "publications/prepare.html",
        status=status,
        head=head_of(request, session, at),
        at=at,
        seen=seen,
        mark=_mark(seen) if seen is not None else "",
        failed=failed,
        outcome=outcome,
        current=current,
        pending=queries.pending(session, at.dataset.establishment, at.dataset.id),
        effects=pages.changes(seen.added, seen.changed, seen.removed) if seen is not None else [],
        examples=pages.examples(at.dataset.schema, seen) if seen is not None else {},
        form=shown,
        errors=errors,
        score=sheet.quality(
            describe.metadata(session, at.dataset, None),
            shown,
            has_rows=bool(outcome.exported),
            today=datetime.now(PARIS).date(),
        ),
        errors_in_sheet=bool(set(errors) & set(sheet.NAMES)),
        questions=_questions(at, seen, shown, said.answers),
        licences=[(key, one.text()) for key, one in LICENCES.items()],
        frequencies=[(key, one.text()) for key, one in FREQUENCIES.items()],
        levels=[(key, gettext(label)) for key, (label, _) in sheet.LEVELS.items()],
        due_on=said.due_on,
        destinations=[
            hooks.Destination(gettext("Page publique"), describe.public_address(place.slug, at.dataset.slug)),
            *hooks.destinations(session, at.dataset),
        ],
        publishes=publishes,
        verb=_verb(outcome.exported, publishes),
    )


def _verb(rows: int, publishes: bool) -> str:
    if publishes:
        return ngettext("Publier {n} ligne", "Publier {n} lignes", rows)
    return ngettext("Proposer {n} ligne à la publication", "Proposer {n} lignes à la publication", rows)


def _questions(
    at: At, seen: preview.Preview | None, shown: Sheet, answers: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A question for each column that may hold personal data; those that were answered stay, to be changed."""
    if seen is None:
        return []
    waiting = personal.open_questions(seen.personal, answers)
    labels = {one.field.name: one.label for one in controls(at.dataset.schema, language())}
    return [
        {
            "name": _control(at, name),
            "is_open": name in waiting,
            "label": gettext(
                "« {column} » semble contenir {kinds}.",
                column=labels[name],
                kinds=personal.in_words(held["kinds"]),
            ),
            "example": held["example"],
            "options": [
                (str(Said.NONE), gettext("Non, ce ne sont pas des personnes"), gettext("Des organismes, des services, des lieux.")),
                (str(Said.ALLOWED), gettext("Oui, et leur publication est prévue"), gettext("Par une loi, par la fonction qu’elles exercent, ou avec leur accord.")),
                (str(Said.NO), gettext("Oui, et elles ne doivent pas être publiées"), gettext("Rien ne part : retirez-les d’abord des lignes.")),
            ],
            "value": shown.answers.get(name, ""),
        }
        for name, held in seen.personal.items()
    ]  # fmt: skip
