"""How often one network may have files checked: a window that slides, in the memory of each process.

Not the counts of sign-ins (:mod:`app.accounts.throttle`): a town hall that checks many files must not lock itself out.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
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


def wait_for_a_place() -> None:
    """Take one of the places; the caller gives it back (``AT_ONCE.release()``). Raises :class:`TooMany`."""
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise TooMany(
            N_("Beaucoup de fichiers sont vérifiés en ce moment. Réessayez dans une minute."), retry_after=60
        )


def forget() -> None:
    """Begin again: for tests."""
    with _lock:
        _seen.clear()
