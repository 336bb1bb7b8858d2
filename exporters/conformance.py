"""The second judge: frictionless on a finished file, and on a descriptor. The only module that knows it.

Our own validator decides. This one is asked whether it would have said the same: of the same rows, both list their errors,
and whatever only one of them says, without a reason that docs/differences.md names, is a disagreement. A disagreement
is data, and our fault until shown otherwise.
"""

from __future__ import annotations

import csv
import warnings
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import field as attribute
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from exporters.judged_schema import LeftOut, difference, judged_descriptor
from schema_loader.check import check_table
from schema_loader.table_schema import TableSchema

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own dependencies
    import frictionless
    from frictionless.resources import TableResource

WHOLE = 100_000  # rows; more are judged by their head, their tail and blocks between
ENDS = 25_000
BLOCKS, BLOCK_ROWS = 10, 5_000
RESOURCE = (
    "https://datapackage.org/profiles/2.0/dataresource.json"  # else it takes the schema for one of version 1
)
MOST_ERRORS = 1_000  # of each judge
MOST_TOLD = 100
MARK = b"\xef\xbb\xbf"
LONGEST_CELL = 200  # characters, in a report

NONE: Mapping[str, int] = MappingProxyType({})

Range = tuple[int, int]
"""Row numbers of a block, first and last, with the header as row 1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An error as either judge gives it: row (header 1, None for a label), field or label, type in frictionless' words."""

    row: int | None
    field: str
    type: str
    note: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the second judge says of a file.

    ``blocks`` are the rows that both judges read, ``rows`` how many there are in the file. ``problem`` says why the file could
    not be read or the judge stopped (``not-utf8``, ``byte-order-mark``, ``not-csv``, ``schema-refused``, ``stopped``), with
    ``detail``. ``findings`` are its errors, ``only_theirs`` and ``only_ours`` the disagreements, ``explained`` the named
    differences that were met, ``left_out`` the rules it was not asked about.
    """

    rows: int
    blocks: tuple[Range, ...]
    findings: tuple[Finding, ...] = ()
    only_theirs: tuple[Finding, ...] = ()
    only_ours: tuple[Finding, ...] = ()
    explained: Mapping[str, int] = attribute(default_factory=lambda: NONE)
    left_out: tuple[LeftOut, ...] = ()
    problem: str = ""
    detail: str = ""

    @property
    def whole(self) -> bool:
        """Whether all rows were judged."""
        return self.judged == self.rows

    @property
    def judged(self) -> int:
        """How many rows were judged."""
        return sum(last - first + 1 for first, last in self.blocks)

    @property
    def agrees(self) -> bool:
        """Whether both judges say the same of what they read, named differences aside."""
        return not (self.problem or self.only_theirs or self.only_ours)

    @property
    def valid(self) -> bool:
        """Whether the second judge finds nothing wrong, named differences aside."""
        return not self.problem and not self.findings


class _Unreadable(Exception):
    """The file is no finished CSV; ``problem`` and ``detail`` as in :class:`Verdict`."""

    def __init__(self, problem: str, detail: str) -> None:
        self.problem, self.detail = problem, detail
        super().__init__(f"{problem}: {detail}")


def judge(path: Path, schema: TableSchema, *, seed: int | None = None) -> Verdict:
    """Both judges on a finished CSV (:func:`exporters.csv_file.write_csv`): comma, UTF-8, columns in the schema's order.

    A file of 100,000 rows or fewer is read whole; of a longer one the first and last 25,000 rows, and ten blocks of 5,000 in
    between at random (``seed`` makes them the same again). Uniqueness is that of the rows read. Custom checks are ours
    alone. Memory is flat but for the values of keys. Raises ``OSError``.
    """
    try:
        rows = _count(path)
    except _Unreadable as error:
        return Verdict(0, (), problem=error.problem, detail=error.detail)
    blocks = blocks_of(rows, Random(seed))  # noqa: S311 (which rows are looked at is no secret)
    table = _Sample(path, blocks)
    for careful in (False, True):
        descriptor, left_out = judged_descriptor(schema, careful=careful)
        try:
            theirs = _asked(descriptor, table)
            break
        except frictionless.FrictionlessException as error:
            problem = "not-csv" if error.error.type == "source-error" else "schema-refused"
            return Verdict(rows, blocks, left_out=left_out, problem=problem, detail=_told(error))
        except csv.Error as error:
            return Verdict(rows, blocks, left_out=left_out, problem="not-csv", detail=str(error))
        except Exception as error:  # noqa: BLE001 (on odd values it stops with whatever exception comes)
            stopped = f"{type(error).__name__}: {error}"
    else:
        return Verdict(rows, blocks, left_out=left_out, problem="stopped", detail=stopped)
    return _compared(schema, table, theirs, left_out, rows)


def _compared(
    schema: TableSchema, table: _Sample, theirs: list[Finding], left_out: tuple[LeftOut, ...], rows: int
) -> Verdict:
    """Their findings against ours, up to the row where they stopped counting."""
    end = (theirs[-1].row or 1) if len(theirs) >= MOST_ERRORS else None
    if end is not None:
        theirs = [finding for finding in theirs if (finding.row or 1) < end]
    ours = list(_ours(schema, table, end))
    names = {entry.field: entry.difference for entry in left_out}
    explained: Counter[str] = Counter()

    def unexplained(some: Iterable[Finding]) -> Iterator[Finding]:
        for finding in some:
            field = schema.by_name.get(finding.field)
            name = difference(field, finding.cell, names) if field is not None else names.get("")
            if name is None:
                yield finding
            else:
                explained[name] += 1

    only_theirs = list(unexplained(_beyond(theirs, ours)))
    only_ours = list(unexplained(_beyond(ours, theirs)))
    agreed = _beyond(theirs, _beyond(theirs, ours))
    return Verdict(
        rows,
        table.blocks,
        findings=tuple(table.placed([*agreed, *only_theirs][:MOST_TOLD])),
        only_theirs=tuple(table.placed(only_theirs[:MOST_TOLD])),
        only_ours=tuple(table.placed(only_ours[:MOST_TOLD])),
        explained=dict(explained),
        left_out=left_out,
    )


def _beyond(some: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """Those of ``some`` that ``others`` do not have: the same row, field and type, as often."""
    left = Counter((f.row, f.field, f.type) for f in others)
    found = []
    for finding in some:
        key = (finding.row, finding.field, finding.type)
        if left[key]:
            left[key] -= 1
        else:
            found.append(finding)
    return found


def _ours(schema: TableSchema, table: _Sample, end: int | None) -> Iterator[Finding]:
    rows = table.rows()
    labels = next(rows, [])
    check = check_table(schema, labels, rows, profile="frictionless", with_custom_checks=False)
    for number, error in enumerate(check):
        if end is not None and (error.row_number or 1) >= end:
            if (error.row_number or 1) > end + 1:
                return
            continue
        if number > 10 * MOST_ERRORS:
            return
        if error.code != "unique-error/key":  # unique keys are no rule of theirs
            yield Finding(error.row_number, error.field_name, error.type, cell=error.cell)


def _asked(descriptor: Mapping[str, Any], table: _Sample) -> list[Finding]:
    """The errors of frictionless. Raises what it raises."""
    resource = TableResource.from_descriptor(
        {
            "$schema": RESOURCE,
            "name": "table",
            "data": [],
            "schema": dict(descriptor),
            "dialect": {"headerRows": [1]},
        }
    )
    resource.data = table.rows  # a generator cannot stand in a descriptor
    report = resource.validate(limit_errors=MOST_ERRORS)
    errors = [*report.errors, *(error for task in report.tasks for error in task.errors)]
    for error in errors:
        if error.type in (
            "schema-error",
            "resource-error",
            "source-error",
            "field-error",
            "general-error",
            "error",
        ):
            raise frictionless.FrictionlessException(error)
    return [
        Finding(
            getattr(error, "row_number", None),
            getattr(error, "field_name", "") or "",
            error.type,
            error.note,
            str(getattr(error, "cell", "") or ""),
        )
        for error in errors
    ]


def _told(error: frictionless.FrictionlessException) -> str:
    return "; ".join(dict.fromkeys(e.note for e in (error.error, *error.reasons)))


# -- rows -----------------------------------------------------------------------------------------------------------


def blocks_of(rows: int, random: Random) -> tuple[Range, ...]:
    """The rows to judge of so many: all, or the ends and one block in each tenth of what lies between."""
    if rows <= WHOLE:
        return ((2, rows + 1),) if rows else ()
    stratum = (rows - 2 * ENDS) // BLOCKS
    first = ENDS + 2
    starts = [first + n * stratum + random.randrange(stratum - BLOCK_ROWS + 1) for n in range(BLOCKS)]
    middle = [(start, start + BLOCK_ROWS - 1) for start in starts]
    return ((2, ENDS + 1), *middle, (rows + 2 - ENDS, rows + 1))


class _Sample:
    """The rows of some blocks of a file, read anew each time, and the way back to their places."""

    def __init__(self, path: Path, blocks: tuple[Range, ...]) -> None:
        self._path = path
        self.blocks = blocks
        self._starts = array("q")  # for each block the number of its first row in the sample
        number = 2
        for first, last in blocks:
            self._starts.append(number)
            number += last - first + 1

    def rows(self) -> Iterator[list[str]]:
        """The labels, then the rows. Raises ``csv.Error``."""
        yield from csv.reader(self._lines(), strict=True)

    def _lines(self) -> Iterator[str]:
        wanted = iter(((1, 1), *self.blocks))
        first, last = next(wanted)
        for number, line in _numbered_lines(self._path):
            if number > last:
                block = next(wanted, None)
                if block is None:
                    return
                first, last = block
            if number >= first:
                yield line.decode()

    def placed(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Findings with the row numbers of the file."""
        for f in findings:
            row = f.row
            if row is not None and row > 1:
                index = max(n for n, start in enumerate(self._starts) if start <= row)
                row = self.blocks[index][0] + row - self._starts[index]
            yield Finding(row, f.field, f.type, f.note, f.cell[:LONGEST_CELL])


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with the number of their record: one goes on to the next line while a quotation mark is open."""
    number, is_open = 1, False
    with path.open("rb", buffering=1 << 20) as file:
        for line in file:
            yield number, line
            if line.count(b'"') % 2:
                is_open = not is_open
            if not is_open:
                number += 1
    if is_open:
        raise _Unreadable("not-csv", f"a quotation mark of record {number} is never closed")


def _count(path: Path) -> int:
    """How many rows stand below the header. Raises :class:`_Unreadable`."""
    number = 0
    for number, line in _numbered_lines(path):
        if line.startswith(MARK) and number == 1:
            raise _Unreadable("byte-order-mark", "the file begins with the mark of UTF-8")
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError as error:
                raise _Unreadable("not-utf8", f"record {number}: {error.reason}") from error
    if not number:
        raise _Unreadable("not-csv", "the file is empty")
    return number - 1


# -- descriptors ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DescriptorVerdict:
    """Whether frictionless takes a descriptor, its notes where it does not, and whether it takes it as the loader mends it."""

    accepted: bool
    notes: tuple[str, ...]
    accepted_mended: bool


def judge_descriptor(schema: TableSchema) -> DescriptorVerdict:
    """What the second judge says of the descriptor of a schema, as published and as mended."""
    notes = _notes(schema.descriptor)
    return DescriptorVerdict(not notes, notes, not _notes(judged_descriptor(schema)[0]))


def _notes(descriptor: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        frictionless.Schema.from_descriptor(deepcopy(dict(descriptor)))
    except frictionless.FrictionlessException as error:
        return tuple(dict.fromkeys(e.note for e in (error.reasons or [error.error])))
    except Exception as error:  # noqa: BLE001 (an odd descriptor stops it with whatever exception comes)
        return (f"{type(error).__name__}: {error}",)
    return ()
