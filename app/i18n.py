"""The words of the application itself, in French and in English (gettext domain ``app``, French msgids).

Sentences are made as those of the core are (:class:`schema_loader.messages.i18n.Words`): French typography, numbers as
the reader writes them.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

from schema_loader.messages.i18n import Words

LOCALE_DIR = Path(__file__).parent / "locale"


class AppWords(Words):
    """Sentences of the application in one language."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        if lang != "fr":
            self._translations = gettext.translation("app", LOCALE_DIR, [lang], fallback=True)


@lru_cache(maxsize=4)
def words(lang: str) -> AppWords:
    """The sentences of a language (``fr`` or ``en``)."""
    return AppWords(lang)
