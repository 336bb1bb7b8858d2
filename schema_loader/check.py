"""The only validator: one cell, one row, one table.

A form asks :func:`check_cell` and :func:`check_row`, a file :func:`check_table`; they run the same rule, the one that
each field was compiled to. Order and kinds of errors are those of frictionless-py 5.21 (``table/row.py`` and
``resources/table.py``, observed), so that both judges can be compared line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from schema_loader import custom_checks
from schema_loader.errors import NO_PARAMS, CellError, Fault
from schema_loader.field import Field, Reading
from schema_loader.header import HeaderMatch, HeaderProfile, match_header
from schema_loader.keys import ForeignKeys, Keys, References
from schema_loader.spelling import WATCHED, OddSpellings, oddity
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
                yield self.check_error(name, fault, cells, row_number)

    def check_error(
        self, name: str, fault: Fault, cells: Sequence[str | None], row_number: int | None
    ) -> CellError:
        """The fault of a declared check, placed on its field; on the row where the name is none of a column."""
        number = self.number.get(name)
        if number is None:
            return CellError(fault.code, row_number, None, None, "", fault.params)
        text = cells[number - 1] if number <= len(cells) else ""
        return CellError(fault.code, row_number, self.columns[number - 1], number, text or "", fault.params)


class CheckMemo:
    """A declared check that remembers its verdict on the texts of its columns: real rows repeat themselves."""

    def __init__(
        self, check: custom_checks.RowCheck, number: Mapping[str, int], fields: Mapping[str, Field]
    ) -> None:
        self._check = check
        self._columns = [
            (name, number[name] - 1, fields[name].read) for name in check.columns if name in number
        ]
        self._known: dict[tuple[str, ...], tuple[tuple[str, Fault], ...]] = {}

    def faults(self, cells: Sequence[str]) -> tuple[tuple[str, Fault], ...]:
        """The faults of a row that has all its cells."""
        return self.of_texts(tuple([cells[index] for _, index, _ in self._columns]))

    def of_texts(self, texts: tuple[str, ...]) -> tuple[tuple[str, Fault], ...]:
        """The faults for the texts of the check's own columns, in its order."""
        known = self._known.get(texts)
        if known is None:
            pairs = zip(self._columns, texts, strict=True)
            known = tuple(self._check.faults({name: read(text)[0] for (name, _, read), text in pairs}))
            if sum(map(len, texts)) <= MEMO_LENGTH * len(texts):
                if len(self._known) >= MEMO_SIZE:
                    self._known.clear()
                self._known[texts] = known
        return known


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
        references: References | None = None,
    ) -> None:
        self.schema = schema
        self.header: HeaderMatch = match_header(schema, labels, profile)
        self.rows = 0
        self._source = rows
        self._with_custom_checks = with_custom_checks
        checks = custom_checks.for_columns(schema, self.header.columns) if with_custom_checks else ()
        self.rule = RowRule(self.header.columns, checks, self.header.names)
        self.odd = OddSpellings()
        self._watched = [
            (index, field)
            for index, field in enumerate(self.header.columns)
            if field is not None and field.type.name in WATCHED
        ]
        self.keys = Keys(schema, self.rule.number)
        self.foreign_keys = ForeignKeys(schema, self.rule.number, references)

    @property
    def warnings(self) -> list[CellError]:
        """What is worth a word though it is no error: of declared checks, of the header, of numbers in the rows so far."""
        return [*self._check_warnings(), *self.header.warnings, *self.odd.warnings()]

    def _check_warnings(self) -> Iterator[CellError]:
        """Checks that the schema declares and that cannot be run, or not wholly: the rest goes on without them."""
        for warning in self.schema.warnings if self._with_custom_checks else ():
            if warning.code in custom_checks.WARNINGS:
                named = str(warning.params.get("name") or warning.params.get("check") or "")
                field = self.schema.by_name.get(warning.place)
                yield CellError("check-error", None, field, None, named, {"warning": warning})

    def header_errors(self) -> Iterator[CellError]:
        """What is wrong with the labels, then with the set of columns as the checks see it (in row 1, the header)."""
        yield from self.header.errors
        if self._with_custom_checks:
            for name, fault in custom_checks.header_faults(self.schema, self.header.columns):
                yield CellError(fault.code, 1, self.schema.by_name.get(name), None, "", fault.params)

    def __iter__(self) -> Generator[CellError, None, None]:
        yield from self.header_errors()
        columns = self.header.columns
        width = len(columns)
        memos: list[set[str]] = [set() for _ in columns]
        readers: list[Callable[[str], Reading]] = [_anything if c is None else c.read for c in columns]
        blanks = [frozenset(("",) if c is None else c.missing_values) for c in columns]
        first_blank = blanks[0] if blanks else frozenset(("",))
        rule, row_numbers = self.rule, enumerate(self._source, start=FIRST_ROW)
        memos_of_checks = [CheckMemo(check, rule.number, self.schema.by_name) for check in rule.checks]
        keyed = bool(self.keys or self.foreign_keys)
        row_number = FIRST_ROW - 1
        try:
            for row_number, cells in row_numbers:
                for index, _ in self._watched:
                    if index < len(cells) and cells[index] not in memos[index]:
                        self.watch(cells, row_number)
                        break
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
                readings = None
                if not good:
                    errors, readings = rule.judge(cells, row_number)
                    yield from errors
                if keyed:
                    yield from self.keys.errors(cells, readings, row_number)
                    yield from self.foreign_keys.errors(cells, readings, row_number)
                if readings is not None:
                    yield from rule.check_errors(readings, cells, row_number)
                else:
                    for known in memos_of_checks:
                        for name, fault in known.faults(cells):
                            yield rule.check_error(name, fault, cells, row_number)
            yield from self.foreign_keys.late_errors()
        finally:
            self.rows = row_number - FIRST_ROW + 1

    def watch(self, cells: Sequence[str], row_number: int) -> None:
        """Note the numbers of one row that are oddly spelt."""
        for (index, field), text in (
            (place, cells[place[0]]) for place in self._watched if place[0] < len(cells)
        ):
            if oddity(text) and field.read(text)[0] is not None:
                self.odd.note(field, index + 1, row_number, text)


def check_table(
    schema: TableSchema,
    labels: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    profile: HeaderProfile = "validata",
    with_custom_checks: bool = True,
    references: References | None = None,
) -> TableCheck:
    """Check a table of texts: the labels of its header row, then its rows (see :class:`TableCheck`).

    ``references`` gives the values that foreign keys to other tables may have; keys it does not know are not judged.
    """
    return TableCheck(
        schema, labels, rows, profile=profile, with_custom_checks=with_custom_checks, references=references
    )


CELLS, KEYS, CHECKS = 0, 1, 2
"""In a row, errors of cells and of the row itself come first, then those of keys, then those of declared checks."""
PHASES = {
    "unique-error": KEYS, "primary-key": KEYS, "foreign-key": KEYS,
    "custom-check-error": CHECKS, "one-of-required": CHECKS,
}  # fmt: skip


@lru_cache(maxsize=512)
def phase_of(code: str) -> int:
    """When an error of this code comes among those of its row."""
    return PHASES.get(code.partition("/")[0], CELLS)


def in_row_order(errors: Iterable[CellError]) -> list[CellError]:
    """Errors in the order in which the check row by row finds them: by row; cells, then keys, then declared checks."""
    return sorted(errors, key=lambda error: (error.row_number or 0, phase_of(error.code)))


def _anything(text: str) -> Reading:
    return text, ()


def _is_in(text: str, texts: frozenset[str]) -> bool:
    return text in texts


__all__ = [
    "CellError", "Fault", "RowRule", "TableCheck", "check_cell", "check_row", "check_table", "in_row_order",
]  # fmt: skip
