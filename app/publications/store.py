"""The files of the versions of a dataset, in the folder of its establishment in the file store.

``publication-{dataset}-{number}.csv`` is the reference; ``publication-{dataset}-{number}.{format}.{extension}`` the same rows in
another format; ``publication-{dataset}-{number}.lines`` is private: what tells the version from the next one. A name stands
for one content for good: a number is never given twice, and what a published version names is never written again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import files
from app.models import Publication
from exporters.about import About
from exporters.formats import FORMATS
from schema_loader.table_schema import TableSchema

REFERENCE = "csv"
Kept = dict[str, Any]
"""``{"stored", "size", "sha256"}`` of a file, as :attr:`Publication.files` holds it."""


def prefix(dataset: int, number: int) -> str:
    """What the names of all the files of a version begin with."""
    return f"publication-{int(dataset)}-{int(number)}."


def name_of(dataset: int, number: int, form: str = REFERENCE) -> str:
    """The name of a file in the file store. Raises KeyError for a format that is not ours."""
    extension = FORMATS[form].extension
    return prefix(dataset, number) + (extension if form == REFERENCE else f"{form}.{extension}")


def lines_name(dataset: int, number: int) -> str:
    """The name of the private file beside them."""
    return f"{prefix(dataset, number)}lines"


def preview_name(dataset: int) -> str:
    """The name of the private file of what would change: it shows lines of the current version."""
    return f"publication-{int(dataset)}.preview"


def kept(stored: str, draft: files.Draft) -> Kept:
    """What is noted of a file that was written."""
    return {"stored": stored, "size": draft.octets, "sha256": draft.sha256}


def path_of(publication: Publication, form: str = REFERENCE) -> Path | None:
    """Where a file of a version lies; None where it has none in this format (yet, or any more)."""
    held = publication.files.get(form)
    return files.path_of(publication.establishment_id, held["stored"]) if held else None


def lines_path(establishment: int, dataset: int, number: int) -> Path:
    """Where the private file of a version lies."""
    return files.path_of(establishment, lines_name(dataset, number))


def erase(establishment: int, dataset: int, number: int) -> None:
    """Erase every file of a version, whole or half written, and what was seen of it."""
    files.remove(establishment, preview_name(dataset))
    begins = prefix(dataset, number)
    files.remove_drafts(establishment, begins)
    for name in list(files.names(establishment, begins)):
        files.remove(establishment, name)


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of a reference, without the header, as texts in the order of the schema's fields."""
    with path.open(encoding="utf-8", newline="", buffering=1 << 20) as file:
        reader = csv.reader(file, strict=True)
        next(reader, None)
        yield from reader


def write_format(publication: Publication, schema: TableSchema, form: str, about: About) -> Kept:
    """Write the rows of the reference in another format. Raises OSError."""
    reference = path_of(publication)
    if reference is None:
        raise FileNotFoundError(name_of(publication.dataset_id, publication.number))
    stored = name_of(publication.dataset_id, publication.number, form)
    with files.writing(publication.establishment_id, stored) as draft:
        for chunk in FORMATS[form].write(schema, rows(reference), about):
            draft.write(chunk)
    return kept(stored, draft)
