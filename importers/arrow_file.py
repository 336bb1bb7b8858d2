"""A large text file of rows as batches of text columns, for the check column by column (pyarrow).

pyarrow tokenises as ``csv.reader`` does, several times as fast. Whatever it will not read (a cell larger than a block, a
byte that is no UTF-8) ends in :class:`NotVectorised`: the caller then reads the file row by row, from the start.
"""

from __future__ import annotations

import codecs
import csv
import io
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from importers.csv_file import ends_open
from importers.dialect import TextLayout
from importers.limits import DEFAULT, Limits
from schema_loader.bulk import Batch, RaggedRow

BLOCK_BYTES = 4 << 20
AHEAD = 3  # batches read before they are asked for


class NotVectorised(Exception):
    """The file holds something that only the row by row reader can judge or name."""


def can_read(layout: TextLayout, width: int) -> bool:
    """Whether batches can be had: two columns at least, no odd layout.

    In a batch a blank line is a row of empty cells, as ``,,,`` would be: for a check that takes the empty text for a null
    both are the same blank row.
    """
    return width > 1 and not layout.space_after and not layout.encoding.startswith(("utf-16", "utf-32"))


def read_batches(
    path: Path, layout: TextLayout, width: int, *, above: int = 1, limits: Limits = DEFAULT
) -> Iterator[Batch]:
    """The rows below the first ``above`` ones, in batches of a few megabytes, read ahead by a thread of its own.

    A batch holds the rows of ``width`` cells, and aside, the others; together they are all rows of a stretch of the
    file. Row numbers count records from 1. Raises :class:`NotVectorised`.
    """
    batches: queue.Queue[Batch | Exception | None] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def put(item: Batch | Exception | None) -> bool:
        while not stopped.is_set():
            try:
                batches.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for batch in _batches(path, layout, width, above, limits):
                if not put(batch):
                    return
            put(None)
        except Exception as error:  # noqa: BLE001 (handed to the thread that waits for it)
            put(error)

    thread = threading.Thread(target=work, name="read-batches", daemon=True)
    thread.start()
    try:
        while (item := batches.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def _batches(path: Path, layout: TextLayout, width: int, above: int, limits: Limits) -> Iterator[Batch]:
    names = [f"c{number}" for number in range(width)]
    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    try:
        with (
            path.open("rb", buffering=0) as file,
            arrow_csv.open_csv(
                pa.PythonFile(_Utf8Blocks(file, layout), mode="r"),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False,  # else ragged rows come without their number
                    block_size=BLOCK_BYTES,
                    column_names=names,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=layout.separator,
                    quote_char=layout.quote or False,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
                ),
            ) as reader,
        ):
            next_row = 1
            batch = None
            for record_batch in reader:
                batch, next_row = _numbered(record_batch, ragged, next_row, layout, limits)
                yield (
                    batch if next_row - len(batch.rows) - len(batch.ragged) > above else _below(batch, above)
                )
            if (
                batch is not None
                and len(batch.rows)
                and _may_be_open(path, batch.columns[-1][-1].as_py(), layout)
            ):
                raise NotVectorised("the last cell may be one that a missing quotation mark left open")
            if ragged:
                empty = [pa.array([], pa.string()) for _ in names]
                yield _below(Batch(empty, np.empty(0, dtype=np.int64), _cells(ragged, layout, limits)), above)
    except (pa.ArrowInvalid, UnicodeDecodeError, csv.Error) as error:
        raise NotVectorised(str(error)) from error


def _below(batch: Batch, above: int) -> Batch:
    """A batch without the rows up to that number."""
    first = int(np.searchsorted(batch.rows, above, side="right"))
    return Batch(
        [column.slice(first) for column in batch.columns],
        batch.rows[first:],
        [row for row in batch.ragged if row.row_number > above],
    )


class _Utf8Blocks(io.RawIOBase):
    r"""A file as UTF-8, in blocks that never end between ``\r`` and ``\n``.

    pyarrow (26) loses the ``\n`` of a quoted cell where two blocks part the pair.
    """

    def __init__(self, file: io.FileIO, layout: TextLayout) -> None:
        self._file = file
        self._decode = (
            None
            if layout.encoding.startswith("utf-8")
            else codecs.getincrementaldecoder(layout.encoding)("strict").decode
        )
        file.seek(layout.skip)

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes of UTF-8; none at the end."""
        room = max(
            1, size - 1 if self._decode is None else size // 3 - 8
        )  # a character takes three bytes at most
        data = self._piece(room)
        while data.endswith(b"\r") and (more := self._piece(1)):
            data += more
        return data

    def _piece(self, room: int) -> bytes:
        """About that many bytes of the file; none at its end only."""
        while True:
            data = self._file.read(room) or b""
            if self._decode is None:
                return data
            text = self._decode(data, not data)
            if text or not data:
                return text.encode()


def _may_be_open(path: Path, last_cell: str, layout: TextLayout) -> bool:
    """Whether the file may end inside quotation marks, which pyarrow forgives without a word."""
    if not layout.quote:
        return False
    if any(mark in last_cell for mark in f"{layout.quote}\r\n"):
        return True
    cell = last_cell.encode(layout.encoding.removesuffix("-sig"))
    mark = layout.quote.encode()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - len(cell) - 8))
        tail = file.read().rstrip(b"\r\n")
    if cell:
        return tail.endswith(mark + cell)
    return tail.endswith(mark) and not tail.endswith(mark * 2)


def _numbered(
    record_batch: pa.RecordBatch,
    ragged: list[tuple[int, str]],
    next_row: int,
    layout: TextLayout,
    limits: Limits,
) -> tuple[Batch, int]:
    """Give the rows of a batch their numbers: those that the ragged rows among them have left.

    The reader is ahead of the batches it gives: ragged rows of later ones are known already, and stay in the list.
    """
    size, own = record_batch.num_rows, 0
    while own < len(ragged) and ragged[own][0] < next_row + size + own:
        own += 1
    taken = np.zeros(size + own, dtype=bool)
    for number, _ in ragged[:own]:
        if number < next_row:
            raise NotVectorised(f"row {number} comes after row {next_row}")
        taken[number - next_row] = True
    rows = np.flatnonzero(~taken) + next_row
    if len(rows) != size:
        raise NotVectorised("two ragged rows have one number")
    cells = _cells(ragged[:own], layout, limits)
    del ragged[:own]
    return Batch(record_batch.columns, rows, cells), next_row + size + own


def _cells(ragged: list[tuple[int, str]], layout: TextLayout, limits: Limits) -> list[RaggedRow]:
    csv.field_size_limit(limits.cell_length)
    rows = []
    for number, text in ragged:
        if layout.quote and layout.quote in text and ends_open(io.StringIO(text, newline=""), layout):
            raise NotVectorised(f"row {number} has a quotation mark without its match")
        cells = next(csv.reader(io.StringIO(text, newline=""), **layout.options()), [])
        if len(cells) > limits.columns:
            raise NotVectorised(f"row {number} has {len(cells)} cells")
        rows.append(RaggedRow(number, cells))
    return rows
