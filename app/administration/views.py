"""The first page of the administration, and the journal."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access, journal
from app.access import SessionOf
from app.accounts.people import queries as people
from app.administration import queries
from app.auth import Viewer
from app.paging import MOST, Page
from app.routing import Router
from app.templating import render

router = Router(include_in_schema=False, prefix="/administration")
Administrator = Annotated[Viewer, Depends(access.administrator)]

ENTRIES = 50


@router.get("")
def overview(request: Request, _viewer: Administrator, session: SessionOf) -> Response:
    return render(
        request,
        "administration/overview.html",
        counts={**queries.counts(session), "people": people.count(session, "")},
        lately=_entries(request, session, limit=5),
        operator=request.app.state.operator,
    )


@router.get("/journal")
def journal_page(
    request: Request, _viewer: Administrator, session: SessionOf, acte: str = "", page: str = "1"
) -> Response:
    """Sensitive acts, the latest first. It is long: it is not counted."""
    number = int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:7]) <= MOST else 1
    act = acte if acte in journal.ACTS else ""
    found = _entries(request, session, act=act, limit=ENTRIES + 1, offset=(number - 1) * ENTRIES)
    return render(
        request,
        "administration/journal.html",
        entries=found[:ENTRIES],
        page=Page(number, 0, ENTRIES),
        more=len(found) > ENTRIES,
        act=act,
        acts=sorted(((code, journal.in_words(code)) for code in journal.ACTS), key=lambda pair: pair[1]),
    )


def _entries(
    request: Request, session: SessionOf, *, act: str = "", limit: int, offset: int = 0
) -> list[dict[str, object]]:
    rows = queries.journal(session, act=act, limit=limit, offset=offset)
    accounts = {row.account_id for row in rows if row.account_id is not None}
    subjects = [row.subject for row in rows]
    names = people.names(session, accounts | _numbers(subjects, "account"))
    places = queries.names_of_establishments(session, _numbers(subjects, "establishment"))
    return [
        {
            "at": row.at,
            "act": journal.in_words(row.act),
            "who": names.get(row.account_id, ""),
            "place": row.place or "",
            "subject": _subject(row.subject, names, places),
            "details": row.details,
        }
        for row in rows
    ]


def _numbers(subjects: list[str], kind: str) -> set[int]:
    """The ids of what acts were done to: ``account:3`` → 3."""
    parts = (subject.partition(":") for subject in subjects)
    return {int(number) for name, _, number in parts if name == kind and number.isdecimal()}


def _subject(subject: str, accounts: dict[int, str], places: dict[int, str]) -> str:
    """What an act was done to, by its name where it still has one."""
    kind, _, rest = subject.partition(":")
    if rest.isdecimal():
        names = {"account": accounts, "establishment": places}.get(kind, {})
        return names.get(int(rest), subject)
    return rest if kind == "schema" else subject
