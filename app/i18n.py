"""The words of the application itself, in French and in English (gettext domain ``app``, French msgids).

Python writes ``_("Bonjour {name}", name=…)``; templates write ``_("Bonjour %(name)s", name=…)``, as Jinja fills them (there
a literal per cent sign is doubled). Msgids hold plain spaces; :func:`typography` puts the French no-break spaces in when
the sentence is made, before any value is put in, so that what a person typed is shown letter for letter.

The command line, like the core, makes its sentences with :func:`words`, for a language given each time.

The language of a request is set once, by :class:`LanguageMiddleware`; a job or a command sets it with :func:`use`.
"""

from __future__ import annotations

import gettext as catalogues
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema_loader.messages.i18n import Words
from schema_loader.messages.i18n import typography as core_typography

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("fr", "en")
COOKIE = "tabellion_lang"

_current: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


class AppWords(Words):
    """Sentences of the application in one language: French typography, numbers as the reader writes them."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        if lang != "fr":
            self._translations = catalogues.translation("app", LOCALE_DIR, [lang], fallback=True)

    def sentence(self, msgid: str) -> str:
        """The sentence, its placeholders still to be filled."""
        return self._marked(self._translations.gettext(msgid))

    def sentence_of(self, singular: str, plural: str, n: int) -> str:
        """The sentence for ``n`` things, its placeholders still to be filled."""
        return self._marked(self._translations.ngettext(singular, plural, n))

    def _marked(self, text: str) -> str:
        return typography(text) if self.lang == "fr" else text


@lru_cache(maxsize=4)
def words(lang: str) -> AppWords:
    """The sentences of a language (``fr`` or ``en``)."""
    return AppWords(lang)


@lru_cache(maxsize=4096)  # of sentences, never of what a person typed
def typography(text: str) -> str:
    """French spaces in a sentence written with plain ones. The ``%`` of ``%(name)s`` is no per cent sign."""
    return core_typography(text.replace(" %(", " \0(")).replace("\0(", "%(")


def language() -> str:
    """The language of the person being answered: ``fr`` or ``en``."""
    return _current.get()


@contextmanager
def use(lang: str) -> Iterator[None]:
    """Speak a language within the block; French for one that is not kept."""
    token = _current.set(lang if lang in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _current.reset(token)


def sentence(msgid: str) -> str:
    """The sentence in the current language, its placeholders still to be filled: what Jinja asks for."""
    return words(language()).sentence(msgid)


def sentence_of(singular: str, plural: str, n: int) -> str:
    """The sentence for ``n`` things, its placeholders still to be filled: what Jinja asks for."""
    return words(language()).sentence_of(singular, plural, n)


def gettext(msgid: str, /, **values: Any) -> str:
    """The sentence, filled: ``gettext("Bonjour {name}", name="Ada")``."""
    return words(language()).gettext(msgid, **values)


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """The sentence for ``n`` things, filled; ``{n}`` is the number as this language writes it."""
    return words(language()).ngettext(singular, plural, n, **values)


def mark(msgid: str) -> str:
    """Name a msgid where it stands in a table; it is translated when it is shown."""
    return msgid


_ = gettext
N_ = mark


def chosen_language(cookie: str | None, accept: str | None) -> str:
    """The language of a request: the choice kept in the cookie, else the best of Accept-Language, else French."""
    if cookie in LANGUAGES:
        return cookie
    best, best_quality = LANGUAGES[0], 0.0
    for item in (accept or "")[:500].split(","):
        tag, _semicolon, parameter = item.strip().partition(";")
        base = tag.strip().partition("-")[0].lower()
        quality = _quality(parameter)
        if base in LANGUAGES and quality > best_quality:
            best, best_quality = base, quality
    return best


def _quality(parameter: str) -> float:
    name, _equals, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value.strip()) else 0.0


class LanguageMiddleware:
    """Sets the language for the time of a request, for views and templates alike, and says it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        pairs = (part.strip().partition("=") for part in headers.get(b"cookie", "").split(";"))
        kept = {name: value for name, _equals, value in pairs}
        with use(chosen_language(kept.get(COOKIE), headers.get(b"accept-language"))):
            await self.app(scope, receive, send)
