"""How often one network may have files checked: a window that slides, in the memory of each process. And how many requests of
strangers may wait at one time, for a site or for a place: the other threads are for the pages of the service.

Not the counts of sign-ins (:mod:`app.accounts.throttle`): a town hall that checks many files must not lock itself out.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from app.errors import TooMany
from app.i18n import N_
from app.settings import get_settings

WINDOW = 15 * 60.0  # seconds
NETWORKS = 10_000  # remembered at once
AT_ONCE = BoundedSemaphore(2)
"""Files that a process judges at one time: the others wait for a place, and the pages of the service stay quick."""
PATIENCE = 20.0  # seconds

_seen: OrderedDict[str, deque[float]] = OrderedDict()
_lock = Lock()


def count(network: str, now: float | None = None) -> None:
    """Count a check. Raises :class:`TooMany`; a refused one is not counted."""
    moment = time.monotonic() if now is None else now
    most = get_settings().checks_per_quarter
    with _lock:
        times = _seen.setdefault(network, deque())
        _seen.move_to_end(network)
        while times and times[0] <= moment - WINDOW:
            times.popleft()
        if len(times) >= most:
            seconds = int(times[0] + WINDOW - moment) + 1
            raise TooMany(
                N_(
                    "Beaucoup de fichiers viennent d’être vérifiés depuis votre réseau. Réessayez dans {minutes} min."
                ),
                retry_after=seconds,
                minutes=-(-seconds // 60),
            )
        times.append(moment)
        while len(_seen) > NETWORKS:
            _seen.popitem(last=False)


class Room:
    """A share of the threads of a process, one in ``share``, that may be busy with one thing."""

    def __init__(self, share: int) -> None:
        self._share = share
        self._taken = 0
        self._lock = Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in it. Raises :class:`TooMany` at once when there is none: who waits would take a thread too."""
        with self._lock:
            if self._taken >= max(1, get_settings().threads // self._share):
                raise _crowded()
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1


FETCHING = Room(5)
"""Sites that strangers have asked for a schema or a file: one may take its time to answer."""
WAITING = Room(4)
"""Files that wait for one of the places of :data:`AT_ONCE`."""


def wait_for_a_place() -> None:
    """Take one of the places; the caller gives it back (``AT_ONCE.release()``). Raises :class:`TooMany`."""
    if AT_ONCE.acquire(blocking=False):
        return
    with WAITING.place():
        if not AT_ONCE.acquire(timeout=PATIENCE):
            raise _crowded()


def _crowded() -> TooMany:
    return TooMany(
        N_("Beaucoup de fichiers sont vérifiés en ce moment. Réessayez dans une minute."), retry_after=60
    )


def forget() -> None:
    """Begin again: for tests."""
    with _lock:
        _seen.clear()
