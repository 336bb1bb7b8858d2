"""Pages and their blocks: one template answers a whole page or, to htmx, the block of the same name.

Templates see, besides what a view gives:

- ``ui``: every macro of ``templates/components/`` (docs/interface.md lists them), in blocks rendered alone too;
- ``_`` and ``ngettext``, ``icon``, ``asset``, ``csrf_input``, ``query``, the filters of :mod:`app.formats`;
- ``request``, ``viewer``, ``viewer_known``, ``establishment`` (of the address, or None), ``csrf_token``, ``lang``, ``theme``, ``path``,
  ``messages`` (what the last act did), ``demo``.

An undefined name is an error, at once.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import control_words, flash, formats, i18n
from app.assets import asset, icon_names
from app.badges import badge_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template
    from starlette.requests import Request

    from app.flash import Flash

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
THEME_COOKIE = "tabellion_theme"
THEMES = ("auto", "light", "dark")

_request: ContextVar[Request | None] = ContextVar("request", default=None)


class Components:
    """The macros of ``templates/components/*.html``, by name: ``ui.text(…)``. A name is defined in one file only."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._files: dict[str, str] = {}
        self._found: dict[str, Callable[..., Markup]] = {}

    def gather(self) -> None:
        """Read the names. After the environment has all its globals: a module keeps those of its first reading."""
        for path in sorted((TEMPLATES / "components").glob("*.html")):
            file = f"components/{path.name}"
            for name in self._macros(self._environment.get_template(file)):
                if name in self._files:
                    raise ValueError(f"macro {name} is defined in {self._files[name]} and in {file}")
                self._files[name] = file

    @staticmethod
    def _macros(template: Template) -> list[str]:
        return [
            name
            for name, value in vars(template.module).items()
            if not name.startswith("_") and callable(value)
        ]

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        known: Callable[..., Markup] | None = self.__dict__.get("_found", {}).get(name)
        if known is not None:
            return known
        file = self.__dict__.get("_files", {}).get(name)
        if file is None:
            raise AttributeError(f"no macro {name} in templates/components/")
        macro: Callable[..., Markup] = getattr(self._environment.get_template(file).module, name)
        self._found[name] = macro
        return macro

    def __dir__(self) -> list[str]:
        return sorted(self._files)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The Jinja environment, made once. Templates are read once: to look at each on disk takes longer than to fill some."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(i18n.sentence, i18n.sentence_of, newstyle=True)  # type: ignore[attr-defined]
    made.globals["ngettext"] = counted  # Jinja's own shows the bare number
    made.globals.update(
        badge_kind=badge_kind,
        icon=icon,
        asset=asset,
        csrf_input=csrf_input,
        query=query,
        page_numbers=page_numbers,
    )
    made.filters.update(formats.FILTERS, **control_words.FILTERS, dom_id=dom_id)
    components = Components(made)
    made.globals["ui"] = components
    components.gather()
    return made


def component(name: str, *args: object, **values: object) -> Markup:
    """What a macro of ``templates/components/`` makes, for a view that writes a great many alike."""
    macro: Callable[..., Markup] = getattr(environment().globals["ui"], name)
    return macro(*args, **values)


def counted(singular: str, plural: str, n: int, **values: object) -> Markup:
    """The sentence for ``n`` things; ``%(num)s`` is the number as the reader writes it: 10 482."""
    return Markup(i18n.sentence_of(singular, plural, n)) % {"num": formats.number(n), **values}  # noqa: S704 (a sentence of our catalogue; its values are escaped)


def dom_id(name: str) -> str:
    """An id for the control of a name: the name itself where it is plain, else its letters and a digest.

    ``"Montant TTC (€)"`` → ``"montant-ttc-3f1c09ab"``: two names never share an id.
    """
    if re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII):
        return name
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "-", folded).strip("-0123456789")
    return f"{letters or 'x'}-{zlib.crc32(name.encode()):08x}"


def page_numbers(page: int, pages: int) -> list[int | None]:
    """Numbers to show among ``pages``: the ends, the present page and its neighbours; None where some are left out."""
    shown = sorted({1, pages, page - 1, page, page + 1} & set(range(1, pages + 1)))
    listed: list[int | None] = []
    for number in shown:
        previous = listed[-1] if listed else 0
        if previous is not None and number - previous == 2:
            listed.append(number - 1)
        elif previous is not None and number - previous > 2:
            listed.append(None)
        listed.append(number)
    return listed


def icon(name: str, label: str = "") -> Markup:
    """A drawing of the sprite, silent for screen readers unless it has a ``label``.

    Raises :class:`LookupError` for a name that package.json does not list under "icons".
    """
    if name not in icon_names():
        raise LookupError(f"no icon {name}: add it to package.json and run `make vendor`")
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    address = asset("vendor/icons.svg")
    return Markup('<svg class="icon icon-{0}" {1} focusable="false"><use href="{2}#{0}"></use></svg>').format(
        name, spoken, address
    )


def csrf_input() -> Markup:
    """The hidden field that each form with ``method="post"`` holds."""
    request = _request.get()
    token = getattr(request.state, "csrf_token", "") if request is not None else ""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def query(**changes: object) -> str:
    """The address of this page with some parameters changed; None or an empty text takes one away."""
    request = _request.get()
    if request is None:
        raise RuntimeError("query() is for pages being rendered")
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name not in changes]
    kept += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def is_htmx(request: Request) -> bool:
    """A block is asked for, rather than a page. A page that htmx asks for to go back in history is a page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def render(
    request: Request,
    template: str,
    /,
    block: str | None = None,
    status: int = 200,
    announce: str = "",
    shared_for: int | None = None,
    **context: Any,
) -> HTMLResponse:
    """Answer with a page, or with one block of it.

    ``template``: path below ``templates/``. ``block``: name of the block to answer with, which is also the id of the
    element it fills. ``announce``: a sentence for the live region, for a block only. ``shared_for``: seconds during which caches
    may give it to everybody; it then holds no token and no message, hence no form that changes something.
    """
    if shared_for is not None:
        request.state.csrf_token = ""
    values = {**_common(request), **context}
    whole = block is None
    shown: tuple[Flash, ...] = flash.read(request) if whole and shared_for is None else ()
    values["messages"] = shown
    token = _request.set(request)
    try:
        if block is None:
            body = environment().get_template(template).render(values)
        else:
            body = render_block(environment(), template, block, values)
    finally:
        _request.reset(token)
    response = HTMLResponse(body, status)
    response.headers["Vary"] = "Cookie, Accept-Language, HX-Request, HX-History-Restore-Request"
    response.headers["Content-Language"] = i18n.language()
    if shared_for is not None:
        response.headers["Cache-Control"] = f"public, max-age={shared_for}"
    if announce:
        response.headers["HX-Trigger"] = json.dumps({"tabellion:say": {"text": announce}})
    if shown:
        flash.forget(response)
    return response


def redirect(request: Request, to: str, message: Flash | None = None) -> Response:
    """Go to another page of this service after an act, saying there what was done.

    ``to``: a path beginning with one slash. Raises :class:`ValueError` for anything else: never another site.
    """
    if not is_local(to):
        raise ValueError("redirect to a path of this service only")
    response: Response
    if is_htmx(request):
        response = Response(status_code=204, headers={"HX-Redirect": to})
    else:
        response = RedirectResponse(to, status_code=303)
    if message is not None:
        flash.keep(request, response, message)
    return response


def is_local(address: str) -> bool:
    """A path of this service: one slash, no host, no character that a browser would drop or turn into a slash."""
    return (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and not any(ord(character) < 0x21 or ord(character) == 0x7F for character in address)
    )


def _common(request: Request) -> dict[str, Any]:
    state = request.state
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return {
        "request": request,
        "viewer": getattr(state, "viewer", None),
        "viewer_known": hasattr(state, "viewer"),  # not on the page of an address that no route answers
        "establishment": getattr(state, "establishment", None),
        "csrf_token": getattr(state, "csrf_token", ""),
        "demo": getattr(request.app.state, "demo", False),
        "lang": i18n.language(),
        "theme": theme if theme in THEMES else "auto",
        "path": request.url.path,
    }
