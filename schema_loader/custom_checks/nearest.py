"""What a text that is in no closed list was probably meant to be: for a list of 18 regions, and of 37,000 communes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from schema_loader.folding import fold_letters

LONGEST = 100  # characters; no name is longer, and the search stays bounded
FEW = 500  # names that can each be compared with a text

_SPACES = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\s\-'/]+")
_SAINT = re.compile(r"\bst(e?)\b")
_ARTICLES = ("le ", "la ", "les ", "l ")
_LETTERS = "abcdefghijklmnopqrstuvwxyz "


class Names:
    """A closed list of names, letter for letter. ``load`` is called when it is first needed."""

    def __init__(self, load: Callable[[], Collection[str]]) -> None:
        self._load = load

    @cached_property
    def values(self) -> Collection[str]:
        """What is right."""
        return self._load()

    def meant(self, text: str) -> str:
        """The name that differs from a text by case, accents, hyphens, « St », an article or a letter; or empty."""
        if len(text) > LONGEST:
            return ""
        wanted = _loose(text)
        key = wanted if wanted in self._by_loose else self._close(wanted)
        # « Azerat » and « Azérat » are two communes: what is typed with the right accents decides
        alike = self._by_loose.get(key, ("",))
        return max(
            alike,
            key=lambda value: (
                value.casefold() == text.casefold(),
                fold_letters(value) == fold_letters(text),
            ),
        )

    def _close(self, wanted: str) -> str:
        """The key of another name that is meant by a key, or empty."""
        if len(wanted) < 4:
            return ""
        if len(self._by_loose) <= FEW:
            return "".join(difflib.get_close_matches(wanted, self._by_loose, 1, 0.75))
        found = [key for key in _articled(wanted) if key in self._by_loose]
        found = found or sorted(self._by_loose.keys() & _misspelt(wanted))
        return min(found, key=lambda key: key[0] != wanted[0], default="")

    @cached_property
    def _by_loose(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for value in sorted(self.values):
            key = _loose(value)
            found[key] = (*found.get(key, ()), value)
        return found


class Codes(Names):
    """A closed list of codes. Another code is never proposed, only another spelling of the same one."""

    def meant(self, text: str) -> str:
        """The code once its spaces are taken out, its letters made capital and its lost zero put back; or empty."""
        if len(text) > LONGEST:
            return ""
        bare = _SPACES.sub("", text).upper()
        zero = f"0{bare}" if bare.isascii() and bare.isdecimal() else ""
        return bare if bare in self.values else zero if zero in self.values else ""


def _loose(text: str) -> str:
    return _SAINT.sub(r"saint\1", _BETWEEN.sub(" ", fold_letters(text)).strip())


def _articled(key: str) -> Iterator[str]:
    """The key with an article that was forgotten, or without one that is too many."""
    for article in _ARTICLES:
        yield article + key
        if key.startswith(article):
            yield key.removeprefix(article)


def _misspelt(key: str) -> set[str]:
    """Every key that one letter more, less or other, or two letters changed about, would give: about 60 per letter."""
    cuts = [(key[:at], key[at:]) for at in range(len(key) + 1)]
    return {
        *(before + after[1:] for before, after in cuts if after),
        *(before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1),
        *(before + letter + after[1:] for before, after in cuts if after for letter in _LETTERS),
        *(before + letter + after for before, after in cuts for letter in _LETTERS),
    }
