"""The compressed forms of text files: written once beside each, by the job that writes it, and sent as they lie."""

from __future__ import annotations

import gzip
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from app import files

ENCODINGS = {"zstd": ".zst", "gzip": ".gz"}
"""Name in ``Content-Encoding`` → what is added to the name of the file, the best first."""
TEXTS = frozenset(("csv", "csv-excel", "json", "ndjson", "geojson"))
"""Formats worth compressing: the others are so already."""
LEAST = 1024
"""Octets below which a file is sent as it is."""
PIECE = 1 << 20


def write(establishment: int, stored: str) -> None:
    """Write the compressed forms of a file of the store beside it, whole or not at all. Raises FileNotFoundError."""
    path = files.path_of(establishment, stored)
    if path.stat().st_size < LEAST:
        return
    for name, ending in ENCODINGS.items():
        target = path.with_name(path.name + ending)
        draft = path.with_name(f".{target.name}.{os.getpid()}")
        try:
            with path.open("rb") as source, draft.open("wb") as file:
                draft.chmod(0o600)
                _compress(name, source, file)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def forget(establishment: int, stored: str) -> None:
    """Erase the compressed forms of a file."""
    for ending in ENCODINGS.values():
        with suppress(ValueError):
            files.remove(establishment, stored + ending)


def beside(path: Path) -> dict[str, Path]:
    """The compressed forms that a file has, by encoding."""
    found = {}
    for name, ending in ENCODINGS.items():
        other = path.with_name(path.name + ending)
        if other.exists():
            found[name] = other
    return found


def _compress(name: str, source: IO[bytes], file: IO[bytes]) -> None:
    sink: Any
    if name == "gzip":
        sink = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0)
    else:
        sink = pa.CompressedOutputStream(pa.PythonFile(file, mode="w"), "zstd")
    with sink:
        while piece := source.read(PIECE):
            sink.write(piece)
