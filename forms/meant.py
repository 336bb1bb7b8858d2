"""What a typed hour, moment or number says, before any type reads it."""

from __future__ import annotations

import re
from datetime import datetime, time

from schema_loader.repair.days import day_meant
from schema_loader.repair.numbers import without_unit, written_numbers

CURRENCY = re.compile(r"^\s*[€$£]|[$£]\s*$")
SIGN = re.compile(r"^([+\-−])\s+")
CLOCK = re.compile(
    r"(\d{1,2})\s*[:hH]\s*(?:(\d{2})(?:\s*(?:[:m]|min)\s*(?:(\d{2})(?:[.,](\d{1,6}))?\s*s?)?)?)?", re.ASCII
)
MOMENT = re.compile(rf"(.*?)(?:\s*[T,]\s*|\s+)(?:à\s+)?({CLOCK.pattern})", re.ASCII | re.S)


def clock_meant(text: str) -> time | None:
    """The time of day that a text names: 14:30, 14h30, 14 h, 14:30:15; None for anything else."""
    match = CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time(hour, minute, second, int((match[4] or "0").ljust(6, "0")))


def moment_meant(text: str) -> datetime | None:
    """The day and time of day that a text names, one after the other: 12/03/2024 14:30, 12 mars 2024 à 14 h 30."""
    match = MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock = day_meant(match[1]), clock_meant(match[2])
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def plain_number(text: str) -> str | None:
    """A number as people write one (``1 234,50 €``) with a point and nothing else: ``1234.50``; None for the rest.

    ``1.234`` and ``1,234`` alike may be a thousand or a unit: a lone mark is read as the decimal one. What looks like a slip
    (``1.2.3``, ``12 50``, ``3 k€``) is no number: the next one that it looks like might be another.
    """
    bare = SIGN.sub(r"\1", without_unit(CURRENCY.sub("", text).strip())[0])
    found = written_numbers(bare)
    return found[0].plain if found else None
