"""The database of the tests: one PostgreSQL server for the whole run, one database for each process, made by the migrations.

The server is the embedded one, or the one that ``TABELLION_TEST_DATABASE_URL`` names (as a superuser).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine

from app import db, provision, settings
from app.embedded_postgres import EmbeddedPostgres
from app.provision import Database

SECRET = "of the tests, at least thirty-two characters"  # noqa: S105 (a secret of the tests alone)
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="run the tests that need the database server, no other"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-database"):
        chosen = [item for item in items if "database_server" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: ``url`` as its superuser, of its database ``postgres``."""

    url: str
    embedded: EmbeddedPostgres | None

    def of(self, database: str, user: str | None = None, password: str = "") -> str:
        """The address of a database, as superuser or as another login."""
        parts = conninfo_to_dict(self.url)
        named = make_conninfo(self.url, dbname=database)
        return provision.as_login(
            named, user or str(parts["user"]), password if user else str(parts["password"])
        )

    def create(self, name: str) -> Database:
        """A new database with the roles and tables of the service, and a login of its own."""
        self.create_empty(name)
        made = provision.with_own_login(self.of(name), SECRET, self.embedded)
        provision.prepare(made)
        return made

    def create_empty(self, name: str) -> str:
        """A new database without anything of ours; its address as superuser."""
        self.drop(name)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
        return self.of(name)

    def drop(self, name: str) -> None:
        """Drop a database and its login, if they are there."""
        login = sql.Identifier(f"{provision.LOGIN}_{name}")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(login))


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Of this process among those of the run: ``gw0``, or ``main`` when it is alone."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> Iterator[Server]:
    """The server of the run. The processes share it: the first starts it, the last stops it."""
    if given := os.environ.get("TABELLION_TEST_DATABASE_URL"):
        yield Server(given, None)
        return
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_name == "main" else base.parent) / "server"
    shared.mkdir(exist_ok=True)
    server = EmbeddedPostgres(shared, FAST)
    server.start()
    yield Server(server.url("postgres"), server)
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
    db.connect(made_database.url, pool_size=4, name="tests", prepares=True)  # as with the embedded server
    yield made_database
    db.disconnect()


@pytest.fixture(scope="session")
def owner_engine(made_database: Database) -> Iterator[Engine]:
    assert made_database.admin_url
    engine = create_engine(db.sqlalchemy_url(made_database.admin_url))
    yield engine
    engine.dispose()


@pytest.fixture
def file_store(data_dir: Path) -> Iterator[Path]:
    """An empty file store; emptied again afterwards, for the ids of establishments begin at 1 again too."""
    folder = data_dir / "files"
    yield folder
    if folder.exists():
        shutil.rmtree(folder)


@pytest.fixture
def database(bound_database: Database, file_store: Path) -> Iterator[Database]:
    """An empty database, bound as the service binds it (``tab_app``), and an empty file store; emptied again afterwards."""
    yield bound_database
    assert bound_database.admin_url
    with psycopg.connect(bound_database.admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # schema_version refuses deletion
        for again in (True, True, False):  # a page that was left may still have a request under way
            try:
                with connection.transaction():
                    _empty(connection)
                break
            except psycopg.errors.DeadlockDetected:
                if not again:
                    raise


def _empty(connection: psycopg.Connection) -> None:
    """What TRUNCATE … RESTART IDENTITY of every table does, for a few rows in a few of them: that makes every file anew."""
    tables = connection.execute(
        """
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename
        """
    ).fetchall()
    # whoever is at work is let end first
    connection.execute(f"LOCK TABLE {', '.join(name for (name,) in tables)} IN ACCESS EXCLUSIVE MODE")
    each = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in tables)  # noqa: S608 (our own names)
    for (name,) in connection.execute(each).fetchall():
        connection.execute(f"DELETE FROM {name}")  # noqa: S608 (our own names)
    connection.execute(
        """
        SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
        """
    )
