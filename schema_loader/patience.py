"""How long patterns may be slow in all: a bound on the whole work, where a limit on one text is not enough.

A file has a million cells, a schema twenty thousand fields, and half a second for each is for ever. So what is lost in
texts that come late is counted, over all patterns, and the limit on one text shrinks with it; texts that match at once,
which are nearly all, are not concerned and cost nothing more. The count belongs to the context that the work runs in (a
request, or a thread), so that nobody's file changes the verdict on another's, and begins anew every minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

QUICK = 0.002  # seconds for one text, before anything is counted; the slowest real pattern takes 0.0002
TIME_LIMIT = 0.5  # for one text, as long as little was lost
SHORT_LIMIT = 0.02  # for one text, once three were late
LOST = 1.5  # lost in texts that were late: from here on the limit is the short one
MUCH_LOST = 2.0  # from here on it is the quick one
MOST_LOST = 3.0  # from here on a pattern that was ever late is given up
SLOW = 10.0  # spent on texts that were slow but in time: from here on the limit is the short one
WINDOW = 60.0  # seconds after which all is forgotten


class PatternTimeout(Exception):
    """The text could not be matched in the time there is for it."""


class Losses:
    """What slow texts have cost in one context. Threads may share it: a count that misses one of two is no harm."""

    __slots__ = ("_late", "_since", "lost", "slow")

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._since = time.monotonic()
        self.lost = 0.0
        self.slow = 0.0
        self._late: dict[str, set[str]] = {}

    def limit(self) -> float:
        """The seconds that a text has which is not quick."""
        self._over()
        if self.lost >= MUCH_LOST:
            return QUICK
        return TIME_LIMIT if self.lost < LOST and self.slow < SLOW else SHORT_LIMIT

    def refuses(self, pattern: str, text: str) -> bool:
        """Whether a pattern is given up, or this very text was tried in vain."""
        late = self._late.get(pattern)
        if late is None or (self.lost < MOST_LOST and text not in late):
            return False
        return not self._over()

    def note_late(self, pattern: str, text: str, seconds: float) -> None:
        """Count a text that was given up after so long."""
        self.lost += seconds
        self._late.setdefault(pattern, set()).add(text)

    def _over(self) -> bool:
        """Whether the minute is; a new one begins then, in place: other threads hold the count too."""
        if time.monotonic() - self._since < WINDOW:
            return False
        self._begin()
        return True


_losses: ContextVar[Losses | None] = ContextVar("losses", default=None)


def losses() -> Losses:
    """The count of this context; threads that work for it get it by a copy of the context that is made afterwards."""
    found = _losses.get()
    if found is None:
        found = Losses()
        _losses.set(found)
    return found


def patient(pattern: str, match: Callable[..., Any]) -> Callable[[str], bool]:
    """A test of texts by ``match(text, timeout=seconds)`` of the ``regex`` library, which raises :class:`PatternTimeout`."""

    def matches(text: str) -> bool:
        known = _losses.get()
        if known is not None and known.lost and known.refuses(pattern, text):
            raise PatternTimeout(pattern)
        try:
            return match(text, timeout=QUICK) is not None
        except TimeoutError:
            return slowly(text)

    def slowly(text: str) -> bool:
        known = losses()
        limit = known.limit()
        if limit <= QUICK:
            known.note_late(pattern, text, QUICK)
            raise PatternTimeout(pattern)
        begun = time.thread_time()
        try:
            found = match(text, timeout=limit) is not None
        except TimeoutError as error:
            known.note_late(pattern, text, QUICK + limit)
            raise PatternTimeout(pattern) from error
        if (spent := time.thread_time() - begun) > QUICK:  # else others were at work, not the pattern
            known.slow += spent
        return found

    return matches
