"""What every French check shares: how its declaration is read, and how it answers for a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from schema_loader.errors import Fault

if TYPE_CHECKING:
    from schema_loader.table_schema import TableSchema

Faults = Iterable[tuple[str, Fault]]
NONE: tuple[tuple[str, Fault], ...] = ()
WHOLE_ROW = ""
"""Stands for a field's name where a fault belongs to the row as a whole."""


class Unusable(ValueError):
    """A declaration that leaves no rule to apply: the parameter and a reason code."""

    def __init__(self, param: str, reason: str) -> None:
        super().__init__(f"{param}: {reason}")
        self.param = param
        self.reason = reason


class Params:
    """Reads the parameters of one declaration. ``oddities`` gathers (parameter, reason) of what was read all the same."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = {key.replace("_", "-"): value for key, value in raw.items()}
        self.oddities: list[tuple[str, str]] = []

    def get(self, key: str) -> Any:
        """The raw value, or None."""
        return self._raw.get(key)

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.get(key)
        if value is None or value == "":
            raise Unusable(key, "missing")
        if not isinstance(value, str):
            raise Unusable(key, "not-text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them twice; a lone text is read as a list of one."""
        value = self.get(key)
        if isinstance(value, str) and value:
            self.oddities.append((key, "not-list"))
            value = [value]
        if value is None or value in ("", []):
            raise Unusable(key, "missing")
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise Unusable(key, "not-list")
        return tuple(dict.fromkeys(value))

    def flag(self, key: str) -> bool:
        """A boolean, or one of the words ``true``, ``yes``, ``false``, ``no``. Absent or another word means no."""
        value = self.get(key)
        if isinstance(value, bool):
            return value
        if value is not None and value not in ("true", "yes", "false", "no"):
            self.oddities.append((key, "not-yes-or-no"))
        return value in ("true", "yes")


class Check(ABC):
    """One French check as a schema declares it. ``columns`` are the fields it reads, the one it is reported on first.

    ``__init__`` raises :class:`Unusable` where the declaration leaves no rule to apply.
    """

    name: ClassVar[str]
    older_names: ClassVar[tuple[str, ...]] = ()
    by_form_only: ClassVar[bool] = False
    """Whether only the form of a value is checked where the reference has a list."""
    columns: tuple[str, ...]

    @abstractmethod
    def __init__(self, params: Params, schema: TableSchema) -> None: ...

    @abstractmethod
    def faults(self, values: Mapping[str, Any]) -> Faults:
        """The faults of one row of cast values, each with the name of its field (:data:`WHOLE_ROW` for none)."""

    def within(self, present: Collection[str]) -> Check | None:
        """The check for a table that holds only these fields; None where nothing is left to check row by row."""
        return self if all(column in present for column in self.columns) else None

    def header_faults(self, present: Collection[str]) -> Faults:
        """What is wrong with the mere set of fields that a table holds."""
        return NONE

    @classmethod
    def fault(cls, **params: Any) -> Fault:
        """A fault of this check. Parameters are texts, whole numbers, booleans or tuples of texts."""
        return Fault(f"custom-check-error/{cls.name}", params)


class ColumnCheck(Check):
    """A check of one column's values: ``judge`` says what is wrong with a value, nulls are never asked about."""

    of_text: ClassVar[bool] = True
    """Whether only a text can be right, so that a field of another type always fails."""

    def __init__(self, params: Params, schema: TableSchema) -> None:
        self.column = params.text("column")
        self.columns = (self.column,)
        field = schema.by_name.get(self.column)
        if self.of_text and field is not None and field.type.name not in ("string", "any"):
            params.oddities.append(("column", "not-text"))

    def faults(self, values: Mapping[str, Any]) -> Faults:
        value = values[self.column]
        if value is None:
            return NONE
        if self.of_text and not isinstance(value, str):
            return ((self.column, self.fault(reason="not-text")),)
        fault = self.judge(value)
        return NONE if fault is None else ((self.column, fault),)

    def accepts(self, value: Any) -> bool:
        """Whether a cast value has no fault, without finding out what was meant by one that has."""
        return value is None or ((isinstance(value, str) or not self.of_text) and self.passes(value))

    def passes(self, value: Any) -> bool:
        """The same of a value that :meth:`judge` may be asked about."""
        return self.judge(value) is None

    @abstractmethod
    def judge(self, value: Any) -> Fault | None:
        """What is wrong with a value that is no null, if anything."""
