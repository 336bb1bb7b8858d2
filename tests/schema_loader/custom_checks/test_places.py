"""Communes, départements, regions, countries and postal codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from schema_loader.custom_checks import CHECKS, cog, countries
from schema_loader.custom_checks.base import Params
from tests.schema_loader.custom_checks.declared import of_value, schema_with, warnings

RIGHT = {
    "numero-departement": ["01", "2A", "75", "971", "976", "988"],
    "departement": ["Vienne", "Val-d'Oise", "La Réunion", "Corse-du-Sud", "Wallis-et-Futuna"],
    "code-region": ["01", "11", "75", "94"],
    "region": ["Île-de-France", "Provence-Alpes-Côte d'Azur", "Corse"],
    "pays": ["France", "Allemagne", "Corée du Sud", "Côte d’Ivoire", "Kosovo", "Nigéria"],
    "code-pays-iso2": ["FR", "DE", "SS"],
    "code-pays-iso3": ["FRA", "DEU", "SSD"],
    "code-postal": ["86000", "01000", "20200", "97100", "98800", "75116"],
    "code-commune-insee": ["86194", "2A004", "97105", "75056", "75101", "01015", "98818"],
    "commune": ["Poitiers", "L'Haÿ-les-Roses", "Paris 1er Arrondissement", "Y", "Œting", "Arbignieu", "Nouméa"],
    "canton": ["Poitiers-1", "Bourg-en-Bresse-2"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "text"), [(check, text) for check, texts in RIGHT.items() for text in texts]
)
def test_a_place_passes(check: str, text: str) -> None:
    assert of_value(check, text, cog="2024") is None


@pytest.mark.parametrize(
    ("check", "text", "reason", "meant"),
    [
        ("numero-departement", "1", "unknown", "01"),
        ("numero-departement", "2a", "case", "2A"),
        ("numero-departement", "20", "unknown", ""),
        ("departement", "VIENNE", "case", "Vienne"),
        ("departement", "Val-d’Oise", "case", "Val-d'Oise"),
        ("departement", "Réunion", "unknown", "La Réunion"),
        ("departement", "Yorkshire", "unknown", ""),
        ("code-region", "22", "unknown", ""),
        ("code-region", "975", "unknown", ""),
        ("region", "Ile-de-France", "case", "Île-de-France"),
        ("region", "Picardie", "unknown", ""),
        ("code-postal", "1000", "unknown", "01000"),
        ("code-postal", "86 000", "unknown", "86000"),
        ("code-postal", "86020", "unknown", ""),  # of a CEDEX
        ("code-postal", "Poitiers", "unknown", ""),
        ("code-commune-insee", "1001", "unknown", "01001"),
        ("code-commune-insee", "2a004", "case", "2A004"),
        ("code-commune-insee", "86000", "unknown", ""),
        ("commune", "POITIERS", "case", "Poitiers"),
        ("commune", "poitiers", "case", "Poitiers"),
        ("commune", "L’Hay-les-Roses", "case", "L'Haÿ-les-Roses"),
        ("commune", "azerat", "case", "Azerat"),
        ("commune", "azérat", "case", "Azérat"),
        ("commune", "Poitiers ", "unknown", "Poitiers"),
        ("commune", "St Etienne", "unknown", "Saint-Étienne"),
        ("commune", "Ste-Menehould", "unknown", "Sainte-Menehould"),
        ("commune", "Havre", "unknown", "Le Havre"),
        ("commune", "La Poitiers", "unknown", "Poitiers"),
        ("commune", "Poitierz", "unknown", "Poitiers"),
        ("commune", "Poitires", "unknown", "Poitiers"),
        ("commune", "Poiters", "unknown", "Poitiers"),
        ("commune", "Poittiers", "unknown", "Poitiers"),
        ("commune", "86194", "unknown", ""),
        ("commune", "Z", "unknown", ""),
        ("commune", "Poitiers " * 40, "unknown", ""),
        ("pays", "FRANCE", "case", "France"),
        ("pays", "Alemagne", "unknown", "Allemagne"),
        ("code-pays-iso2", "fr", "case", "FR"),
        ("code-pays-iso2", "UK", "unknown", ""),
        ("code-pays-iso3", "ZZZ", "unknown", ""),
    ],
)
def test_a_place_out_of_the_list_says_what_was_meant(check: str, text: str, reason: str, meant: str) -> None:
    error = of_value(check, text, cog="2024")
    assert error is not None
    assert (error.code, error.params) == (f"custom-check-error/{check}", {"reason": reason, "meant": meant})


LISTS = {
    "numero-departement": lambda year: cog.codes("departements", year),
    "departement": lambda year: cog.names("departements", year),
    "code-region": lambda year: cog.codes("regions", year),
    "region": lambda year: cog.names("regions", year),
    "code-commune-insee": lambda year: cog.codes("communes", year),
    "commune": lambda year: cog.names("communes", year),
    "code-postal": lambda year: cog.postal_codes(),
    "pays": lambda year: countries.names(),
}


@pytest.mark.parametrize("year", [*cog.YEARS, "latest"])
@pytest.mark.parametrize("check", LISTS)
def test_every_place_of_a_year_passes_letter_for_letter(check: str, year: str) -> None:
    schema = schema_with(check, {"column": "a", "cog": year}, {"a": "string"})
    judge = CHECKS[check](Params({"column": "a", "cog": year}), schema)
    values = LISTS[check](cog.LATEST if year == "latest" else year)
    assert values
    assert [value for value in values if tuple(judge.faults({"a": value}))] == []
    wrong = [value.upper() for value in values if value.upper() not in values]
    assert wrong or check in ("numero-departement", "code-region", "code-postal", "code-commune-insee")
    for value in wrong[::97]:
        ((_, fault),) = judge.faults({"a": value})
        assert fault.params["reason"] == "case"
        assert str(fault.params["meant"]).upper() == value


@pytest.mark.parametrize(
    ("check", "text", "year", "listed", "meant"),
    [
        ("commune", "Oissel", "2026", "2025", "Oissel-sur-Seine"),
        ("commune", "Oissel", "latest", "2025", "Oissel-sur-Seine"),
        ("commune", "Oissel-sur-Seine", "2024", "2026", ""),
        ("commune", "Moutonneau", "2026", "2024", ""),  # merged
        ("code-commune-insee", "16238", "2026", "2024", ""),
        ("code-commune-insee", "16238", "2025", "2024", ""),
    ],
)
def test_a_commune_of_another_year_is_named_as_such(
    check: str, text: str, year: str, listed: str, meant: str
) -> None:
    error = of_value(check, text, cog=year)
    assert error is not None
    wanted_year = cog.LATEST if year == "latest" else year
    assert error.params == {"reason": "other-year", "meant": meant, "year": wanted_year, "listed": listed}
    assert of_value(check, text, cog=listed) is None


def test_the_lists_of_different_years_differ() -> None:
    counts = {year: len(cog.codes("communes", year)) for year in cog.YEARS}
    assert len({cog.codes("communes", year) for year in cog.YEARS}) == len(cog.YEARS)
    assert all(36_900 < count < 37_700 for count in counts.values()), counts
    assert cog.rows("communes", "2024") & {("16238", "Moutonneau"), ("76484", "Oissel")}


@pytest.mark.parametrize(
    ("text", "reason"), [("8613", "form"), ("Poitiers-1 ", "form"), ("poitiers-1", "case"), ("BREST", "case")]
)
def test_a_canton_of_the_wrong_form_fails(text: str, reason: str) -> None:
    error = of_value("canton", text, cog="2024")
    assert error is not None
    assert (error.code, error.params) == ("custom-check-error/canton", {"reason": reason})


def test_the_schema_is_told_where_the_form_alone_is_checked() -> None:
    told = {
        name: warnings(schema_with(name, {"column": "a", "cog": "2024"}, {"a": "string"}))
        for name in (*LISTS, "canton", "code-fantoir")
    }
    assert {name: found for name, found in told.items() if found} == {
        name: [("check-by-form-only", "", {"check": name})] for name in ("canton", "code-fantoir")
    }


@pytest.mark.parametrize(
    ("year", "reason"),
    [(None, "missing"), ("2022", "unknown-year"), ("2023", ""), (2024, ""), ("2026", ""), ("latest", "")],
)
@pytest.mark.parametrize("check", ["code-region", "commune", "canton"])
def test_a_list_without_a_known_year_is_the_latest(check: str, year: object, reason: str) -> None:
    params = {} if year is None else {"cog": year}
    schema = schema_with(check, {"column": "a", **params}, {"a": "string"})
    expected = {"check": check, "param": "cog", "reason": reason, "runs": True}
    found = [warning for warning in warnings(schema) if warning[0] == "check-misdeclared"]
    assert found == ([("check-misdeclared", "", expected)] if reason else [])
    assert of_value("code-region", "84", **params) is None
    assert of_value("code-region", "82", **params) is not None
    if reason:
        assert of_value("commune", "Oissel-sur-Seine", **params) is None


def test_the_small_tables_are_whole() -> None:
    for year in cog.YEARS:
        assert len(cog.rows("regions", year)) == len(cog.names("regions", year)) == 18
        assert len(cog.rows("departements", year)) == len(cog.codes("departements", year)) == 101 + 8
        assert cog.codes("departements", year) >= {f"{n:02}" for n in range(1, 96) if n != 20}


def test_each_year_has_its_file_and_each_file_its_year() -> None:
    folder = Path(cog.__file__).with_name("data")
    assert {path.name for path in folder.glob("changes-*.csv")} == {
        f"changes-{year}.csv" for year in cog.YEARS if year != cog.LATEST
    }


@pytest.mark.parametrize("check", ["code-postal", "code-region", "code-commune-insee"])
def test_a_number_is_never_a_code_that_may_start_with_zero(check: str) -> None:
    error = of_value(check, "11", "integer", cog="2024")
    assert error is not None and error.params == {"reason": "not-text"}


LAZY = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from schema_loader.check import check_table
from schema_loader.compile import compile_descriptor

def of(check, cell):
    schema = compile_descriptor({"fields": [{"name": "a", "type": "string", "customCheck": check}]})
    errors = list(check_table(schema, ["a"], [[cell]]))
    return len(errors), [path for path in opened if path.endswith(".csv")], "pycountry" in sys.modules

found = [of("siret", "1"), of({"name": "commune", "cog": "latest"}, "Poitiers")]
for _ in range(2):
    found.append(of({"name": "commune", "cog": "latest"}, "Nulle Part"))
print(json.dumps(found))
"""


def test_lists_are_read_once_and_only_for_a_schema_that_needs_them() -> None:
    import json

    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True)
    (siret, siret_read, _), (right, right_read, countries_read), first, again = json.loads(done.stdout)
    assert (siret, siret_read) == (1, [])
    assert (right, [Path(path).name for path in right_read]) == (0, ["communes.csv"])
    assert not countries_read
    assert first[0] == again[0] == 1
    assert first[1] == again[1] and len(first[1]) == len(cog.YEARS)
