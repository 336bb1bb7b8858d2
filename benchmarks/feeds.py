"""How long the feeds of 10,000 datasets take: at most a second each, in Turtle, in JSON-LD and as the SCDL catalogue."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.publications.feeds.jsonld import jsonld
from app.publications.feeds.scdl import scdl_csv
from app.publications.feeds.turtle import turtle
from tests.app.publications.feeds.samples import CATALOGUE, many

DATASETS, RUNS, MOST = 10_000, 3, 1.0


def main() -> None:
    datasets = list(many(DATASETS))
    feeds: dict[str, Callable[[], Iterator[bytes]]] = {
        "turtle": lambda: turtle(CATALOGUE, datasets),
        "json-ld": lambda: jsonld(CATALOGUE, datasets),
        "scdl": lambda: scdl_csv(datasets),
    }
    for name, feed in feeds.items():
        best, size = min(_timed(feed) for _ in range(RUNS))
        print(f"{name:8} {DATASETS} datasets, {size / 1e6:.1f} MB: {best:.2f} s (at most {MOST:.0f} s)")
        assert best <= MOST


def _timed(feed: Callable[[], Iterator[bytes]]) -> tuple[float, int]:
    began = time.process_time()
    size = sum(map(len, feed()))
    return time.process_time() - began, size


if __name__ == "__main__":
    main()
