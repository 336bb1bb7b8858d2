"""Languages, typography and the showing of values: what every sentence is made with.

Convention of typography, kept by every sentence of :mod:`schema_loader.messages`: message ids are written with plain
spaces; :func:`typography` then puts a narrow no-break space (U+202F) before ``;``, ``:``, ``!``, ``?``, ``%`` and
``€``, and a no-break space (U+00A0) inside « ». It is applied to the sentence before any value is put in, so that
what a person typed is shown letter for letter. The apostrophe is ’ (U+2019). English uses “ ”, and its spaces stay.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from schema_loader.types.numbers import group_thousands

DOMAIN = "schema_loader"
LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("fr", "en")

NO_BREAK = "\u00a0"
NARROW = "\u202f"
SHOWN = 60  # characters of a value that a sentence quotes
SHOWN_EXAMPLE = 100  # an example is copied: it is shown whole, or not at all
SHOWN_LIST = 150  # characters of a list of choices
MAX_CHOICES = 8


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads of one error: what is wrong, then how to mend it. ``str()`` joins both."""

    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class _French(gettext.NullTranslations):
    """The message ids themselves; unlike in English, 0 is singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2


def mark(msgid: str) -> str:
    """Name a message id for extraction where it stands in a table; it is translated when a sentence is made."""
    return msgid


N_ = mark


def mark_plural(singular: str, plural: str) -> tuple[str, str]:
    """The same for a sentence that counts. Import it as ``ngettext``, the name that the extraction looks for."""
    return singular, plural


class Words:
    """Sentences of one language. Get one from :func:`words`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._translations: gettext.NullTranslations = (
            _French() if lang == "fr" else gettext.translation(DOMAIN, LOCALE_DIR, [lang], fallback=True)
        )

    def gettext(self, msgid: str, /, **values: Any) -> str:
        """The sentence, with ``{name}`` replaced by values as they are to be shown."""
        return self._fill(self._translations.gettext(msgid), values)

    def ngettext(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """The sentence for ``n`` things; ``{n}`` is the number as this language writes it."""
        return self._fill(self._translations.ngettext(singular, plural, n), {"n": self.number(n), **values})

    def _fill(self, template: str, values: dict[str, Any]) -> str:
        return (typography(template) if self.lang == "fr" else template).format(**values)

    # -- values ---------------------------------------------------------------------------------------------------

    def number(self, value: int | Decimal | str) -> str:
        """Grouped thousands and the decimal mark of the language: 1 234,5."""
        return group_thousands(str(value), self.lang)

    def day(self, value: date) -> str:
        """12/03/2024 for a French reader, 2024-03-12 for an English one."""
        return (
            f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if self.lang == "fr" else value.isoformat()
        )

    def quote(self, text: str, limit: int = SHOWN) -> str:
        """A text as it was typed, between quotation marks, cut when long, what is invisible made visible."""
        shown = visible(text, limit)
        return f"«{NO_BREAK}{shown}{NO_BREAK}»" if self.lang == "fr" else f"“{shown}”"

    def literal(self, text: str) -> str:
        """A text to type: bare where nothing can be mistaken for the sentence's own marks, else quoted."""
        bare = re.fullmatch(r"-?\w+(?:[-/:.,+]\w+)*", text)
        return text if bare and len(text) <= SHOWN_EXAMPLE else self.quote(text, SHOWN_EXAMPLE)

    def any_of(self, texts: Sequence[str]) -> str:
        """``a, b ou c``."""
        if len(texts) < 2:
            return "".join(texts)
        return self.gettext("{first} ou {last}", first=", ".join(texts[:-1]), last=texts[-1])

    def all_of(self, texts: Sequence[str]) -> str:
        """``a, b et c``."""
        if len(texts) < 2:
            return "".join(texts)
        return self.gettext("{first} et {last}", first=", ".join(texts[:-1]), last=texts[-1])

    def then(self, texts: Sequence[str]) -> str:
        """``a, b puis c``: what is written one after the other."""
        if len(texts) < 2:
            return "".join(texts)
        return self.gettext("{first} puis {last}", first=", ".join(texts[:-1]), last=texts[-1])

    def choices(
        self,
        texts: Sequence[str],
        most: int = MAX_CHOICES,
        join: Callable[[Sequence[str]], str] | None = None,
        length: int = SHOWN_LIST,
    ) -> str:
        """Choices, quoted, joined by ``ou`` (or by ``join``); the first ones and how many more where they are many."""
        shown: list[str] = []
        for text in texts[:most]:
            quoted = self.quote(text)
            if shown and sum(map(len, shown)) + len(quoted) > length:
                break
            shown.append(quoted)
        more = len(texts) - len(shown)
        if more:
            shown.append(self.ngettext("{n} autre", "{n} autres", more))
        return (join or self.any_of)(shown)


def typography(text: str) -> str:
    """French spaces in a sentence written with plain ones."""
    text = re.sub(r" ([;:!?%€])", rf"{NARROW}\1", text)
    text = text.replace("n° ", f"n°{NO_BREAK}")
    return text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")


def visible(text: str, limit: int = SHOWN) -> str:
    """At most ``limit`` characters of a text on one line, with pictures for control characters and codes for marks."""
    cut = len(text) > limit
    pieces: list[str] = []
    room = limit
    for character in text[: limit - 1 if cut else limit]:
        piece = _visible(character)
        room -= len(piece)
        if (room < 1 and cut) or room < 0:
            cut = True
            break
        pieces.append(piece)
    return "".join(pieces) + ("…" if cut else "")


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return {"\n": "↵", "\r": "↵", "\t": "⇥"}.get(character, chr(0x2400 + code))
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"):
        return f"[U+{code:04X}]"
    return character


def after_colon(sentence: str) -> str:
    """A sentence as it goes on after a colon: without its capital."""
    return sentence[:1].lower() + sentence[1:]


@lru_cache(maxsize=4)
def words(lang: str = "fr") -> Words:
    """The sentences of a language tag (``fr``, ``en``, ``en-GB`` …); French for a language that is not kept."""
    base = lang.replace("_", "-").partition("-")[0].lower()
    return _words(base if base in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=len(LANGUAGES))
def _words(lang: str) -> Words:
    return Words(lang)
