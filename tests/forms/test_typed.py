"""What people type, and what is shown to them: French dates and numbers for stored texts."""

from __future__ import annotations

from typing import Any

import pytest

from forms.binding import show
from schema_loader.check import check_cell
from tests.forms.fields import control_of, read_one

# -- how people type --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more", "typed", "stored"),
    [
        ("date", {}, "12/03/2024", "2024-03-12"),
        ("date", {}, "12/3/2024", "2024-03-12"),
        ("date", {}, " 1.3.2024 ", "2024-03-01"),
        ("date", {}, "1er mars 2024", "2024-03-01"),
        ("date", {}, "2024-03-12", "2024-03-12"),
        ("date", {"format": "%d/%m/%Y"}, "12/3/2024", "12/03/2024"),
        ("date", {"format": "any"}, "03/04/2024", "2024-04-03"),
        ("date", {"format": "%m/%d/%Y"}, "03/04/2024", "04/03/2024"),  # the third of April, shown so as well
        ("date", {"format": "%Y"}, "2024", "2024"),
        ("datetime", {}, "12/03/2024 14:30", "2024-03-12T14:30:00"),
        ("datetime", {}, "12/03/2024 à 14h30", "2024-03-12T14:30:00"),
        ("datetime", {}, "12/03/2024 14:30:05 +01:00", "2024-03-12T14:30:05+01:00"),
        ("datetime", {}, "2024-03-12T14:30:00Z", "2024-03-12T14:30:00Z"),
        ("time", {}, "14h30", "14:30:00"),
        ("time", {}, "9 h", "09:00:00"),
        ("time", {"format": "%H:%M"}, "14 h 30", "14:30"),
        ("yearmonth", {}, "3/2024", "2024-03"),
        ("yearmonth", {}, "mars 2024", "2024-03"),
        ("year", {}, " 2024 ", "2024"),
        ("duration", {}, "1 h 30", "PT1H30M"),
        ("duration", {}, "10 jours", "P10D"),
        ("duration", {}, "2 semaines", "P14D"),
        ("duration", {}, "PT5M", "PT5M"),
        ("number", {}, "1 234,50", "1234.50"),
        ("number", {}, "1\u202f234,50", "1234.50"),
        ("number", {}, "1\u00a0234.5 €", "1234.5"),
        ("number", {}, "-12,5", "-12.5"),
        ("number", {}, "− 12,5 €", "-12.5"),
        ("number", {"bareNumber": False}, "− 12,5 €", "-12.5"),
        ("number", {}, "1.234.567,89", "1234567.89"),
        ("number", {"decimalChar": ","}, "1 234.5", "1234,5"),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.234,5", "1234,5"),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.5", "1,5"),
        ("number", {"groupChar": ","}, "0,5", "0.5"),
        ("number", {"groupChar": ","}, "1,234", "1234"),
        ("integer", {}, "2 400 000", "2400000"),
        ("integer", {}, "12,0", "12"),
        ("boolean", {"trueValues": ["oui"], "falseValues": ["non"]}, "oui", "oui"),
        ("string", {}, "  Fonctionnement 2024 ", "Fonctionnement 2024"),
        ("string", {"name": "siret"}, "217 500 016 00019", "21750001600019"),
        ("string", {"name": "code_postal"}, "44 000", "44000"),
        ("string", {"constraints": {"enum": ["sans porc ", "sans sel"]}}, "sans porc ", "sans porc "),
    ],
)  # fmt: skip
def test_a_typed_text_is_stored_as_the_type_writes_it(
    kind: str, more: dict[str, Any], typed: str, stored: str
) -> None:
    control = control_of(kind, **more)
    assert read_one(control, ("", typed)) == stored
    assert check_cell(control.field, stored)[1] == ()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("date", "12/03/24"),  # which century is for the person to say
        ("date", "31/02/2024"),
        ("date", "12/03/2024 14:30"),  # the hour is not dropped in silence
        ("date", "mardi"),
        ("datetime", "12/03/2024"),
        ("time", "25:00"),
        ("number", "douze"),
        ("number", "12,5 ou 13"),
        ("number", "1.2.3"),
        ("number", "12,50,3"),
        ("number", "1..2"),
        ("number", "12 50"),
        ("number", "1 2 3"),
        ("number", "3 k€"),
        ("integer", "1.2.3"),
        ("integer", "12,5"),
        ("year", "24"),
        ("duration", "longtemps"),
        ("geojson", "{"),
        ("string", "  \n a\tb"),
    ],
)
def test_what_is_not_understood_stays_as_typed(kind: str, typed: str) -> None:
    control = control_of(kind, constraints={"pattern": "[0-9]+"} if kind == "string" else {})
    assert read_one(control, ("", typed)) == typed
    assert check_cell(control.field, typed)[1]
    assert show(control, typed).value == typed


def test_english_readers_type_a_comma_for_thousands_and_are_not_guessed_at() -> None:
    assert read_one(control_of("number", lang="en"), ("", "1,234")) == "1,234"
    assert read_one(control_of("number", lang="en"), ("", "1,234.5")) == "1234.5"
    assert read_one(control_of("number", lang="fr"), ("", "1,234")) == "1.234"


@pytest.mark.parametrize(
    ("kind", "stored", "fr", "en"),
    [
        ("date", "2024-03-12", "12/03/2024", "2024-03-12"),
        ("date", "0800-03-12", "12/03/0800", "0800-03-12"),
        ("datetime", "2024-03-12T14:30:00", "12/03/2024 14:30", "2024-03-12 14:30"),
        ("datetime", "2024-03-12T14:30:00Z", "12/03/2024 14:30 UTC", "2024-03-12 14:30 UTC"),
        ("datetime", "2024-03-12T14:30:05.250+01:00", "12/03/2024 14:30:05,25 +01:00", None),
        ("time", "09:00:00", "09:00", "09:00"),
        ("yearmonth", "2024-03", "03/2024", "2024-03"),
        ("duration", "P1DT2H", "1 jour 2 h", "P1DT2H"),
        ("number", "1234.50", "1234,50", "1234.50"),
        ("number", "-1234567.5", "-1\u202f234\u202f567,5", "-1234567.5"),
        ("number", "NaN", "NaN", "NaN"),
        ("integer", "2024", "2024", "2024"),
        ("integer", "24000", "24\u202f000", "24000"),
    ],
)
def test_a_value_is_shown_as_its_reader_types_it(kind: str, stored: str, fr: str, en: str | None) -> None:
    assert show(control_of(kind), stored).value == fr
    if en is not None:
        assert show(control_of(kind, lang="en"), stored).value == en
