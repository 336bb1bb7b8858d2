"""Imports: files on their way into a dataset, the rows to look at, and what labels meant before.

Revision: submissions; follows records.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import run_script

revision = "submissions"
down_revision = "records"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    create_tables()
    run_script(op.get_bind(), (SQL / "submissions_walls.sql").read_text("utf-8"))


def downgrade() -> None:
    for table in ("column_memory", "submission_row", "submission"):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "submission_row",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('fault', 'diff')", name=op.f("ck_submission_row_kind_known")),
        sa.PrimaryKeyConstraint(
            "establishment_id", "submission_id", "kind", "row_number", name=op.f("pk_submission_row")
        ),
    )
    op.create_table(
        "column_memory",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("schema_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["schema_id"],
            ["catalogue_schema.id"],
            name=op.f("fk_column_memory_schema_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("establishment_id", "schema_id", "label", name=op.f("pk_column_memory")),
    )
    op.create_table(
        "submission",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column(
            "detected",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("matching", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "repairs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "replacements",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "fixes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("mode", sa.Text(), server_default="add", nullable=False),
        sa.Column(
            "key",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("keep_faulty", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "summary",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('add', 'update', 'replace')", name=op.f("ck_submission_mode_known")),
        sa.CheckConstraint(
            "state IN ('open', 'checking', 'accepting', 'accepted', 'undoing', 'undone', 'dropped')",
            name=op.f("ck_submission_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["account.id"], name=op.f("fk_submission_accepted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_submission_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "id", name=op.f("pk_submission")),
    )
    op.create_index(
        "ix_submission_dataset",
        "submission",
        ["establishment_id", "dataset_id", sa.literal_column("created_at DESC")],
        unique=False,
    )
    op.create_index("ix_submission_file_hash", "submission", ["establishment_id", "file_hash"], unique=False)
