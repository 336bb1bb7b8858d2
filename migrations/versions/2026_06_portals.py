"""Portals: connections, deliveries to them, and the documents that records name.

Revision: portals; follows publications.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import run_script

revision = "portals"
down_revision = "publications"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    create_tables()
    run_script(op.get_bind(), (SQL / "portals_walls.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION app.due_deliveries")
    for table in ("attachment", "delivery", "connection"):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "connection",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), server_default="", nullable=False),
        sa.Column("key_hint", sa.Text(), server_default="", nullable=False),
        sa.Column("by_oauth", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("identity", _json(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation_name", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", _json(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('datagouv', 'ckan', 'opendatasoft', 'null')", name=op.f("ck_connection_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_connection_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "id", name=op.f("pk_connection")),
    )
    op.create_table(
        "delivery",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", _json(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("is_suspended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "answer IN ('', 'overwrite', 'recreate', 'leave')", name=op.f("ck_delivery_answer_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_delivery_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["establishment_id", "connection_id"],
            ["connection.establishment_id", "connection.id"],
            name="fk_delivery_connection",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("establishment_id", "dataset_id", "connection_id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_connection", "delivery", ["establishment_id", "connection_id"])
    op.create_index(
        "ix_delivery_next_try_at",
        "delivery",
        ["next_try_at"],
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_table(
        "attachment",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "NOT is_public OR published_at IS NOT NULL", name=op.f("ck_attachment_public_since_when")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size_positive")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_attachment_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("establishment_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index("uq_attachment_token", "attachment", ["establishment_id", "token"], unique=True)
    op.create_index("ix_attachment_dataset", "attachment", ["establishment_id", "dataset_id"])


def _json() -> postgresql.JSONB:
    return postgresql.JSONB(astext_type=sa.Text())
