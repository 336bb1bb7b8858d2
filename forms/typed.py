"""Between what a field stores and what a French reader types: 2024-03-12 ↔ 12/03/2024, 1234.5 ↔ 1 234,5.

Both ways go through the field's own type: a typed text is only ever turned into one that the type reads, and a value is
shown in the typed form only where that form is read back as the same value. What is not understood stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from forms.meant import clock_meant, moment_meant, plain_number
from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.repair.days import MONTHS, day_meant
from schema_loader.types import (
    DatetimeType,
    DateType,
    DurationType,
    FieldType,
    IntegerType,
    NumberType,
    TimeType,
    YearmonthType,
)
from schema_loader.types.numbers import NARROW_SPACE

GROUPED_FROM = 10_000  # 2024 is not 2 024
MAX_DIGITS = 60  # a longer number is shown as it is stored
PROBE_DAY = date(2024, 3, 12)
ZONE = re.compile(r"\s*(Z|UTC|(?:UTC)?[+-]\d{2}:?\d{2})$")
DURATION_PART = re.compile(
    r"(\d+)\s*(ans?|annees?|mois|semaines?|jours?|j|heures?|h|minutes?|min|mn|secondes?|s)\b\s*(?:et\s+)?"
)
FOUR_DIGITS = re.compile(r"\d{4}")
CLOCK_INSIDE = re.compile(r"\d\s*[:hH]\s*\d|[tT]\d")


def null_text(field: Field) -> str:
    """The text that stands for nothing in this field."""
    missing = field.missing_values
    return "" if "" in missing or not missing else missing[0]


def understood(field: Field, typed: str, lang: str = "fr") -> str:
    """The stored text that a typed one stands for; the typed text itself where the type makes nothing of it."""
    bare = typed.strip()
    if not bare:
        return null_text(field)
    maker = _READERS.get(field.type.name)
    if maker is not None:
        for candidate in maker(field.type, bare, lang):
            value = field.type.parse(candidate) if candidate not in field.missing_values else None
            if value is not None:
                return field.type.format(value)
    value, faults = field.read(bare)
    if value is None:
        return field.normalise(bare) if not faults else typed
    if faults and field.type.name in ("string", "any"):
        return field.normalise(
            typed
        )  # a rule wants the spaces around, or what was typed is to be seen as it was
    return field.type.format(value)


def shown(field: Field, text: str, lang: str = "fr") -> str:
    """What stands in a one-line control for a stored text: its typed form, or the very text where it has none."""
    value, faults = field.read(text)
    if value is None:
        return text if faults else ""
    writer = _WRITERS.get(field.type.name)
    if writer is None:
        return field.type.format(value)
    typed = writer(field.type, value, lang)
    stored = field.type.format(value)
    return typed if typed == stored or understood(field, typed, lang) == stored else stored


def holds_days(kind: FieldType) -> bool:
    """Whether a type's texts name whole days: a date whose format drops none of year, month and day."""
    return isinstance(kind, DateType) and kind.parse(kind.format(PROBE_DAY)) == PROBE_DAY


# -- numbers ------------------------------------------------------------------------------------------------------


def _read_number(kind: Any, text: str, lang: str) -> Iterator[str]:
    mark = kind.decimal_char if isinstance(kind, NumberType) else ""
    group = kind.group_char.strip()
    if group and re.fullmatch(
        rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(mark)}\d*)?", text
    ):
        yield text
    if lang != "fr" and re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+", text):
        return  # a thousand to an English reader, a unit to a French one: it is not guessed
    plain = plain_number(text)
    if plain is None:
        return
    if isinstance(kind, IntegerType):
        yield re.sub(r"\.0*$", "", plain)
    else:
        yield plain.replace(".", mark)


def _show_number(kind: Any, value: Any, lang: str) -> str:
    stored: str = kind.format(value)
    if isinstance(value, Decimal) and not value.is_finite():
        return stored
    text = f"{value:f}" if isinstance(value, Decimal) and abs(value.adjusted()) < MAX_DIGITS else str(value)
    if lang != "fr" or len(text) > MAX_DIGITS or not re.fullmatch(r"-?\d+(?:\.\d+)?", text, re.ASCII):
        return text if kind.parse(text) == value else stored
    whole, _, decimals = text.partition(".")
    if abs(value) >= GROUPED_FROM:
        whole = f"{int(whole):,}".replace(",", NARROW_SPACE)
    return f"{whole},{decimals}" if decimals else whole


# -- days and hours -----------------------------------------------------------------------------------------------


def _read_date(kind: Any, text: str, lang: str) -> Iterator[str]:
    if not holds_days(kind):
        return
    # a year of two digits would be a guess, and an hour that is typed is not dropped in silence
    if FOUR_DIGITS.search(text) and not CLOCK_INSIDE.search(text):
        day = day_meant(text)
        if day is not None:
            yield kind.format(day)


def _show_date(kind: Any, value: date, lang: str) -> str:
    if not holds_days(kind):
        return str(kind.format(value))
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if lang == "fr" else value.isoformat()


def _zone(text: str) -> tuple[str, Any]:
    """The text without its zone, and the zone (None without one)."""
    found = ZONE.search(text)
    if found is None:
        return text, None
    sign = found[1].removeprefix("UTC")
    if sign in ("", "Z"):
        return text[: found.start()], UTC
    hours, minutes = int(sign[1:3]), int(sign[-2:])
    if hours > 23 or minutes > 59:
        return text, None
    offset = timedelta(hours=hours, minutes=minutes)
    return text[: found.start()], timezone(-offset if sign[0] == "-" else offset)


def _read_datetime(kind: Any, text: str, lang: str) -> Iterator[str]:
    if FOUR_DIGITS.search(text):
        bare, zone = _zone(text)
        moment = moment_meant(bare)
        if moment is not None:
            yield kind.format(moment.replace(tzinfo=zone))


def _read_time(kind: Any, text: str, lang: str) -> Iterator[str]:
    bare, zone = _zone(text)
    clock = clock_meant(bare)
    if clock is not None:
        yield kind.format(clock.replace(tzinfo=zone))


def _show_clock(value: time | datetime) -> str:
    text = f"{value.hour:02d}:{value.minute:02d}"
    if value.second or value.microsecond:
        text += f":{value.second:02d}"
    if value.microsecond:
        text += f",{value.microsecond:06d}".rstrip("0")
    offset = value.utcoffset()
    if offset is None:
        return text
    return f"{text} UTC" if not offset else f"{text} {value.strftime('%z')[:3]}:{value.strftime('%z')[3:]}"


def _show_datetime(kind: Any, value: datetime, lang: str) -> str:
    day = f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if lang == "fr" else value.date().isoformat()
    return f"{day} {_show_clock(value)}"


def _show_time(kind: Any, value: time, lang: str) -> str:
    return _show_clock(value)


def _read_month(kind: Any, text: str, lang: str) -> Iterator[str]:
    text = fold(text)
    if match := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{4})", text):
        yield f"{match[2]}-{int(match[1]):02d}"
    elif match := re.fullmatch(r"(\d{4})\s*[-/. ]\s*(\d{1,2})", text):
        yield f"{match[1]}-{int(match[2]):02d}"
    elif (match := re.fullmatch(r"([a-z]+)\.? (\d{4})", text)) and match[1] in MONTHS:
        yield f"{match[2]}-{MONTHS[match[1]]:02d}"


def _show_month(kind: Any, value: Any, lang: str) -> str:
    return str(kind.display(value, lang))


# -- durations ----------------------------------------------------------------------------------------------------

UNITS: Mapping[str, tuple[str, bool]] = {  # first letters → ISO 8601's letter, and whether it belongs to the clock
    "an": ("Y", False), "mo": ("M", False), "se": ("W", False), "j": ("D", False), "h": ("H", True), "m": ("M", True),
    "s": ("S", True),
}  # fmt: skip


def _read_duration(kind: Any, text: str, lang: str) -> Iterator[str]:
    """« 1 h 30 min », « 10 jours »; the last unit may be left out after hours (1h30)."""
    folded = re.sub(r"(\d\s*h\s*\d{1,2})$", r"\1 min", fold(text))
    days, clock, at = "", "", 0
    while at < len(folded):
        match = DURATION_PART.match(folded, at)
        if match is None:
            return
        word = match[2]
        letter, of_clock = next(
            UNITS[start] for start in ("an", "mo", "se", "j", "h", "m", "s") if word.startswith(start)
        )
        if word.startswith("sec"):
            letter, of_clock = "S", True
        if of_clock:
            clock += match[1] + letter
        else:
            days += str(int(match[1]) * 7) + "D" if letter == "W" else match[1] + letter
        at = match.end()
    if days or clock:
        yield f"P{days}" + (f"T{clock}" if clock else "")


def _show_duration(kind: Any, value: Any, lang: str) -> str:
    stored = str(kind.format(value))
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", stored)
    if lang != "fr" or match is None:
        return stored
    names = (("an", "ans"), ("mois", "mois"), ("jour", "jours"), ("h", "h"), ("min", "min"), ("s", "s"))
    parts = [
        f"{int(count)} {one if int(count) < 2 else many}"
        for count, (one, many) in zip(match.groups(), names, strict=True)
        if count
    ]
    return " ".join(parts)


_READERS: Mapping[str, Callable[[Any, str, str], Iterator[str]]] = {
    NumberType.name: _read_number,
    IntegerType.name: _read_number,
    DateType.name: _read_date,
    DatetimeType.name: _read_datetime,
    TimeType.name: _read_time,
    YearmonthType.name: _read_month,
    DurationType.name: _read_duration,
}
_WRITERS: Mapping[str, Callable[[Any, Any, str], str]] = {
    NumberType.name: _show_number,
    IntegerType.name: _show_number,
    DateType.name: _show_date,
    DatetimeType.name: _show_datetime,
    TimeType.name: _show_time,
    YearmonthType.name: _show_month,
    DurationType.name: _show_duration,
}
