"""What one text was meant to be: every family of repairs is asked in turn, and the field's own rule decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from schema_loader.repair import choices, codes, contact, days, lists, numbers, periods, places, texts
from schema_loader.repair.model import ANSWERS, NO_DECISIONS, Decisions, Meant, Readings, Status
from schema_loader.repair.rule import ColumnRule

MAX_TEXT = 2_000  # characters; a longer text was written, not typed into a cell

Family = Callable[[ColumnRule, str, Decisions], Iterator[Readings]]


def _plain(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    yield from texts.plainly_written(rule, text)
    if rule.field.type.format_name == "wkt":
        yield (Meant("case", text.upper()),)


FAMILIES: Mapping[str, tuple[Family, ...]] = {
    "date": (days.days,), "datetime": (days.moments,), "time": (days.hours,), "year": (days.years,),
    "yearmonth": (days.months,), "number": (numbers.numbers,), "integer": (numbers.numbers,), "boolean": (choices.booleans,),
    "array": (lists.arrays,), "list": (lists.delimited,), "geopoint": (places.points,),
}  # fmt: skip


@lru_cache(maxsize=512)
def families_of(rule: ColumnRule) -> tuple[Family, ...]:
    """The families that may know better what a text of the column was meant to be."""
    kind = rule.field.type
    if kind.name not in ("string", "any"):
        return ((choices.choices,) if rule.choices else ()) + FAMILIES.get(kind.name, ())
    if rule.choices:
        return (choices.choices, codes.codes)
    if rule.many_of is not None:
        return (lists.many_of,)
    if rule.listed is not None:
        return (choices.listed_elsewhere,)
    asked: tuple[tuple[object, Family], ...] = (
        (True, _plain),
        (rule.of_days or rule.of_intervals or rule.holds_years, periods.days_in_text),
        (rule.of_mail, contact.mail_addresses),
        (rule.of_web, contact.web_addresses),
        (rule.of_phones, contact.phone_numbers),
        (kind.format_name == "default", codes.codes),
        (rule.checks, choices.listed_elsewhere),
    )
    return tuple(family for condition, family in asked if condition)


class Found(NamedTuple):
    """What a text may have been meant to be, by one kind of repair. ``question`` names what only an answer can tell.

    ``readings`` are all valid, the most usual first; none where the text is beyond repair.
    """

    kind: str
    status: Status
    readings: tuple[Meant, ...]
    question: str = ""


def candidates(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Everything that a text may stand for, valid or not, from the least change to the largest."""
    families = families_of(rule)
    for variant, kind in texts.variants(text):
        if kind:
            yield (Meant(kind, variant),)
        if variant:
            for family in families:
                yield from family(rule, variant, decisions)
        yield from choices.placeholders(rule, variant, decisions)


def find(rule: ColumnRule, text: str, decisions: Decisions = NO_DECISIONS) -> Found | None:
    """What a text that its column does not accept was meant to be; None where nobody can tell."""
    if len(text) > MAX_TEXT:
        return None
    lost = codes.beyond(rule, text, decisions)
    if lost is not None:
        return Found(lost, "beyond", ())
    guess = None
    verdicts = {text: False}
    for readings in candidates(rule, text, decisions):
        sound: dict[str, Meant] = {}
        for meant in readings:
            verdict = verdicts.get(meant.text)
            if verdict is None:
                verdict = verdicts[meant.text] = rule.accepts(meant.text)
            # to leave the text as it is, is an answer
            if (verdict or (meant.text == text and meant.choices)) and meant.text not in sound:
                sound[meant.text] = meant
        if any(meant != text for meant in sound):
            found = _judged(tuple(sound.values()))
            if found.status != "near":
                return found
            guess = guess or found
        elif sound:
            return None  # an answer said to leave it
    return guess


def _judged(readings: tuple[Meant, ...]) -> Found:
    first = readings[0]
    if len(readings) > 1:
        for question in ANSWERS:
            if len({meant.choices.get(question) for meant in readings}) > 1:
                return Found(f"ask-{question.replace('_', '-')}", "ask", readings, question)
    return Found(first.kind, "near" if first.near else "safe", readings[:1])


def spelling(rule: ColumnRule, text: str) -> str | None:
    """The value that a text was meant to be, written in the way of its type, be it that another rule refuses it."""
    if len(text) > MAX_TEXT:
        return None
    for readings in candidates(rule, text, NO_DECISIONS):
        for meant in readings:
            if meant.text != text and meant.text and rule.field.read(meant.text)[0] is not None:
                return meant.text
    return None
