"""Pages of a list: which one is asked for, what it holds, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.formats import number
from app.i18n import gettext

MOST = 100_000  # pages: beyond, an address is a mistake


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of ``total`` things, ``size`` to a page."""

    number: int
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def words(self) -> str:
        """« 21–40 sur 95 »; nothing when all of them are in view."""
        if self.total <= self.size:
            return ""
        last = min(self.total, self.offset + self.size)
        return gettext(
            "{first}–{last} sur {total}",
            first=number(self.offset + 1),
            last=number(last),
            total=number(self.total),
        )


def page_of(asked: str | int | None, total: int, size: int) -> Page:
    """The page asked for; the nearest there is for a number out of bounds, the first for what is no number."""
    try:
        wanted = int(asked or 1)
    except ValueError:
        wanted = 1
    pages = max(1, -(-total // size))
    return Page(max(1, min(wanted, pages, MOST)), total, size)


def slice_of(things: Sequence[Any], page: Page) -> Sequence[Any]:
    """The things of a page, of a list that is in memory already."""
    return things[page.offset : page.offset + page.size]
