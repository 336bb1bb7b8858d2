"""The columns of a version by which its rows are filtered, read from its Parquet file: as small codes where values are few."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from app.folding import fold
from app.publications.public.rows.lines import Mask
from app.records.listing.columns import CODED
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema
from schema_loader.types import BooleanType, DatetimeType, DateType, YearType

ENDING = ".facets1"
"""What is added to the name of a Parquet file for that of its filters; another number when they are found another way."""
MOST_FACETS = 7
MOST_VALUES = 250
"""Different values of a column beyond which it is no filter of values."""
LEAST_ROWS = 3
"""Rows for each of its values, at least, of a column whose values the schema does not list."""
CODE_OCTETS = 1.3
"""Octets a row that a column of few values takes in the file, at most: others are not even read."""
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """A column of few values. ``codes``: of each row, 0 where its cell is empty, else 1 + the place in ``values``, which are
    stored texts (years where ``by_year``)."""

    name: str
    by_year: bool
    values: tuple[str, ...]
    codes: npt.NDArray[Any]

    @property
    def octets(self) -> int:
        return int(self.codes.nbytes)

    def counts(self, mask: Mask | None) -> npt.NDArray[np.int64]:
        """How many rows have each value, among those of a mask; the empty ones first."""
        codes = self.codes if mask is None else self.codes[mask]
        return np.bincount(codes, minlength=len(self.values) + 1).astype(np.int64)

    def mask(self, chosen: Sequence[str]) -> Mask:
        """The rows that have one of these values."""
        wanted = np.zeros(len(self.values) + 1, np.bool_)
        for text in chosen:
            if text in self.values:
                wanted[self.values.index(text) + 1] = True
        found: Mask = wanted[self.codes]
        return found


def kept_facets(path: Path, schema: TableSchema) -> list[Facet]:
    """The same, read beside the file where :func:`write_facets` left them."""
    beside = path.with_name(path.name + ENDING)
    if not beside.exists():
        return facets(path, schema)
    with np.load(beside) as held:
        told = orjson.loads(held["told"].tobytes())
        if told["schema"] != schema.content_hash:
            return facets(path, schema)
        return [
            Facet(one["name"], one["by_year"], tuple(one["values"]), held[f"codes {n}"])
            for n, one in enumerate(told["facets"])
        ]


def write_facets(path: Path, schema: TableSchema) -> None:
    """Leave the filters of a Parquet file beside it, for every process to read."""
    found = facets(path, schema)
    told = {
        "schema": schema.content_hash,
        "facets": [{"name": one.name, "by_year": one.by_year, "values": one.values} for one in found],
    }
    arrays = {f"codes {n}": one.codes for n, one in enumerate(found)}
    beside = path.with_name(path.name + ENDING)
    draft = path.with_name(f".{beside.name}.draft")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            np.savez(file, told=np.frombuffer(orjson.dumps(told), np.uint8), **arrays)  # type: ignore[arg-type]
        draft.replace(beside)
    finally:
        draft.unlink(missing_ok=True)


def facets(path: Path, schema: TableSchema) -> list[Facet]:
    """The filters that a file offers: what the schema lists first, then years, then columns whose values are few, codes last."""
    file = parquet.ParquetFile(path, memory_map=True)
    count = file.metadata.num_rows
    if not count:
        return []
    ranked = sorted(
        (rank, field.position, field) for field in schema.fields if (rank := _rank(field)) is not None
    )
    found: list[Facet] = []
    for _, _, field in ranked:
        facet = _facet(path, file, field, count)
        if facet is not None and not any(_says_the_same(facet, other) for other in found):
            found.append(facet)
        if len(found) == MOST_FACETS:
            break
    return sorted(found, key=lambda one: schema.by_name[one.name].position)


def _rank(field: Field) -> int | None:
    if field.choices or isinstance(field.type, BooleanType):
        return 0
    if isinstance(field.type, (DateType, DatetimeType, YearType)):
        return 1
    if field.type.name != "string" or field.unique:
        return None
    return 3 if CODED.search(fold(field.name).replace("_", " ")) else 2


def _facet(path: Path, file: parquet.ParquetFile, field: Field, count: int) -> Facet | None:
    index = file.schema_arrow.get_field_index(field.name)
    kind = file.schema_arrow.field(index).type
    if pa.types.is_nested(kind) or _is_one_value(file, index):
        return None
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        years = pc.year(_column(path, field.name)).fill_null(0).to_numpy()
        return _few_numbers(field.name, years, by_year=True)
    if pa.types.is_integer(kind) and isinstance(field.type, YearType):
        return _few_numbers(field.name, _column(path, field.name).fill_null(0).to_numpy(), by_year=True)
    if pa.types.is_boolean(kind):
        yes = _column(path, field.name).cast(pa.int8()).fill_null(-1).to_numpy()
        texts = (field.type.format(False), field.type.format(True))
        return _kept(Facet(field.name, False, texts, (yes + 1).astype(np.uint8)))
    if not pa.types.is_string(kind) or not _is_small(file, index, count):
        return None
    coded = _column(path, field.name, coded=True)
    if len(coded.dictionary) > min(MOST_VALUES, count / LEAST_ROWS) and not field.choices:
        return None
    codes = (pc.fill_null(coded.indices, -1).to_numpy() + 1).astype(
        np.uint8 if len(coded.dictionary) < 255 else np.uint16
    )
    return _kept(Facet(field.name, False, tuple(coded.dictionary.to_pylist()), codes))


def _says_the_same(one: Facet, other: Facet) -> bool:
    """Each value of one goes with one value of the other, as a code and its words do."""
    if len(one.values) != len(other.values):
        return False
    pairs = one.codes.astype(np.int64) * (len(other.values) + 1) + other.codes
    return bool(np.count_nonzero(np.bincount(pairs)) <= len(one.values) + 1)


def _kept(facet: Facet) -> Facet | None:
    """A filter of one value says nothing."""
    return facet if np.count_nonzero(facet.counts(None)[1:]) > 1 else None


def _few_numbers(name: str, numbers: npt.NDArray[Any], *, by_year: bool) -> Facet | None:
    held = numbers[numbers != 0]
    if not len(held):
        return None
    low, high = int(held.min()), int(held.max())
    if high - low >= MOST_VALUES:
        return None
    codes = np.where(numbers == 0, 0, numbers - (low - 1)).astype(np.uint8)
    return _kept(Facet(name, by_year, tuple(f"{year:04d}" for year in range(low, high + 1)), codes))


def _is_small(file: parquet.ParquetFile, index: int, count: int) -> bool:
    groups = (file.metadata.row_group(n).column(index) for n in range(file.metadata.num_row_groups))
    return sum(group.total_uncompressed_size for group in groups) <= CODE_OCTETS * count + 64_000


def _is_one_value(file: parquet.ParquetFile, index: int) -> bool:
    """The file itself says that all cells are the same, or empty: it is not even read."""
    seen = set()
    for n in range(file.metadata.num_row_groups):
        told = file.metadata.row_group(n).column(index).statistics
        if told is None or not (told.has_min_max or told.num_values == 0):
            return False
        if told.has_min_max:
            seen |= {told.min, told.max}
    return len(seen) <= 1


def _column(path: Path, name: str, *, coded: bool = False) -> Any:
    table = parquet.read_table(
        path, columns=[name], memory_map=True, read_dictionary=[name] if coded else None
    )
    column = table.column(0)
    return column.combine_chunks() if coded else column


# -- any column -------------------------------------------------------------------------------------------------------


def equal_to(path: Path, field: Field, texts: Sequence[str]) -> Mask:
    """The rows whose cell is one of these texts: of a date, a year, a month or a day (2025, 2025-03, 2025-03-12)."""
    column = _column(path, field.name)
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        days = column.cast(pa.date32()) if pa.types.is_timestamp(kind) else column
        found = np.zeros(len(column), np.bool_)
        for text in texts:
            if (span := _span(text)) is not None:
                found |= _mask(pc.and_(pc.greater_equal(days, span[0]), pc.less_equal(days, span[1])))
        return found
    if pa.types.is_string(kind):
        return _mask(pc.is_in(column, value_set=pa.array(list(texts), pa.string())))
    values = [value for text in texts if (value := field.read(text)[0]) is not None]
    if pa.types.is_nested(kind) or not values:
        return np.zeros(len(column), np.bool_)
    return _mask(pc.is_in(column, value_set=_array(values, kind)))


def between(path: Path, field: Field, low: str, high: str) -> Mask:
    """The rows whose cell is within these bounds, both included; an empty one is no bound. Numbers and days alone."""
    column = _column(path, field.name)
    kind = column.type
    found = _mask(column.is_valid())
    is_day = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    if is_day and pa.types.is_timestamp(kind):
        column = column.cast(pa.date32())
    if not (is_day or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return np.zeros(len(column), np.bool_)
    for text, compare, side in ((low, pc.greater_equal, 0), (high, pc.less_equal, 1)):
        if not text:
            continue
        span = _span(text) if is_day else None
        bound: Any = span[side] if span is not None else None if is_day else _number(field, text, kind)
        if bound is None:
            return np.zeros(len(column), np.bool_)
        found &= _mask(compare(column, bound))
    return found


def order_of(path: Path, field: Field, most_texts: int) -> tuple[npt.NDArray[np.int32], int] | None:
    """The rows from the lowest cell to the highest, the empty ones last, and how many are not empty; None for texts that are too
    many to be sorted here."""
    file = parquet.ParquetFile(path, memory_map=True)
    index = file.schema_arrow.get_field_index(field.name)
    kind = file.schema_arrow.field(index).type
    coded = pa.types.is_string(kind)
    if pa.types.is_nested(kind):
        return None
    count = file.metadata.num_rows
    if coded and count > most_texts and not _is_small(file, index, count):
        return None
    column = _column(path, field.name, coded=coded)
    filled = len(column) - column.null_count
    if not coded:
        return pc.sort_indices(column).to_numpy().astype(np.int32), filled
    texts = column.dictionary.to_pylist()
    ranks = np.empty(len(texts) + 1, np.int64)
    ranks[sorted(range(len(texts)), key=lambda at: fold(texts[at]))] = np.arange(len(texts))
    ranks[-1] = len(texts)
    keys = ranks[pc.fill_null(column.indices, len(texts)).to_numpy()]
    return np.argsort(keys, kind="stable").astype(np.int32), filled


def _mask(found: Any) -> Mask:
    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    mask: Mask = pc.fill_null(whole, False).to_numpy(zero_copy_only=False)
    return mask.copy()


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([float(value) for value in values], pa.float64()).cast(kind, safe=False)


def _number(field: Field, text: str, kind: pa.DataType) -> Any:
    value = field.type.parse(text)
    if value is None:
        return None
    return pa.scalar(float(value)) if pa.types.is_floating(kind) else pa.scalar(int(value))


def _span(text: str) -> tuple[date, date] | None:
    """The first and the last day of a year, a month or a day."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day:
            return first, first
        following = date(first.year + 1, 1, 1) if not month else (first + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError):
        return None
    return first, following - timedelta(days=1)
