"""Records: the rows of a dataset, what finds them, what became of them, and what is being typed.

Their keys lead with the establishment and the dataset. They have no foreign key to the dataset: a million rows come in one
statement, and a check of each would cost more than writing them; a dataset and its rows are only ever deleted together.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import SmallInteger, Text

from app.models.base import Base, Made
from app.models.dataset import KEY_COLUMNS


class RecordState(StrEnum):
    """What the check said of a record when it was last kept."""

    valid = "valid"
    to_fix = "to_fix"


STATES_SQL = "(" + ", ".join(f"'{state}'" for state in RecordState) + ")"


class Record(Base):
    """A row of a dataset, valid or « à corriger ». The trash holds those with ``deleted_at``."""

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES_SQL}", name="state_known"),
        Index(
            "ix_record_to_fix",
            "establishment_id",
            "dataset_id",
            "number",
            postgresql_where=text("state = 'to_fix' AND deleted_at IS NULL"),
        ),
        Index(
            "ix_record_trash",
            "establishment_id",
            "dataset_id",
            "deleted_at",
            "number",
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_record_submission",
            "establishment_id",
            "submission_id",
            "number",
            postgresql_where=text("submission_id IS NOT NULL"),
        ),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """« N° interne »: given in order, never twice."""
    cells: Mapped[dict[str, str]] = mapped_column(JSONB())
    """Field name → text: normalised where valid, as it was typed where not. An empty cell is absent."""
    extra: Mapped[dict[str, str] | None] = mapped_column(JSONB())
    """Columns of the file it came from that the schema does not have."""
    state: Mapped[str]
    faults: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB())
    """Why it is « à corriger »: ``{"code", "field", "params"}`` of each error; none when valid."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with each change; a change says which it was based on."""
    created_at: Mapped[Made]
    created_by: Mapped[int | None]
    updated_at: Mapped[Made]
    updated_by: Mapped[int | None]
    submission_id: Mapped[int | None]
    """The import that brought it."""
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[int | None]


class RecordIndex(Base):
    """What finds and sorts a record that is not in the trash: derived from it, and may be made again from it."""

    __tablename__ = "record_index"
    __table_args__ = (
        *(
            Index(
                f"ix_record_index_k{n}",
                "establishment_id",
                "dataset_id",
                f"k{n}",
                "number",
                postgresql_where=text(f"k{n} IS NOT NULL"),
            )
            for n in range(1, KEY_COLUMNS + 1)
        ),
        Index("ix_record_index_user", "establishment_id", "dataset_id", "updated_by", "number"),
        Index("ix_record_index_words", "words", postgresql_using="gin"),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    updated_by: Mapped[int | None]
    updated_at: Mapped[datetime]
    submission_id: Mapped[int | None]
    k1: Mapped[str | None] = mapped_column(Text(collation="C"))
    """Sort keys of the dataset's ``keys`` (:mod:`schema_loader.sort_keys`); null for a column that the dataset does not use."""
    k2: Mapped[str | None] = mapped_column(Text(collation="C"))
    k3: Mapped[str | None] = mapped_column(Text(collation="C"))
    k4: Mapped[str | None] = mapped_column(Text(collation="C"))
    k5: Mapped[str | None] = mapped_column(Text(collation="C"))
    k6: Mapped[str | None] = mapped_column(Text(collation="C"))
    k7: Mapped[str | None] = mapped_column(Text(collation="C"))
    k8: Mapped[str | None] = mapped_column(Text(collation="C"))
    k9: Mapped[str | None] = mapped_column(Text(collation="C"))
    k10: Mapped[str | None] = mapped_column(Text(collation="C"))
    k11: Mapped[str | None] = mapped_column(Text(collation="C"))
    k12: Mapped[str | None] = mapped_column(Text(collation="C"))
    k13: Mapped[str | None] = mapped_column(Text(collation="C"))
    k14: Mapped[str | None] = mapped_column(Text(collation="C"))
    k15: Mapped[str | None] = mapped_column(Text(collation="C"))
    k16: Mapped[str | None] = mapped_column(Text(collation="C"))
    k17: Mapped[str | None] = mapped_column(Text(collation="C"))
    k18: Mapped[str | None] = mapped_column(Text(collation="C"))
    k19: Mapped[str | None] = mapped_column(Text(collation="C"))
    k20: Mapped[str | None] = mapped_column(Text(collation="C"))
    k21: Mapped[str | None] = mapped_column(Text(collation="C"))
    k22: Mapped[str | None] = mapped_column(Text(collation="C"))
    k23: Mapped[str | None] = mapped_column(Text(collation="C"))
    k24: Mapped[str | None] = mapped_column(Text(collation="C"))
    words: Mapped[Any] = mapped_column(TSVECTOR(), deferred=True)
    """Folded words of its cells, each after the dataset's number: ``1a:subvention``."""


class RecordOrder(Base):
    """The sort key of one more column of a record, where somebody has asked for the order of it: the dataset's ``orders`` says of
    which columns these are whole. Made from the records, and made again when many change; a record of the trash may have one."""

    __tablename__ = "record_order"
    __table_args__ = (
        Index("ix_record_order_key", "establishment_id", "dataset_id", "field", "key", "number"),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    """Position of the field in the schema of the dataset."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    """Of the record whose cell the key is of."""
    key: Mapped[str] = mapped_column(Text(collation="C"))


class RecordChange(Base):
    """One act on one record. An import is one entry of history for all that it added; changes it makes to records stand here."""

    __tablename__ = "record_change"
    __table_args__ = (
        CheckConstraint("act IN ('created', 'changed', 'trashed', 'restored', 'reverted')", name="act_known"),
        Index(
            "ix_record_change_submission",
            "establishment_id",
            "submission_id",
            postgresql_where=text("submission_id IS NOT NULL"),
        ),
        Index(
            "ix_record_change_sending",
            "establishment_id",
            "dataset_id",
            "account_id",
            text("(note ->> 'sending')"),
            unique=True,
            postgresql_where=text("(note ->> 'sending') IS NOT NULL"),
        ),
    )

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[Made]
    account_id: Mapped[int | None]
    act: Mapped[str]
    version: Mapped[int]
    """Of the record, once changed."""
    before: Mapped[dict[str, str] | None] = mapped_column(JSONB())
    """The cells before the act, whole; none where it changed no cell."""
    after: Mapped[dict[str, str] | None] = mapped_column(JSONB())
    submission_id: Mapped[int | None]
    note: Mapped[dict[str, Any] | None] = mapped_column(JSONB())
    """What else is to be known: the repairs that were accepted, the change that was taken back, what the form
    of a new record was called (``sending``), which is kept once."""


class Draft(Base):
    """What a person is typing and has not kept yet: found again on another machine."""

    __tablename__ = "draft"

    establishment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the record being changed; 0 for a new one."""
    cells: Mapped[dict[str, str]] = mapped_column(JSONB())
    """Field name → text as it was typed."""
    base_version: Mapped[int | None]
    updated_at: Mapped[Made]
