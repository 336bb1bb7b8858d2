"""Work made a little ahead of whoever takes it: the maker works while the taker waits for the database."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item], most: int = 2) -> Iterator[Item]:
    """The same things, made by a thread of its own a little before they are asked for: the maker works while the taker waits."""
    waiting: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(most)
    stopped = threading.Event()

    def put(thing: tuple[Item] | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(thing, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item,)):
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 (raised again by whoever takes)
            put(error)

    thread = threading.Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        while (thing := waiting.get()) is not None:
            if isinstance(thing, BaseException):
                raise thing
            yield thing[0]
    finally:
        stopped.set()
        thread.join()
