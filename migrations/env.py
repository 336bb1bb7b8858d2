"""How migrations run: as the tables' owner, one at a time, with timeouts, each in its own transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from app.db import sqlalchemy_url
from app.migrate import prepare_connection
from app.models import Base


def include_name(name: str | None, type_: str, parents: object) -> bool:
    """Leave the job queue's tables to procrastinate."""
    return not (type_ == "table" and (name or "").startswith("procrastinate_"))


@contextlib.contextmanager
def _connection() -> Iterator[Connection]:
    given = context.config.attributes.get("connection")
    if given is not None:
        yield given
        return
    from app.provision import open_database
    from app.settings import get_settings

    with open_database(get_settings(), upgrade=False) as database:
        if database.admin_url is None:
            raise SystemExit("TABELLION_DATABASE_ADMIN_URL is needed")
        engine = create_engine(sqlalchemy_url(database.admin_url), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def run() -> None:
    if context.is_offline_mode():
        raise SystemExit("migrations read the database: no --sql mode")
    with _connection() as connection:
        prepare_connection(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
