"""The words of the application itself, in French and in English (gettext domain ``app``, French msgids)."""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("fr", "en")


@lru_cache(maxsize=len(LANGUAGES))
def translation(lang: str) -> gettext.NullTranslations:
    """The translations of a language; French, the language of the msgids, where there are none."""
    return gettext.translation("app", LOCALE, [lang], fallback=True)
