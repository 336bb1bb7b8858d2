"""The rule that a repair must satisfy: that of the field, and the French checks of its column alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from weakref import WeakKeyDictionary

from schema_loader import custom_checks
from schema_loader.custom_checks.base import ColumnCheck
from schema_loader.custom_checks.nearest import Codes, Names
from schema_loader.custom_checks.places import Listed
from schema_loader.errors import Fault
from schema_loader.field import Field
from schema_loader.folding import fold_words
from schema_loader.shapes import Choice, ManyOf, shapes
from schema_loader.table_schema import TableSchema

SCHEMES = ("https://", "http://")
HOST = "www.exemple.fr"
_OF_YEARS = re.compile(r"\b(?:annees?|millesimes?|years?)\b")
PHONES = (
    "0142764040",
    "01 42 76 40 40",
    "+33142764040",
    "+33 1 42 76 40 40",
    "01.42.76.40.40",
    "01-42-76-40-40",
    "0033142764040",
)


@dataclass(frozen=True, eq=False)
class ColumnRule:
    """A field with the checks that look at no other column. Get one from :func:`rule_of`."""

    field: Field
    checks: tuple[ColumnCheck, ...] = ()

    def accepts(self, text: str) -> bool:
        """Whether a cell may hold the text."""
        value, faults = self.field.read(text)
        if faults:
            return False
        for check in self.checks:  # noqa: SIM110 (a loop is quicker: each text of a column is asked about several times)
            if not check.accepts(value):
                return False
        return True

    def check_fault(self, text: str) -> Fault | None:
        """The first fault that a check of the column finds in a text that the field itself accepts."""
        value, faults = self.field.read(text)
        if faults or value is None:
            return None
        values = {self.field.name: value}
        return next((fault for check in self.checks for _, fault in check.faults(values)), None)

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
    def listed(self) -> Names | None:
        """The closed list of names, not of codes, that a check of the column reads: communes, countries …"""
        lists = (check.names for check in self.checks if isinstance(check, Listed))
        return next((names for names in lists if not isinstance(names, Codes)), None)

    @cached_property
    def is_coded(self) -> bool:
        """Whether the column holds texts of some form, not just texts that may not be too long."""
        rules = self.field.constraints
        lengths = [rules[name].value for name in ("minLength", "maxLength") if name in rules]
        fixed = len(lengths) == 2 and lengths[0] == lengths[1]
        return bool(self.checks) or "pattern" in rules or "enum" in rules or fixed

    @cached_property
    def of_mail(self) -> bool:
        """Whether a text column is one of e-mail addresses."""
        return self._tells("nom@exemple.fr", "nom.exemple.fr")

    @cached_property
    def of_web(self) -> bool:
        """Whether a text column is one of web addresses with their scheme."""
        return any(
            self._tells(f"{scheme}{HOST}{path}", HOST + path) for scheme in SCHEMES for path in ("", "/page")
        )

    @cached_property
    def of_phones(self) -> bool:
        """Whether a text column is one of telephone numbers, in some spelling."""
        return any(self._tells(spelling, "numero") for spelling in PHONES)

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

    @cached_property
    def holds_years(self) -> bool:
        """Whether four digits of the column are a year: a zero put before fewer of them would make one nobody meant."""
        if self.of_years:
            return True
        named = _OF_YEARS.search(fold_words(f"{self.field.name} {self.field.title or ''}"))
        return named is not None and self._tells("2024", "abcd")

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
        known[field.name] = ColumnRule(
            field, tuple(check for check in checks if isinstance(check, ColumnCheck))
        )
    return known[field.name]
