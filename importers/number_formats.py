"""Number formats of spreadsheets: a stored number and its format code → the text that the cell stands for.

A sheet stores ``1004`` and shows ``01004``, stores ``45363`` and shows 12/03/2024. What a person sees is what a row
means: padding zeros are kept, dates are written as ISO 8601 without a time zone. Display alone (grouping, currency,
percent, rounding) is left out: ``12,5 %`` is the number ``0.125``.
Source: ECMA-376-1 §18.8.30 (numFmt, with the built-in codes), §18.17.4 (dates and serial numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

Show = Callable[[str], str]

SIGNIFICANT = 15  # digits that a spreadsheet shows; what follows is the noise of binary fractions
MOST_PADDED = 64
LAST_SERIAL = 2_958_466  # 1 January 10000
DAY_SECONDS = 86_400

# Built-in codes that are not stored in the file, where they say more than « a number » (ECMA-376-1 §18.8.30)
BUILT_IN = {
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((5, 6, 7, 8, 42, 44), "#,##0.00 [$€]"),
    **dict.fromkeys((14, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
}
_QUIET = re.compile(r'"[^"]*"?|\\.|_.|\*.')  # literal texts, escaped characters, widths, fillers
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
_BRACKETS = re.compile(r"\[[^\]]*\]?")
_HALF_DAYS = re.compile(r"AM/PM|A/P", re.I)
_RUNS = re.compile(r"y+|m+|d+|h+|s+|j+|a+", re.I)


Display = Literal["", "percent", "currency"]
"""What a number is shown as beside its digits: ``0.125`` as « 12,5 % », ``1234.5`` as « 1 234,50 € »."""
_CURRENCY = re.compile(r"\[\$[^\]-]+|[€$£]|\bEUR\b", re.I)


def display(code: str) -> Display:
    """What a format code adds to a number."""
    first = code[:1000].split(";")[0]
    if "%" in _QUIET.sub("", first):
        return "percent"
    return "currency" if _CURRENCY.search(first) else ""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format code shows of a number: ``parts`` of a date (letters of ``ymdHMS``, ``E`` for an elapsed time), or the least
    number of digits before the decimal point, for a positive, a negative and a zero number."""

    parts: frozenset[str] = frozenset()
    digits: tuple[int, int, int] = (1, 1, 1)

    @property
    def is_date(self) -> bool:
        """Whether the number is a serial: days since the epoch of the workbook."""
        return bool(self.parts)


@lru_cache(maxsize=512)
def number_format(code: str) -> NumberFormat:
    """What a format code says. An unknown code is a plain number: nothing is lost then but padding."""
    bare = _QUIET.sub("", code[:1000])
    first = bare.split(";")[0]
    elapsed = bool(_ELAPSED.search(first))
    first = _BRACKETS.sub("", _ELAPSED.sub("s", first))
    if first.strip().lower() in ("general", "standard", "@", ""):
        return NumberFormat()
    parts = _date_parts(first)
    if parts:
        return NumberFormat(parts | {"E"} if elapsed else parts)
    sections = [_least_digits(_BRACKETS.sub("", section)) for section in bare.split(";")[:3]]
    positive = sections[0]
    negative = sections[1] if len(sections) > 1 else positive
    zero = sections[2] if len(sections) > 2 else positive
    return NumberFormat(digits=(positive, negative, zero))


def _date_parts(section: str) -> frozenset[str]:
    """Letters of ``ymdHMS`` for what a section shows; an ``m`` beside hours or seconds is minutes."""
    half_days = bool(_HALF_DAYS.search(section))
    section = _HALF_DAYS.sub("", section)
    if re.search(r"[0#?]", re.sub(r"s\.0+", "s", section, flags=re.I)):
        return frozenset()
    runs = [run.lower() for run in _RUNS.findall(section)]
    letters = [{"j": "d", "a": "y"}.get(run[0], run[0]) if len(run) > 1 else run[0] for run in runs]
    parts = {"H"} if half_days else set()
    for n, letter in enumerate(letters):
        before = letters[n - 1] if n else ""
        after = letters[n + 1] if n + 1 < len(letters) else ""
        if letter == "m":
            parts.add("M" if len(runs[n]) < 3 and (before == "h" or after == "s" or before == "s") else "m")
        elif letter in "ydhs":
            parts.add({"h": "H", "s": "S"}.get(letter, letter))
    return frozenset(parts)


def _least_digits(section: str) -> int:
    """Digits shown at least before the decimal point: from the first ``0`` on, each placeholder is filled."""
    whole = section.partition(".")[0].partition("E")[0].partition("/")[0]
    placeholders = re.sub(r"[^0#?]", "", whole)
    start = placeholders.find("0")
    return min(len(placeholders) - start, MOST_PADDED) if start >= 0 else 1


def shower(code: str, *, from_1904: bool = False) -> Show:
    """The function that turns a stored number (its text in the file) into the text that the cell stands for."""
    form = number_format(code)
    if form.is_date:
        return lambda stored: show_date(stored, form.parts, from_1904=from_1904)
    if form.digits == (1, 1, 1):
        return plain_number
    return lambda stored: _padded(plain_number(stored), form.digits)


def plain_number(stored: str) -> str:
    """A stored number in plain decimals: whole numbers exact and without ``.0``, others to 15 significant digits."""
    if stored.isdecimal() and stored.isascii():
        return stored
    try:
        value = Decimal(stored.strip())
        if not value.is_finite() or abs(value.adjusted()) > 400:
            return stored
    except InvalidOperation:
        return stored
    if value != value.to_integral_value() and len(value.as_tuple().digits) > SIGNIFICANT:
        value = Decimal(format(value, f".{SIGNIFICANT}g"))
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _padded(text: str, digits: tuple[int, int, int]) -> str:
    sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, decimals = rest.partition(".")
    if not whole.isdecimal():
        return text
    least = digits[1] if sign else digits[2] if rest == "0" else digits[0]
    return f"{sign}{whole.zfill(least)}{point}{decimals}"


def show_date(stored: str, parts: frozenset[str], *, from_1904: bool = False) -> str:
    """A serial number as ISO 8601: what of year, month, day and time the format shows; to the second.

    A serial that is no date (negative, beyond the year 9999, day 0 of 1900) stays a number, as a sheet shows none.
    """
    try:
        serial = float(stored)
    except ValueError:
        return stored
    if not 0 <= serial < LAST_SERIAL:
        return plain_number(stored)
    seconds = round(serial * DAY_SECONDS)
    if "E" in parts:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    days, within = divmod(seconds, DAY_SECONDS)
    clock = f"{within // 3600:02d}:{within // 60 % 60:02d}:{within % 60:02d}"
    if not parts & set("ymd"):
        return clock
    if from_1904:
        days += 1462
    if days == 0:
        return plain_number(stored)
    if days == 60 and not from_1904:
        day = "1900-02-29"  # a day that never was: the sheets of 1985 had it, and those of today show it
    else:
        moment = datetime(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)
        day = moment.date().isoformat()
    if parts & set("HMS"):
        return f"{day}T{clock}"
    if "d" in parts:
        return day
    if "y" not in parts:
        return day
    return day[:7] if "m" in parts else day[:4]


def show_moment(stored: str, parts: frozenset[str]) -> str:
    """A date that is stored as ISO 8601 (``t="d"``), as far as the format shows it."""
    text = stored.strip().removesuffix("Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return stored
    if moment.tzinfo is not None:
        return stored
    if parts:
        serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
        return show_date(repr(serial), parts) if serial > 60 else stored
    return text[:10] if moment.time() == datetime.min.time() else moment.isoformat(timespec="seconds")
