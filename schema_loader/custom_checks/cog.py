"""The official geographic code (Code officiel géographique, INSEE) by year, and postal codes; data/README.md has the source.

The newest year's lists are read from whole files, each other year's as what differs. All is read once, when first asked
for: some 30 ms and 15 MB for the communes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

YEARS = ("2023", "2024", "2025", "2026")
LATEST = YEARS[-1]

Rows = frozenset[tuple[str, str]]
"""Pairs of code and name."""


def year_of(declared: object) -> str | None:
    """The year that a declaration means (``latest`` too), or None if there is no list of it."""
    year = LATEST if declared == "latest" else str(declared)
    return year if year in YEARS else None


@cache
def rows(table: str, year: str) -> Rows:
    """The ``communes``, ``departements`` or ``regions`` of a year.

    Among the communes are delegated and associated communes and municipal arrondissements; among the départements, the
    overseas collectivities, which bear numbers of their series.
    """
    if year == LATEST:
        return frozenset((code, name) for code, _, name in (line.partition(",") for line in _lines(table)))
    removed: set[tuple[str, str]] = set()
    added: set[tuple[str, str]] = set()
    for line in _lines(f"changes-{year}"):
        of, sign, code, name = line.split(",")
        if of == table:
            (added if sign == "+" else removed).add((code, name))
    return (rows(table, LATEST) - removed) | added


@cache
def codes(table: str, year: str) -> frozenset[str]:
    """The codes of a table."""
    return frozenset(code for code, _ in rows(table, year))


@cache
def names(table: str, year: str) -> frozenset[str]:
    """The names of a table."""
    return frozenset(name for _, name in rows(table, year))


@cache
def departements(year: str = LATEST) -> Mapping[str, str]:
    """Names of the départements by code, in the order of codes."""
    return MappingProxyType(dict(sorted(rows("departements", year))))


@cache
def postal_codes() -> frozenset[str]:
    """The postal codes of communes; those of a CEDEX are none."""
    return frozenset(_lines("postal-codes"))


def _lines(name: str) -> list[str]:
    return (files("schema_loader.custom_checks.data") / f"{name}.csv").read_text("utf-8").split("\n")[:-1]
