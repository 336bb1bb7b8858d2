"""A valid example for a field, so that every message can show what to type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from schema_loader.patterns import complement, in_ranges
from schema_loader.types import DatetimeType, DateType, NumberType

if TYPE_CHECKING:
    from schema_loader.field import Field

ENOUGH = 3
MAX_LENGTH = 2_000
MAX_REPEAT = 200
LIKED = [*map(ord, "1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/.,_: ")]


def valid_examples(field: Field) -> tuple[str, ...]:
    """Up to three texts that the field's own rule accepts, in the order in which one would show them."""
    found: list[str] = []
    for text in candidates(field):
        if text in found or not text:
            continue
        value, faults = field.read(text)
        if value is not None and not faults:
            found.append(text)
            if len(found) == ENOUGH:
                break
    return tuple(found)


def candidates(field: Field) -> Iterator[str]:
    """Texts worth trying: published, chosen, made from the pattern or the bounds, stretched to the length."""
    yield from field.published_examples
    yield from field.choices
    yield from field.suggestions
    pattern = field.constraints.get("pattern")
    if pattern is not None:
        yield from (
            text for text in (made_from(pattern.value, turn) for turn in range(4)) if text is not None
        )
    yield from field.type.samples()
    for name, constraint in field.constraints.items():
        if name.lower().endswith("imum"):
            yield from _near(field, constraint.value)
    lengths = [
        field.constraints[name].value for name in ("minLength", "maxLength") if name in field.constraints
    ]
    for text in field.type.samples():
        for length in lengths:
            if 0 < length <= MAX_LENGTH:
                yield (text * (length // max(len(text), 1) + 1))[:length]


def _near(field: Field, limit: Any) -> Iterator[str]:
    """Values at a bound and on either side of it."""
    from datetime import timedelta

    kind = field.type
    steps: Sequence[Any]
    if isinstance(kind, (DateType, DatetimeType)):
        steps = (timedelta(0), timedelta(days=1), timedelta(days=-1))
    else:
        steps = (0, 1, -1, 10, -10)
    for step in steps:
        try:
            value = limit + step
            yield kind.format(
                value if isinstance(kind, NumberType) else type(limit)(value) if step == 0 else value
            )
        except (TypeError, ValueError, OverflowError, AttributeError):
            continue
    if isinstance(kind, NumberType):
        from decimal import Decimal

        yield from (kind.format(limit + step) for step in (Decimal("0.5"), Decimal("-0.5")))


def made_from(pattern: str, turn: int = 0) -> str | None:
    """A text that the pattern is meant for, or None; ``turn`` takes another branch or another count of repeats."""
    try:
        return "".join(_write(_parser.parse(pattern), turn))[:MAX_LENGTH]
    except (_Unwritable, re.error, RecursionError, OverflowError):
        return None


class _Unwritable(Exception):
    pass


def _write(items: Iterable[tuple[Any, Any]], turn: int) -> Iterator[str]:
    for code, argument in items:
        if code is op.LITERAL:
            yield chr(argument)
        elif code is op.NOT_LITERAL:
            yield _pick(complement([(argument, argument)]))
        elif code is op.ANY:
            yield "a"
        elif code is op.IN:
            yield _pick(in_ranges(argument))
        elif code is op.BRANCH:
            branches = argument[1]
            yield from _write(branches[turn % len(branches)], turn)
        elif code is op.SUBPATTERN:
            yield from _write(argument[3], turn)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, body = argument
            yield from _repeat(low, high, body, turn)
        elif code is not op.AT:
            raise _Unwritable


def _repeat(low: int, high: int, body: Any, turn: int) -> Iterator[str]:
    if low > MAX_REPEAT:
        raise _Unwritable
    more = (turn % 2 if low == 0 else 0) + (turn >= 2)
    single = in_ranges(body[0][1]) if len(body) == 1 and body[0][0] is op.IN else None
    for count in range(max(low, min(low + more, high))):
        if single is not None:
            yield _pick(single, count)  # 123456…, which reads as an example, not 111111…
        else:
            yield from _write(body, turn)


def _pick(ranges: list[tuple[int, int]], used: int = 0) -> str:
    liked = [code for code in LIKED if any(low <= code <= high for low, high in ranges)]
    digits = [code for code in liked if chr(code).isdigit()]
    pool = digits or liked
    if pool:
        return chr(pool[used % len(pool)])
    if not ranges:
        raise _Unwritable
    return chr(ranges[0][0])
