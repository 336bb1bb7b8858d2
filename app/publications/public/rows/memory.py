"""What is kept in memory of the versions that are being read: as many octets as may be, the least used leaves first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any, TypeVar, cast

T = TypeVar("T")
MOST = 96 * 1024 * 1024
"""Octets, of each process. A version of a million rows takes 8 for where its rows lie, 1 or 2 for each column of filters."""


class Memory:
    """Things by key, each with its size. What several threads ask for at once is made once."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._makers: dict[Hashable, Lock] = {}
        self._size = 0
        self._lock = RLock()

    def get(self, key: Hashable, make: Callable[[], tuple[T, int]]) -> T:
        """What is held under a key, else what ``make`` gives: the thing, and its octets."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast(T, self._held[key][0])
            maker = self._makers.setdefault(key, Lock())
        with maker:
            with self._lock:
                if key in self._held:
                    return cast(T, self._held[key][0])
            try:
                made, size = make()
            finally:
                with self._lock:
                    self._makers.pop(key, None)
            with self._lock:
                self._held[key] = (made, size)
                self._size += size
                while self._size > self._most and len(self._held) > 1:
                    _, (_, freed) = self._held.popitem(last=False)
                    self._size -= freed
            return made

    @property
    def size(self) -> int:
        """Octets held."""
        return self._size
