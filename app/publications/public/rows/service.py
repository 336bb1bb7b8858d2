"""The rows of a version as they are asked for: searched, filtered, sorted, a page at a time, with what each filter would keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app import files
from app.paging import Page, page_of
from app.publications.public.rows import columns, lines
from app.publications.public.rows.columns import Facet
from app.publications.public.rows.lines import Mask
from app.publications.public.rows.memory import Memory
from app.publications.public.service import Published
from schema_loader.table_schema import TableSchema

SORTED_TEXTS = 100_000
"""Rows beyond which a column of texts that are nearly all different is not sorted."""
PAGE_SIZE = 25

_memory = Memory()


@dataclass(frozen=True, slots=True)
class Asked:
    """What rows are wanted. ``equals``: field → texts, one of which is enough; ``ranges``: field → lowest and highest text.

    ``page``: a text is what a person typed, and gives the nearest page there is; a number is that page, empty beyond the last.
    """

    sought: str = ""
    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    page: str | int = "1"
    size: int = PAGE_SIZE

    @property
    def is_filtered(self) -> bool:
        return bool(lines.words(self.sought) or self.equals or self.ranges)


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """A filter: its values that some row has, each with how many rows it would keep beside the other filters."""

    facet: Facet
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows: stored texts in the order of the schema. ``rows_before``: of the version, whatever is asked."""

    page: Page
    rows: list[list[str]]
    facets: tuple[FacetCounts, ...]
    rows_before: int
    is_sorted: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The files that the rows of a version are read from."""

    key: tuple[str, str]
    csv: Path
    parquet: Path | None
    rows: int
    schema: TableSchema


def source_of(found: Published, schema: TableSchema) -> Source:
    """Where the rows of a version are. Raises FileNotFoundError where its reference is not there."""
    version = found.version
    if version.reference is None:
        raise FileNotFoundError(f"publication {found.id}/{version.number}")
    table = version.file("parquet")
    return Source(
        (version.sha256, version.content_hash),
        files.path_of(found.publisher.id, version.reference.stored),
        files.path_of(found.publisher.id, table.stored) if table is not None else None,
        version.rows,
        schema,
    )


def look(source: Source, asked: Asked, *, with_facets: bool = True) -> Found:
    """The rows that are asked for. Fields that the schema does not have keep nothing; what cannot be sorted stays in file order."""
    known = facets_of(source) if with_facets or asked.equals else ()
    masks = _masks(source, asked, known)
    mask = _all(masks.values())
    total = source.rows if mask is None else int(np.count_nonzero(mask))
    page = (
        Page(asked.page, total, asked.size)
        if isinstance(asked.page, int)
        else page_of(asked.page, total, asked.size)
    )
    order = _order(source, asked)
    return Found(
        page,
        _rows(source, page, mask, order),
        tuple(_counts(source, facet, masks) for facet in known) if with_facets else (),
        source.rows,
        order is not None,
    )


def facets_of(source: Source) -> tuple[Facet, ...]:
    """The filters of a version."""
    path = source.parquet
    if path is None or not source.rows:
        return ()

    def make() -> tuple[tuple[Facet, ...], int]:
        made = tuple(columns.kept_facets(path, source.schema))
        return made, sum(facet.octets for facet in made) + 1000

    return _memory.get((*source.key, "facets"), make)


def _masks(source: Source, asked: Asked, known: Sequence[Facet]) -> dict[str, Mask]:
    """Of each thing that is asked, the rows that it keeps: by the name of a field, or an empty name for the search."""
    masks: dict[str, Mask] = {}
    if sought := lines.words(asked.sought):
        masks[""] = _kept(
            source, ("search", *sought), lambda: lines.search(source.csv, _offsets(source), sought)
        )
    by_name = {facet.name: facet for facet in known}
    for name, texts in asked.equals.items():
        facet = by_name.get(name)
        if facet is not None and (not facet.by_year or all(text in facet.values for text in texts)):
            masks[name] = facet.mask(texts)
        elif (wanted := source.schema.by_name.get(name)) is not None and source.parquet is not None:
            masks[name] = _kept(
                source, ("equal", name, *texts), partial(columns.equal_to, source.parquet, wanted, texts)
            )
        else:
            masks[name] = np.zeros(source.rows, np.bool_)
    for name, (low, high) in asked.ranges.items():
        if name not in source.schema.by_name or source.parquet is None:
            continue
        kept = columns.between(source.parquet, source.schema.by_name[name], low, high)
        masks[name] = masks[name] & kept if name in masks else kept
    return masks


def _all(masks: Any) -> Mask | None:
    found: Mask | None = None
    for mask in masks:
        found = mask if found is None else found & mask
    return found


def _kept(source: Source, what: tuple[str, ...], find: Callable[[], Mask]) -> Mask:
    """The rows that something keeps, found once: the next page asks for the same."""

    def make() -> tuple[npt.NDArray[np.uint8], int]:
        packed = np.packbits(find())
        return packed, int(packed.nbytes) + 200

    packed = _memory.get((*source.key, *what), make)
    return np.unpackbits(packed, count=source.rows).astype(np.bool_)


def _counts(source: Source, facet: Facet, masks: Mapping[str, Mask]) -> FacetCounts:
    others = _all(mask for name, mask in masks.items() if name != facet.name)
    if others is None:
        counts = _memory.get((*source.key, "counts", facet.name), lambda: (facet.counts(None), 2500))
    else:
        counts = facet.counts(others)
    told = [(text, int(count)) for text, count in zip(facet.values, counts[1:], strict=True) if count]
    if facet.by_year:
        told.reverse()
    else:
        told.sort(key=lambda one: (-one[1], one[0]))
    return FacetCounts(facet, tuple(told))


def _order(source: Source, asked: Asked) -> npt.NDArray[np.int32] | None:
    """The rows in the order asked for; None for that of the file."""
    wanted = source.schema.by_name.get(asked.sort)
    path = source.parquet
    if wanted is None or path is None or not source.rows:
        return None

    def make() -> tuple[tuple[npt.NDArray[np.int32], int] | None, int]:
        made = columns.order_of(path, wanted, SORTED_TEXTS)
        return made, int(made[0].nbytes) if made is not None else 100

    found = _memory.get((*source.key, "order", wanted.name), make)
    if found is None:
        return None
    order, filled = found
    return np.concatenate([order[:filled][::-1], order[filled:]]) if asked.descending else order


def _rows(
    source: Source, page: Page, mask: Mask | None, order: npt.NDArray[np.int32] | None
) -> list[list[str]]:
    if page.offset >= page.total:
        return []
    end = page.offset + page.size
    if mask is None and order is None:
        if page.number == 1:
            return lines.read_first(source.csv, page.size)
        return lines.read(source.csv, _offsets(source), range(page.offset, min(end, source.rows)))
    if order is None:
        numbers = np.flatnonzero(mask)[page.offset : end]
    else:
        numbers = (order if mask is None else order[mask[order]])[page.offset : end]
    return lines.read(source.csv, _offsets(source), numbers)


def _offsets(source: Source) -> lines.Offsets:
    def make() -> tuple[lines.Offsets, int]:
        made = lines.offsets(source.csv)
        return made, int(made.nbytes)

    return _memory.get((*source.key, "offsets"), make)
