"""A regular expression read as a shape that words can tell: runs of digits or letters, signs, choices, options.

Only what is simple enough has a shape; the rest is None, and a sentence shows an example instead. A shape serves
sentences alone: the verdict on a text is always the pattern's.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from schema_loader.patterns import in_ranges

MAX_CHOICES = 200
MAX_PARTS = 7
WIDE = 200  # characters; a wider range is an alphabet, whose letters are not named one by one
MAX_LITERALS = 12  # signs named one by one in a class of characters
DIGITS = (ord("0"), ord("9"))
UPPER = (ord("A"), ord("Z"))
LOWER = (ord("a"), ord("z"))
ACCENTS = (0xE0, 0xF6)  # à … ö: a class that holds these is meant for French letters
SPACES = (ord(" "), ord(" "))


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters that may stand in one place: whole families, and single ones besides."""

    digits: bool = False
    upper: bool = False
    lower: bool = False
    space: bool = False
    accents: bool = False
    others: tuple[str, ...] = ()
    span: tuple[str, str] | None = None
    """The first and last of a part of a family, and nothing else: 1 to 9."""
    ranges: tuple[tuple[int, int], ...] = ()
    any: bool = False
    """Any character but the ``others``."""

    def holds(self, character: str) -> bool:
        """Whether the character may stand there."""
        return any(low <= ord(character) <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Run:
    """``low`` to ``high`` characters of one kind (``high`` None: as many as one likes)."""

    characters: Characters
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Literal:
    """This very text."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these very texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManyOf:
    """One or several of these very texts, with a separator between them."""

    texts: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """Parts that may be left out."""

    parts: tuple[Part, ...]


Part = Run | Literal | Choice | ManyOf | Maybe
Shape = tuple[Part, ...]


class _NotSimple(Exception):
    pass


@lru_cache(maxsize=2048)
def shapes(source: str) -> tuple[Shape, ...] | None:
    """The shapes among which a text may choose (mostly one), or None where the pattern is not simple enough."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd class (``[[``) is its author's business
            tree = _parser.parse(source)
        if tree.state.flags & ~re.UNICODE:
            return None
        found = tuple(_whole(branch) for branch in _alternatives(list(tree)))
    except (_NotSimple, re.error, RecursionError, OverflowError):
        return None
    found = tuple(shape for shape in found if shape)
    texts = [shape[0].text for shape in found if len(shape) == 1 and isinstance(shape[0], Literal)]
    if len(found) > 1 and len(texts) == len(found):
        return ((Choice(tuple(texts)),),)
    return found or None


def _alternatives(items: list[Any]) -> list[list[Any]]:
    """The branches of a pattern that is nothing but a choice between them, without anchors and groups around."""
    items = _bare(items)
    if len(items) == 1 and items[0][0] is op.BRANCH:
        branches = [list(branch) for branch in items[0][1][1]]
        if any(_texts(branch) is None for branch in branches):
            return [inner for branch in branches for inner in _alternatives(branch)]
    return [items]


def _bare(items: list[Any]) -> list[Any]:
    """A sequence without what adds nothing: anchors and free spaces at its ends, groups around it, ``{1}``."""
    while True:
        while items and (_is_anchor(items[0]) or _is_free_space(items[0])):
            items = items[1:]
        while items and (_is_anchor(items[-1]) or _is_free_space(items[-1])):
            items = items[:-1]
        if len(items) != 1:
            return items
        inner = _unwrapped(items[0])
        if inner is None:
            return items
        items = inner


def _unwrapped(item: Any) -> list[Any] | None:
    code, argument = item
    if code is op.SUBPATTERN and not argument[1] and not argument[2]:
        return list(argument[3])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[:2] == (1, 1):
        return list(argument[2])
    return None


def _is_anchor(item: Any) -> bool:
    return item[0] is op.AT and item[1] in (
        op.AT_BEGINNING, op.AT_BEGINNING_STRING, op.AT_END, op.AT_END_STRING,
    )  # fmt: skip


def _is_free_space(item: Any) -> bool:
    code, argument = item
    if code not in (op.MAX_REPEAT, op.MIN_REPEAT) or argument[0] != 0:
        return False
    body = list(argument[2])
    return body in ([(op.LITERAL, 32)], [(op.IN, [(op.CATEGORY, op.CATEGORY_SPACE)])])


def _whole(items: list[Any]) -> Shape:
    """The shape of one branch."""
    items = _bare(items)
    texts = _texts(items)
    if texts is not None and len(texts) > 1:
        return (Choice(texts),)
    many = _many_of(items)
    if many is not None:
        return (many,)
    parts = tuple(_merged(_parts(items)))
    if len(parts) > MAX_PARTS:
        raise _NotSimple
    return parts


# -- choices ------------------------------------------------------------------------------------------------------


def _texts(items: Sequence[Any]) -> tuple[str, ...] | None:
    """Every text that a sequence of letters, choices and options can write; None where they are not that few."""
    found = [""]
    for code, argument in items:
        if code is op.LITERAL:
            more: tuple[str, ...] | None = (chr(argument),)
        elif code is op.IN and all(kind is op.LITERAL for kind, _ in argument) and _one_sign(argument):
            more = (chr(argument[0][1]),)
        elif code is op.IN and all(kind is op.LITERAL for kind, _ in argument):
            more = tuple(chr(sign) for _, sign in argument)  # (a|b) is read as a class
        elif code is op.BRANCH:
            branches = [_texts(list(branch)) for branch in argument[1]]
            more = None if None in branches else tuple(text for branch in branches for text in branch or ())
        elif code is op.SUBPATTERN or (code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[:2] == (1, 1)):
            inner = _unwrapped((code, argument))
            more = None if inner is None else _texts(inner)
        elif code is op.AT:
            more = ("",) if _is_anchor((code, argument)) else None
        elif _is_free_space((code, argument)):
            more = ("",)
        else:
            more = None
        if more is None or len(found) * len(more) > MAX_CHOICES:
            return None
        found = [start + end for start in found for end in more]
    return tuple(dict.fromkeys(found)) if any(found) else None


def _one_sign(argument: Sequence[Any]) -> bool:
    """A class of one sign (``[(]``), or of spellings of the same (``[’']``): no choice to tell."""
    signs = {chr(code) for _, code in argument}
    return len(signs) == 1 or signs <= {"'", "’"}


def _many_of(items: list[Any]) -> ManyOf | None:
    """``A(,A)*``, ``((^|,)A)+`` and ``(A,?)+``, where A is a choice."""
    if len(items) == 2:
        first, rest = _texts(_bare([items[0]])), _repeated(items[1], 0)
        if first and len(first) > 1 and rest is not None and len(rest) >= 2:
            for cut in range(1, len(rest)):
                separator, again = _texts(rest[:cut]), _texts(rest[cut:])
                if separator is not None and len(separator) == 1 and again == first:
                    return ManyOf(first, separator[0].strip() or separator[0])
    if len(items) == 1:
        body = _repeated(items[0], 1)
        if body is None or len(body) < 2:
            return None
        before, after = _optional_separator(body[0]), _optional_separator(body[-1])
        separator_text = before or after
        texts = _texts(body[1:] if before else body[:-1])
        if separator_text and texts and len(texts) > 1:
            return ManyOf(texts, separator_text)
    return None


def _repeated(item: Any, low: int) -> list[Any] | None:
    code, argument = item
    if code not in (op.MAX_REPEAT, op.MIN_REPEAT) or argument[0] != low or argument[1] is not op.MAXREPEAT:
        return None
    return _bare(list(argument[2]))


def _optional_separator(item: Any) -> str | None:
    """The separator of ``(^|,)`` or ``,?``."""
    code, argument = item
    if code is op.SUBPATTERN:
        inner = _unwrapped(item)
        return _optional_separator(inner[0]) if inner is not None and len(inner) == 1 else None
    if code is op.BRANCH:
        texts = [_texts(list(branch)) for branch in argument[1] if not all(map(_is_anchor, branch))]
        return texts[0][0] if len(texts) == 1 and texts[0] and len(texts[0]) == 1 else None
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[:2] == (0, 1):
        optional = _texts(_bare(list(argument[2])))
        return optional[0] if optional and len(optional) == 1 else None
    return None


# -- sequences ----------------------------------------------------------------------------------------------------


def _parts(items: Iterable[Any]) -> Iterator[Part]:
    for code, argument in items:
        if code is op.LITERAL:
            yield Literal(chr(argument))
        elif code in (op.IN, op.ANY, op.NOT_LITERAL):
            yield Run(_characters(code, argument), 1, 1)
        elif code is op.SUBPATTERN:
            inner = _unwrapped((code, argument))
            if inner is None:
                raise _NotSimple
            texts = _texts(inner)
            if texts is not None and len(texts) > 1:
                yield from _branch(inner)
            else:
                yield from _parts(inner)
        elif code is op.BRANCH:
            yield from _branch([(code, argument)])
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            yield from _repeat(*argument)
        else:
            raise _NotSimple


def _branch(items: list[Any]) -> Iterator[Part]:
    texts = _texts(items)
    if texts is not None:
        filled = tuple(text for text in texts if text)
        choice: Part = Choice(filled) if len(filled) > 1 else Literal(filled[0])
        yield choice if len(filled) == len(texts) else Maybe((choice,))
        return
    branches = items[0][1][1]
    filled_branches = [branch for branch in branches if len(branch)]
    if len(filled_branches) != 1 or len(branches) != 2:
        raise _NotSimple
    yield Maybe(tuple(_merged(_parts(filled_branches[0]))))


def _repeat(low: int, high: Any, body: Any) -> Iterator[Part]:
    inner = tuple(_merged(_parts(body)))
    most = None if high is op.MAXREPEAT else int(high)
    if len(inner) != 1 and (low, most) != (0, 1):
        raise _NotSimple
    if (low, most) == (0, 1):
        yield Maybe(inner)
        return
    part = inner[0]
    if isinstance(part, Literal) and low == most and low * len(part.text) <= 20:
        yield Literal(part.text * low)
    elif isinstance(part, Run) and part.low == part.high:
        yield Run(part.characters, part.low * low, None if most is None else part.low * most)
    elif isinstance(part, Run) and part.high is None and low <= 1:
        yield Run(part.characters, part.low * low, None)
    else:
        raise _NotSimple


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbours of one kind as one part."""
    last: Part | None = None
    for part in parts:
        if isinstance(last, Literal) and isinstance(part, Literal):
            last = Literal(last.text + part.text)
        elif isinstance(last, Run) and isinstance(part, Run) and last.characters == part.characters:
            high = None if last.high is None or part.high is None else last.high + part.high
            last = Run(part.characters, last.low + part.low, high)
        else:
            if last is not None:
                yield last
            last = part
    if last is not None:
        yield last


def _characters(code: Any, argument: Any) -> Characters:
    if code is op.ANY:
        return Characters(any=True, ranges=((0, 9), (11, 0x10FFFF)))
    if code is op.NOT_LITERAL:
        sign = int(argument)
        return Characters(any=True, others=(chr(sign),), ranges=((0, sign - 1), (sign + 1, 0x10FFFF)))
    items = list(argument)
    ranges = tuple(in_ranges(items))
    if items[0][0] is op.NEGATE:
        kept_out = _characters(op.IN, items[1:])
        if kept_out.digits or kept_out.upper or kept_out.lower or kept_out.accents:
            raise _NotSimple
        return Characters(any=True, space=kept_out.space, others=kept_out.others, ranges=ranges)
    if any(kind is op.CATEGORY and what not in _KEPT for kind, what in items):
        raise _NotSimple
    families = {name: _within(span, ranges) for name, span in _FAMILIES.items()}
    if len(ranges) == 1 and not any(families.values()):
        (first, last) = ranges[0]
        if last - first > 1 and any(_within(ranges[0], [span]) for span in _FAMILIES.values()):
            return Characters(span=(chr(first), chr(last)), ranges=ranges)
    # A category is told by its family alone: digits of other scripts and spaces of other widths go without saying
    spelt = in_ranges([item for item in items if item[0] is not op.CATEGORY])
    known = [_FAMILIES[name] for name, there in families.items() if there]
    foreign = any(high - low >= WIDE for low, high in spelt)
    signs = [n for low, high in spelt if high - low < WIDE for n in range(low, high + 1)]
    others = [chr(n) for n in signs if not _within((n, n), known)]
    if (op.CATEGORY, op.CATEGORY_WORD) in items:
        others = sorted({*(sign for sign in others if not sign.isalnum()), "_"})
    if families["accents"]:
        others = [sign for sign in others if not sign.isalpha() and sign not in "×÷"]
    if (foreign and not families["accents"]) or len(others) > MAX_LITERALS or any(map(_is_control, others)):
        raise _NotSimple
    return Characters(
        digits=families["digits"], upper=families["upper"], lower=families["lower"], space=families["space"],
        accents=families["accents"], others=tuple(others), ranges=ranges,
    )  # fmt: skip


_FAMILIES = {"digits": DIGITS, "upper": UPPER, "lower": LOWER, "space": SPACES, "accents": ACCENTS}
_KEPT = (op.CATEGORY_DIGIT, op.CATEGORY_SPACE, op.CATEGORY_WORD)


def _is_control(sign: str) -> bool:
    return ord(sign) < 32


def _within(span: tuple[int, int], ranges: Iterable[tuple[int, int]]) -> bool:
    return any(low <= span[0] and span[1] <= high for low, high in ranges)
