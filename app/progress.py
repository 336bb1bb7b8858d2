"""How far a long reading is, in words, on one line of a terminal: « 412 000 lignes lues »."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from typing import TextIO

from app.i18n import AppWords

FIRST_AFTER = 0.4  # seconds: what ends sooner needs no word
EVERY = 0.1
ERASE_LINE = "\r\x1b[K"


class RowCounter:
    """Call it with the number of rows read. Silent unless ``stream`` is a terminal; ``close`` leaves the line clean."""

    def __init__(
        self, stream: TextIO, t: AppWords, name: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._t = t
        self._name = name
        self._clock = clock
        self._next = clock() + FIRST_AFTER
        self._shown = False
        self.awake = stream.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, rows: int) -> None:
        now = self._clock()
        if not self.awake or now < self._next:
            return
        self._next = now + EVERY
        words = self._t.ngettext("{n} ligne lue", "{n} lignes lues", rows)
        line = self._t.gettext("{file} : {rows}", file=self._name, rows=words) if self._name else words
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(ERASE_LINE + line[-width:])
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write(ERASE_LINE)
            self._stream.flush()
            self._shown = False
