"""The list of a dataset: lines, filters with their counts, how many there are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import counted, head_of
from app.formats import number
from app.i18n import gettext, language, ngettext
from app.records.listing import address, filters, service, shown
from app.records.listing.address import View
from app.records.listing.columns import chosen, columns, usual
from app.records.listing.markup import LineMarkup
from app.routing import Router
from app.templating import is_htmx, render

router = Router(include_in_schema=False, prefix="/e/{establishment}/{dataset}")
Reader = Annotated[At, Depends(at_dataset("reader"))]


@router.get("")
def without_slash(request: Request, at: Reader) -> Response:
    return RedirectResponse(f"{at.path}/", status_code=308)


@router.get("/")
def lines(request: Request, at: Reader, session: SessionOf) -> Response:
    """The lines, by the address; to htmx the list alone."""
    view = asked_for(request, at)
    if not is_htmx(request):
        return render(request, "records/list.html", **page_of(request, session, at, view))
    values = page_of(request, session, at, view, said=True)
    # what is on one page is counted already; otherwise the number comes by itself, and is said then
    announce = values["count_words"] if values["lines"] else gettext("Aucune ligne ne correspond")
    if view.faults:
        announce = f"{left_out_words(len(view.faults))}. {announce}"
    answer = render(request, "records/list.html", block="liste", announce=announce, **values)
    answer.headers["HX-Push-Url"] = f"{at.path}/{view.query()}"
    return answer


@router.get("/filtres")
def filters_with_counts(request: Request, at: Reader, session: SessionOf) -> Response:
    """The filters with how many lines each would keep; a page of its own without a script."""
    view = address.without_place(asked_for(request, at))
    groups = filters.with_counts(session, at.dataset, view)
    if is_htmx(request):
        return render(
            request, "records/list.html", block="filtres", head=_Path(at.path), view=view, groups=groups
        )
    shown_ = page_of(request, session, at, view)
    return render(request, "records/list.html", **{**shown_, "groups": groups, "filters_open": True})


@router.get("/nombre")
def how_many(request: Request, at: Reader, session: SessionOf) -> Response:
    """« 1–50 sur 1 234 »; read aloud when ``dire`` asks for it, since the list has just changed."""
    view = asked_for(request, at)
    if not is_htmx(request):
        return RedirectResponse(f"{at.path}/{view.query(compte='oui')}", status_code=303)
    seen = request.query_params.get("vues", "")
    words = count_words(session, at, view, int(seen) if seen.isdecimal() and len(seen) < 5 else 0)
    announce = words if "dire" in request.query_params else ""
    return render(request, "records/list.html", block="nombre", announce=announce, count_words=words)


def asked_for(request: Request, at: At) -> View:
    """The list that the address of a request asks for."""
    return address.read(at.dataset, request.query_params.multi_items(), language())


def page_of(
    request: Request, session: SessionOf, at: At, view: View, *, said: bool = False
) -> dict[str, Any]:
    """What the template of the list shows. ``said``: the number of lines is read aloud when it comes."""
    listed = service.page(session, at.dataset, view.asked)
    if listed.is_begun_again:
        view = address.without_place(view)
    establishment = request.state.establishment
    constants = {*at.dataset.constants, *at.dataset.shared_constants}
    columns_shown = chosen(at.dataset.schema, view.columns, constants)
    labels = columns(at.dataset.schema)
    found = shown.lines(at.dataset, listed.rows, columns_shown)
    whole = not listed.after and not listed.before
    seen = len(found)
    if whole or "compte" in request.query_params:
        words = total_words(seen) if whole else count_words(session, at, view, seen)
    else:
        words = ""
    last = view.rank + seen if view.rank else 0
    return {
        "head": head_of(request, session, at),
        "view": view,
        "establishment_name": establishment.name,
        "lines": found,
        "line_markup": LineMarkup(at.path, columns_shown, may_choose=at.may_edit),
        "columns": columns_shown,
        "every_column": labels.values(),
        "usual": usual(at.dataset.schema, tuple(sorted(constants))),
        "groups": filters.without_counts(at.dataset, view),
        "filters_open": bool(view.faults),
        "left_out": [
            (name, labels[name.partition(".")[2]].label, fault) for name, fault in view.faults.items()
        ],
        "left_out_words": left_out_words(len(view.faults)),
        "is_partial": listed.is_partial,
        "is_unsorted": listed.is_unsorted,
        "is_begun_again": listed.is_begun_again,
        "next": address.placed(view, after=listed.after, rank=last) if listed.after else "",
        "previous": address.placed(
            view, before=listed.before, rank=max(1, view.rank - service.PAGE) if view.rank else 0
        )
        if listed.before
        else "",
        "count_words": words,
        "count_address": f"{at.path}/nombre" + address.placed(view, rank=view.rank) if not words else "",
        "seen": seen,
        "said": said,
    }


def left_out_words(count: int) -> str:
    """« Un filtre n’est pas appliqué »."""
    return ngettext("Un filtre n’est pas appliqué", "{n} filtres ne sont pas appliqués", count)


def total_words(total: int) -> str:
    """« 12 lignes »."""
    return ngettext("{n} ligne", "{n} lignes", total)


def count_words(session: SessionOf, at: At, view: View, seen: int) -> str:
    """« 51–100 sur plus de 10 000 »."""
    total = service.count(session, at.dataset, view.asked)
    if total <= seen:
        return total_words(total)
    many = counted(total, service.COUNTED)
    if not view.rank or not seen:
        return gettext("{total} lignes", total=many)
    return gettext(
        "{first}–{last} sur {total}",
        first=number(view.rank),
        last=number(view.rank + seen - 1),
        total=many,
    )


class _Path:
    """What the block of the filters needs of a head."""

    def __init__(self, path: str) -> None:
        self.path = path
