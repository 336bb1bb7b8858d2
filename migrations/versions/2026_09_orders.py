"""More columns of sort keys in the index, and sort keys of any other column where somebody asks for its order.

Revision: orders; follows sendings.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import run_script

revision = "orders"
down_revision = "sendings"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
BEFORE, AFTER, ORDERS = 12, 24, 8


def upgrade() -> None:
    for n in range(BEFORE + 1, AFTER + 1):
        op.add_column("record_index", sa.Column(f"k{n}", sa.Text(collation="C"), nullable=True))
        op.create_index(
            f"ix_record_index_k{n}",
            "record_index",
            ["establishment_id", "dataset_id", f"k{n}", "number"],
            postgresql_where=sa.text(f"k{n} IS NOT NULL"),
        )
    op.drop_constraint(op.f("ck_dataset_keys_bounded"), "dataset")
    op.create_check_constraint(op.f("ck_dataset_keys_bounded"), "dataset", f"cardinality(keys) <= {AFTER}")
    op.add_column(
        "dataset",
        sa.Column("orders", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_dataset_orders_bounded"), "dataset", f"cardinality(orders) <= {ORDERS}"
    )
    op.create_table(
        "record_order",
        sa.Column("establishment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint(
            "establishment_id", "dataset_id", "field", "number", name=op.f("pk_record_order")
        ),
    )
    op.create_index(
        "ix_record_order_key", "record_order", ["establishment_id", "dataset_id", "field", "key", "number"]
    )
    run_script(op.get_bind(), (SQL / "orders_walls.sql").read_text("utf-8"))


def downgrade() -> None:
    op.drop_table("record_order")
    op.drop_column("dataset", "orders")
    # the first keys stay where they are
    op.execute(
        f"UPDATE dataset SET keys = keys[1:{BEFORE}] WHERE cardinality(keys) > {BEFORE}"  # noqa: S608 (our own number)
    )
    op.drop_constraint(op.f("ck_dataset_keys_bounded"), "dataset")
    op.create_check_constraint(op.f("ck_dataset_keys_bounded"), "dataset", f"cardinality(keys) <= {BEFORE}")
    for n in range(AFTER, BEFORE, -1):
        op.drop_index(f"ix_record_index_k{n}", "record_index")
        op.drop_column("record_index", f"k{n}")
