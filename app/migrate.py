"""Bringing the tables up to the code, and telling when they are not."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import errors
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.db import sqlalchemy_url
from app.errors import CannotStart
from app.i18n import N_

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
LOCK = 7_426_139_005_118_101  # of advisory locks: any number of ours
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "10min"
WAIT = "120s"


def config(connection: Connection | None = None) -> Config:
    """Alembic's, for commands run from here; ``connection`` is used and left open."""
    found = Config(
        ROOT / "alembic.ini", attributes={"connection": connection} if connection is not None else {}
    )
    found.set_main_option("script_location", str(ROOT / "migrations"))
    return found


@lru_cache(maxsize=1)
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def head() -> str:
    """The revision the code expects."""
    found = _scripts().get_current_head()
    if found is None:
        raise RuntimeError("no migration")
    return found


def current(connection: psycopg.Connection[Any]) -> str | None:
    """The revision of the database; None before the first."""
    row = connection.execute("SELECT to_regclass('public.alembic_version')::text").fetchone()
    if row is None or row[0] is None:
        return None
    try:
        row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    except errors.InsufficientPrivilege:  # the first migration gives the right to read it
        return None
    return None if row is None else str(row[0])


def known(revision: str) -> bool:
    """Whether this code has the revision; when not, the database is newer than the code."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def check_at_head(connection: psycopg.Connection[Any]) -> None:
    """Raises :class:`CannotStart` when the tables are older or newer than the code. Reads as ``tab_app``."""
    found = current(connection)
    if found == head():
        return
    if found is not None and not known(found):
        raise newer(found)
    raise CannotStart(
        N_(
            "La base de données n’est pas à jour (version {found}, attendue {head}). Lancez « tabellion db upgrade » avec "
            "TABELLION_DATABASE_ADMIN_URL, l’adresse de la base avec le compte qui peut la modifier."
        ),
        found=found or "0",
        head=head(),
    )


def newer(revision: str) -> CannotStart:
    """The refusal of a database that a later version of the service has upgraded."""
    return CannotStart(
        N_(
            "La base de données a été mise à jour par une version plus récente de Tabellion (version {revision}, inconnue ici). "
            "Installez cette version ou une plus récente, ou restaurez une sauvegarde d’avant la mise à jour."
        ),
        revision=revision,
    )


def upgrade(admin_url: str, revision: str = "head") -> None:
    """Bring the database to a revision; of several at once, one does and the others wait.

    Raises :class:`CannotStart` when the database is newer than the code, or when a table stays busy.
    """
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=10, prepare_threshold=None) as plain:
        plain.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        try:
            found = current(plain)
        except errors.LockNotAvailable as error:
            raise _busy() from error
    if found is not None and not known(found):
        raise newer(found)
    if found == head() and revision == "head":
        return
    engine = create_engine(
        sqlalchemy_url(admin_url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    try:
        with engine.connect() as connection:
            command.upgrade(config(connection), revision)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in {"55P03", "57014"}:
            raise _busy() from error
        raise
    finally:
        engine.dispose()
    log.info("database upgraded", extra={"revision": head()})


def _busy() -> CannotStart:
    return CannotStart(
        N_(
            "La mise à jour de la base de données attend une table occupée, et s’est arrêtée sans rien changer. Arrêtez les "
            "autres serveurs Tabellion, ou réessayez dans un moment creux."
        )
    )


def prepare_connection(connection: Connection) -> None:
    """Before migrating: alone, as the tables' owner, and never waiting long behind a request."""
    connection.execute(text(f"SET statement_timeout = '{WAIT}'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.execute(text("SET ROLE tab_owner"))
    connection.commit()
