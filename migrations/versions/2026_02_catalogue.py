"""The catalogue lists what it cannot serve, with the tool that does, and knows the newest version of each schema.

Revision: catalogue; follows ground.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "catalogue"
down_revision = "ground"
branch_labels = None
depends_on = None

CHECKS = {
    "key_form": "key ~ '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$' AND length(key) <= 200",
    "kind_known": "kind IN ('tableschema', 'datapackage', 'jsonschema', 'other')",
}


def upgrade() -> None:
    op.add_column(
        "catalogue_schema", sa.Column("kind", sa.Text(), server_default="tableschema", nullable=False)
    )
    op.add_column("catalogue_schema", sa.Column("tool", sa.Text(), nullable=True))
    op.add_column("catalogue_schema", sa.Column("newest", sa.Text(), nullable=True))
    op.execute("""
        UPDATE catalogue_schema SET newest =
          (SELECT version FROM schema_version WHERE schema_id = catalogue_schema.id ORDER BY id DESC LIMIT 1)
    """)
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_catalogue_schema_{name}"), "catalogue_schema", condition)


def downgrade() -> None:
    for name in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_catalogue_schema_{name}"), "catalogue_schema", type_="check")
    op.execute("DELETE FROM catalogue_schema WHERE kind <> 'tableschema'")
    for column in ("newest", "tool", "kind"):
        op.drop_column("catalogue_schema", column)
