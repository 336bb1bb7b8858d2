"""Patterns that no text can make slow, with the verdict of Python's ``re``.

The reference judges ``re.match("^" + pattern + "$", text)`` with a backtracking engine: a schema found on the web could
hang the service with sixty characters. Three engines are tried here, the first that is safe for a pattern wins:

1. Python's ``re``, where the number of ways through the pattern is bounded and small (most real patterns);
2. RE2, which is linear whatever the text, where the pattern can be translated so that both agree on every text;
3. ``regex`` with a time limit for the rest (back-references, look-around): past it the text is refused. What slow texts
   may cost in all is bounded too (:mod:`schema_loader.patience`).

Classes such as ``\\d`` are written out for RE2 as the ranges that Python has, so they are equal by construction.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Literal

from schema_loader.patience import patient

MAX_PATTERN = 20_000  # characters; the longest real one has 1,130
MAX_WAYS = 2_000
MAX_REPEAT_RE2 = 1_000  # RE2's own bound on {n,m}
LAST = 0x10FFFF
LAST_WORD = 0x3FFFF

Ranges = list[tuple[int, int]]


class PatternInvalid(ValueError):
    """The text is no regular expression that Python can compile."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled ``pattern`` constraint.

    ``matches(text)`` says whether a text fits; raises :class:`~schema_loader.patience.PatternTimeout`, with engine ``regex``
    only.
    """

    source: str
    engine: Literal["re", "re2", "regex"]
    matches: Callable[[str], bool]


@lru_cache(maxsize=2048)
def compile_pattern(source: str) -> Pattern:
    """Compile ``^source$`` as the reference does. Raises :class:`PatternInvalid`."""
    anchored = f"^{source}$"
    if len(source) > MAX_PATTERN:
        raise PatternInvalid(f"longer than {MAX_PATTERN} characters")
    try:
        with Quiet():
            tree = _parser.parse(anchored)
            if not tree.state.flags & ~re.UNICODE and ways(tree) <= MAX_WAYS:
                return Pattern(source, "re", _as_test(re.compile(anchored).match))
            re.compile(anchored)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        raise PatternInvalid(str(error)) from error
    translated = to_re2(anchored)
    if translated is not None:
        matches = _re2_test(translated)
        if matches is not None:
            return Pattern(source, "re2", matches)
    return Pattern(source, "regex", _timed_test(anchored))


def _as_test(match: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda text: match(text) is not None


def _re2_test(translated: str) -> Callable[[str], bool] | None:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 32 << 20
    try:
        match = re2.compile(translated, options).match
    except re2.error:
        return None

    def matches(text: str) -> bool:
        try:
            return match(text) is not None
        except UnicodeEncodeError:  # a lone surrogate cannot come from a file, nor be stored
            return False

    return matches


def _timed_test(anchored: str) -> Callable[[str], bool]:
    import regex

    try:
        with Quiet():
            match = regex.compile(anchored).match
    except (regex.error, OverflowError, RecursionError) as error:
        raise PatternInvalid(str(error)) from error
    return patient(anchored, match)


class Quiet:
    """Future warnings on odd but valid patterns (``[[``) are the schema author's business, not the log's."""

    def __enter__(self) -> None:
        import warnings

        self._context = warnings.catch_warnings()
        self._context.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *details: object) -> None:
        self._context.__exit__(*details)  # type: ignore[arg-type]


# -- 1: how many ways through a pattern ---------------------------------------------------------------------------

FAR = 10**9


def ways(tree: Iterable[tuple[Any, Any]], inside_repeat: bool = False) -> int:
    """An upper bound of the ways in which a backtracking engine can go through a pattern, :data:`FAR` if unbounded.

    One unbounded repeat of single characters is let pass (the work stays linear in the text) by counting as 1,500.
    """
    total = 1
    for code, argument in tree:
        if code in (op.BRANCH,):
            total *= sum(ways(branch, inside_repeat) for branch in argument[1])
        elif code is op.SUBPATTERN:
            if argument[1] or argument[2]:
                return FAR
            total *= ways(argument[3], inside_repeat)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, body = argument
            inner = ways(body, True)
            if high is op.MAXREPEAT:
                if inside_repeat or len(body) != 1 or inner != 1 or body[0][0] is op.SUBPATTERN:
                    return FAR
                total *= 1_500
            elif inner == 1:
                total *= high - low + 1
            else:
                total *= (
                    sum(min(inner**count, FAR) for count in range(low, min(high, 64) + 1))
                    if high <= 64
                    else FAR
                )
        elif code not in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.AT):
            return FAR
        if total > MAX_WAYS:
            return FAR
    return total


# -- 2: the same language in RE2 ----------------------------------------------------------------------------------


class Untranslatable(Exception):
    """The pattern holds what no other notation can say."""


def to_re2(anchored: str) -> str | None:
    """The RE2 pattern that matches at the start of the same texts as ``anchored`` does in Python's ``re``, or None."""
    try:
        with Quiet():
            tree = _parser.parse(anchored)
        if tree.state.flags & ~re.UNICODE:
            return None
        return _sequence(list(tree), last=True)
    except (Untranslatable, re.error, RecursionError):
        return None


def _sequence(items: Sequence[tuple[Any, Any]], last: bool) -> str:
    pieces = []
    for index, item in enumerate(items):
        at_end = last and all(code is op.AT for code, _ in items[index + 1 :])
        pieces.append(_node(item, at_end))
    return "".join(pieces)


def _node(item: tuple[Any, Any], last: bool) -> str:
    code, argument = item
    if code in SINGLE:
        return _class(SINGLE[code](argument))
    if code is op.BRANCH:
        return "(?:" + "|".join(_sequence(list(branch), last) for branch in argument[1]) + ")"
    if code is op.SUBPATTERN and not (argument[1] or argument[2]):
        return "(?:" + _sequence(list(argument[3]), last) + ")"
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeat(*argument)
    if code is op.AT:
        return _anchor(argument, last)
    raise Untranslatable


def _repeat(low: int, high: int, body: Any) -> str:
    unbounded = high is op.MAXREPEAT
    if max(low, 0 if unbounded else high) > MAX_REPEAT_RE2:
        raise Untranslatable
    return "(?:" + _sequence(list(body), last=False) + f"){{{low},{'' if unbounded else high}}}"


def _anchor(argument: Any, last: bool) -> str:
    if argument in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
        return r"\A"
    # Python's `$` also stands before a last line feed; here that line feed is consumed, which is the same only where
    # nothing else follows.
    if last and argument is op.AT_END:
        return r"\n?\z"
    if last and argument is op.AT_END_STRING:
        return r"\z"
    raise Untranslatable


def _class(ranges: Ranges) -> str:
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    return "[" + "".join(rf"\x{{{a:X}}}" if a == b else rf"\x{{{a:X}}}-\x{{{b:X}}}" for a, b in ranges) + "]"


def in_ranges(items: Iterable[tuple[Any, Any]]) -> Ranges:
    """The code points of a character class, as sorted disjoint ranges."""
    ranges: Ranges = []
    negate = False
    for code, argument in items:
        if code is op.NEGATE:
            negate = True
        elif code is op.LITERAL:
            ranges.append((argument, argument))
        elif code is op.RANGE:
            ranges.append(argument)
        elif code is op.CATEGORY:
            ranges.extend(category(argument))
        else:
            raise Untranslatable
    merged = merge(ranges)
    return complement(merged) if negate else merged


def merge(ranges: Ranges) -> Ranges:
    """Sorted, disjoint, without neighbours."""
    out: Ranges = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def complement(ranges: Ranges) -> Ranges:
    """Every other code point."""
    out, start = [], 0
    for low, high in merge(ranges):
        if low > start:
            out.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        out.append((start, LAST))
    return out


CATEGORIES = {
    op.CATEGORY_DIGIT: (r"\d", False), op.CATEGORY_NOT_DIGIT: (r"\d", True),
    op.CATEGORY_SPACE: (r"\s", False), op.CATEGORY_NOT_SPACE: (r"\s", True),
    op.CATEGORY_WORD: (r"\w", False), op.CATEGORY_NOT_WORD: (r"\w", True),
}  # fmt: skip


def category(code: Any) -> Ranges:
    """The ranges of ``\\d``, ``\\s``, ``\\w`` or their complement, as this Python has them."""
    if code not in CATEGORIES:
        raise Untranslatable
    escape, negated = CATEGORIES[code]
    ranges = _escape_ranges(escape)
    return complement(ranges) if negated else ranges


SINGLE: dict[Any, Callable[[Any], Ranges]] = {
    op.LITERAL: lambda code: [(code, code)],
    op.NOT_LITERAL: lambda code: complement([(code, code)]),
    op.ANY: lambda _: complement([(10, 10)]),
    op.IN: in_ranges,
}
"""What matches exactly one character, as the ranges of its code points."""


@lru_cache(maxsize=3)
def _escape_ranges(escape: str) -> Ranges:
    # Unicode has no letter, digit or space beyond its third plane (a test looks at every code point)
    every = array("I", range(LAST_WORD + 1)).tobytes().decode("utf-32", "surrogatepass")
    found = re.finditer(f"{escape}+", every)
    return [(match.start(), match.end() - 1) for match in found]
