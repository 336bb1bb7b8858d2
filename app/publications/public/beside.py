"""What lies beside the files of a version so that they are served fast: their compressed forms, where the lines of the CSV
begin, and the filters of the Parquet file. Written once, by the job that writes the file; without it all works, more slowly, and nothing is sent compressed.
"""

from __future__ import annotations

import gzip
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from app import files
from app.publications.public.rows import columns, lines
from schema_loader.table_schema import TableSchema

ENCODINGS = {"zstd": ".zst", "gzip": ".gz"}
"""Name in ``Content-Encoding`` → what is added to the name of the file, the best first."""
TEXTS = frozenset(("csv", "csv-excel", "json", "ndjson", "geojson"))
"""Formats worth compressing: the others are so already."""
LEAST = 1024
"""Octets below which a file is sent as it is."""
PIECE = 1 << 20


def prepare(establishment: int, stored: str, form: str, schema: TableSchema) -> None:
    """Write beside a file of the store, in a format, what serves it fast. Raises FileNotFoundError when it is not there."""
    path = files.path_of(establishment, stored)
    if path.stat().st_size >= LEAST and form in TEXTS:
        for name, ending in ENCODINGS.items():
            _write(name, path, path.with_name(path.name + ending))
    if form == "csv":
        lines.write_offsets(path)
    if form == "parquet":
        columns.write_facets(path, schema)


def forget(establishment: int, stored: str) -> None:
    """Erase all that lies beside a file: to be called with its own erasure."""
    for ending in (*ENCODINGS.values(), lines.ENDING, columns.ENDING):
        with suppress(ValueError):
            files.remove(establishment, stored + ending)


def encoded(path: Path, form: str) -> dict[str, Path]:
    """The compressed forms that a file has, by encoding."""
    if form not in TEXTS:
        return {}
    forms = {name: path.with_name(path.name + ending) for name, ending in ENCODINGS.items()}
    return {name: other for name, other in forms.items() if other.exists()}


def _write(name: str, path: Path, target: Path) -> None:
    draft = path.with_name(f".{target.name}.{os.getpid()}")
    try:
        with path.open("rb") as source, draft.open("wb") as file:
            draft.chmod(0o600)
            _compress(name, source, file)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _compress(name: str, source: IO[bytes], file: IO[bytes]) -> None:
    sink: Any
    if name == "gzip":
        sink = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0)
    else:
        sink = pa.CompressedOutputStream(pa.PythonFile(file, mode="w"), "zstd")
    with sink:
        while piece := source.read(PIECE):
            sink.write(piece)
