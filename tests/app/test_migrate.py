"""The tables: made by the migrations, taken down by them, the same as the models, and never half-way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import migrate, provision
from app.db import sqlalchemy_url
from app.provision import Database
from tests.app.sentences import refused
from tests.corpus import ROOT
from tests.database import Server


@pytest.fixture
def fresh(database_server: Server, worker_name: str) -> Iterator[Database]:
    """A database with its tables, of this test alone."""
    name = f"tabellion_migrate_{worker_name}"
    yield database_server.create(name)
    database_server.drop(name)


def run(database: Database, act, *arguments: object) -> None:
    engine = create_engine(sqlalchemy_url(database.admin_url or ""), poolclass=NullPool)
    with engine.connect() as connection:
        act(migrate.config(connection), *arguments)
    engine.dispose()


def things(database: Database) -> set[tuple[str, str]]:
    """Everything of ours in the database: (kind, name)."""
    with psycopg.connect(database.admin_url or "") as connection:
        rows = connection.execute(
            """
            SELECT 'table ' || relkind::text, relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION SELECT 'type', typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
            UNION SELECT 'schema', nspname FROM pg_namespace WHERE nspname = 'app'
            UNION SELECT 'policy', policyname FROM pg_policies
            """
        ).fetchall()
    return set(rows)


def test_models_and_tables_agree(fresh: Database) -> None:
    run(fresh, command.check)


def test_down_takes_everything_away_and_up_brings_it_back(fresh: Database) -> None:
    before = things(fresh)
    assert ("policy", "membership_read") in before
    run(fresh, command.downgrade, "base")
    assert {name for _, name in things(fresh)} <= {
        "alembic_version",
        "alembic_version_pkc",
        "_alembic_version",
    }
    run(fresh, command.upgrade, "head")
    assert things(fresh) == before


def test_there_is_one_line_of_migrations() -> None:
    assert len(migrate._scripts().get_heads()) == 1
    for script in migrate._scripts().walk_revisions():
        assert script.doc, f"{script.revision} says what it does"


def test_migrations_run_as_the_owner_and_wait_for_nobody_long(fresh: Database) -> None:
    engine = create_engine(sqlalchemy_url(fresh.admin_url or ""), poolclass=NullPool)
    with engine.connect() as connection:
        migrate.prepare_connection(connection)
        found = connection.execute(
            text("SELECT current_user, current_setting('lock_timeout'), current_setting('statement_timeout')")
        ).one()
    engine.dispose()
    assert found == ("tab_owner", "4s", "10min")


def test_a_busy_table_stops_the_upgrade_in_words(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run(fresh, command.downgrade, "base")
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    with psycopg.connect(fresh.admin_url or "") as busy:
        busy.execute("LOCK TABLE alembic_version")
        with refused("table occupée"):
            migrate.upgrade(fresh.admin_url or "")
        busy.rollback()
    assert ("schema", "app") not in things(fresh)
    migrate.upgrade(fresh.admin_url or "")
    assert ("schema", "app") in things(fresh)


def test_two_upgrades_at_once_do_not_disturb_each_other(fresh: Database) -> None:
    run(fresh, command.downgrade, "base")
    program = "import sys; from app import migrate; migrate.upgrade(sys.argv[1])"
    command_line = [sys.executable, "-c", program, fresh.admin_url or ""]
    upgrades = [subprocess.Popen(command_line, cwd=ROOT) for _ in range(3)]
    assert [upgrade.wait(60) for upgrade in upgrades] == [0, 0, 0]
    with psycopg.connect(fresh.url) as connection:
        migrate.check_at_head(connection)


def test_a_database_newer_than_the_code_is_refused_in_words(fresh: Database) -> None:
    with psycopg.connect(fresh.admin_url or "", autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of-tomorrow'")
    with refused(r"plus récente de Tabellion \(version of-tomorrow"):
        provision.prepare(fresh)


def test_an_older_database_that_we_may_not_change_is_refused_in_words(fresh: Database) -> None:
    run(fresh, command.downgrade, "base")
    with refused("tabellion db upgrade"):
        provision.prepare(Database(fresh.url, None))


def test_a_published_version_of_a_schema_never_changes(fresh: Database) -> None:
    with psycopg.connect(fresh.admin_url or "", autocommit=True) as connection:
        connection.execute("INSERT INTO catalogue_schema (key, title) VALUES ('a/b', 'T')")
        connection.execute(
            "INSERT INTO schema_version (schema_id, version, descriptor, content_hash) VALUES (1, '1', '{}', 'x')"
        )
        for statement in ("UPDATE schema_version SET version = '2'", "DELETE FROM schema_version"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="immutable"):
                connection.execute(statement)
