"""A valid column, damaged as spreadsheets and people do, is undone exactly, or asked about, or left « à corriger »: never wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.compile import compile_descriptor
from schema_loader.custom_checks import cog
from schema_loader.repair import apply, propose_column
from schema_loader.table_schema import TableSchema
from tests.schema_loader.repair.damage import (
    AROUND,
    CODES,
    DAMAGES,
    DAYS,
    NUMBERS,
    SPELLINGS,
    Damage,
    counted,
    damaged,
    judge,
    same,
    without_accents,
    yes_no,
)


def schema_of(checks: list[dict[str, Any]] | None = None, **descriptor: Any) -> TableSchema:
    return compile_descriptor({"fields": [{"name": "valeur", **descriptor}], "custom_checks": checks or []})


def checked(name: str, **descriptor: Any) -> TableSchema:
    return schema_of([{"name": name, "params": {"column": "valeur"}}], **descriptor)


def with_key(digits: str) -> str:
    """The digits with the Luhn digit that makes a SIREN or a SIRET of them."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def texts(alphabet: str, low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=high)


def figures(size: int) -> st.SearchStrategy[str]:
    return texts("0123456789", size, size)


CHOICES = [
    "aide en numéraire", "aide en nature", "Société d'économie mixte", "Commune", "Établissement public – EPCI", "N/A : sans objet",
    "Œuvre d’art", "à l'été", "Bâtiment (hors d'eau)", "Très élevé", "Élevé", "2 à 5 places", "5 à 10 places",
]  # fmt: skip
FRENCH = "abcdefghijklmnopqrstuvwxyzéèêàâçùûîïôœABCÉÀÇ '-’"
dates = st.dates(date(1800, 1, 1), date(2190, 12, 31)).map(date.isoformat)
near_dates = st.dates(date(2019, 1, 1), date(2029, 12, 31)).map(date.isoformat)
numbers = st.decimals(-(10**9), 10**9, places=2).map(lambda value: f"{value:f}")
any_places = st.integers(0, 5).flatmap(
    lambda places: st.decimals(-(10**7), 10**7, places=places, allow_nan=False).map(
        lambda value: f"{value:f}"
    )
)
whole = st.integers(-(10**9), 10**9).map(str)
communes = st.sampled_from(sorted(cog.codes("communes", cog.LATEST)))
# « Abbecourt » and « Abbécourt » are two communes: without its accent, one is soundly the other
LISTED = set(cog.names("communes", cog.LATEST))
names = st.sampled_from(
    sorted(name for name in LISTED if without_accents(name) not in LISTED or name.isascii())
)

Column = tuple[TableSchema, st.SearchStrategy[str], tuple[str, ...]]
COLUMNS: dict[str, Column] = {
    "dates": (schema_of(type="date"), dates, DAYS),
    "dates of some years": (schema_of(type="date"), near_dates, DAYS),
    "dates within bounds": (
        schema_of(type="date", constraints={"minimum": "2019-01-01", "maximum": "2029-12-31"}), near_dates, DAYS,
    ),
    "dates in text": (
        schema_of(constraints={"pattern": r"^\d{4}-\d{2}-\d{2}(\/\d{4}-\d{2}-\d{2})?$"}), near_dates, DAYS[:6],
    ),
    "amounts": (schema_of(type="number"), numbers, (*NUMBERS, "point zero")),
    "numbers": (schema_of(type="number"), any_places, (*NUMBERS, "point zero")),
    "numbers with a comma": (
        schema_of(type="number", decimalChar=","), any_places.map(lambda text: text.replace(".", ",")), (),
    ),
    "whole numbers": (schema_of(type="integer"), whole, (*NUMBERS, "point zero")),
    "shares": (
        schema_of(type="number", constraints={"minimum": 0, "maximum": 1}),
        st.decimals(0, 1, places=3).map(lambda value: f"{value:f}"),
        ("percent", "decimal comma"),
    ),
    "shares or not": (
        schema_of(type="number"), st.decimals(0, 100, places=2).map(lambda value: f"{value:f}"), ("percent",),
    ),
    "SIREN": (checked("siren"), figures(8).map(with_key), CODES),
    "SIRET": (checked("siret"), figures(13).map(with_key), CODES),
    "SIRET by form": (schema_of(constraints={"pattern": r"^\d{14}$"}), figures(13).map(with_key), CODES),
    "SIREN by length": (schema_of(constraints={"minLength": 9, "maxLength": 9}), figures(8).map(with_key), CODES),
    "INSEE": (checked("code-commune-insee"), communes, CODES),
    "INSEE by form": (schema_of(constraints={"pattern": r"^([013-9]\d|2[AB1-9])\d{3}$"}), communes, CODES),
    "postal codes": (
        checked("code-postal"), st.sampled_from(sorted(cog.postal_codes())), CODES,
    ),
    "codes by form": (schema_of(constraints={"pattern": r"^\d{6}$"}), figures(6), CODES),
    "communes": (checked("commune"), names, SPELLINGS),
    "choices": (schema_of(constraints={"enum": CHOICES}), st.sampled_from(CHOICES), SPELLINGS),
    "choices by pattern": (
        schema_of(constraints={"pattern": "^(Mauvais état|Bon état|État d'origine)$"}),
        st.sampled_from(["Mauvais état", "Bon état", "État d'origine"]),
        SPELLINGS,
    ),
    "free text": (schema_of(), texts(FRENCH, 1, 20).map(str.strip).filter(bool), ("encoded twice",)),
}  # fmt: skip
CASES = [
    pytest.param(column, damage, id=f"{column}: {damage}")
    for column, (_, _, damages) in COLUMNS.items()
    for damage in (*damages, *AROUND)
]


@pytest.mark.parametrize(("column", "damage"), CASES)
@given(data=st.data())
def test_no_damage_is_undone_wrongly(column: str, damage: str, data: st.DataObject) -> None:
    schema, values, _ = COLUMNS[column]
    field = schema.fields[0]
    true = data.draw(st.lists(values, min_size=1, max_size=12), label="true")
    # where all cells are valid and some are of another make, nothing can tell 1.234 from 1.234
    most = 0 if damage in ("points, comma", "commas, point") else len(true)
    kept = data.draw(st.integers(0, most), label="cells that stay as they are")
    seed = data.draw(st.integers(0, 99), label="seed")
    broken = true[:kept] + damaged(true[kept:], DAMAGES[damage], seed)
    outcome = judge(field, true, broken, schema)
    assert not outcome.wrong, outcome.faults


YES_NO = [
    {}, {"trueValues": ["oui"], "falseValues": ["non"]}, {"trueValues": ["true", "1"], "falseValues": ["false", "0"]},
    {"trueValues": ["Oui", "VRAI"], "falseValues": ["Non", "FAUX"]}, {"trueValues": ["T"], "falseValues": ["F"]},
]  # fmt: skip


@given(data=st.data(), words=st.sampled_from(YES_NO), seed=st.integers(0, 99))
def test_every_word_for_yes_and_no_is_read(data: st.DataObject, words: dict[str, Any], seed: int) -> None:
    field = schema_of(type="boolean", **words).fields[0]
    true = [field.type.format(value) for value in data.draw(st.lists(st.booleans(), min_size=1, max_size=12))]
    outcome = judge(field, true, damaged(true, yes_no(field), seed))
    assert outcome.right == len(true)


ANSWERED = [
    ("JJ/MM/AAAA", {"date_order": "dmy"}, dates),
    ("J/M/AAAA", {"date_order": "dmy"}, dates),
    ("MM/JJ/AAAA", {"date_order": "mdy"}, dates),
    ("JJ/MM/AA", {"date_order": "dmy", "century": "2000"}, near_dates),
    ("M/J/AA", {"date_order": "mdy", "century": "2000"}, near_dates),
]


@pytest.mark.parametrize(("damage", "answers", "values"), ANSWERED)
@given(data=st.data())
def test_with_the_right_answers_all_dates_are_right(
    damage: str, answers: dict[str, str], values: st.SearchStrategy[str], data: st.DataObject
) -> None:
    field = schema_of(type="date").fields[0]
    true = data.draw(st.lists(values, min_size=1, max_size=12))
    _all_right(field, true, DAMAGES[damage], answers)


@pytest.mark.parametrize(
    ("damage", "answers"),
    [
        ("decimal comma", {"comma": "decimal"}),
        ("euro", {"comma": "decimal"}),
        ("points, comma", {"comma": "decimal", "point": "thousands"}),
        ("commas, point", {"comma": "thousands", "point": "decimal"}),
    ],
)
@given(true=st.lists(any_places, min_size=1, max_size=12))
def test_with_the_right_answers_all_numbers_are_right(
    damage: str, answers: dict[str, str], true: list[str]
) -> None:
    if damage == "points, comma":  # a lone group is a sound number, and none of a repair's business
        true = [
            text
            for text in true
            if abs(Decimal(text)) < 1000 or Decimal(text) % 1 or abs(Decimal(text)) >= 10**6
        ]
    _all_right(schema_of(type="number").fields[0], true, DAMAGES[damage], answers)


def _all_right(field: Any, true: list[str], damage: Damage, answers: dict[str, str]) -> None:
    broken = damaged(true, damage)
    groups = [
        group for group in propose_column(field, counted(broken), **answers) if group.status != "beyond"
    ]
    assert not any(group.status == "ask" for group in groups)
    for text, value in zip(broken, true, strict=True):
        after = text
        for group in groups:
            after = apply(group, after)
        assert same(field, after, value), (text, after, value)


FOUND = {
    "dates": set(DAYS) - {"MM/JJ/AAAA", "M/J/AA"}, "amounts": {*NUMBERS}, "SIREN": {*CODES}, "SIRET": {*CODES},
    "INSEE": {*CODES}, "choices": {*SPELLINGS}, "communes": {"upper case", "lower case", "capitals", "encoded twice"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "damage"), [(c, d) for c, damages in FOUND.items() for d in sorted(damages)]
)
def test_usual_damage_is_undone_and_not_left(column: str, damage: str) -> None:
    schema, _, _ = COLUMNS[column]
    true = {
        "dates": ["2024-03-12", "2024-03-25", "2023-04-01", "1998-12-31", "2016-02-29"],
        "amounts": ["1234.50", "12.50", "1234567.00", "-9.99", "0.05", "1000.10"],
        "SIREN": ["005520135", "217500016", "356000000"],
        "SIRET": [with_key("0055201350001"), "21750001600019", "38047555800058"],
        "INSEE": ["01004", "2A004", "75056", "97101", "09122"],
        "choices": CHOICES,
        "communes": ["L'Abergement-Clémenciat", "Paris", "Saint-Étienne", "Nîmes", "Œuilly"],
    }[column]
    outcome = judge(schema.fields[0], true, damaged(true, DAMAGES[damage]), schema)
    assert (outcome.left, outcome.wrong) == (0, 0)
    assert outcome.right >= len(true) - 1
