"""What the values of a column say about the field it may be: only the fields' own rules are asked.

A rule that takes everything proves nothing. What counts is that a column's values keep the rule while those of the other
columns do not: fourteen digits with their key for a SIRET, dates for a date, the words of a list. A value that is written in
another way than the rule wants (12/03/2024, 1 234,50 €) still has the look of a date or of a number: that counts for less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from importers.shapes import is_date, is_number
from schema_loader import custom_checks
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

SAMPLE = 200  # rows
DISTINCT = 25  # values of a column that are asked about
FEW = 8  # values, where there are many columns and fields
MANY = 20_000  # pairs
LOOK = 0.8  # what the mere look of a value is worth
# Texts of which a strict rule takes few: how strict a rule is where there is no other column to tell
PROBES = (
    "Commune de Saint-Aubin", "oui", "12", "1234.5", "2024-03-12", "75056", "x", "https://www.exemple.fr", "a@exemple.fr",
)  # fmt: skip
NUMBERS = ("number", "integer", "year")
DATES = ("date", "datetime", "yearmonth")


class Evidence:
    """Values of some columns, and what the rules of some fields say about them."""

    def __init__(
        self,
        schema: TableSchema,
        fields: Sequence[Field],
        columns: Sequence[int],
        samples: Iterable[Sequence[str]],
    ) -> None:
        most = FEW if len(fields) * len(columns) > MANY else DISTINCT
        rows = list(islice(samples, SAMPLE))
        values = {column: _distinct(rows, column, most) for column in columns}
        self._speaks: dict[tuple[str, int], float] = {}
        self._rules = {field.name: Rule(schema, field) for field in fields}
        for field in fields:
            rule = self._rules[field.name]
            if rule.strictness <= 0:
                continue
            shares = {column: rule.share(texts) for column, texts in values.items() if texts}
            total = sum(shares.values()) + (1 - rule.strictness)
            for column, share in shares.items():
                usual = (total - share) / len(shares)  # among the other columns and the probes
                self._speaks[field.name, column] = share - usual

    def speaks_for(self, field: Field, column: int) -> float:
        """From -1 (its values break the rule, others keep it) over 0 (they say nothing) to 1 (they alone keep it)."""
        return self._speaks.get((field.name, column), 0.0)

    def checks(self, field: Field) -> tuple[str, ...]:
        """Names of the checks that the schema declares for this field alone."""
        return self._rules[field.name].checks

    def is_own(self, field: Field) -> bool:
        """Whether few values but the field's own keep its rule: a date, words of a list, a number with its key."""
        rule = self._rules[field.name]
        return bool(rule.checks or field.choices) or field.type.name in DATES


def _distinct(rows: Sequence[Sequence[str]], column: int, most: int) -> list[str]:
    found = dict.fromkeys(row[column].strip() for row in rows if column < len(row))
    return list(islice(filter(None, found), most))


class Rule:
    """The rule of one field, with the declared checks that look at it alone.

    ``strictness`` goes from 0 (takes everything that is likely to be met) to 1 (takes little).
    """

    def __init__(self, schema: TableSchema, field: Field) -> None:
        self._field = field
        found = custom_checks.for_columns(schema, (field,))
        self._checks = [check for check in found if tuple(check.columns) == (field.name,)]
        self._looks = (
            is_number if field.type.name in NUMBERS else is_date if field.type.name in DATES else None
        )
        taken = sum(self.takes(text) for text in PROBES)
        self.strictness = max(0.0, 1 - 2 * taken / len(PROBES))

    @property
    def checks(self) -> tuple[str, ...]:
        """Names of the declared checks of one word: ``siret``, ``siren``, ``commune`` …"""
        own = [check for check in self._checks if isinstance(check, custom_checks.Check)]
        return tuple(check.name for check in own if check.name.isalpha())

    def takes(self, text: str) -> bool:
        """Whether a cell of this text is right."""
        value, faults = self._field.read(text)
        if faults or value is None:
            return False
        return not any(any(check.faults({self._field.name: value})) for check in self._checks)

    def share(self, values: Sequence[str]) -> float:
        """What part of these texts is right, or has the look of what is."""
        return sum(map(self._degree, values)) / len(values) if values else 0.0

    def _degree(self, text: str) -> float:
        if self.takes(text):
            return 1.0
        return LOOK if self._looks is not None and self._looks(text) else 0.0
