"""Parquet with a type for each column, or text where a cell does not fit the type.

A column's type must stand before its first value, and the last row may be the one that does not fit. So all rows go to a
temporary file first, each typed column twice: as values, and as text. Then the columns whose every cell fitted are written
as values, the others as text. Memory is that of one group of rows.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
from pyarrow import ipc, parquet

from exporters.about import About
from exporters.rows import Memo, Rows, batches, typed
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from schema_loader.types import (
    ArrayType,
    BooleanType,
    DatetimeType,
    DateType,
    GeopointType,
    IntegerType,
    ListType,
    NumberType,
    StringType,
    TimeType,
    YearType,
)

GROUP_ROWS = 64_000
GROUP_CELLS = 600_000  # of a wide schema fewer rows at a time
PROBE_DAY = date(2024, 3, 12)
POINT = pa.struct([("lon", pa.float64()), ("lat", pa.float64())])
MISFIT = object()

Convert = Callable[[Any], Any]
"""A value of the field's type → what pyarrow stores, or ``MISFIT``."""


def write_parquet(schema: TableSchema, rows: Rows, about: About | None = None) -> Iterator[bytes]:
    """The rows in groups of 64,000 at most, compressed with zstd; nulls are nulls.

    Numbers are 64-bit floats where those hold the very value, days are dates, moments timestamps (in UTC where the first
    of them has a zone), points a structure of ``lon`` and ``lat``, lists of texts are lists; other structures are JSON text.
    """
    with tempfile.TemporaryFile() as spool:
        columns = _spooled(schema, rows, spool)
        arrow_schema = pa.schema(
            [
                (f.name, column.type if column.fits else pa.string())
                for f, column in zip(schema.fields, columns, strict=True)
            ],
            metadata=_metadata(schema, about or About()),
        )
        sink = _Chunks()
        spool.seek(0)
        with (
            ipc.open_stream(spool) as groups,
            parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), arrow_schema, compression="zstd") as writer,
        ):
            for group in groups:
                arrays = [
                    group.column(f"value {n}" if column.fits and column.convert is not None else f"text {n}")
                    for n, column in enumerate(columns)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=arrow_schema), row_group_size=GROUP_ROWS)
                yield sink.take()
        yield sink.take()


class _Column:
    """How the texts of a field become a column; ``fits`` turns false for good at the first value that does not."""

    def __init__(self, field: Field, sample: str | None, columns: int) -> None:
        self.field = field
        self.type, self.convert = column_type(field, sample)
        self.fits = True
        self._values = Memo(self._value, columns)
        self._missing = frozenset(field.missing_values)

    def _value(self, text: str) -> Any:
        value, fits = typed(self.field, text)
        if value is None or self.convert is None:
            return None
        return self.convert(value) if fits else MISFIT

    def texts(self, cells: list[str | None]) -> pa.Array:
        """The cells as text; what the schema takes for a null is null."""
        missing = self._missing
        return pa.array([None if text in missing else text for text in cells], pa.string())

    def values(self, cells: list[str | None]) -> pa.Array:
        """The cells as values; nulls alone once one of them did not fit."""
        if self.fits:
            known = self._values
            values = [None if text is None else known[text] for text in cells]
            if MISFIT not in values:
                try:
                    return pa.array(values, self.type)
                except (pa.ArrowInvalid, OverflowError):
                    pass
            self.fits = False
        return pa.nulls(len(cells), self.type)


def _spooled(schema: TableSchema, rows: Rows, spool: Any) -> list[_Column]:
    columns: list[_Column] = []
    writer = None
    width = len(schema.fields)
    for batch in batches(schema, rows, max(min(GROUP_ROWS, GROUP_CELLS // width), 1)):
        cells = [list(column) for column in zip(*batch, strict=True)]
        columns = columns or [
            _Column(f, _sample(f, c), width) for f, c in zip(schema.fields, cells, strict=True)
        ]
        arrays = {}
        for n, (column, texts) in enumerate(zip(columns, cells, strict=True)):
            arrays[f"text {n}"] = column.texts(texts)
            if column.convert is not None:
                arrays[f"value {n}"] = column.values(texts)
        record = pa.record_batch(arrays)
        writer = writer or ipc.new_stream(
            spool, record.schema, options=ipc.IpcWriteOptions(compression="lz4")
        )
        writer.write_batch(record)
    if writer is None:
        columns = [_Column(field, None, width) for field in schema.fields]
        writer = ipc.new_stream(spool, pa.schema([]))
    writer.close()
    return columns


def _sample(field: Field, cells: list[str | None]) -> str | None:
    """The first cell that is a value of its field: it tells whether the moments of a column have a zone."""
    return next((text for text in cells if text and field.read(text)[0] is not None), None)


def column_type(field: Field, sample: str | None = None) -> tuple[pa.DataType, Convert | None]:
    """The type of a field's column and what makes its values; text and no conversion where text is all there is."""
    kind = field.type
    if isinstance(kind, IntegerType):
        return pa.int64(), _same
    if isinstance(kind, YearType):
        return pa.int32(), _same
    if isinstance(kind, NumberType):
        return pa.float64(), lambda value: _exact(kind.to_json(value))
    if isinstance(kind, BooleanType):
        return pa.bool_(), _same
    if isinstance(kind, DateType) and isinstance(kind.to_spreadsheet(PROBE_DAY), date):
        return pa.date32(), _same  # a pattern that drops the day makes no date
    if isinstance(kind, DatetimeType):
        first = field.read(sample)[0] if sample else None
        zoned = isinstance(first, datetime) and first.tzinfo is not None
        return pa.timestamp(
            "us", "UTC" if zoned else None
        ), lambda value: value if (value.tzinfo is not None) is zoned else MISFIT
    if isinstance(kind, TimeType):
        return pa.time64(
            "us"
        ), lambda value: value if isinstance(value, time) and value.tzinfo is None else MISFIT
    if isinstance(kind, GeopointType):
        return POINT, kind.to_json
    if (isinstance(kind, ListType) and isinstance(kind.item, StringType)) or (
        isinstance(kind, ArrayType) and kind.item is not None and isinstance(kind.item.type, StringType)
    ):
        return pa.list_(
            pa.string()
        ), lambda value: value if all(isinstance(item, str) for item in value) else MISFIT
    return pa.string(), None


def _same(value: Any) -> Any:
    return value


def _exact(value: Any) -> Any:
    if isinstance(value, str):  # JSON's numbers do not hold it
        return MISFIT
    number = float(value)
    return number if number == value else MISFIT


def _metadata(schema: TableSchema, about: About) -> dict[str, str]:
    said = {
        "title": about.title or schema.title, "publisher": about.publisher, "licence": about.licence.url or about.licence.name,
        "schema": schema.name, "schema_version": schema.version, "schema_url": about.schema_url, "version": about.version,
    }  # fmt: skip
    return {key: text for key, text in said.items() if text}


class _Chunks(io.RawIOBase):
    """A file that only takes: what was written since the last time is handed on."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        chunk = bytes(data)
        self._chunks.append(chunk)
        self._written += len(chunk)
        return len(chunk)

    def take(self) -> bytes:
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data
