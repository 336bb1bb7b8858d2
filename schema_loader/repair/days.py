"""Days, moments, hours, months and years in the ways people and spreadsheets write them.

Nothing here goes through a time zone: the day is the one that is written. Spreadsheets count days from 30 December 1899
(ECMA-376, 18.17.4.1); years on two digits follow :data:`SURE_2000` and :data:`SURE_1900`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from schema_loader.folding import fold
from schema_loader.repair.model import NO_DECISIONS, Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev feb february", "mars mar march", "avril avr apr april",
            "mai may", "juin jun june", "juillet juil jul july", "aout aou aug august", "septembre sept sep september",
            "octobre oct october", "novembre nov november", "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
SPREADSHEET_EPOCH = date(1899, 12, 30)
SPREADSHEET_DAYS = range(10_000, 73_051)  # from 18 May 1927 to 31 December 2099
SURE_2000 = range(30)  # 00 to 29 are 2000 to 2029 …
SURE_1900 = range(70, 100)  # … and 70 to 99 are 1970 to 1999; between them, one asks

UNUSUAL = ("mdy", "ymd")

_ZONE = r"(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
_CLOCK = re.compile(
    r"(?:T|\s+(?:A\s+)?)(?P<hour>\d{1,2})\s?[:H]\s?(?P<minute>\d{2})?(?:[:M]\s?(?P<second>\d{2})(?:[.,]\d+)?S?)?\s?"
    + _ZONE
    + "$"
)
_FIGURES = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_WORDS = re.compile(
    r"(?:LE )?(?:(?:[A-Z]{2,5}DI|DIMANCHE),? )?(\d{1,2})(?:ER)?[-. /]?([A-Z]{3,9})\.?[-. /]?(\d{4}|\d{2})"
)
_ENGLISH = re.compile(r"([A-Z]{3,9})\.? (\d{1,2})(?:ST|ND|RD|TH)?,? (\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?", re.ASCII)
_MONTH_FIGURES = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{4})")
_MONTH_WORDS = re.compile(r"([a-z]{3,9})\.?[-/ ]?(\d{4}|\d{2})")
_YEAR_MONTH = re.compile(r"(\d{4})(?:\s?[-/. ]\s?(\d{1,2})|(\d{2}))")
_HOUR = re.compile(r"(\d{1,2})\s?[:hH]\s?(\d{2})?(?:\s?(?:[:m]|min)\s?(?:(\d{2})\s?s?)?)?(?:[.,]0+)?")
_PART_OF_DAY = re.compile(r"0?[.,](\d{4,17})", re.ASCII)
DAY_SECONDS = 86_400


class Written(NamedTuple):
    """A day as it stands in a text: year, month and day of one reading, how it is laid out, what the reading supposes."""

    year: int
    month: int
    day: int
    layout: str
    choices: Decisions = NO_DECISIONS

    @property
    def date(self) -> date | None:
        """The day, if the calendar has it."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


class Clock(NamedTuple):
    """An hour after a day."""

    hour: int
    minute: int
    second: int
    zone: str

    @property
    def is_midnight(self) -> bool:
        """Whether it says nothing: a spreadsheet's 00:00:00."""
        return not (self.hour or self.minute or self.second)


def split_clock(text: str) -> tuple[str, Clock | None] | None:
    """A folded text in capitals without the hour at its end, and that hour; None for an hour that no clock shows."""
    found = _CLOCK.search(text)
    if found is None:
        return text, None
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    clock = Clock(hour, minute, second, found["zone"] or "")
    if clock.hour > 23 or clock.minute > 59 or clock.second > 59:
        return None
    return text[: found.start()], clock


def as_capitals(text: str) -> str:
    """A text as the forms of days are read: folded, in capitals."""
    return fold(text).upper()


@lru_cache(maxsize=16)
def _centuries(year: int) -> tuple[tuple[int, str], ...]:
    if year in SURE_2000:
        return ((2000, ""),)
    return ((1900, ""),) if year in SURE_1900 else ((1900, "1900"), (2000, "2000"))


def written_days(text: str) -> list[Written]:
    """Every reading of a folded text in capitals as one day, be there such a day or not; day before month first."""
    if found := _YEAR_FIRST.fullmatch(text):
        return [Written(int(found[1]), int(found[3]), int(found[4]), "ymd")]
    if found := _FIGURES.fullmatch(text):
        return list(_figures(int(found[1]), int(found[3]), found[4], found[2]))
    if found := _COMPACT.fullmatch(text):
        return [Written(int(found[1]), int(found[2]), int(found[3]), "compact")]
    if found := _WORDS.fullmatch(text):
        month = MONTHS.get(found[2].lower())
        return list(_years(month, int(found[1]), found[3], "words", {})) if month else []
    if found := _ENGLISH.fullmatch(text):
        month = MONTHS.get(found[1].lower())
        return [Written(int(found[3]), month, int(found[2]), "words")] if month else []
    return []


def _figures(first: int, second: int, last: str, sign: str) -> Iterator[Written]:
    """dd/mm/yyyy and mm/dd/yyyy; yy/mm/dd where nothing else can be meant. Points are nowhere put after a month."""
    alone = sign == "." or first == second
    yield from _years(second, first, last, "dmy", {} if alone else {"date_order": "dmy"})
    if not alone:
        yield from _years(first, second, last, "mdy", {"date_order": "mdy"})
    if len(last) == 2:
        yield from _years(second, int(last), f"{first:02d}", "ymd", {"date_order": "ymd"})


def _years(month: int, day: int, year: str, layout: str, choices: Decisions) -> Iterator[Written]:
    if len(year) == 4:
        yield Written(int(year), month, day, layout, choices)
        return
    short = {"dmy": "dmy-short", "mdy": "mdy-short", "ymd": "ymd-short"}.get(layout, layout)
    for century, answer in _centuries(int(year)):
        told = {**choices, "century": answer} if answer else choices
        yield Written(century + int(year), month, day, short, told)


def spreadsheet_day(text: str) -> date | None:
    """The day of a serial number, which a spreadsheet shows where a cell has lost its date format."""
    found = _SERIAL.fullmatch(text)
    if found is None or int(found[1]) not in SPREADSHEET_DAYS:
        return None
    return SPREADSHEET_EPOCH + timedelta(days=int(found[1]))


def day_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as written, day before month, be there such a day or not; None where no day is written."""
    split = split_clock(as_capitals(text))
    found = written_days(split[0]) if split is not None else []
    if not found:
        return None
    return found[0][:3]


def day_meant(text: str) -> date | None:
    """The day that a text names in one of the ways people write one; None for an impossible day."""
    parts = day_parts(text)
    return Written(*parts, "").date if parts is not None else None


# -- readings -----------------------------------------------------------------------------------------------------


def settled(readings: list[Written], decisions: Decisions) -> list[Written]:
    """The readings of days that exist, and that agree with what is decided; year before month only as a last resort."""
    sound = [written for written in readings if written.date is not None]
    for question in ("date_order", "century"):
        decided = decisions.get(question)
        agreeing = [written for written in sound if written.choices.get(question, decided) == decided]
        if decided and agreeing:
            sound = agreeing
    if decisions.get("date_order") != "ymd":
        usual = [written for written in sound if written.choices.get("date_order") != "ymd"]
        sound = usual or sound
    return sound


def reading_of(written: Written, text: str, decisions: Decisions, near: bool = False) -> Meant:
    """Month before day, and year first on two digits, are taken for a slip unless the column is written so."""
    order = written.layout[:3]
    odd = order in UNUSUAL and "date_order" in written.choices and decisions.get("date_order") != order
    return Meant(f"date-{written.layout}", text, near or odd, written.choices)


def days(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of dates."""
    kind: Any = rule.field.type
    split = split_clock(as_capitals(text))
    if split is None:
        return
    bare, clock = split
    found = settled(written_days(bare), decisions)
    if clock is not None and clock.zone and not clock.is_midnight:
        return  # 22:00Z may be the evening before: nobody can tell the day without the zone it was meant in
    readings = []
    for written in found:
        day = written.date
        if day is not None:
            near = bool(clock and not clock.is_midnight) or not _is_whole(kind, day)
            reading = reading_of(written, kind.format(day), decisions, near)
            readings.append(reading._replace(kind="date-hour") if clock else reading)
    if readings:
        yield tuple(readings)
        return
    serial = spreadsheet_day(bare)
    if serial is not None and clock is None:
        yield (Meant("date-serial", kind.format(serial), near=not _is_whole(kind, serial)),)


def _is_whole(kind: Any, day: date) -> bool:
    """Whether the column's own way of writing keeps the day; one that keeps the year alone loses 12 March."""
    return bool(kind.parse(kind.format(day)) == day)


def moments(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of days with an hour."""
    kind: Any = rule.field.type
    split = split_clock(as_capitals(text))
    if split is None:
        return
    bare, clock = split
    if clock is not None:
        zone = "" if not clock.zone else "+00:00" if clock.zone in ("Z", "UTC") else clock.zone
        readings = []
        for written in settled(written_days(bare), decisions):
            value = _moment(written, clock, zone)
            if value is not None:
                readings.append(reading_of(written, kind.format(value), decisions))
        if readings:
            yield tuple(readings)
        return
    found = _SERIAL.fullmatch(bare)
    day = spreadsheet_day(bare)
    if found is not None and day is not None and found[2]:
        seconds = round(float(f"0.{found[2]}") * DAY_SECONDS)
        value = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
        yield (Meant("date-serial", kind.format(value)),)


def _moment(written: Written, clock: Clock, zone: str) -> datetime | None:
    if written.date is None:
        return None
    value = datetime(written.year, written.month, written.day, clock.hour, clock.minute, clock.second)
    if not zone:
        return value
    try:
        return datetime.fromisoformat(f"{value.isoformat()}{zone}")
    except ValueError:
        return None


def hours(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of hours."""
    kind: Any = rule.field.type
    if found := _HOUR.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        if hour < 24 and minute < 60 and second < 60:
            yield (Meant("time-spelling", kind.format(time(hour, minute, second))),)
    elif found := _PART_OF_DAY.fullmatch(text):
        seconds = float(f"0.{found[1]}") * DAY_SECONDS
        minute = round(seconds / 60)
        if abs(seconds - minute * 60) < 1 and minute < 24 * 60:
            yield (Meant("date-serial", kind.format(time(minute // 60, minute % 60))),)


def years(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of years."""
    kind: Any = rule.field.type
    if found := re.fullmatch(r"(\d{4})[.,]0+", text, re.ASCII):
        yield (Meant("number-zeros", found[1]),)
    if (found := re.fullmatch(r"(\d)\s(\d{3})", text)) and text[0] in "12":
        yield (Meant("number-thousands", found[1] + found[2]),)
    yield from short_years(text)
    split = split_clock(as_capitals(text))
    for written in settled(written_days(split[0]), decisions) if split is not None else ():
        yield (Meant("year-of-day", kind.format(written.year), near=True),)


def short_years(text: str) -> Iterator[Readings]:
    """A year of two digits in its centuries: 26 is 2026, and never the year 26."""
    if re.fullmatch(r"\d\d", text, re.ASCII):
        yield tuple(
            Meant("year-short", str(century + int(text)), True, {"century": answer} if answer else {})
            for century, answer in _centuries(int(text))
        )


def months(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of months."""
    folded = fold(text)
    if found := _MONTH_FIGURES.fullmatch(folded):
        yield (Meant("month-spelling", f"{found[2]}-{int(found[1]):02d}"),)
    elif found := _YEAR_MONTH.fullmatch(folded):
        yield (Meant("month-spelling", f"{found[1]}-{int(found[2] or found[3]):02d}"),)
    elif (found := _MONTH_WORDS.fullmatch(folded)) and found[1] in MONTHS:
        readings = _years(MONTHS[found[1]], 1, found[2], "words", {})
        yield tuple(
            Meant("month-spelling", f"{written.year:04d}-{written.month:02d}", False, written.choices)
            for written in settled(list(readings), decisions)
        )
    else:
        split = split_clock(folded.upper())
        found_days = settled(written_days(split[0]), decisions) if split is not None else []
        if found_days:
            yield tuple(
                Meant("month-of-day", f"{w.year:04d}-{w.month:02d}", w.day != 1, w.choices)
                for w in found_days
            )
