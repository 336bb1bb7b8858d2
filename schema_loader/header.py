"""The header row against the fields: which column of a file is which field.

Two profiles. ``frictionless`` is the standard's: ``fieldsMatch`` decides, by default the very columns in the very
order. ``validata`` is what French validators do: by name, in any order; a missing optional column, an extra column or
another order is worth a warning, a missing required one is an error.
Sources: Data Package v2, "fieldsMatch"; frictionless-py 5.21 ``table/header.py`` (observed); Validata (observed).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from schema_loader.errors import NO_PARAMS, CellError
from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.table_schema import FieldsMatch, TableSchema

HeaderProfile = Literal["validata", "frictionless"]
TOLERATES_EXTRA = ("subset", "partial")
TOLERATES_MISSING = ("superset", "partial")


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """The field of each column of the file (None where there is none), and what was wrong with the labels.

    ``errors`` and ``warnings`` have no row number; their ``cell`` is the label.
    """

    labels: tuple[str, ...]
    columns: tuple[Field | None, ...]
    errors: tuple[CellError, ...]
    warnings: tuple[CellError, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each column: the field's, else the label, numbered where it is taken (as the reference does)."""
        names: dict[str, None] = {}
        for field, label in zip_longest(self.columns, self.labels, fillvalue=None):
            name = base = field.name if isinstance(field, Field) else str(label or "")
            number = 2
            while name in names:
                name, number = f"{base}{number}", number + 1
            names[name] = None
        return tuple(names)


def match_header(
    schema: TableSchema, labels: Sequence[str], profile: HeaderProfile = "validata"
) -> HeaderMatch:
    """Pair labels with fields. Labels are stripped, and compared letter for letter.

    An empty header row (a file that starts with a blank line) pairs nothing: the columns are the fields in order, as
    the reference does.
    """
    stripped = tuple(label.strip() for label in labels)
    if not stripped:
        return HeaderMatch((), schema.fields, (), ())
    if profile == "validata":
        return _validata(schema, stripped)
    mode = schema.fields_match or "exact"
    return _exact(schema, stripped) if mode == "exact" else _by_name(schema, stripped, mode)


def _exact(schema: TableSchema, labels: tuple[str, ...]) -> HeaderMatch:
    fields = schema.fields
    columns = tuple(fields[n] if n < len(fields) else None for n in range(len(labels)))
    errors = [
        CellError("extra-label", None, None, n, labels[n - 1])
        for n in range(len(fields) + 1, len(labels) + 1)
    ]
    errors += [
        CellError("missing-label", None, field, n) for n, field in _left_over(fields[len(labels) :], labels)
    ]
    first_seen: dict[str, int] = {}
    for number, (field, label) in enumerate(zip(fields, labels, strict=False), start=1):
        if not label:
            errors.append(CellError("blank-label", None, field, number))
        elif label in first_seen:
            errors.append(
                CellError("duplicate-label", None, field, number, label, {"first": first_seen[label]})
            )
        elif label != field.name:
            errors.append(CellError("incorrect-label", None, field, number, label))
        first_seen.setdefault(label, number)
    return HeaderMatch(labels, columns, tuple(errors), ())


def _left_over(fields: Sequence[Field], labels: tuple[str, ...]) -> Iterator[tuple[int, Field]]:
    """Fields without a column, numbered after the last one: that is where the reference places them."""
    return enumerate(fields, start=len(labels) + 1)


def _meant(label: str, schema: TableSchema, labels: tuple[str, ...]) -> Mapping[str, str]:
    """The name of a missing field that a foreign label looks like, for the words: ``object`` → ``objet``."""
    missing = {fold(field.name): field.name for field in schema.fields if field.name not in labels}
    close = difflib.get_close_matches(fold(label), missing, 1, 0.8)
    return {"meant": missing[close[0]]} if close else NO_PARAMS


def _paired(schema: TableSchema, labels: tuple[str, ...]) -> tuple[list[Field | None], list[CellError]]:
    """Columns by name; a label that comes twice keeps its first column, since two cannot both be the field."""
    columns: list[Field | None] = []
    errors = []
    seen: dict[str, int] = {}
    for number, label in enumerate(labels, start=1):
        if label and label in seen:
            errors.append(CellError("duplicate-label", None, None, number, label, {"first": seen[label]}))
            columns.append(None)
            continue
        seen[label] = number
        columns.append(schema.by_name.get(label))
    return columns, errors


def _by_name(schema: TableSchema, labels: tuple[str, ...], mode: FieldsMatch) -> HeaderMatch:
    columns, errors = _paired(schema, labels)
    if mode not in TOLERATES_EXTRA:
        errors += [
            CellError("extra-label", None, None, n, label, _meant(label, schema, labels))
            for n, (label, field) in enumerate(zip(labels, columns, strict=True), start=1)
            if field is None and labels.index(label) == n - 1
        ]
    if mode == "partial" and not any(columns):
        errors.append(CellError("unmatched-header"))
    missing = [field for field in schema.fields if field.name not in labels]
    if mode in TOLERATES_MISSING:
        missing = [field for field in missing if field.name in schema.must_have]
    errors += [CellError("missing-label", None, field, n) for n, field in _left_over(missing, labels)]
    return HeaderMatch(labels, tuple(columns), tuple(errors), ())


def _validata(schema: TableSchema, labels: tuple[str, ...]) -> HeaderMatch:
    columns, errors = _paired(schema, labels)
    warnings = []
    for number, (label, field) in enumerate(zip(labels, columns, strict=True), start=1):
        if not label:
            errors.append(CellError("blank-label", None, None, number))
        elif field is None and labels.index(label) == number - 1:
            warnings.append(
                CellError("extra-label", None, None, number, label, _meant(label, schema, labels))
            )
    missing = [field for field in schema.fields if field.name not in labels]
    for number, field in _left_over(missing, labels):
        must = field.name in schema.must_have
        (errors if must else warnings).append(CellError("missing-label", None, field, number))
    positions = [field.position for field in columns if field is not None]
    if positions != sorted(positions):
        warnings.append(CellError("incorrect-order"))
    return HeaderMatch(labels, tuple(columns), tuple(errors), tuple(warnings))
