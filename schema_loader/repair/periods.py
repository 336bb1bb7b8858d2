"""Days in columns of text, alone or in pairs, and the order of day and month that a whole column tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schema_loader.repair.days import as_capitals, reading_of, settled, short_years, split_clock, written_days
from schema_loader.repair.model import Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule

_BETWEEN_DAYS = re.compile(
    r"\s*(?:_|;|\||/(?=\s)|(?<=\s)/|\s[-–—]\s|\sAU\s|\sA\s|\n)\s*|(?<=/\d{4})[/-](?=\d{1,2}/)"
)
_ISO_PAIR = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[/–—-](\d{4}-\d{1,2}-\d{1,2})")
_YEARS = re.compile(r"(?:DE )?(\d{4})\s?(?:[-–—/_;,]|A|AU)\s?(\d{4})")


def days_in_text(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text where a pattern asks for ISO days, or for two of them with a slash between."""
    folded = as_capitals(text)
    if (rule.of_days or rule.of_intervals) and any(map(str.isdigit, folded)):
        pieces = _days_apart(folded)
        if 1 <= len(pieces) <= 2:
            yield from _joined(pieces, decisions)
    if rule.holds_years:
        yield from short_years(text)
    if rule.of_years and (found := _YEARS.fullmatch(folded)):
        yield (Meant("date-interval", f"{found[1]}/{found[2]}"),)


def _days_apart(folded: str) -> list[str]:
    if pair := _ISO_PAIR.fullmatch(folded):
        return list(pair.groups())
    folded = re.sub(r"^DU ", "", folded)
    return [piece for piece in _BETWEEN_DAYS.split(folded) if piece]


def _joined(pieces: list[str], decisions: Decisions) -> Iterator[Readings]:
    found = []
    for piece in pieces:
        split = split_clock(piece)
        if split is None or (split[1] is not None and not split[1].is_midnight):
            return
        found.append(settled(written_days(split[0]), decisions))
    readings = []
    for first in found[0]:
        for last in found[-1] if len(found) == 2 else [first]:
            same = all(last.choices.get(key, answer) == answer for key, answer in first.choices.items())
            if not same or first.date is None or last.date is None or first.date > last.date:
                continue
            if len(found) == 1:
                readings.append(reading_of(first, first.date.isoformat(), decisions))
            else:
                text = f"{first.date.isoformat()}/{last.date.isoformat()}"
                readings.append(Meant("date-interval", text, False, {**last.choices, **first.choices}))
    if readings:
        yield tuple(readings)


# -- what the column tells ----------------------------------------------------------------------------------------

ENOUGH = 3  # texts that can only be month before day, before the others are read so
SHARE = 4  # … and at least a fourth of all the texts that tell the two orders apart or could
MANY_TIMES = 10  # day before month stands as soon as it is ten times as frequent


def decide_order(texts: Iterable[str]) -> dict[str, str]:
    """The order of day and month that the texts of a column tell, if they do.

    One day above 12 in the first place is enough for day before month, which is how people write here. The other order is
    never guessed: it takes several texts that can mean nothing else, and none that contradicts.
    """
    told = {"dmy": 0, "mdy": 0, "ymd": 0}
    open_texts = 0
    for piece in (piece for text in texts for piece in _days_apart(as_capitals(text))):
        split = split_clock(piece)
        readings = written_days(split[0]) if split is not None else []
        orders = {
            w.choices["date_order"] for w in readings if w.date is not None and "date_order" in w.choices
        }
        usual = orders - {"ymd"} or orders
        if len(usual) == 1:
            told[usual.pop()] += 1
        elif usual:
            open_texts += 1
    dmy, mdy, ymd = told.values()
    if ymd >= ENOUGH and not dmy and not mdy:
        return {"date_order": "ymd"}
    if dmy and dmy >= MANY_TIMES * (mdy + ymd):
        return {"date_order": "dmy"}
    if mdy >= ENOUGH and not dmy and not ymd and mdy * SHARE >= mdy + open_texts:
        return {"date_order": "mdy"}
    return {}
