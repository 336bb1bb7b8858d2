"""Damage that spreadsheets and people do to a column of known values: what repairs must undo exactly, or ask about.

``DAMAGES`` are named; each changes a text in the same way throughout a column, as one export would, and returns the text
itself where it does not apply. Also used by ``benchmarks/repairs.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from random import Random

from schema_loader.check import check_cell
from schema_loader.field import Field
from schema_loader.folding import fold_words
from schema_loader.repair import ColumnProposal, apply, propose_column, second_look
from schema_loader.repair.rule import ColumnRule, rule_of
from schema_loader.table_schema import TableSchema

Damage = Callable[[str, Random], str]

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
SPACES = ("\u00a0", "\u202f", "\u2009", " ")


def of_days(write: Callable[[date], str]) -> Damage:
    """A damage that rewrites ISO days."""

    def damage(text: str, _: Random) -> str:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return write(day) if len(text) == 10 else text

    return damage


def of_numbers(write: Callable[[Decimal, Random], str]) -> Damage:
    """A damage that rewrites plain numbers."""

    def damage(text: str, random: Random) -> str:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return text
        return write(value, random) if value.is_finite() and abs(value) < 10**12 else text

    return damage


def grouped(value: Decimal, space: str, mark: str) -> str:
    """1 234,50 with a mark of one's own between thousands and before decimals."""
    return f"{value:,f}".replace(",", "_").replace(".", mark).replace("_", space)


def in_words(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def without_zeros(text: str, _: Random) -> str:
    return text.lstrip("0") or "0" if text.isascii() and text.isdecimal() else text


def encoded_twice(text: str, _: Random) -> str:
    """UTF-8 read as Windows-1252, where that has the octet, else as Latin-1."""
    octets = text.encode()
    return "".join(
        octet.decode("cp1252", "ignore") or chr(octet[0]) for octet in (bytes((o,)) for o in octets)
    )


def without_accents(text: str, _: Random | None = None) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def grouped_code(text: str, _: Random) -> str:
    return (
        f"{text[:3]} {text[3:6]} {text[6:9]} {text[9:]}".strip()
        if text.isdecimal() and len(text) > 8
        else text
    )


def protected(text: str, random: Random) -> str:
    """A code as some programs write it, lest a spreadsheet take it for a number."""
    return random.choice((f'="{text}"', f'"{text}"')) if " " not in text else text


DAMAGES: Mapping[str, Damage] = {
    "JJ/MM/AAAA": of_days(lambda day: f"{day:%d/%m/}{day.year:04d}"),
    "J/M/AAAA": of_days(lambda day: f"{day.day}/{day.month}/{day.year:04d}"),
    "JJ.MM.AAAA": of_days(lambda day: f"{day:%d.%m.}{day.year:04d}"),
    "JJ-MM-AAAA": of_days(lambda day: f"{day:%d-%m-}{day.year:04d}"),
    "MM/JJ/AAAA": of_days(lambda day: f"{day:%m/%d/}{day.year:04d}"),
    "AAAA/MM/JJ": of_days(lambda day: day.isoformat().replace("-", "/")),
    "JJ/MM/AA": of_days(lambda day: f"{day:%d/%m/%y}" if 1930 <= day.year < 2030 else day.isoformat()),
    "M/J/AA": of_days(lambda day: f"{day.month}/{day.day}/{day:%y}" if 1930 <= day.year < 2030 else day.isoformat()),
    "date in words": of_days(in_words),
    "JJ-mmm-AA": of_days(
        lambda day: f"{day.day}-{SHORT_MONTHS[day.month - 1]}-{day:%y}" if 1930 <= day.year < 2030 else day.isoformat()
    ),
    "with an hour": of_days(lambda day: f"{day.isoformat()} 00:00:00"),
    "French, with an hour": of_days(lambda day: f"{day:%d/%m/}{day.year:04d} 00:00"),
    "serial number": of_days(
        lambda day: str((day - date(1899, 12, 30)).days) if 1928 <= day.year < 2100 else day.isoformat()
    ),
    "decimal comma": of_numbers(lambda value, _: f"{value:f}".replace(".", ",")),
    "spaces, comma": of_numbers(lambda value, random: grouped(value, random.choice(SPACES), ",")),
    "points, comma": of_numbers(lambda value, _: grouped(value, ".", ",")),
    "commas, point": of_numbers(lambda value, _: grouped(value, ",", ".")),
    "euro": of_numbers(lambda value, random: f"{grouped(value, random.choice(SPACES), ',')}{random.choice((' ', chr(160), ''))}€"),
    "EUR": of_numbers(lambda value, _: f"{value:f} EUR".replace(".", ",")),
    "point zero": of_numbers(lambda value, _: f"{value}.0" if value == value.to_integral_value() and "." not in str(value) else str(value)),
    "percent": of_numbers(lambda value, random: f"{(value * 100).normalize():f}".replace(".", ",") + random.choice(("%", " %", "\u202f%"))),
    "zeros lost": without_zeros,
    "zeros lost, point zero": lambda text, random: f"{without_zeros(text, random)}.0" if text.isdecimal() else text,
    "grouped code": grouped_code,
    "protected": protected,
    "upper case": lambda text, _: text.upper(),
    "lower case": lambda text, _: text.lower(),
    "capitals": lambda text, _: text.title(),
    "accents lost": without_accents,
    "curly apostrophes": lambda text, _: text.replace("'", "’"),
    "straight apostrophes": lambda text, _: text.replace("’", "'"),
    "encoded twice": encoded_twice,
    "no-break spaces": lambda text, _: text.replace(" ", "\u00a0"),
    "spaces around": lambda text, random: random.choice(("", " ", "\u00a0")) + text + random.choice((" ", "\u00a0", "\n", "\t")),
    "invisible": lambda text, random: random.choice(("\ufeff", "\u200b", "")) + text + random.choice(("\u200d", "\u00ad", "\u200b")),
}  # fmt: skip

DAYS = (
    "JJ/MM/AAAA", "J/M/AAAA", "JJ.MM.AAAA", "JJ-MM-AAAA", "MM/JJ/AAAA", "AAAA/MM/JJ", "JJ/MM/AA", "M/J/AA", "date in words",
    "JJ-mmm-AA", "with an hour", "French, with an hour", "serial number",
)  # fmt: skip
NUMBERS = ("decimal comma", "spaces, comma", "points, comma", "commas, point", "euro", "EUR")
SPELLINGS = (
    "upper case", "lower case", "capitals", "accents lost", "curly apostrophes", "straight apostrophes", "encoded twice",
    "no-break spaces",
)  # fmt: skip
AROUND = ("spaces around", "invisible")
CODES = ("zeros lost", "zeros lost, point zero", "grouped code", "protected")


def damages_for(rule: ColumnRule) -> tuple[str, ...]:
    """What may happen to the values of a column, by its type and rules."""
    kind = rule.field.type.name
    if kind in ("date", "number", "integer"):
        share = kind == "number" and not rule.accepts("50") and rule.accepts("0.5")
        return (
            DAYS if kind == "date" else (*NUMBERS, "point zero", *(("percent",) if share else ()))
        ) + AROUND
    if kind not in ("string", "any"):
        return AROUND
    if rule.choices or rule.listed is not None:
        return SPELLINGS + AROUND
    if rule.of_days:
        return DAYS[:6] + AROUND
    return (CODES if rule.is_coded else ()) + AROUND


YES, NO = ("oui", "Oui", "OUI", "O", "o", "VRAI", "Vrai", "TRUE", "true", "1", "x", "X", "Yes"), (
    "non", "Non", "NON", "N", "n", "FAUX", "Faux", "FALSE", "false", "0", "No",
)  # fmt: skip


def yes_no(field: Field) -> Damage:
    """A damage that says yes and no in words of its own."""

    def damage(text: str, random: Random) -> str:
        value = check_cell(field, text)[0]
        return text if value is None else random.choice(YES if value else NO)

    return damage


def damaged(values: list[str], damage: Damage, seed: int = 0) -> list[str]:
    """The column as the damage leaves it."""
    random = Random(seed)  # noqa: S311 (which space an export uses is no secret)
    return [damage(text, random) for text in values]


class Outcome:
    """What became of the cells of a damaged column, judged on the values that were there before."""

    def __init__(self) -> None:
        self.right = self.asked = self.near = self.wrong = self.left = 0
        self.faults: list[tuple[str, str, str]] = []

    def note(self, verdict: str, before: str = "", after: str = "", true: str = "") -> None:
        """Count a cell; what is wrong is remembered."""
        setattr(self, verdict, getattr(self, verdict) + 1)
        if verdict == "wrong":
            self.faults.append((before, after, true))


def counted(texts: list[str]) -> dict[str, int]:
    """Cells by distinct text."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return counts


def judge(field: Field, values: list[str], texts: list[str], context: TableSchema | None = None) -> Outcome:
    """Accept every safe repair of a damaged column and compare with its true values; answers are given truly.

    A cell is right when it holds the true value, asked when the true value is among the answers offered, near when a guess
    awaits a look, left when it is still « à corriger », wrong in every other case: when it would be published otherwise.
    """
    outcome = Outcome()
    groups = propose_column(field, counted(texts), context)
    doubts = second_look(field, counted(texts), context)
    for true, text in zip(values, texts, strict=True):
        after = text
        for group in groups:
            if group.status == "safe":
                after = apply(group, after)
        if same(field, after, true):
            outcome.note("right")
        elif any(_offers(group, text, true, field) for group in groups):
            outcome.note("asked")
        elif any(group.status == "near" and text in group.changes for group in groups):
            outcome.note("near")
        elif any(text in group.changes or (group.question and _mentions(group, text)) for group in doubts):
            outcome.note("asked")
        elif check_cell(field, after)[1] or (context is not None and _refused(field, after, context)):
            outcome.note("left")
        else:
            outcome.note("wrong", text, after, true)
    return outcome


def same(field: Field, text: str, true: str) -> bool:
    """Whether two texts are the same valid value."""
    if text.replace(" ", "") == true:  # a check of SIREN and SIRET lets spaces be
        return True
    listed = rule_of(field).choices
    if text in listed and fold_words(text) == fold_words(true):  # a list may hold « Public » and « public »
        return True
    value, faults = field.read(text)
    return not faults and value is not None and value == field.read(true)[0]


def _refused(field: Field, text: str, context: TableSchema) -> bool:
    return not rule_of(field, context).accepts(text)


def _offers(group: ColumnProposal, text: str, true: str, field: Field) -> bool:
    """Whether a question about the text has the true value among its answers."""
    if group.question is None:
        return False
    return any(same(field, after, true) for after in group.readings.get(text, ()))


def _mentions(group: ColumnProposal, text: str) -> bool:
    return text in group.readings
