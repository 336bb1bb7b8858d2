"""French checks that a schema declares beside its constraints, at the root or on a field.

Names, parameters and verdicts are those of Validata (validata-table 0.12.5, observed); docs/differences.md names what
differs. A check runs on the cast values of a row and passes a row where one of them is null, ``cohesive-columns-value``
and ``one-of-required`` excepted. Libraries are imported when the first value is judged.

**Fault codes** are ``custom-check-error/<name>``, and ``one-of-required``. Parameters are texts, whole numbers, booleans
or tuples of texts; a value in them is in its stored form. Every check of one column may say ``reason: not-text``: its
field is of another type, so that no value is right.

=========================  ==========================================================================================
siret, siren               reason: not-digits, length, check-digit; digits (found), expected; looks_like: siren, siret,
                           rna or ""
code-fantoir               (none)
nomenclature-acte          reason: no-slash, spaces, unknown-matter; matter (what stands first); meant or ""
phone-number-value         reason: not-a-number, too-short, too-long, unknown
opening-hours-value        position (character from 1 where the grammar is left, 0 if unknown)
year-interval-value        reason: form, same, order; first, second (years, 0 if unknown); year_only (is allowed)
french-gps-coordinates     swapped; lon, lat (texts)
code-region, region,       reason: case, unknown; meant or ""
numero-departement,
departement, pays,
code-pays-iso2, -iso3
code-postal, commune,      reason: form; for names also case
code-commune-insee, canton
sum-columns-value          reason: different, not-a-number; column, columns; sum, value (texts); at (column of value)
compare-columns-value      reason: order, not-comparable; column, op, column2; value, value2 (texts)
cohesive-columns-value     column, othercolumns; filled, empty (columns) — or, of a header, missing (columns)
one-of-required            column1, column2 — and, of a header, missing (columns)
=========================  ==========================================================================================

**Warnings** of a schema: ``unknown-check`` (name, meant or ""), ``check-missing-column`` (check, column),
``check-misdeclared`` (check, param, reason, runs: whether it is applied all the same) with reason missing, not-text,
not-list, not-geopoint, not-yes-or-no, unknown-operator or unknown-year, and ``check-by-form-only`` (check).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from schema_loader.custom_checks.across import CohesiveColumns, CompareColumns, OneOfRequired, SumColumns
from schema_loader.custom_checks.base import WHOLE_ROW, Check, Params, Unusable
from schema_loader.custom_checks.contact import OpeningHours, PhoneNumber, YearInterval
from schema_loader.custom_checks.coordinates import FrenchGpsCoordinates
from schema_loader.custom_checks.identifiers import CodeFantoir, NomenclatureActe, Siren, Siret
from schema_loader.custom_checks.places import (
    Canton,
    CodeCommuneInsee,
    CodePaysIso2,
    CodePaysIso3,
    CodePostal,
    CodeRegion,
    Commune,
    Departement,
    NumeroDepartement,
    Pays,
    Region,
)
from schema_loader.errors import Fault, SchemaWarning

if TYPE_CHECKING:
    from schema_loader.field import Field
    from schema_loader.table_schema import DeclaredCheck, TableSchema

__all__ = ["CHECKS", "WHOLE_ROW", "Check", "RowCheck", "find", "for_columns", "header_faults", "problems"]

CHECKS: Mapping[str, type[Check]] = {
    check.name: check
    for check in (
        Siret, Siren, CodeFantoir, NomenclatureActe, PhoneNumber, OpeningHours, YearInterval, FrenchGpsCoordinates,
        CodePostal, CodeCommuneInsee, Commune, NumeroDepartement, Departement, CodeRegion, Region, Canton, Pays,
        CodePaysIso2, CodePaysIso3, SumColumns, CompareColumns, CohesiveColumns, OneOfRequired,
    )
}  # fmt: skip
"""Every check by its name."""

_BY_NAME = {name: check for check in CHECKS.values() for name in (check.name, *check.older_names)}
_built: WeakKeyDictionary[TableSchema, tuple[Check, ...]] = WeakKeyDictionary()


class RowCheck(Protocol):
    """A check of the rows of one table. ``columns`` are the fields it reads, the one it is reported on first."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of fields."""

    def faults(self, values: Mapping[str, Any]) -> Iterable[tuple[str, Fault]]:
        """The faults of a row of cast values by field name; :data:`WHOLE_ROW` in place of a name for the row itself."""


def find(name: str) -> type[Check] | None:
    """The check of that name, older names included; ``_`` stands for ``-`` in some real schemas."""
    return _BY_NAME.get(name.strip().replace("_", "-"))


def problems(declared: DeclaredCheck, schema: TableSchema) -> Iterable[SchemaWarning]:
    """What is odd in a declaration. The check is applied all the same unless it is unknown, misdeclared or misplaced."""
    return _read(declared, schema)[1]


def for_columns(schema: TableSchema, columns: Sequence[Field | None]) -> tuple[RowCheck, ...]:
    """The checks that apply to the rows of a table with these columns, in the order of their declaration."""
    present = _names(columns)
    found = (check.within(present) for check in _checks(schema))
    return tuple(check for check in found if check is not None)


def header_faults(schema: TableSchema, columns: Sequence[Field | None]) -> tuple[tuple[str, Fault], ...]:
    """What the checks find wrong with the mere set of columns of a file, before any row is read."""
    present = _names(columns)
    return tuple(fault for check in _checks(schema) for fault in check.header_faults(present))


def _names(columns: Sequence[Field | None]) -> frozenset[str]:
    return frozenset(field.name for field in columns if field is not None)


def _checks(schema: TableSchema) -> tuple[Check, ...]:
    """The checks of a schema that can be applied, built once. What is declared twice is said once."""
    checks = _built.get(schema)
    if checks is None:
        read: dict[str, Check] = {}
        for declared in schema.declared_checks:
            check = _read(declared, schema)[0]
            if check is not None:
                read.setdefault(f"{check.name} {sorted(map(repr, declared.params.items()))}", check)
        checks = _built[schema] = tuple(read.values())
    return checks


def _read(declared: DeclaredCheck, schema: TableSchema) -> tuple[Check | None, list[SchemaWarning]]:
    place = declared.field or ""
    cls = find(declared.name)
    if cls is None:
        close = difflib.get_close_matches(declared.name.replace("_", "-"), _BY_NAME, 1, 0.75)
        meant = _BY_NAME[close[0]].name if close else ""
        return None, [SchemaWarning("unknown-check", place, {"name": declared.name, "meant": meant})]
    params = Params(declared.params)

    def misdeclared(param: str, reason: str, runs: bool) -> SchemaWarning:
        return SchemaWarning(
            "check-misdeclared", place, {"check": cls.name, "param": param, "reason": reason, "runs": runs}
        )

    try:
        check = cls(params, schema)
    except Unusable as error:
        return None, [misdeclared(error.param, error.reason, runs=False)]
    missing = [name for name in check.columns if name not in schema.by_name]
    if missing:
        return None, [
            SchemaWarning("check-missing-column", place, {"check": cls.name, "column": name})
            for name in missing
        ]
    warnings = [misdeclared(param, reason, runs=True) for param, reason in params.oddities]
    if cls.by_form_only:
        warnings.append(SchemaWarning("check-by-form-only", place, {"check": cls.name}))
    return check, warnings
