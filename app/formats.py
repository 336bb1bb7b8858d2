"""Values as people of the current language read them: the filters of templates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel import dates, numbers

from app.i18n import gettext, language, ngettext
from schema_loader.messages.i18n import NARROW, visible

if TYPE_CHECKING:
    from collections.abc import Callable

PARIS = ZoneInfo("Europe/Paris")
KILO, BINARY = 1000, 1024


def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """``1234.5`` → 1 234,5; a fixed number of decimals where ``decimals`` says so; nothing for None."""
    if value is None:
        return ""
    pattern = None if decimals is None else f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return numbers.format_decimal(value, format=pattern, locale=language())


def percent(value: float) -> str:
    """``0.634`` → 63 %."""
    return numbers.format_percent(value, locale=language())


def long_date(value: date | datetime | None) -> str:
    """12 mars 2024 (1er mars 2024 for the first)."""
    if value is None:
        return ""
    day = _local(value)
    text = dates.format_date(day, format="long", locale=language())
    return re.sub(r"^1 ", "1er ", text) if language() == "fr" else text


def short_date(value: date | datetime | None) -> str:
    """12/03/2024 in French, 2024-03-12 in English (nobody mistakes its day for its month)."""
    if value is None:
        return ""
    day = _local(value)
    return dates.format_date(
        day, format="dd/MM/yyyy" if language() == "fr" else "yyyy-MM-dd", locale=language()
    )


def moment(value: datetime | None) -> str:
    """12 mars 2024 à 14 h 05, Paris time."""
    if value is None:
        return ""
    local = value.astimezone(PARIS)
    if language() == "fr":
        return f"{long_date(local)} à {clock(value)}"
    return f"{long_date(local)}, {clock(value)}"


def clock(value: datetime | None) -> str:
    """14 h 05 for a French reader, 14:05 for an English one, Paris time."""
    if value is None:
        return ""
    local = value.astimezone(PARIS)
    return f"{local.hour} h {local.minute:02d}" if language() == "fr" else f"{local:%H:%M}"


def ago(value: datetime | None) -> str:
    """« il y a 3 heures »; the moment itself beyond a week."""
    if value is None:
        return ""
    elapsed = datetime.now(UTC) - value
    if elapsed.days >= 7:
        return long_date(value)
    if elapsed.total_seconds() < 60:
        return gettext("à l’instant")
    return dates.format_timedelta(-elapsed, add_direction=True, locale=language())


def file_size(octets: int) -> str:
    """``1234567`` → 1,2 Mo."""
    units = ["o", "ko", "Mo", "Go", "To"] if language() == "fr" else ["B", "kB", "MB", "GB", "TB"]
    size, unit = float(octets), units[0]
    for unit in units:
        if size < KILO or unit == units[-1]:
            break
        size /= KILO
    shown = numbers.format_decimal(size, format="#,##0" if unit == units[0] else "#,##0.#", locale=language())
    return f"{shown}{NARROW}{unit}"


def size_limit(octets: int) -> str:
    """A bound as whoever set it says it: 200 Mo for 200 × 1024 × 1024 octets, the way in which settings count; else as a size."""
    units = ["ko", "Mo", "Go", "To"] if language() == "fr" else ["kB", "MB", "GB", "TB"]
    round_, unit = octets, ""
    for larger in units:
        if round_ % BINARY or round_ < BINARY:
            break
        round_, unit = round_ // BINARY, larger
    return f"{number(round_)}{NARROW}{unit}" if unit else file_size(octets)


SPACES = re.compile(r"\A\s+|\s+\Z|\s{2,}|[^\S ]")
"""Spaces that one does not see for what they are: around a text, doubled, or of another kind than that of the keyboard."""
TAIL = 20


def spaced(text: str, limit: int = 80) -> list[tuple[str, str]]:
    """A text in pieces, of at most ``limit`` characters (cut in its middle): each as it is shown, with the words that say it, empty
    for what is read as it stands. ``"a  b"`` → ``[("a", ""), ("␣␣", "(2 espaces)"), ("b", "")]``."""
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        text = f"{text[: limit - TAIL]}…{text[1 - TAIL :]}"
    found: list[tuple[str, str]] = []
    end = 0
    for run in SPACES.finditer(text):
        if run.start() > end:
            found.append((visible(text[end : run.start()], limit), ""))
        for sign, same in groupby(run[0], key=_sign):
            found.append((sign * (n := len(list(same))), _space_words(sign, n)))
        end = run.end()
    if end < len(text):
        found.append((visible(text[end:], limit), ""))
    return found


def _sign(space: str) -> str:
    return {" ": "␣", "\t": "⇥", "\n": "↵", "\r": "↵"}.get(space, "⍽")


def _space_words(sign: str, n: int) -> str:
    if sign == "␣":
        return ngettext("({n} espace)", "({n} espaces)", n)
    if sign == "⇥":
        return ngettext("({n} tabulation)", "({n} tabulations)", n)
    if sign == "↵":
        return ngettext("({n} retour à la ligne)", "({n} retours à la ligne)", n)
    return ngettext("({n} espace insécable)", "({n} espaces insécables)", n)


def grouped_code(value: str | None) -> str:
    """A SIRET, SIREN or IBAN grouped for reading: 217 500 016 00019. Other codes stay as they are."""
    text = re.sub(r"\s", "", value or "")
    if re.fullmatch(r"\d{14}", text):
        return f"{text[:3]} {text[3:6]} {text[6:9]} {text[9:]}"
    if re.fullmatch(r"\d{9}", text):
        return f"{text[:3]} {text[3:6]} {text[6:]}"
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", text):
        return " ".join(re.findall(".{1,4}", text))
    return value or ""


def _local(value: date | datetime) -> date:
    return value.astimezone(PARIS).date() if isinstance(value, datetime) else value


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "long_date": long_date,
    "short_date": short_date,
    "moment": moment,
    "clock": clock,
    "ago": ago,
    "file_size": file_size,
    "size_limit": size_limit,
    "grouped_code": grouped_code,
    "spaced": spaced,
}
