"""What a text that is in no closed list was probably meant to be: for a list of 18 regions, and of 37,000 communes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from functools import cached_property, lru_cache

from schema_loader.folding import fold_letters

LONGEST = 200  # characters; no choice of a real list is longer, and the search stays bounded
FEW = 500  # names that can each be compared with a text
SHORTEST = 4  # characters; one letter of fewer is too large a part to be a slip
ALIKE = 0.75  # of difflib's ratio
PAIRS_ALIKE = 0.5  # of the pairs of letters: what is less alike is not compared letter by letter
COMPARED = 2  # the most promising names of a list, compared letter by letter

_SPACES = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\s\-'/]+")
_SAINT = re.compile(r"\bst(e?)\b")
_DIGITS = re.compile(r"\d+")
_ARTICLES = ("le ", "la ", "les ", "l ")


@lru_cache(maxsize=64)  # the same text is asked about two or three times in a row
def loose(text: str) -> str:
    """A name of a place without case, accents, hyphens or apostrophes, « St » written out."""
    return _SAINT.sub(r"saint\1", _BETWEEN.sub(" ", fold_letters(text)).strip())


class Names:
    """A closed list of names, letter for letter. ``load`` is called when it is first needed.

    ``key`` folds a name to what two spellings of it share.
    """

    def __init__(self, load: Callable[[], Collection[str]], key: Callable[[str], str] = loose) -> None:
        self._load = load
        self._key = key

    @cached_property
    def values(self) -> Collection[str]:
        """What is right."""
        return self._load()

    def meant(self, text: str) -> str:
        """The name that differs from a text by case, accents, hyphens, « St », an article or a letter; or empty."""
        if len(text) > LONGEST:
            return ""
        wanted = self._key(text)
        if not wanted:
            return ""
        key = wanted if wanted in self._by_key else self._close(wanted)
        # « Azerat » and « Azérat » are two communes: what is typed with the right accents decides
        alike = self._by_key.get(key, ("",))
        return max(
            alike,
            key=lambda value: (
                value.casefold() == text.casefold(),
                fold_letters(value) == fold_letters(text),
            ),
        )

    def spelt(self, text: str) -> str:
        """The one name that is the text but for case, accents and signs between words; empty where two are."""
        key = self._key(text) if len(text) <= LONGEST else ""
        alike = self._by_key.get(key, ()) if key else ()
        return alike[0] if len(alike) == 1 else ""

    def _close(self, wanted: str) -> str:
        """The key of another name that is meant by a key, or empty."""
        if len(wanted) < SHORTEST:
            return ""
        if len(self._by_key) <= FEW:
            return self._closest(wanted)
        found = [key for key in _articled(wanted) if key in self._by_key]
        found = found or sorted(self._misspelt(wanted))
        return min(found, key=lambda key: key[0] != wanted[0], default="")

    def _closest(self, wanted: str) -> str:
        """The most alike of few keys. Figures are no letters: « lot 2 » is not « lot 3 » misspelt."""
        numbers = _DIGITS.findall(wanted)
        slips = [key for key in self._misspelt(wanted) if _DIGITS.findall(key) == numbers]
        if len(slips) == 1:
            return slips[0]
        pairs = _pairs(wanted)
        size = pairs.bit_count()
        likely = [
            ((pairs & theirs).bit_count() / (size + their_size), key)
            for key, theirs, their_size in self._pairs_by_key
            if (pairs & theirs).bit_count() * 2 >= PAIRS_ALIKE * (size + their_size)
        ]
        keys = [key for _, key in sorted(likely, reverse=True)[:COMPARED]]
        keys = [key for key in keys if _DIGITS.findall(key) == numbers]
        close = difflib.get_close_matches(wanted, keys, 2, ALIKE)
        if (
            len(close) == 2
            and len({difflib.SequenceMatcher(None, key, wanted).ratio() for key in close}) == 1
        ):
            return ""  # as near to the one as to the other: « 5 ans » between « < 5 ans » and « > 5 ans »
        return close[0] if close else self._wider(wanted)

    def _wider(self, wanted: str) -> str:
        """The shortest of few keys that holds all the words of a text, if one alone does: « numéraire » for « aide en numéraire »."""
        words = frozenset(wanted.split())
        if max(map(len, words)) < SHORTEST:
            return ""
        found = sorted((len(theirs), key) for key, theirs in self._words_by_key if words < theirs)
        alone = found and (len(found) == 1 or found[0][0] < found[1][0])
        return found[0][1] if alone else ""

    @cached_property
    def _by_key(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for value in sorted(self.values):
            key = self._key(value)
            found[key] = (*found.get(key, ()), value)
        return found

    @cached_property
    def _pairs_by_key(self) -> list[tuple[str, int, int]]:
        return [(key, _pairs(key), _pairs(key).bit_count()) for key in self._by_key]

    @cached_property
    def _words_by_key(self) -> list[tuple[str, frozenset[str]]]:
        return [(key, frozenset(key.split())) for key in self._by_key]

    @cached_property
    def _halves(self) -> dict[tuple[int, bool, str], list[str]]:
        """Keys by their length and either half of their letters: a slip leaves one half as it is."""
        found: dict[tuple[int, bool, str], list[str]] = {}
        for key in self._by_key:
            half = len(key) // 2
            found.setdefault((len(key), True, key[:half]), []).append(key)
            found.setdefault((len(key), False, key[half:]), []).append(key)
        return found

    def _misspelt(self, wanted: str) -> set[str]:
        """The keys from which a text differs by one letter more, less or other, or by two letters changed about."""
        size, halves = len(wanted), self._halves
        likely: set[str] = set()
        for length in (size - 1, size, size + 1):
            half = length // 2
            likely.update(halves.get((length, True, wanted[:half]), ()))
            likely.update(halves.get((length, False, wanted[size - length + half :]), ()))
        middle = size // 2
        across = (
            wanted[: middle - 1]
            + wanted[middle : middle + 1]
            + wanted[middle - 1 : middle]
            + wanted[middle + 1 :]
        )
        return {key for key in likely if _is_one_slip(key, wanted)} | ({across} & self._by_key.keys())


class Codes(Names):
    """A closed list of codes. Another code is never proposed, only another spelling of the same one."""

    def meant(self, text: str) -> str:
        """The code once its spaces are taken out, its letters made capital and its lost zero put back; or empty."""
        if len(text) > LONGEST:
            return ""
        bare = _SPACES.sub("", text).upper()
        zero = f"0{bare}" if bare.isascii() and bare.isdecimal() else ""
        return bare if bare in self.values else zero if zero in self.values else ""


def _pairs(key: str) -> int:
    """The pairs of neighbouring letters of a key, as bits: two sets of them are compared in no time."""
    bits = 0
    for first, second in zip(f" {key}", f"{key} ", strict=True):
        bits |= 1 << ((ord(first) * 31 + ord(second)) & 511)
    return bits


def _articled(key: str) -> Iterator[str]:
    """The key with an article that was forgotten, or without one that is too many."""
    for article in _ARTICLES:
        yield article + key
        if key.startswith(article):
            yield key.removeprefix(article)


def _is_one_slip(first: str, second: str) -> bool:
    """Whether one letter more, less or other, or two letters changed about, makes one text of the other."""
    short, long = (first, second) if len(first) <= len(second) else (second, first)
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    rest, other = short[start:], long[start:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
