"""Submissions: files proposed for import, step by step, and what was learnt from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Made


class SubmissionState(StrEnum):
    """How far an import is. A person works on it in ``open``; a job does in ``checking``, ``accepting`` and ``undoing``."""

    open = "open"
    checking = "checking"
    accepting = "accepting"
    accepted = "accepted"
    undoing = "undoing"
    undone = "undone"
    dropped = "dropped"


class Mode(StrEnum):
    """What an import does to the records that are there: adds beside them, updates those it finds by key, replaces them all."""

    add = "add"
    update = "update"
    replace = "replace"


def _among(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class Submission(Base):
    """One file on its way into a dataset: what was found in it, what the person decided, and what became of it."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(_among("state", SubmissionState), name="state_known"),
        CheckConstraint(_among("mode", Mode), name="mode_known"),
        Index("ix_submission_dataset", "establishment_id", "dataset_id", text("created_at DESC")),
        Index("ix_submission_file_hash", "establishment_id", "file_hash"),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    dataset_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[Made]
    updated_at: Mapped[Made]
    state: Mapped[str] = mapped_column(server_default=SubmissionState.open)
    file_name: Mapped[str]
    """As it was called on the person's computer."""
    stored_name: Mapped[str]
    """In the establishment's folder of the file store."""
    file_hash: Mapped[str]
    """SHA-256 of the content, hex: the same file twice is noticed."""
    octets: Mapped[int]
    detected: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """How the file is read: :meth:`importers.detect.Detected.to_json`, with ``header_row`` where a person said it."""
    matching: Mapped[dict[str, Any] | None] = mapped_column(JSONB())
    """The columns as confirmed: :meth:`importers.matching.Matching.to_json`; none before."""
    repairs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), server_default=text("'[]'::jsonb"))
    """Proposals and what the person said of each: ``{"field", "kind", …, "answer"}``."""
    replacements: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSONB(), server_default=text("'{}'::jsonb")
    )
    """Field → text of the file → text to keep: « corriger les N pareils »."""
    fixes: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """Row number → field → text typed in place of the file's."""
    mode: Mapped[str] = mapped_column(server_default=Mode.add)
    key: Mapped[list[str]] = mapped_column(JSONB(), server_default=text("'[]'::jsonb"))
    """Fields by which a row finds its record."""
    keep_faulty: Mapped[bool] = mapped_column(server_default=text("true"))
    """Rows with errors are kept « à corriger »; else they are left out."""
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    """What the check found: counts of rows, errors by kind, what acceptance would do; once accepted, what it did."""
    job_id: Mapped[int | None]
    """The :class:`JobProgress` of the job that works on it, or did last."""
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]


class SubmissionRow(Base):
    """A row of a file that a person should see before it is accepted: one with errors, or one that changes a record."""

    __tablename__ = "submission_row"
    __table_args__ = (CheckConstraint("kind IN ('fault', 'diff')", name="kind_known"),)

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """In the file, as a spreadsheet counts."""
    cells: Mapped[dict[str, str]] = mapped_column(JSONB())
    """Field name → text, after repairs and replacements."""
    faults: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB())
    before: Mapped[dict[str, str] | None] = mapped_column(JSONB())
    """Of a row that changes a record: what it holds now."""
    number: Mapped[int | None]
    """The record that it changes."""


class ColumnMemory(Base):
    """What a label meant in an establishment's files, for one schema: proposed first the next time."""

    __tablename__ = "column_memory"

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    schema_id: Mapped[int] = mapped_column(
        ForeignKey("catalogue_schema.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str] = mapped_column(primary_key=True)
    """As it stands in the files."""
    field: Mapped[str]
    """Name of the field; empty for a column that is left aside."""
    used_at: Mapped[Made]
