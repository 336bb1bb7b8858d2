"""The normalised CSV of a dataset: UTF-8, comma, RFC 4180, every column in schema order, streamed.

Source of the form: RFC 4180 (lines end with CRLF); of the file's name and the rules of the content: the guide of the SCDL
schemas (UTF-8, comma, ISO dates, decimal point, all columns in order, ``AAAAMMJJ_SIREN_nom.csv``).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app import db
from app.datasets.service import DatasetView
from app.errors import AppError
from app.i18n import N_
from app.records.export import queries
from app.tenancy import Scope
from exporters.about import About
from exporters.marks import Marks
from exporters.rows import rows_of
from exporters.template import write_template
from exporters.template_sheets import FIRST, LAST_ROW
from exporters.xlsx_file import write_xlsx

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


def left_out(session: Session, dataset: DatasetView) -> int:
    """How many records « à corriger » an export leaves out."""
    return queries.to_fix_count(session, dataset.establishment, dataset.id)


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


def write(output: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all; ``-`` is the standard output. Raises OSError."""
    if str(output) == "-":
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    beside = output.with_name(f"{output.name}.part")
    try:
        with beside.open("wb") as file:
            file.writelines(chunks)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


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


def xlsx_stream(scope: Scope, dataset: DatasetView, about: About) -> Iterator[bytes]:
    """The valid records as a workbook of typed cells, in a read-only transaction of its own."""
    return write_xlsx(dataset.schema, rows_of(text_rows(scope, dataset)), about)


def xlsx_chunks(session: Session, dataset: DatasetView, about: About) -> Iterator[bytes]:
    """The same in the transaction of the session."""
    names = dataset.schema.field_names
    return write_xlsx(
        dataset.schema, rows_of(queries.rows(session, dataset.establishment, dataset.id, names)), about
    )


def template_stream(scope: Scope, dataset: DatasetView, marks: Marks, *, with_rows: bool) -> Iterator[bytes]:
    """The workbook to fill in (« gabarit »), with the records and their numbers where asked, in a transaction of its own."""
    if not with_rows:
        yield from write_template(dataset.schema, marks)
        return
    names = dataset.schema.field_names
    with db.in_transaction(scope, read_only=True) as session:
        batches = queries.numbered_rows(session, dataset.establishment, dataset.id, names)
        records = ((number, texts) for batch in batches for number, *texts in batch)
        yield from write_template(dataset.schema, marks, records)


def refuse_beyond_a_sheet(session: Session, dataset: DatasetView) -> None:
    """Raises :class:`AppError` for a dataset that one sheet cannot hold: before the file begins, not in the middle of it."""
    most = LAST_ROW - FIRST + 1
    if sum(queries.counts(session, dataset.establishment, dataset.id).values()) > most:
        raise AppError(
            N_(
                "Un gabarit tient {most} lignes au plus, et ce jeu de données en a davantage. Téléchargez-le plutôt en CSV."
            ),
            most=most,
        )
