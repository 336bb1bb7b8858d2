"""The database of the tests: one PostgreSQL server for the whole run, one database for each process, made by the migrations.

The server is the embedded one, or the one that ``TABELLION_TEST_DATABASE_URL`` names (as a superuser).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from app import db, provision, settings
from app.embedded_postgres import EmbeddedPostgres
from app.provision import Database
from app.settings import secret_in

FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: ``url`` as its superuser, of its database ``postgres``; ``password`` of ``tab_app``."""

    url: str
    password: str
    embedded: EmbeddedPostgres | None

    def of(self, database: str) -> str:
        """The address of a database, as superuser."""
        from psycopg.conninfo import make_conninfo

        return _to_url(make_conninfo(self.url, dbname=database))

    def create(self, name: str) -> Database:
        """A new database with the roles and tables of the service."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
        made = Database(_as_login(self.of(name), self.password), self.of(name), self.embedded)
        provision.prepare(made)
        return made

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _to_url(conninfo: str) -> str:
    from urllib.parse import quote, urlencode

    from psycopg.conninfo import conninfo_to_dict

    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    user, password, name = parts.pop("user"), parts.pop("password", ""), parts.pop("dbname")
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(name, safe='')}?{urlencode(parts)}"


def _as_login(url: str, password: str) -> str:
    from psycopg.conninfo import make_conninfo

    return _to_url(make_conninfo(url, user=provision.LOGIN, password=password))


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Of this process among those of the run: ``gw0``, or ``main`` when it is alone."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> Iterator[Server]:
    """The server of the run. The processes share it: the first starts it, the last stops it."""
    if given := os.environ.get("TABELLION_TEST_DATABASE_URL"):
        yield Server(given, hashlib.sha256(given.encode()).hexdigest(), None)
        return
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_name == "main" else base.parent) / "server"
    shared.mkdir(exist_ok=True)
    server = EmbeddedPostgres(shared, FAST)
    server.start()
    yield Server(server.url("postgres"), secret_in(shared / "password-app"), server)
    server.stop()


@pytest.fixture(scope="session")
def made_database(database_server: Server, worker_name: str) -> Iterator[Database]:
    """The database of this process; take ``database``, which is also empty."""
    name = f"tabellion_test_{worker_name}_{os.getpid()}"
    yield database_server.create(name)
    database_server.drop(name)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder that the settings of this process name."""
    folder = tmp_path_factory.mktemp("data")
    patch = pytest.MonkeyPatch()
    patch.setenv("TABELLION_DATA_DIR", str(folder))
    patch.delenv("DATABASE_URL", raising=False)
    settings.get_settings.cache_clear()
    yield folder
    patch.undo()
    settings.get_settings.cache_clear()


@pytest.fixture(scope="session")
def bound_database(made_database: Database, data_dir: Path) -> Iterator[Database]:
    db.connect(made_database.url, pool_size=4, name="tests")
    yield made_database
    db.disconnect()


@pytest.fixture(scope="session")
def owner_engine(made_database: Database) -> Iterator[Engine]:
    assert made_database.admin_url
    engine = create_engine(db.sqlalchemy_url(made_database.admin_url), poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def database(bound_database: Database) -> Iterator[Database]:
    """An empty database, bound as the service binds it (``tab_app``); emptied again afterwards."""
    yield bound_database
    assert bound_database.admin_url
    with psycopg.connect(bound_database.admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # schema_version refuses deletion
        rows = connection.execute(
            """
            SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            """
        ).fetchall()
        connection.execute("TRUNCATE " + ", ".join(name for (name,) in rows) + " RESTART IDENTITY CASCADE")
