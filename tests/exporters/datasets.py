"""Schemas and rows for the tests of the exporters: what real schemas declare, with cells as they are stored."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schema_loader.compile import compile_descriptor
from schema_loader.table_schema import TableSchema
from tests.schema_loader.strategies import fields, fields_and_cells

Dataset = tuple[TableSchema, list[list[str | None]]]


def schema_of(*described: dict[str, Any], **root: Any) -> TableSchema:
    return compile_descriptor({"fields": list(described), **root})


STORABLE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


@st.composite
def datasets(draw: st.DrawFn, *, valid: bool = False) -> Dataset:
    """A schema of one to four fields, and up to six rows as they are stored: normalised where valid, else as typed."""
    described, columns = [], []
    height = draw(st.integers(0, 6))
    for number in range(draw(st.integers(1, 4))):
        field, near = draw(fields_and_cells())
        described.append({**field, "name": f"champ_{number}"})
        compiled = compile_descriptor({"fields": [described[-1]]}).fields[0]
        good = st.sampled_from([compiled.normalise(text) for text in compiled.type.samples()])
        cell: st.SearchStrategy[str | None] = st.one_of(st.none(), good, st.just(compiled.normalise(near)))
        if not valid:
            cell = st.one_of(cell, STORABLE)
        columns.append(draw(st.lists(cell, min_size=height, max_size=height)))
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    return schema_of(*described), rows


__all__ = ["Dataset", "datasets", "fields", "schema_of"]
