"""What the values of a column say about the field it may be: only the fields' own rules are asked.

A rule that takes everything proves nothing. What counts is that a column's values keep the rule while those of the other
columns do not: fourteen digits with their key for a SIRET, dates for a date, the words of a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from schema_loader import custom_checks
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

SAMPLE = 200  # rows
DISTINCT = 25  # values of a column that are asked about
FEW = 8  # values, where there are many columns and fields
MANY = 40_000  # pairs
# Texts of which a strict rule takes few: they tell how strict a rule is
PROBES = (
    "Commune de Saint-Aubin",
    "oui",
    "12",
    "1234.5",
    "2024-03-12",
    "75056",
    "x",
    "https://www.exemple.fr",
    "a@exemple.fr",
)
NO_EVIDENCE = 0.0


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
        self._values = {
            column: list(
                islice(dict.fromkeys(r[column] for r in rows if column < len(r) and r[column].strip()), most)
            )
            for column in columns
        }
        self._rules = {field.name: Rule(schema, field) for field in fields}
        self._shares: dict[str, dict[int, float]] = {
            field.name: {
                column: self._rules[field.name].share(values)
                for column, values in self._values.items()
                if values
            }
            for field in fields
            if self._rules[field.name].strictness > 0
        }

    def speaks_for(self, field: Field, column: int) -> float:
        """From -1 (its values break the rule) over 0 (they say nothing) to 1 (they keep a rule that few values keep)."""
        shares = self._shares.get(field.name)
        if shares is None or column not in shares:
            return NO_EVIDENCE
        share = shares[column]
        if share >= 0.5:
            return share * self._rules[field.name].strictness
        return -(1 - 2 * share) * 0.5

    @staticmethod
    def strict(schema: TableSchema, field: Field, text: str) -> float:
        """How much it means that the rule of a field takes this text: 0 for a rule that takes anything."""
        rule = Rule(schema, field)
        return rule.strictness * rule.share([text])


class Rule:
    """The rule of one field, with the declared checks that look at it alone."""

    def __init__(self, schema: TableSchema, field: Field) -> None:
        self._field = field
        self._checks = [
            check
            for check in custom_checks.for_columns(schema, (field,))
            if tuple(check.columns) == (field.name,)
        ]
        taken = sum(self.takes(text) for text in PROBES)
        self.strictness = max(0.0, 1 - taken / 4) if taken < 4 else 0.0

    def takes(self, text: str) -> bool:
        """Whether a cell of this text is right."""
        value, faults = self._field.read(text)
        if faults or value is None:
            return False
        return not any(fault for check in self._checks for fault in check.faults({self._field.name: value}))

    def share(self, values: Sequence[str]) -> float:
        """What part of these texts is right, but for spaces around them."""
        return sum(self.takes(text.strip()) for text in values) / len(values) if values else 0.0
