"""Keys over a table: what must be unique, and what must stand in another table.

Verdicts are those of frictionless-py 5.21 (``resources/table.py``, observed): values are compared once cast, nulls are
ignored by ``unique`` and by foreign keys, a primary key may be partly null but not wholly.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

from schema_loader.errors import CellError
from schema_loader.field import Field, Reading
from schema_loader.table_schema import ForeignKey, TableSchema

References = Callable[[ForeignKey], Container[tuple[Any, ...]] | None]
"""Gives the values (tuples of cast values) that stand in the fields a foreign key refers to; None if nobody knows."""


class Keys:
    """Uniqueness over a table: ``unique`` fields, ``uniqueKeys`` and the primary key, on cast values."""

    def __init__(self, schema: TableSchema, number: Mapping[str, int]) -> None:
        self._unique: list[tuple[Field, int, dict[Any, int]]] = [
            (field, number[field.name] - 1, {})
            for field in schema.fields
            if field.unique and field.name in number
        ]
        keys = [("unique-error/key", key) for key in schema.unique_keys]
        if schema.primary_key:
            keys.append(("primary-key", schema.primary_key))
        self._composite: list[tuple[str, tuple[Field, ...], tuple[int, ...], dict[Any, int]]] = [
            (code, tuple(schema.by_name[name] for name in key), tuple(number[name] - 1 for name in key), {})
            for code, key in keys
            if all(name in number for name in key)
        ]

    def __bool__(self) -> bool:
        return bool(self._unique or self._composite)

    def errors(
        self, cells: Sequence[str], readings: Sequence[Reading] | None, row_number: int
    ) -> Iterator[CellError]:
        """Errors of a row against those before it; each cites the nearest earlier row with the same value."""
        for field, index, seen in self._unique:
            value = self._value(field, index, cells, readings)
            if value is None:
                continue
            earlier = _remember(seen, value, row_number)
            if earlier:
                yield CellError("unique-error", row_number, field, index + 1, cells[index], {"row": earlier})
        for code, fields, indexes, seen in self._composite:
            values = [
                self._value(field, index, cells, readings)
                for field, index in zip(fields, indexes, strict=True)
            ]
            params = {"names": tuple(field.name for field in fields)}
            if all(value is None for value in values):
                if code == "primary-key":
                    yield CellError("primary-key/empty", row_number, None, None, "", params)
                continue
            if code != "primary-key" and None in values:
                continue
            earlier = _remember(seen, tuple(values), row_number)
            if earlier:
                yield CellError(code, row_number, None, None, "", {**params, "row": earlier})

    @staticmethod
    def _value(field: Field, index: int, cells: Sequence[str], readings: Sequence[Reading] | None) -> Any:
        if readings is not None:
            return readings[index][0]
        return field.read(cells[index])[0]


def _remember(seen: dict[Any, int], value: Any, row_number: int) -> int | None:
    try:
        earlier = seen.get(value)
        seen[value] = row_number
    except TypeError:  # lists and objects cannot be hashed: their text can
        return _remember(seen, ("text", repr(value)), row_number)
    return earlier


class ForeignKeys:
    """Foreign keys over a table: those to the table itself are judged after its last row, the others row by row."""

    def __init__(self, schema: TableSchema, number: Mapping[str, int], references: References | None) -> None:
        self._own: list[_OwnKey] = []
        self._others: list[tuple[ForeignKey, _Columns, Container[tuple[Any, ...]]]] = []
        for key in schema.foreign_keys:
            if not all(name in number for name in key.fields):
                continue
            columns = _Columns(schema, number, key.fields)
            if key.resource in ("", schema.name):
                if all(name in number for name in key.reference_fields):
                    self._own.append(_OwnKey(key, columns, _Columns(schema, number, key.reference_fields)))
            elif references is not None and (known := references(key)) is not None:
                self._others.append((key, columns, known))

    def __bool__(self) -> bool:
        return bool(self._own or self._others)

    def errors(
        self, cells: Sequence[str], readings: Sequence[Reading] | None, row_number: int
    ) -> Iterator[CellError]:
        """Errors of a row against other tables; what it refers to in this one is remembered."""
        for key, columns, known in self._others:
            values = columns.values(cells, readings)
            if not _all_null(values) and _hashable(values) not in known:
                yield _foreign_error(key, values, row_number)
        for own in self._own:
            own.known.add(_hashable(own.target.values(cells, readings)))
            values = own.columns.values(cells, readings)
            if not _all_null(values):
                own.asked.append((row_number, values))

    def late_errors(self) -> Iterator[CellError]:
        """Errors that only the end of the table shows: rows that refer to a row which did not come."""
        for own in self._own:
            for row_number, values in own.asked:
                if _hashable(values) not in own.known:
                    yield _foreign_error(own.key, values, row_number)


class _Columns:
    """Some fields of a table and where they stand."""

    def __init__(self, schema: TableSchema, number: Mapping[str, int], names: Sequence[str]) -> None:
        self._fields = [(schema.by_name[name], number[name] - 1) for name in names]

    def values(self, cells: Sequence[str], readings: Sequence[Reading] | None) -> tuple[Any, ...]:
        if readings is not None:
            return tuple(readings[index][0] for _, index in self._fields)
        return tuple(field.read(cells[index])[0] for field, index in self._fields)


class _OwnKey:
    def __init__(self, key: ForeignKey, columns: _Columns, target: _Columns) -> None:
        self.key, self.columns, self.target = key, columns, target
        self.known: set[tuple[Any, ...]] = set()
        self.asked: list[tuple[int, tuple[Any, ...]]] = []


def _all_null(values: tuple[Any, ...]) -> bool:
    return all(value is None for value in values)


def _hashable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        hash(values)
    except TypeError:  # lists and objects: their text
        return tuple(repr(value) for value in values)
    return values


def _foreign_error(key: ForeignKey, values: tuple[Any, ...], row_number: int) -> CellError:
    shown = tuple("" if value is None else str(value) for value in values)
    params = {
        "names": key.fields,
        "values": shown,
        "resource": key.resource,
        "reference": key.reference_fields,
    }
    return CellError("foreign-key", row_number, None, None, "", params)
