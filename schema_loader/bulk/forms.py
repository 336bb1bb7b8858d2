"""Patterns whose texts have a fixed form, as places and the characters that may stand there.

``\\d{14}``, ``W\\d{9}``, ``\\d{4}-\\d{2}-\\d{2}(/\\d{4}-\\d{2}-\\d{2})?``: most patterns of real schemas are so. Whole
columns are held against such a form byte by byte, several times as fast as by a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np

from schema_loader.bulk.texts import Bytes, Mask, Texts
from schema_loader.patterns import SINGLE, Quiet, Untranslatable

MOST_FORMS = 6
LONGEST = 48  # characters

Allowed = tuple[tuple[int, int], ...]
"""The characters of one place, as ranges of ASCII."""
Form = tuple[Allowed, ...]


def form_test(anchored: str) -> Callable[[Texts], Mask] | None:
    """A test that accepts only texts which ``anchored`` (``^…$``) matches; None for a pattern without fixed forms."""
    found = forms(anchored)
    if not found:
        return None
    tests = [(len(form), _parts(form)) for form in found]

    def accepts(texts: Texts) -> Mask:
        mask = np.zeros(len(texts), dtype=np.bool_)
        for length, parts in tests:
            rows, places = texts.of_length(length)
            if not len(rows):
                continue
            good = fits(places, parts)
            mask[rows] = mask[rows] | good
        return mask

    return accepts


Parts = list[tuple[slice, Allowed]]


def _parts(form: Form) -> Parts:
    """Neighbouring places with the same characters are looked at together."""
    parts, start = [], 0
    for allowed, group in groupby(form):
        stop = start + len(list(group))
        parts.append((slice(start, stop), allowed))
        start = stop
    return parts


def fits(places: Bytes, parts: Parts) -> Mask:
    """Which columns of ``places`` have in each place a character that may stand there."""
    mask = np.ones(places.shape[1], dtype=np.bool_)
    for part, ranges in parts:
        block = places[part]
        (low, high), *more = ranges
        good = _between(block, low, high)
        for low, high in more:
            good |= _between(block, low, high)
        mask &= good[0] if len(good) == 1 else np.logical_and.reduce(good)
    return mask


def _between(block: Bytes, low: int, high: int) -> Any:
    return (
        block == low if low == high else (block - np.uint8(low)) <= high - low
    )  # below ``low`` wraps round to the top


def forms(anchored: str) -> list[Form]:
    """The fixed forms of a pattern; texts beyond ASCII are left out. Empty where there are none, or too many."""
    try:
        with Quiet():
            tree = _parser.parse(anchored)
        items = list(tree)
        bounded = len(items) > 1 and items[0] == (op.AT, op.AT_BEGINNING) and items[-1] == (op.AT, op.AT_END)
        if tree.state.flags & ~re.UNICODE or not bounded:
            return []
        while items and items[0] == (op.AT, op.AT_BEGINNING):  # `^^…$$`: a pattern that is anchored already
            del items[0]
        while items and items[-1] == (op.AT, op.AT_END):
            del items[-1]
        return _sequence(items)
    except (Untranslatable, re.error, RecursionError):
        return []


def _sequence(items: Sequence[tuple[Any, Any]]) -> list[Form]:
    found: list[Form] = [()]
    for item in items:
        found = _product(found, _node(item))
    return found


def _product(left: list[Form], right: list[Form]) -> list[Form]:
    return _bounded([a + b for a in left for b in right])


def _bounded(found: list[Form]) -> list[Form]:
    distinct = list(dict.fromkeys(found))
    if len(distinct) > MOST_FORMS or any(len(form) > LONGEST for form in distinct):
        raise Untranslatable
    return distinct


def _node(item: tuple[Any, Any]) -> list[Form]:
    code, argument = item
    if code in SINGLE:
        allowed = tuple((low, min(high, 127)) for low, high in SINGLE[code](argument) if low < 128)
        return [(allowed,)] if allowed else []
    if code is op.BRANCH:
        return _bounded([form for branch in argument[1] for form in _sequence(list(branch))])
    if code is op.SUBPATTERN and not (argument[1] or argument[2]):
        return _sequence(list(argument[3]))
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, body = argument
        if high is op.MAXREPEAT or high > LONGEST or high - low >= MOST_FORMS:
            raise Untranslatable
        inner = _sequence(list(body))
        found: list[Form] = [()]
        repeated: list[Form] = [()] if low == 0 else []
        for count in range(1, high + 1):
            found = _product(found, inner)
            if count >= low:
                repeated += found
        return _bounded(repeated)
    raise Untranslatable
