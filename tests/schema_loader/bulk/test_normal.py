"""A column normalised at once is the column normalised cell by cell."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.bulk.normal import ColumnNormaliser, json_objects
from schema_loader.compile import compile_descriptor

KINDS = [
    {"type": "string"}, {"type": "string", "missingValues": ["", "NA"]}, {"type": "string", "missingValues": ["-"]},
    {"type": "any"}, {"type": "number"}, {"type": "number", "decimalChar": ","}, {"type": "integer"},
    {"type": "number", "groupChar": " ", "decimalChar": ","}, {"type": "number", "bareNumber": False},
    {"type": "integer", "missingValues": ["", "0"]}, {"type": "boolean"},
    {"type": "boolean", "trueValues": ["oui", "OUI"], "falseValues": ["non"]}, {"type": "date"},
    {"type": "date", "format": "%d/%m/%Y"}, {"type": "date", "format": "any"}, {"type": "datetime"}, {"type": "time"},
    {"type": "year"}, {"type": "yearmonth"}, {"type": "geopoint"}, {"type": "array"}, {"type": "duration"},
    {"type": "date", "missingValues": ["-"]},
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(
        ["", "NA", "-", "0", "-0", "007", "1.50", "1,5", "1e3", "12", "oui", "OUI", "true", "False", "2024-03-12", "2024-3-1",
         "12/03/2024", "10:00:00", "24:00:00", "2024-01-01T10:00:00Z", "2024", "0012", "2024-5", "2.5, 48.1", "[1]", "P1D",
         'a"b\\c', "\n", "é\u202f"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
    st.text(st.characters(codec="utf-8"), max_size=6),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(batches=st.lists(st.lists(TEXTS, max_size=12), max_size=3))
def test_a_column_is_normalised_as_its_cells_are(kind, batches) -> None:
    (field,) = compile_descriptor({"fields": [{"name": "a", **kind}]}).fields
    column = ColumnNormaliser(field)
    for texts in batches:
        made = column.texts(pa.array(texts, pa.string())).to_pylist()
        assert made == [field.normalise(text) for text in texts]


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=5), min_size=3, max_size=3), max_size=8
    )
)
def test_rows_are_written_as_objects_without_empty_cells(rows) -> None:
    names = ["a", 'b"\\', "é.c"]
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(3)]
    made = [json.loads(text) for text in json_objects(names, columns).to_pylist()]
    assert made == [
        {name: text.replace("\0", "\ufffd") for name, text in zip(names, row, strict=True) if text}
        for row in rows
    ]
