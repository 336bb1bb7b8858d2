"""What was published stays as it was: the database itself refuses to change it.

Revision: publications_frozen; follows portals.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from app.db import run_script

revision = "publications_frozen"
down_revision = "portals"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    run_script(op.get_bind(), (SQL / "publications_frozen.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP TRIGGER publication_frozen ON publication")
    op.execute("DROP FUNCTION app.keep_published()")
