"""A request that needs somebody signed in, or whose page is older than the session: never a form lost.

A page asked for by address leads to the sign-in page and back. A form that was posted is answered by the sign-in page in its
place, which carries what was typed (:mod:`app.accounts.kept`). htmx and programs get 401: scripts sign in in a dialog.

A form is carried only when it comes from a page of ours: by its token, bound to the session that has ended, or by what the
browser says of its origin. Another site's form, sent by a person who follows a link, is refused and given back to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from app import auth, csrf, db
from app.access import accesses
from app.accounts import devices
from app.accounts.kept import Kept, keep, seal
from app.auth import Viewer
from app.csrf import CsrfRefused
from app.errors import SignInNeeded
from app.pages import errors
from app.templating import is_htmx, is_local, render
from app.tenancy import Scope

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

    from app.demo import DemoAccount

NEVER_STORED = {"Cache-Control": "no-store"}


def install(app: FastAPI) -> None:
    """Give the application these answers."""
    app.add_exception_handler(SignInNeeded, _sign_in_needed)
    app.add_exception_handler(CsrfRefused, _token_refused)


def address_of(request: Request) -> str:
    """The path of a request with its query."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def sign_in_page(
    request: Request,
    *,
    status: int = 200,
    then: str = "/",
    sealed: str = "",
    kept: Kept | None = None,
    email: str = "",
    problem: str = "",
    resuming: bool = False,
) -> Response:
    """The sign-in page. ``then``: where to go afterwards; ``sealed``, ``kept``: the form it carries; ``resuming``: a session ended."""
    response = render(
        request,
        "accounts/sign_in.html",
        status=status,
        then=then,
        sealed=sealed,
        kept=kept,
        email=email,
        problem=problem,
        resuming=resuming or kept is not None,
        demo_accounts=_demo_accounts(request),
    )
    response.headers.update(NEVER_STORED)
    return response


def resume_page(request: Request, kept: Kept, *, changed: bool = False) -> Response:
    """The form to send again, with a token of the present session. ``changed``: the session is another than the page's."""
    response = render(request, "accounts/resume.html", kept=kept, changed=changed)
    response.headers.update(NEVER_STORED)
    return response


def _demo_accounts(request: Request) -> list[DemoAccount]:
    if not request.app.state.demo:
        return []
    from app import demo

    return demo.accounts()


def _sign_in_needed(request: Request, error: Exception) -> Response:
    if not isinstance(error, SignInNeeded):
        raise error
    request.state.viewer = None
    if is_htmx(request) or errors.wants_json(request):
        return errors.answer(request, error.status, error.text())
    if request.method in csrf.SAFE_METHODS:
        there = address_of(request)
        return RedirectResponse(
            f"/connexion?{urlencode({'suite': there})}" if is_local(there) else "/connexion", 303
        )
    kept = _kept(request)
    if kept is None:
        return errors.answer(request, error.status, error.text())
    sealed = seal(request.app.state.signing_key, kept)
    return sign_in_page(request, status=error.status, sealed=sealed, kept=kept)


def _token_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, CsrfRefused):
        raise error
    viewer = request.state.viewer = _viewer(request)
    kept = None if is_htmx(request) or errors.wants_json(request) else _kept(request)
    if request.url.path == "/connexion" and kept is not None and csrf.from_our_page(request):
        return sign_in_page(
            request, status=error.status, email=dict(kept.fields).get("email", ""), problem=error.text()
        )
    if kept is None or not csrf.from_our_page(request) or not kept.is_whole:
        return errors.answer(request, error.status, error.text())
    if viewer is None and accesses(request.scope.get("route")) not in (["public"], ["anybody"]):
        return sign_in_page(request, status=401, sealed=seal(request.app.state.signing_key, kept), kept=kept)
    response = resume_page(request, kept, changed=True)
    response.status_code = error.status
    return response


def _kept(request: Request) -> Kept | None:
    form, there = csrf.posted(request), address_of(request)
    if form is None or request.method != "POST" or not is_local(there):
        return None
    kind = request.headers.get("content-type", "").lower()
    return keep(there, form, multipart=kind.startswith("multipart/"))


def _viewer(request: Request) -> Viewer | None:
    with db.in_transaction(Scope(), read_only=True) as session:
        return auth.load_viewer(session, auth.read_cookie(request))


def expected(request: Request) -> int | None:
    """Who wrote what this browser is about to send again: the person who signed in here last."""
    return devices.latest(request)
