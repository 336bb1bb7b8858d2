"""A form that comes twice makes one record: its number is kept with the first entry of the record's history, once.

Revision: sendings; follows publications_frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sendings"
down_revision = "publications_frozen"
branch_labels = None
depends_on = None

SENDING = "(note ->> 'sending')"


def upgrade() -> None:
    op.create_index(
        "ix_record_change_sending",
        "record_change",
        ["establishment_id", "dataset_id", "account_id", sa.text(SENDING)],
        unique=True,
        postgresql_where=sa.text(f"{SENDING} IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_record_change_sending", "record_change")
