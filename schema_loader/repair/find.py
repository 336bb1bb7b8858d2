"""What one text was meant to be: every family of repairs is asked in turn, and the field's own rule decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


OF_TEXT: tuple[Family, ...] = (
    lists.many_of, _plain, periods.days_in_text, contact.mail_addresses, contact.web_addresses, contact.phone_numbers,
    codes.codes, choices.listed_elsewhere,
)  # fmt: skip
FAMILIES: Mapping[str, tuple[Family, ...]] = {
    "string": OF_TEXT, "any": OF_TEXT, "date": (days.days,), "datetime": (days.moments,), "time": (days.hours,),
    "year": (days.years,), "yearmonth": (days.months,), "number": (numbers.numbers,), "integer": (numbers.numbers,),
    "boolean": (choices.booleans,), "array": (lists.arrays,), "list": (lists.delimited,), "geopoint": (places.points,),
}  # fmt: skip


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
    families = FAMILIES.get(rule.field.type.name, ())
    for variant, kind in texts.variants(text):
        if kind:
            yield (Meant(kind, variant),)
        if variant:
            yield from choices.choices(rule, variant, decisions)
            for family in families:
                yield from family(rule, variant, decisions)
        yield from choices.placeholders(rule, variant, decisions)


def find(rule: ColumnRule, text: str, decisions: Decisions = NO_DECISIONS) -> Found | None:
    """What a text that its column does not accept was meant to be; None where nobody can tell."""
    if len(text) > MAX_TEXT:
        return None
    lost = codes.beyond(rule, text)
    if lost is not None:
        return Found(lost, "beyond", ())
    guess = None
    for readings in candidates(rule, text, decisions):
        sound: dict[str, Meant] = {}
        for meant in readings:
            left_as_it_is = meant.text == text
            if meant.text not in sound and (meant.choices if left_as_it_is else rule.accepts(meant.text)):
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
