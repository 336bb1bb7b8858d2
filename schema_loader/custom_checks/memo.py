"""Verdicts remembered by text: a town's beneficiaries, years and opening hours come again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple, Unpack, cast

SIZE = 16_384  # distinct texts
LENGTH = 200  # characters; a longer text is judged anew, so that memory stays bounded

Ts = TypeVarTuple("Ts")
R = TypeVar("R")


def memoised(function: Callable[[str, Unpack[Ts]], R]) -> Callable[[str, Unpack[Ts]], R]:
    """Remember the verdicts of a function of a text (and of what else decides, all hashable) on short texts."""
    remembered = cast("Callable[[str, Unpack[Ts]], R]", lru_cache(SIZE)(function))

    @wraps(function)
    def judge(text: str, /, *more: *Ts) -> R:
        return (function if len(text) > LENGTH else remembered)(text, *more)

    return judge
