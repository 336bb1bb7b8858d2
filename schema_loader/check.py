"""The only validator: one cell, one row, one table.

A form asks :func:`check_cell` and :func:`check_row`, a file :func:`check_table`; they run the same rule, the one that
each field was compiled to. Order and kinds of errors are those of frictionless-py 5.21 (``table/row.py`` and
``resources/table.py``, observed), so that both judges can be compared line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from schema_loader import custom_checks
from schema_loader.errors import NO_PARAMS, CellError, Fault
from schema_loader.field import Field, Reading
from schema_loader.header import HeaderMatch, HeaderProfile, match_header
from schema_loader.table_schema import TableSchema

FIRST_ROW = 2  # the header is row 1
MEMO_SIZE = 20_000  # distinct good texts remembered for a column
MEMO_LENGTH = 80  # characters; longer texts seldom come twice


def check_cell(field: Field, text: str | None) -> tuple[Any, tuple[CellError, ...]]:
    """A cell's text → its value (None for a null or an error) and its errors, which have no place yet."""
    value, faults = field.read(text)
    return value, tuple(CellError(f.code, None, field, field.position, text or "", f.params) for f in faults)


def check_row(
    schema: TableSchema, cells: Sequence[str | None] | Mapping[str, str | None], row_number: int | None = None
) -> list[CellError]:
    """Errors of one row: cells in schema order, or by field name (a name that is absent is a null).

    With a sequence, a short row and surplus cells are errors of their own. Cross-field checks are included; uniqueness
    concerns a table, and is not.
    """
    if isinstance(cells, Mapping):
        cells = [cells.get(field.name) for field in schema.fields]
    return RowRule(schema.fields, custom_checks.for_columns(schema, schema.fields)).errors(cells, row_number)


class RowRule:
    """What a row must meet, for columns in the order of a file (None: a column of no field, which may hold anything)."""

    def __init__(
        self,
        columns: Sequence[Field | None],
        checks: Sequence[custom_checks.RowCheck] = (),
        names: Sequence[str] = (),
    ) -> None:
        self.columns = tuple(columns)
        self.names = tuple(names)
        self.checks = tuple(checks)
        self.number = {field.name: n for n, field in enumerate(self.columns, start=1) if field is not None}

    def errors(self, cells: Sequence[str | None], row_number: int | None = None) -> list[CellError]:
        """All errors of one row, cell by cell, then of the row, then of its checks."""
        errors, readings = self.judge(cells, row_number)
        return [*errors, *self.check_errors(readings, cells, row_number)] if self.checks else errors

    def judge(
        self, cells: Sequence[str | None], row_number: int | None
    ) -> tuple[list[CellError], list[Reading]]:
        """Errors before the cross-field checks, and what each cell was read as."""
        columns, width, given = self.columns, len(self.columns), len(cells)
        errors: list[CellError] = []
        readings: list[Reading] = []
        nulls = 0
        for number, field in enumerate(columns, start=1):
            text = cells[number - 1] if number <= given else None
            if field is None:
                reading: Reading = (text or None, ())
                nulls += not text
            else:
                reading = field.read(text)
                value, faults = reading
                nulls += value is None and not (faults and faults[0].code.startswith("type-error"))
                errors += [CellError(f.code, row_number, field, number, text or "", f.params) for f in faults]
            readings.append(reading)
        if nulls == width:
            return [CellError("blank-row", row_number)], readings
        if given > width:
            errors += [
                CellError("extra-cell", row_number, None, n, cells[n - 1] or "")
                for n in range(width + 1, given + 1)
            ]
        elif given < width:
            errors += [self._missing_cell(n, row_number) for n in range(given + 1, width + 1)]
        return errors, readings

    def _missing_cell(self, number: int, row_number: int | None) -> CellError:
        field = self.columns[number - 1]
        params = {"label": self.names[number - 1]} if field is None and self.names else NO_PARAMS
        return CellError("missing-cell", row_number, field, number, "", params)

    def check_errors(
        self, readings: Sequence[Reading], cells: Sequence[str | None], row_number: int | None
    ) -> Iterator[CellError]:
        """Errors of the cross-field checks on what the cells were read as."""
        values = {name: readings[n - 1][0] for name, n in self.number.items()}
        for check in self.checks:
            for name, fault in check.faults(values):
                number = self.number.get(name)
                text = (cells[number - 1] if number is not None and number <= len(cells) else "") or ""
                field = self.columns[number - 1] if number is not None else None
                yield CellError(fault.code, row_number, field, number, text, fault.params)


class TableCheck:
    """The check of one table, row by row: iterate once for its errors (the header's first), then read ``rows``.

    ``header`` says how labels and fields were paired; ``header.warnings`` are known before the first row. Memory stays
    flat but for the values of unique and key columns.
    """

    def __init__(
        self,
        schema: TableSchema,
        labels: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        profile: HeaderProfile = "validata",
        with_custom_checks: bool = True,
    ) -> None:
        self.schema = schema
        self.header: HeaderMatch = match_header(schema, labels, profile)
        self.rows = 0
        self._source = rows
        self._with_custom_checks = with_custom_checks
        checks = custom_checks.for_columns(schema, self.header.columns) if with_custom_checks else ()
        self._rule = RowRule(self.header.columns, checks, self.header.names)
        self._keys = _Keys(schema, self._rule.number)

    def _header_errors(self) -> Iterator[CellError]:
        """What is wrong with the labels, then with the set of columns as the checks see it (in row 1, the header)."""
        yield from self.header.errors
        if self._with_custom_checks:
            for name, fault in custom_checks.header_faults(self.schema, self.header.columns):
                yield CellError(fault.code, 1, self.schema.by_name.get(name), None, "", fault.params)

    def __iter__(self) -> Iterator[CellError]:
        yield from self._header_errors()
        columns = self.header.columns
        width = len(columns)
        memos: list[set[str]] = [set() for _ in columns]
        readers: list[Callable[[str], Reading]] = [_anything if c is None else c.read for c in columns]
        blanks = [frozenset(("",) if c is None else c.missing_values) for c in columns]
        first_blank = blanks[0] if blanks else frozenset(("",))
        rule, keys = self._rule, self._keys
        whole_rows = bool(rule.checks)
        row_number = FIRST_ROW - 1
        try:
            for row_number, cells in enumerate(self._source, start=FIRST_ROW):
                if len(cells) != width or (cells[0] in first_blank and all(map(_is_in, cells, blanks))):
                    good = False
                else:
                    good = True
                    for text, memo, read in zip(cells, memos, readers, strict=True):
                        if text in memo:
                            continue
                        if read(text)[1]:
                            good = False
                            break
                        if len(memo) < MEMO_SIZE and len(text) <= MEMO_LENGTH:
                            memo.add(text)
                if good and not whole_rows:
                    if keys:
                        yield from keys.errors(cells, None, row_number)
                    continue
                errors, readings = rule.judge(cells, row_number)
                yield from errors
                if keys:
                    yield from keys.errors(cells, readings, row_number)
                if whole_rows:
                    yield from rule.check_errors(readings, cells, row_number)
        finally:
            self.rows = row_number - FIRST_ROW + 1


def check_table(
    schema: TableSchema,
    labels: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    profile: HeaderProfile = "validata",
    with_custom_checks: bool = True,
) -> TableCheck:
    """Check a table of texts: the labels of its header row, then its rows (see :class:`TableCheck`)."""
    return TableCheck(schema, labels, rows, profile=profile, with_custom_checks=with_custom_checks)


def _anything(text: str) -> Reading:
    return text, ()


def _is_in(text: str, texts: frozenset[str]) -> bool:
    return text in texts


class _Keys:
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


__all__ = ["CellError", "Fault", "RowRule", "TableCheck", "check_cell", "check_row", "check_table"]
