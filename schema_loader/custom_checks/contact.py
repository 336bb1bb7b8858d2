"""Telephone numbers, opening hours and years: values that people write for people."""

from __future__ import annotations

import re
from typing import Any

from schema_loader.custom_checks.base import ColumnCheck, Params
from schema_loader.custom_checks.memo import memoised
from schema_loader.errors import Fault
from schema_loader.table_schema import TableSchema

OVERSEAS = (
    "GP",
    "MQ",
    "GF",
    "RE",
)  # their numbers are dialled with ten digits from all of France; RE holds Mayotte's

FRENCH_DIGITS = 10  # with the leading 0


class PhoneNumber(ColumnCheck):
    """A telephone number: French (ten digits), short (15, 3939), or international with its ``+`` or ``00``.

    Source: the national numbering plans, by the phonenumbers library. Unlike the reference, numbers of the overseas
    départements are right in their ten digits too.
    """

    name = "phone-number-value"
    of_text = False

    def judge(self, value: Any) -> Fault | None:
        """``reason`` is not-a-number, too-short, too-long or unknown."""
        return phone_fault(str(value))


@memoised
def phone_fault(text: str) -> Fault | None:
    """What is wrong with a text as a telephone number, if anything."""
    import phonenumbers
    from phonenumbers import ValidationResult

    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as error:
        too_long = error.error_type == phonenumbers.NumberParseException.TOO_LONG
        return PhoneNumber.fault(reason="too-long" if too_long else "not-a-number")
    if phonenumbers.is_valid_number(number) or phonenumbers.is_valid_short_number_for_region(number, "FR"):
        return None
    if any(is_valid_overseas(text, region) for region in OVERSEAS):
        return None
    digits = phonenumbers.normalize_digits_only(text)
    if digits.startswith("0") and not digits.startswith("00") and len(digits) != FRENCH_DIGITS:
        return PhoneNumber.fault(reason="too-short" if len(digits) < FRENCH_DIGITS else "too-long")
    possible = phonenumbers.is_possible_number_with_reason(number)
    reasons = {ValidationResult.TOO_SHORT: "too-short", ValidationResult.TOO_LONG: "too-long"}
    return PhoneNumber.fault(reason=reasons.get(possible, "unknown"))


def is_valid_overseas(text: str, region: str) -> bool:
    """Whether a text is a number of this region, dialled from within."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


class OpeningHours(ColumnCheck):
    """Opening hours in OpenStreetMap's grammar (``Mo-Fr 09:00-17:00``), as the opening-hours library reads it.

    Source: OpenStreetMap wiki, Key:opening_hours/specification.
    """

    name = "opening-hours-value"

    def judge(self, value: str) -> Fault | None:
        """``position`` is the character, from 1, where the grammar is left; 0 where that is not known."""
        return opening_hours_fault(value)


PLACE = re.compile(r"--> (\d+):(\d+)")


@memoised
def opening_hours_fault(text: str) -> Fault | None:
    """What is wrong with a text as opening hours, if anything."""
    import opening_hours

    try:
        if opening_hours.validate(text):
            return None
        opening_hours.OpeningHours(text)
    except UnicodeEncodeError:  # half a character, which only a JSON body can hold
        return OpeningHours.fault(position=0)
    except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # forgotten in the library's stub
        found = PLACE.search(str(error))
        if found and found[1] == "1":
            return OpeningHours.fault(position=int(found[2]))
    return OpeningHours.fault(position=0)


class YearInterval(ColumnCheck):
    """Two years, ``AAAA/AAAA``, the second later than the first; with ``allow-year-only``, a lone ``AAAA`` too.

    Source: ISO 8601 intervals, narrowed to years.
    """

    name = "year-interval-value"
    of_text = False

    def __init__(self, params: Params, schema: TableSchema) -> None:
        super().__init__(params, schema)
        self.year_only = params.flag("allow-year-only")

    def judge(self, value: Any) -> Fault | None:
        """``reason`` is form, same or order; ``first`` and ``second`` years where known, else 0; ``year_only`` if allowed."""
        return interval_fault(f"{value:04}" if isinstance(value, int) else str(value), self.year_only)


INTERVAL = re.compile(r"^(\d{4})(?:/(\d{4}))?$")


@memoised
def interval_fault(text: str, year_only: bool) -> Fault | None:
    """What is wrong with a text as an interval of years, if anything."""
    found = INTERVAL.match(text)
    if found is None:
        return YearInterval.fault(reason="form", first=0, second=0, year_only=year_only)
    first, second = int(found[1]), int(found[2] or 0)
    if found[2] is None:
        reason = "" if year_only else "form"
    else:
        reason = "" if first < second else "same" if first == second else "order"
    if not reason:
        return None
    return YearInterval.fault(reason=reason, first=first, second=second, year_only=year_only)
