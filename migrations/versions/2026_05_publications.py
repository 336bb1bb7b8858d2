"""Publications: frozen versions of datasets, what is said of them, and what everybody may read.

Revision: publications; follows submissions.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import run_script

revision = "publications"
down_revision = "submissions"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    create_tables()
    run_script(op.get_bind(), (SQL / "publications_walls.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP POLICY dataset_public ON dataset")
    op.execute("REVOKE SELECT ON dataset FROM tab_public")
    op.drop_column("dataset", "published_at")
    for table in ("publication", "publishing"):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "publishing",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("file_description", sa.Text(), server_default="", nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("frequency", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_is_set", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("told_late_on", sa.Date(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_to", sa.Date(), nullable=True),
        sa.Column("zones", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("granularity", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["account.id"], name=op.f("fk_publishing_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "dataset_id", name=op.f("pk_publishing")),
    )
    op.create_table(
        "publication",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="preparing", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_empty", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("left_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("added", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("removed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "files",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "description",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "NOT is_current OR state = 'published'", name=op.f("ck_publication_current_is_published")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR reason <> ''", name=op.f("ck_publication_withdrawn_for_a_reason")
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'failed', 'proposed', 'refused', 'published', 'withdrawn')",
            name=op.f("ck_publication_state_known"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_publication_number_positive")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_publication_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["account.id"], name=op.f("fk_publication_published_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["schema_version.id"], name=op.f("fk_publication_version_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["account.id"], name=op.f("fk_publication_withdrawn_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "dataset_id", "number", name=op.f("pk_publication")),
    )
    op.create_index(
        "uq_publication_current",
        "publication",
        ["establishment_id", "dataset_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.add_column("dataset", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
