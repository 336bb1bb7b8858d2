"""The rule that a repair must satisfy: that of the field, and the French checks of its column alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from schema_loader import custom_checks
from schema_loader.custom_checks.nearest import Names
from schema_loader.errors import Fault
from schema_loader.field import Field
from schema_loader.folding import fold_words
from schema_loader.shapes import Choice, ManyOf, shapes
from schema_loader.table_schema import TableSchema

CODE_LIKE = ("siren", "siret")


@dataclass(frozen=True, eq=False)
class ColumnRule:
    """A field with the checks that look at no other column. Get one from :func:`rule_of`."""

    field: Field
    checks: tuple[custom_checks.RowCheck, ...] = ()

    def accepts(self, text: str) -> bool:
        """Whether a cell may hold the text."""
        value, faults = self.field.read(text)
        if faults:
            return False
        return value is None or not self.checks or self._check_fault(value) is None

    def _check_fault(self, value: Any) -> Fault | None:
        values = {self.field.name: value}
        return next((fault for check in self.checks for _, fault in check.faults(values)), None)

    def check_fault(self, text: str) -> Fault | None:
        """The first fault that a check of the column finds in a text that the field itself accepts."""
        value, faults = self.field.read(text)
        return None if faults or value is None or not self.checks else self._check_fault(value)

    @cached_property
    def empty(self) -> str | None:
        """The text of an empty cell, where the column may be left empty."""
        missing = self.field.missing_values
        text = "" if "" in missing or not missing else missing[0]
        return text if text in missing and self.accepts(text) else None

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The closed list of texts that the column may hold: an enum, or a pattern that is nothing but choices."""
        if self.field.choices:
            return self.field.choices
        part = self._only_part
        return part.texts if isinstance(part, Choice) else ()

    @cached_property
    def many_of(self) -> ManyOf | None:
        """The choices and the separator of a pattern that asks for one or several of them."""
        part = self._only_part
        return part if isinstance(part, ManyOf) else None

    @cached_property
    def _only_part(self) -> object:
        pattern = self.field.constraints.get("pattern")
        found = shapes(pattern.value) if pattern is not None else None
        return found[0][0] if found is not None and len(found) == 1 and len(found[0]) == 1 else None

    @cached_property
    def names(self) -> Names:
        """The closed list, to look up what is nearly in it."""
        return names_of(self.choices)

    @cached_property
    def of_days(self) -> bool:
        """Whether a text column is one of ISO dates by its pattern."""
        return self._tells("2024-03-12", "abcd-ef-gh")

    @cached_property
    def of_intervals(self) -> bool:
        """Whether a text column takes two ISO dates with a slash between."""
        return self._tells("2023-01-01/2024-03-12", "abcd-ef-gh/ijkl-mn-op")

    @cached_property
    def of_years(self) -> bool:
        """Whether a text column takes two years with a slash between."""
        return self._tells("2020/2024", "abcd/efgh")

    def _tells(self, good: str, bad: str) -> bool:
        return self.accepts(good) and not self.accepts(bad)


@lru_cache(maxsize=512)
def names_of(choices: tuple[str, ...]) -> Names:
    """A closed list, prepared to look up what is nearly in it; punctuation does not count."""
    return Names(lambda: choices, fold_words)


_of_schemas: WeakKeyDictionary[TableSchema, dict[str, ColumnRule]] = WeakKeyDictionary()


@lru_cache(maxsize=512)
def _alone(field: Field) -> ColumnRule:
    return ColumnRule(field)


def rule_of(field: Field, schema: TableSchema | None = None) -> ColumnRule:
    """The rule of a column; with its schema, the checks that this declares for the column are part of it."""
    if schema is None or not schema.declared_checks:
        return _alone(field)
    known = _of_schemas.setdefault(schema, {})
    if field.name not in known:
        checks = custom_checks.for_columns(schema, [field])
        known[field.name] = ColumnRule(field, tuple(c for c in checks if tuple(c.columns) == (field.name,)))
    return known[field.name]
