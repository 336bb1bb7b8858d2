"""What a file's rows are worth before anything is kept: every error of every row, by the core's own check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.file_check import renumbered
from app.records.service import References
from app.submissions import intake
from app.submissions.intake import Intake, Plan
from importers.table import Table
from schema_loader.bulk import Batch, BulkTableCheck
from schema_loader.check import check_table
from schema_loader.errors import CellError
from schema_loader.table_schema import TableSchema

Progress = Callable[[int], None]


@dataclass(slots=True)
class Checked:
    """Errors by row number, the number of rows, and the rows in the order of the file once more by :meth:`batches`."""

    schema: TableSchema
    table: Table
    plan: Plan
    rows: int = 0
    cells: int = 0
    faulty_cells: int = 0
    errors: dict[int, list[CellError]] = field(default_factory=dict)

    def batches(self) -> Iterator[Intake]:
        """The rows, read again."""
        return intake.read(self.schema, self.table, self.plan)


def check(
    schema: TableSchema,
    table: Table,
    plan: Plan,
    *,
    references: References | None = None,
    on_progress: Progress | None = None,
) -> Checked:
    """Judge every row. Raises :class:`~schema_loader.errors.TableUnreadable` where reading ends."""
    found = Checked(schema, table, plan)
    _judge(found, references, on_progress)
    return found


def _judge(found: Checked, references: References | None, on_progress: Progress | None) -> None:
    schema = found.schema
    exact = bool(schema.foreign_keys) or any("" not in field_.missing_values for field_ in schema.fields)
    for error in _one_by_one(found, references, on_progress) if exact else _in_bulk(found, on_progress):
        if error.row_number is not None:
            found.errors.setdefault(error.row_number, []).append(error)
            found.faulty_cells += error.field is not None
    found.cells = found.rows * len(schema.fields)


def _in_bulk(found: Checked, on_progress: Progress | None) -> Iterator[CellError]:
    first = True

    def batches() -> Iterator[Batch]:
        nonlocal first
        counts, first = first, False
        for taken in found.batches():
            if counts:
                found.rows += len(taken.rows)
                if on_progress is not None:
                    on_progress(found.rows)
            yield taken.batch

    yield from BulkTableCheck(found.schema, found.schema.field_names, batches)


def _one_by_one(
    found: Checked, references: References | None, on_progress: Progress | None
) -> Iterator[CellError]:
    numbers: list[int] = []

    def rows() -> Iterator[list[str]]:
        for taken in found.batches():
            lists = [column.to_pylist() for column in taken.columns]
            for number, *cells in zip(taken.rows.tolist(), *lists, strict=True):
                numbers.append(number)
                yield cells
            found.rows += len(taken.rows)
            if on_progress is not None:
                on_progress(found.rows)

    for error in check_table(found.schema, found.schema.field_names, rows(), references=references):
        yield renumbered(error, numbers)
