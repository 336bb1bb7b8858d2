"""The normalised CSV of a dataset: UTF-8, comma, RFC 4180, every column in schema order, streamed.

Source of the form: RFC 4180 (lines end with CRLF); of the file's name and the rules of the content: the guide of the SCDL
schemas (UTF-8, comma, ISO dates, decimal point, all columns in order, ``AAAAMMJJ_SIREN_nom.csv``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app import db
from app.datasets.service import DatasetView
from app.records.export import queries
from app.tenancy import Scope

CHUNK = 256 * 1024  # octets sent at once


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an export holds, and what it leaves out: the records « à corriger »."""

    exported: int
    left_out: int


def outcome(session: Session, dataset: DatasetView) -> Outcome:
    """The counts to say aloud."""
    counts = queries.counts(session, dataset.establishment, dataset.id)
    return Outcome(counts.get("valid", 0), counts.get("to_fix", 0))


def csv_chunks(session: Session, dataset: DatasetView) -> Iterator[bytes]:
    """The valid records as CSV, in the transaction of the session: header, then lines, some hundred thousand octets at a time."""
    yield csv_line(dataset.schema.field_names)
    waiting: list[bytes] = []
    length = 0
    for line in queries.csv_lines(session, dataset.establishment, dataset.id, dataset.schema.field_names):
        waiting.append(line[:-1])
        length += len(line)
        if length > CHUNK:
            waiting.append(b"")
            yield b"\r\n".join(waiting)
            waiting, length = [], 0
    if waiting:
        waiting.append(b"")
        yield b"\r\n".join(waiting)


def csv_stream(scope: Scope, dataset: DatasetView) -> Iterator[bytes]:
    """The same in a read-only transaction of its own: for an answer whose body is sent after the request's has ended."""
    with db.in_transaction(scope, read_only=True) as session:
        yield from csv_chunks(session, dataset)


def text_rows(scope: Scope, dataset: DatasetView) -> Iterator[list[tuple[str | None, ...]]]:
    """The valid records as tuples of stored texts in schema order, in batches, in a read-only transaction of its own."""
    with db.in_transaction(scope, read_only=True) as session:
        yield from queries.rows(session, dataset.establishment, dataset.id, dataset.schema.field_names)


def csv_line(texts: Sequence[str]) -> bytes:
    """One line of CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(texts)
    return written.getvalue().encode()


def file_name(siren: str | None, slug: str, day: date, extension: str = "csv") -> str:
    """``AAAAMMJJ_SIREN_nom.csv``; without SIREN where there is none (the « bac à sable »)."""
    name = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or "donnees"
    return "_".join((f"{day:%Y%m%d}", *((siren,) if siren else ()), f"{name}.{extension}"))
