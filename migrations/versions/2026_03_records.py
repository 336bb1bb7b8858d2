"""Datasets, their records, what finds them, their history, and drafts.

Revision: records; follows catalogue.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import run_script

revision = "records"
down_revision = "catalogue"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    create_tables()
    run_script(op.get_bind(), (SQL / "records_walls.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION app.found_records")
    for table in ("draft", "record_change", "record_index", "record", "dataset"):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "draft",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("base_version", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint(
            "establishment_id", "dataset_id", "account_id", "number", name=op.f("pk_draft")
        ),
    )
    op.create_table(
        "record",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('valid', 'to_fix')", name=op.f("ck_record_state_known")),
        sa.PrimaryKeyConstraint("establishment_id", "dataset_id", "number", name=op.f("pk_record")),
    )
    op.create_index(
        "ix_record_submission",
        "record",
        ["establishment_id", "submission_id", "number"],
        unique=False,
        postgresql_where=sa.text("submission_id IS NOT NULL"),
    )
    op.create_index(
        "ix_record_to_fix",
        "record",
        ["establishment_id", "dataset_id", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'to_fix' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_record_trash",
        "record",
        ["establishment_id", "dataset_id", "deleted_at", "number"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_table(
        "record_change",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("note", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "act IN ('created', 'changed', 'trashed', 'restored', 'reverted')",
            name=op.f("ck_record_change_act_known"),
        ),
        sa.PrimaryKeyConstraint(
            "establishment_id", "dataset_id", "number", "id", name=op.f("pk_record_change")
        ),
    )
    op.create_index(
        "ix_record_change_submission",
        "record_change",
        ["establishment_id", "submission_id"],
        unique=False,
        postgresql_where=sa.text("submission_id IS NOT NULL"),
    )
    op.create_table(
        "record_index",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("k1", sa.Text(collation="C"), nullable=True),
        sa.Column("k2", sa.Text(collation="C"), nullable=True),
        sa.Column("k3", sa.Text(collation="C"), nullable=True),
        sa.Column("k4", sa.Text(collation="C"), nullable=True),
        sa.Column("k5", sa.Text(collation="C"), nullable=True),
        sa.Column("k6", sa.Text(collation="C"), nullable=True),
        sa.Column("k7", sa.Text(collation="C"), nullable=True),
        sa.Column("k8", sa.Text(collation="C"), nullable=True),
        sa.Column("k9", sa.Text(collation="C"), nullable=True),
        sa.Column("k10", sa.Text(collation="C"), nullable=True),
        sa.Column("k11", sa.Text(collation="C"), nullable=True),
        sa.Column("k12", sa.Text(collation="C"), nullable=True),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("establishment_id", "dataset_id", "number", name=op.f("pk_record_index")),
    )
    op.create_index(
        "ix_record_index_k1",
        "record_index",
        ["establishment_id", "dataset_id", "k1", "number"],
        unique=False,
        postgresql_where=sa.text("k1 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k10",
        "record_index",
        ["establishment_id", "dataset_id", "k10", "number"],
        unique=False,
        postgresql_where=sa.text("k10 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k11",
        "record_index",
        ["establishment_id", "dataset_id", "k11", "number"],
        unique=False,
        postgresql_where=sa.text("k11 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k12",
        "record_index",
        ["establishment_id", "dataset_id", "k12", "number"],
        unique=False,
        postgresql_where=sa.text("k12 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k2",
        "record_index",
        ["establishment_id", "dataset_id", "k2", "number"],
        unique=False,
        postgresql_where=sa.text("k2 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k3",
        "record_index",
        ["establishment_id", "dataset_id", "k3", "number"],
        unique=False,
        postgresql_where=sa.text("k3 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k4",
        "record_index",
        ["establishment_id", "dataset_id", "k4", "number"],
        unique=False,
        postgresql_where=sa.text("k4 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k5",
        "record_index",
        ["establishment_id", "dataset_id", "k5", "number"],
        unique=False,
        postgresql_where=sa.text("k5 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k6",
        "record_index",
        ["establishment_id", "dataset_id", "k6", "number"],
        unique=False,
        postgresql_where=sa.text("k6 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k7",
        "record_index",
        ["establishment_id", "dataset_id", "k7", "number"],
        unique=False,
        postgresql_where=sa.text("k7 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k8",
        "record_index",
        ["establishment_id", "dataset_id", "k8", "number"],
        unique=False,
        postgresql_where=sa.text("k8 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_k9",
        "record_index",
        ["establishment_id", "dataset_id", "k9", "number"],
        unique=False,
        postgresql_where=sa.text("k9 IS NOT NULL"),
    )
    op.create_index(
        "ix_record_index_user",
        "record_index",
        ["establishment_id", "dataset_id", "updated_by", "number"],
        unique=False,
    )
    op.create_index("ix_record_index_words", "record_index", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "dataset",
        sa.Column("establishment_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "constants",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("next_number", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("is_indexed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name=op.f("ck_dataset_slug_form")
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_dataset_title_given")),
        sa.CheckConstraint("cardinality(keys) <= 12", name=op.f("ck_dataset_keys_bounded")),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_dataset_next_number_positive")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_dataset_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["establishment_id"],
            ["establishment.id"],
            name=op.f("fk_dataset_establishment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["schema_version.id"], name=op.f("fk_dataset_version_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "id", name=op.f("pk_dataset")),
    )
    op.create_index("ix_dataset_version_id", "dataset", ["version_id"], unique=False)
    op.create_index("uq_dataset_slug", "dataset", ["establishment_id", "slug"], unique=True)
