"""The words that stand in the files themselves: names of sheets, headings, what a template explains.

French msgids in gettext's domain ``exporters``; values and typography are those of :mod:`schema_loader.messages.i18n`.
"""

from __future__ import annotations

import gettext as catalogues
from functools import lru_cache
from pathlib import Path

from schema_loader.messages.i18n import LANGUAGES, Words

DOMAIN = "exporters"
LOCALE_DIR = Path(__file__).parent / "locale"


class FileWords(Words):
    """Sentences of the files in one language; those of the core are known too (lists, numbers, quotation marks)."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        if lang != "fr":
            core = self._translations
            self._translations = catalogues.translation(DOMAIN, LOCALE_DIR, [lang], fallback=True)
            self._translations.add_fallback(core)


@lru_cache(maxsize=4)
def words(lang: str = "fr") -> FileWords:
    """The sentences of a language tag (``fr``, ``en``, ``en-GB`` …); French for a language that is not kept."""
    base = lang.replace("_", "-").partition("-")[0].lower()
    return _words(base if base in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=len(LANGUAGES))
def _words(lang: str) -> FileWords:
    return FileWords(lang)
