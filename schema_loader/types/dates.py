"""``date``, ``time``, ``datetime``, ``year``, ``yearmonth`` and ``duration``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from schema_loader.types.base import FieldType, Warn
from schema_loader.types.numbers import BOUNDS

DEFAULT_DATE = "%Y-%m-%d"
PROBE = datetime(2024, 3, 12, 14, 30, 15)
# Spreadsheet and Java spellings that people write for strptime's; longest first.
FOREIGN_PARTS = (
    ("YYYY", "%Y"), ("yyyy", "%Y"), ("AAAA", "%Y"), ("MM", "%m"), ("DD", "%d"), ("dd", "%d"), ("JJ", "%d"), ("jj", "%d"),
    ("hh", "%H"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"), ("SS", "%S"), ("YY", "%y"), ("yy", "%y"), ("AA", "%y"),
)  # fmt: skip


def translate_format(text: str) -> str | None:
    """``JJ/MM/AAAA``, ``YYYY-MM-DD`` or ``dd.MM.yyyy hh:mm`` as a strptime format; None for anything else."""
    parts = dict(FOREIGN_PARTS)
    pieces = re.split(r"([A-Za-z]+)", text)
    if len(pieces) < 4 or "%" in text:
        return None
    out = []
    for piece in pieces:
        if not piece.isalpha():
            out.append(piece)
        elif piece in parts:
            out.append(parts[piece])
        elif piece == "T":
            out.append("T")
        else:
            return None
    return "".join(out)


class _Temporal(FieldType):
    """Shared by the three types with strptime formats."""

    constraints = ("required", *BOUNDS, "enum")
    formats = ("default", "any")

    def read_format(self, raw: Any, warn: Warn) -> str:
        """``default``, ``any`` or a strptime format that can be read back; other spellings are translated or refused."""
        if raw is None or raw == "":
            return "default"
        text = raw.removeprefix("fmt:") if isinstance(raw, str) else raw
        if text in self.formats:
            return str(text)
        if isinstance(text, str):
            if "%" in text and _readable(text):
                return text
            translated = translate_format(text)
            if translated is not None and _readable(translated):
                warn("foreign-format", format=raw, read_as=translated)
                return translated
        warn("unknown-format", format=raw)
        return "default"

    @property
    def pattern(self) -> str | None:
        """The strptime format, or None for ``default`` and ``any``."""
        return None if self.format_name in self.formats else self.format_name


def _readable(pattern: str) -> bool:
    try:
        datetime.strptime(PROBE.strftime(pattern), pattern)
    except (ValueError, re.error):
        return False
    return True


def write_pattern(value: date | time, pattern: str) -> str:
    """``strftime`` with years on four digits, which C libraries leave unpadded before the year 1000."""
    if isinstance(value, date) and value.year < 1000:
        year = f"{value.year:04d}"
        pattern = re.sub(r"%(.)", lambda m: year if m.group(1) == "Y" else m.group(0), pattern, flags=re.S)
    return value.strftime(pattern)


def parse_any(text: str) -> datetime | None:
    """What dateutil makes of a free text, if it does not have to borrow a part from today's date.

    The reference fills what is missing from the day on which it runs, so that its verdict changes with the calendar;
    here such a text is no date (docs/differences.md, ``date-any``).
    """
    from dateutil import parser  # 20 ms of import, wanted only by these formats

    try:
        readings = {parser.parse(text, default=datetime(*start)) for start in ((2000, 1, 1), (2001, 2, 2))}
    except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
        return None  # dateutil lets several kinds escape on odd texts
    first = readings.pop()
    return first if not readings else None


def _parse_iso(text: str) -> datetime | None:
    from dateutil import parser

    try:
        return parser.isoparse(text)
    except (ValueError, OverflowError, TypeError):
        return None


def utc_suffix(text: str) -> str:
    """ISO text with ``Z`` for a zero offset."""
    return text[:-6] + "Z" if text.endswith("+00:00") else text


class DateType(_Temporal):
    """Table Schema ``date``. ``default`` is what strptime reads with ``%Y-%m-%d`` (so ``2020-1-1`` is fine)."""

    name = "date"
    spreadsheet_format = "dd/mm/yyyy"

    def parse(self, text: str) -> date | None:
        """A date."""
        pattern = self.pattern
        if pattern is None:
            if self.format_name == "any":
                moment = parse_any(text)
                return moment.date() if moment is not None else None
            # Twenty times faster than strptime on what nearly every cell holds
            if len(text) == 10 and text[4] == "-" == text[7] and text.isascii():
                try:
                    return date.fromisoformat(text)
                except ValueError:
                    pass  # strptime forgives more (2020- 1- 1 no, but let it say so)
            pattern = DEFAULT_DATE
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            return None

    def from_json(self, data: Any) -> date | None:
        """A text, in the field's format or in ISO."""
        if not isinstance(data, str):
            return None
        value = self.parse(data)
        if value is None and self.pattern is not None:
            try:
                return date.fromisoformat(data)
            except ValueError:
                return None
        return value

    def format(self, value: date) -> str:
        """ISO, or the schema's own pattern."""
        return value.isoformat() if self.pattern is None else write_pattern(value, self.pattern)

    def to_spreadsheet(self, value: date) -> Any:
        """A date, from 1900 on; text before, which spreadsheets cannot hold, or where the pattern drops the day."""
        if self.pattern is not None and self.parse(write_pattern(date(2024, 3, 12), self.pattern)) != date(
            2024, 3, 12
        ):
            return self.format(value)
        return value if value.year >= 1900 else self.format(value)

    def json_schema(self) -> dict[str, Any]:
        """A string; an RFC 3339 date where the field's format is."""
        return (
            {"type": "string", "format": "date"}
            if self.pattern in (None, DEFAULT_DATE)
            else {"type": "string"}
        )

    def display(self, value: date, lang: str = "fr") -> str:
        """12/03/2024 for a French reader; the field's own text where it holds no whole date."""
        if isinstance(self.to_spreadsheet(value), str) and value.year >= 1900:
            return self.format(value)
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if lang == "fr" else value.isoformat()

    def samples(self) -> tuple[str, ...]:
        """Dates around now, then far ones for unusual bounds."""
        days = (date(2024, 3, 12), date(2025, 1, 1), date(2020, 6, 30), date(2010, 1, 1), date(2030, 1, 1))
        return tuple(self.format(day) for day in days)


class DatetimeType(_Temporal):
    """Table Schema ``datetime``. ``default`` asks for seconds, as the reference does: ``2024-03-12T14:30:00``."""

    name = "datetime"
    spreadsheet_format = "dd/mm/yyyy hh:mm:ss"

    def parse(self, text: str) -> datetime | None:
        """A datetime, with a zone if the text has one."""
        if self.pattern is not None:
            try:
                return datetime.strptime(text, self.pattern)
            except ValueError:
                return None
        if self.format_name == "any":
            return parse_any(text)
        return _parse_iso(text) if len(text) >= 19 and text[16] == ":" else None

    def format(self, value: datetime) -> str:
        """ISO with ``T``, ``Z`` for UTC, or the schema's own pattern."""
        return utc_suffix(value.isoformat()) if self.pattern is None else write_pattern(value, self.pattern)

    def to_spreadsheet(self, value: datetime) -> Any:
        """A datetime where it has no zone (a spreadsheet has none, and no hour may move); else text."""
        return (
            value
            if value.tzinfo is None and value.year >= 1900 and self.pattern is None
            else self.format(value)
        )

    def json_schema(self) -> dict[str, Any]:
        """A string: RFC 3339 asks for a zone that Table Schema does not."""
        return {"type": "string"}

    def display(self, value: datetime, lang: str = "fr") -> str:
        """12/03/2024 à 14 h 30 for a French reader."""
        if lang != "fr" or self.pattern is not None:
            return self.format(value)
        seconds = f" min {value.second:02d} s" if value.second else ""
        zone = f" (UTC{value.strftime('%z')})" if value.tzinfo else ""
        day = f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
        return f"{day} à {value.hour} h {value.minute:02d}{seconds}{zone}"

    def samples(self) -> tuple[str, ...]:
        """Moments around now."""
        moments = (
            datetime(2024, 3, 12, 14, 30),
            datetime(2025, 1, 1),
            datetime(2020, 6, 30, 8),
            datetime(2030, 1, 1),
        )
        return tuple(self.format(moment) for moment in moments)


class TimeType(_Temporal):
    """Table Schema ``time``: ``HH:MM:SS``, a fraction and a zone are fine, seconds must be there."""

    name = "time"
    spreadsheet_format = "hh:mm:ss"

    def parse(self, text: str) -> time | None:
        """A time of day."""
        if self.pattern is not None:
            try:
                return datetime.strptime(text, self.pattern).timetz()
            except ValueError:
                return None
        if self.format_name == "any":
            moment = parse_any(f"2000-01-01 {text}")
            return moment.timetz() if moment is not None else None
        if len(text) < 8 or text[5] != ":":
            return None
        moment = _parse_iso(f"2000-01-01T{text}")
        return moment.timetz() if moment is not None else None

    def format(self, value: time) -> str:
        """ISO, ``Z`` for UTC, or the schema's own pattern."""
        return utc_suffix(value.isoformat()) if self.pattern is None else value.strftime(self.pattern)

    def display(self, value: time, lang: str = "fr") -> str:
        """14 h 30 for a French reader."""
        if lang != "fr" or value.second or value.microsecond or value.tzinfo:
            return self.format(value)
        return f"{value.hour} h {value.minute:02d}"

    def samples(self) -> tuple[str, ...]:
        """Office hours."""
        return tuple(self.format(t) for t in (time(14, 30), time(9, 0), time(0, 0), time(23, 59, 59)))


class YearType(FieldType):
    """Table Schema ``year``: four characters that ``int()`` reads."""

    name = "year"
    constraints = ("required", *BOUNDS, "enum")
    input_mode = "numeric"
    spreadsheet_format = "0"

    def parse(self, text: str) -> int | None:
        """The year."""
        if len(text) != 4:
            return None
        try:
            year = int(text)
        except ValueError:
            return None
        return year if year >= 0 else None

    def from_json(self, data: Any) -> int | None:
        """A JSON integer from 0 to 9999, or a text."""
        if isinstance(data, int) and not isinstance(data, bool):
            return data if 0 <= data <= 9999 else None
        return self.parse(data) if isinstance(data, str) else None

    def format(self, value: int) -> str:
        """Four digits."""
        return f"{value:04d}"

    def to_json(self, value: int) -> int:
        """The year as a number."""
        return value

    def to_spreadsheet(self, value: int) -> Any:
        """The year as a number."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """A small integer."""
        return {"type": "integer", "minimum": 0, "maximum": 9999}

    def samples(self) -> tuple[str, ...]:
        """Years around now, then far ones for unusual bounds."""
        return ("2024", "2020", "2000", "2030", "1950", "1900")


class YearMonth(NamedTuple):
    """A month of a year."""

    year: int
    month: int


class YearmonthType(FieldType):
    """Table Schema ``yearmonth``: ``2024-03``; ``2024-3`` is read as well."""

    name = "yearmonth"
    constraints = ("required", *BOUNDS, "enum")

    def parse(self, text: str) -> YearMonth | None:
        """Year and month."""
        try:
            year, month = (int(part) for part in text.split("-"))
        except ValueError:
            return None
        return YearMonth(year, month) if 1 <= month <= 12 else None

    def format(self, value: YearMonth) -> str:
        """``2024-03``."""
        return f"{value.year:04d}-{value.month:02d}"

    def display(self, value: YearMonth, lang: str = "fr") -> str:
        """03/2024 for a French reader."""
        return f"{value.month:02d}/{value.year:04d}" if lang == "fr" else self.format(value)

    def samples(self) -> tuple[str, ...]:
        """Months around now."""
        return ("2024-03", "2025-01", "2020-06", "2000-01", "2030-12")


class DurationType(FieldType):
    """Table Schema ``duration``: ISO 8601 (``P1Y2M3DT4H``), read by ``isodate`` as the reference does."""

    name = "duration"

    def parse(self, text: str) -> Any | None:
        """A timedelta, or isodate's Duration where years or months have no fixed length."""
        import isodate  # 15 ms of import, and one field in thousands is a duration

        try:
            return isodate.parse_duration(text)
        except (isodate.ISO8601Error, ValueError, TypeError, OverflowError, ArithmeticError):
            return None

    def format(self, value: Any) -> str:
        """ISO 8601, exact: isodate's own writer forgets the sign of negative durations."""
        years, months = getattr(value, "years", 0), getattr(value, "months", 0)
        rest: timedelta = getattr(value, "tdelta", value)
        negative = (years, months) < (0, 0) or (not years and not months and rest < timedelta(0))
        if negative:
            years, months, rest = -years, -months, -rest
        minutes, seconds = divmod(rest.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
        clock += f"{seconds}{fraction}S" if seconds or fraction else ""
        days = "".join(
            f"{n:f}{u}" if not isinstance(n, int) else f"{n}{u}"
            for n, u in ((years, "Y"), (months, "M"), (rest.days, "D"))
            if n
        )
        return ("-" if negative else "") + "P" + (days + ("T" + clock if clock else "") or "0D")

    def json_schema(self) -> dict[str, Any]:
        """An ISO 8601 duration."""
        return {"type": "string", "format": "duration"}

    def samples(self) -> tuple[str, ...]:
        """An hour and a half, ten days."""
        return ("PT1H30M", "P10D")


def as_naive(value: Any) -> Any:
    """A moment without zone (UTC), so that texts with and without a zone can be compared at all."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, time) and value.tzinfo is not None:
        moment = datetime.combine(date(2000, 1, 2), value)
        return moment.astimezone(UTC).time()
    return value
