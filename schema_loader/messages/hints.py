"""What a faulty text was probably meant to be, so that a sentence can show the person's own value written well.

Nothing here repairs anything: a guess is only ever shown, and only when the field's rule accepts it.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.messages.i18n import SHOWN_EXAMPLE
from schema_loader.types import (
    ArrayType,
    BooleanType,
    DatetimeType,
    DateType,
    GeopointType,
    IntegerType,
    ListType,
    NumberType,
    StringType,
    TimeType,
    YearmonthType,
    YearType,
)

MAX_TEXT = 300  # characters; nobody wants a guess about more

SPREADSHEET_ERRORS = frozenset(
    (
        "#n/a",
        "#ref!",
        "#valeur!",
        "#value!",
        "#nom?",
        "#name?",
        "#div/0!",
        "#nul!",
        "#null!",
        "#nombre!",
        "#num!",
    )
)
PLACEHOLDERS = frozenset((
    "-", "--", "/", "?", "??", "n/a", "na", "nc", "n.c.", "nd", "n.d.", "nr", "n.r.", "neant", "inconnu", "inconnue",
    "null", "none", "nan", "vide", "aucun", "aucune", "rien", "sans objet", "so", "non renseigne", "non communique",
    "non connu", "x", "xx", "xxx",
))  # fmt: skip
YES = frozenset(("oui", "o", "yes", "y", "vrai", "true", "1", "x", "ok"))
NO = frozenset(("non", "n", "no", "faux", "false", "0"))
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev feb february", "mars mar march", "avril avr apr april",
            "mai may", "juin jun june", "juillet juil jul july", "aout aug august", "septembre sept sep september",
            "octobre oct october", "novembre nov november", "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
SPREADSHEET_EPOCH = date(1899, 12, 30)
SPREADSHEET_DAYS = range(20_000, 80_000)  # from 1954 to 2119
UNITS = re.compile(r"(?i)(?:€|\$|£|%|euros?|eur|k€|m²|m2|km|kg|h|ans?|°)")


def guess(field: Field, text: str) -> str | None:
    """The text that was probably meant, if there is one that the field accepts."""
    return next((meant for meant in _meant(field, text) if not field.read(meant)[1]), None)


def spelling(field: Field, text: str) -> str | None:
    """The same, be it that the value is of the type and breaks another rule of the field."""
    return next(_meant(field, text), None)


def _meant(field: Field, text: str) -> Iterator[str]:
    if len(text) <= MAX_TEXT:
        for candidate in _candidates(field, text):
            if (
                candidate
                and candidate != text
                and len(candidate) <= SHOWN_EXAMPLE
                and field.read(candidate)[0] is not None
            ):
                yield candidate


def _candidates(field: Field, text: str) -> Iterator[str]:
    stripped = text.strip()
    yield stripped
    near = nearest(stripped, field.choices)
    if near is not None:
        yield near
    elif field.choices:
        return
    maker = _MAKERS.get(field.type.name)
    if maker is not None and stripped:
        yield from maker(field.type, stripped)
    if isinstance(field.type, StringType) and "pattern" in field.constraints:
        bare = re.sub(r"\s", "", text)
        yield from (bare, bare.upper(), stripped.upper(), stripped.lower())
        if (digits := re.sub(r"[\s./-]", "", text)).isdecimal():
            yield digits


def nearest(text: str, choices: Sequence[str]) -> str | None:
    """The choice that a text nearly is: the same but for case, accents and spaces, or a slip of the finger away."""
    folded = fold(text[:MAX_TEXT])
    if not folded:
        return None
    table: dict[str, str] = {}
    for choice in choices:
        table.setdefault(fold(choice), choice)
    if folded in table:
        return table[folded]
    close = difflib.get_close_matches(folded, table, 1, 0.8)
    return table[close[0]] if close else None


# -- dates --------------------------------------------------------------------------------------------------------


def day_meant(text: str) -> date | None:
    """The day that a text names in one of the ways people write one, day before month; None for an impossible day."""
    parts = day_parts(text)
    if parts is None:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def day_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as written, be there such a day or not."""
    text = re.sub(r"[T ]\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?Z?$", "", fold(text).upper())
    if match := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", text):
        year, month, day = map(int, match.groups())
        return year, month, day
    if match := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})", text):
        day, month, year = map(int, match.groups())
        return _century(year), month, day
    if match := re.fullmatch(r"(?:LE )?(?:[A-Z]+DI )?(\d{1,2})(?:ER)?[- ]([A-Z]+)\.?[- ](\d{4}|\d{2})", text):
        named = MONTHS.get(match[2].lower())
        return (_century(int(match[3])), named, int(match[1])) if named else None
    if match := re.fullmatch(r"((?:19|20)\d{2})(\d{2})(\d{2})", text):
        year, month, day = map(int, match.groups())
        return year, month, day
    return None


def _century(year: int) -> int:
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def spreadsheet_day(text: str) -> date | None:
    """The day of a serial number, which a spreadsheet shows where a cell has lost its date format."""
    if not re.fullmatch(r"\d{5}(?:[.,]\d+)?", text, re.ASCII):
        return None
    days = int(text[:5])
    return SPREADSHEET_EPOCH + timedelta(days=days) if days in SPREADSHEET_DAYS else None


def _days(kind: Any, text: str) -> Iterator[str]:
    day = day_meant(text) or spreadsheet_day(text)
    if day is not None:
        yield kind.format(day)


CLOCK = re.compile(
    r"(\d{1,2})\s*[:hH]\s*(?:(\d{2})(?:\s*(?:[:m]|min)\s*(?:(\d{2})(?:[.,](\d{1,6}))?\s*s?)?)?)?", re.ASCII
)


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
    match = re.fullmatch(
        r"(.*?)(?:\s*[T,]\s*|\s+)(?:à\s+)?(" + CLOCK.pattern + ")", text.strip(), re.ASCII | re.S
    )
    if match is None:
        return None
    day, clock = day_meant(match[1]), clock_meant(match[2])
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def _moments(kind: Any, text: str) -> Iterator[str]:
    moment = moment_meant(text)
    if moment is not None:
        yield kind.format(moment)


def _times(kind: Any, text: str) -> Iterator[str]:
    clock = clock_meant(text)
    if clock is not None:
        yield kind.format(clock)


def _years(kind: Any, text: str) -> Iterator[str]:
    yield re.sub(r"\s", "", text)
    yield re.sub(r"[.,]0+$", "", text)
    day = day_meant(text)
    if day is not None:
        yield kind.format(day.year)


def _months(kind: Any, text: str) -> Iterator[str]:
    text = fold(text)
    if match := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text):
        yield f"{match[2]}-{int(match[1]):02d}"
    elif match := re.fullmatch(r"(\d{4})[/. ]?(\d{2})", text):
        yield f"{match[1]}-{match[2]}"
    elif (match := re.fullmatch(r"([a-z]+)\.? (\d{4})", text)) and match[1] in MONTHS:
        yield f"{match[2]}-{MONTHS[match[1]]:02d}"
    elif parts := day_parts(text):
        yield f"{parts[0]:04d}-{parts[1]:02d}"


# -- numbers and the rest -----------------------------------------------------------------------------------------


def plain_number(text: str) -> str | None:
    """A number as people write one (``1 234,50 €``) with a point and nothing else: ``1234.50``; None for the rest.

    ``1.234`` and ``1,234`` alike may be a thousand or a unit: a lone mark is read as the decimal one.
    """
    bare = re.sub(r"[\s'’]", "", UNITS.sub("", text)).replace("−", "-")
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(",") < bare.rfind(".") else "."
        bare = bare.replace(thousands, "")
    if bare.count(",") > 1:
        bare = bare.replace(",", "")
    if bare.count(".") > 1:
        bare = bare.replace(".", "")
    bare = bare.replace(",", ".")
    return bare if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", bare, re.ASCII) else None


def _numbers(kind: Any, text: str) -> Iterator[str]:
    plain = plain_number(text)
    if plain is not None:
        yield plain.replace(".", kind.decimal_char)


def _integers(kind: Any, text: str) -> Iterator[str]:
    plain = plain_number(text)
    if plain is not None:
        yield re.sub(r"\.0*$", "", plain)


def _booleans(kind: Any, text: str) -> Iterator[str]:
    folded = fold(text)
    for word in (*kind.true_values, *kind.false_values):
        if fold(word) == folded:
            yield word
    if folded in YES:
        yield kind.format(True)
    elif folded in NO:
        yield kind.format(False)


def _texts(kind: Any, text: str) -> Iterator[str]:
    if kind.format_name == "uri" and re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#]\S*)?", text):
        yield f"https://{text}"
    elif kind.format_name == "email":
        yield re.sub(r"\s", "", text).removeprefix("mailto:")
    elif kind.format_name == "wkt":
        yield text.upper()


def split_list(text: str) -> list[str]:
    """The pieces of a list as people type one: between semicolons, bars or line ends, else between commas."""
    for separator in (";", "|", "\n", ","):
        if separator in text:
            return [piece.strip() for piece in text.split(separator) if piece.strip()]
    return [text.strip()]


def _arrays(kind: Any, text: str) -> Iterator[str]:
    if text[:1] in "[{":
        return
    pieces: list[Any] = split_list(text.replace('"', ""))
    yield json.dumps(pieces, ensure_ascii=False)
    if kind.item is not None:
        near = [nearest(piece, kind.item.choices) or piece for piece in pieces]
        yield json.dumps(
            [kind.item.type.to_json(kind.item.type.from_json(piece)) for piece in near], ensure_ascii=False
        )


def _lists(kind: Any, text: str) -> Iterator[str]:
    yield kind.delimiter.join(piece.strip() for piece in text.split(kind.delimiter))
    yield kind.delimiter.join(split_list(text))


def _points(kind: Any, text: str) -> Iterator[str]:
    numbers = re.findall(r"-?\d+(?:[.,]\d+)?" if ";" in text or ". " in text else r"-?\d+(?:\.\d+)?", text)
    if len(numbers) == 2:
        point = kind.from_json([number.replace(",", ".") for number in numbers])
        if point is not None:
            yield kind.format(point)


_MAKERS: Mapping[str, Callable[[Any, str], Iterator[str]]] = {
    DateType.name: _days,
    DatetimeType.name: _moments,
    TimeType.name: _times,
    YearType.name: _years,
    YearmonthType.name: _months,
    NumberType.name: _numbers,
    IntegerType.name: _integers,
    BooleanType.name: _booleans,
    StringType.name: _texts,
    ArrayType.name: _arrays,
    ListType.name: _lists,
    GeopointType.name: _points,
}
