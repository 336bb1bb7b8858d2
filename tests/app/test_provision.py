"""From settings to a database: whom we let in as, whom we refuse, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql

from app import provision
from app.provision import Database, open_database
from app.settings import Settings
from tests.app.sentences import refused
from tests.database import Server


@pytest.fixture
def empty(database_server: Server, worker_name: str) -> Iterator[str]:
    """The superuser's address of a database without anything of ours."""
    name = f"tabellion_provision_{worker_name}"
    yield database_server.create_empty(name)
    database_server.drop(name)


@pytest.fixture
def login(database_server: Server, worker_name: str) -> Iterator[str]:
    """The name of a new role that may log in with the password ``secret``."""
    name = f"login_{worker_name}"
    with psycopg.connect(database_server.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOINHERIT PASSWORD 'secret'").format(sql.Identifier(name))
        )
        yield name
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def as_role(url: str, user: str, password: str = "secret") -> str:  # noqa: S107 (the password of a test)
    return provision.as_login(url, user, password)


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def settings(tmp_path, url: str, **more: object) -> Settings:
    return Settings(data_dir=tmp_path, database_url=url, **more)  # type: ignore[arg-type]


def test_an_administrator_s_address_is_used_for_the_tables_and_never_for_requests(empty, tmp_path) -> None:
    with open_database(settings(tmp_path, empty)) as database:
        assert database.admin_url == empty
        with psycopg.connect(database.url) as connection:
            user = f"tab_app_{connection.info.dbname}"
            assert connection.execute("SELECT session_user, current_user").fetchone() == (user, user)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM account")
    with open_database(settings(tmp_path, empty)) as again:
        assert again.url == database.url


def test_another_secret_brings_another_password_for_this_database_alone(
    empty, tmp_path, made_database
) -> None:
    with open_database(settings(tmp_path / "one", empty)) as first:
        pass
    with open_database(settings(tmp_path / "two", empty)) as second:
        assert second.url != first.url
        psycopg.connect(second.url).close()
    psycopg.connect(made_database.url).close()


def test_a_login_that_is_named_is_made_by_the_administrator_but_its_password_never_changed(
    empty, login, tmp_path
) -> None:
    execute(empty, f"DROP ROLE {login}")
    found = settings(tmp_path, as_role(empty, login), database_admin_url=empty)
    with refused("GRANT tab_app TO"), open_database(found):
        pass
    execute(empty, f"GRANT tab_app TO {login}")
    with open_database(found) as database:
        psycopg.connect(database.url).close()
    with (
        refused("refuse le compte"),
        open_database(settings(tmp_path, as_role(empty, login, "other"), database_admin_url=empty)),
    ):
        pass


def test_the_application_s_own_login_serves_once_the_database_is_ready(empty, tmp_path) -> None:
    with open_database(settings(tmp_path, empty)) as made:
        pass
    with open_database(settings(tmp_path / "other", made.url)) as database:
        assert (database.url, database.admin_url) == (made.url, None)
    with open_database(settings(tmp_path, made.url, database_admin_url=empty)) as database:
        assert database.admin_url == empty


def test_an_address_written_for_sqlalchemy_is_understood(empty, tmp_path) -> None:
    with open_database(
        settings(tmp_path, empty.replace("postgresql://", "postgresql+psycopg://"))
    ) as database:
        assert database.admin_url == empty


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
def test_a_login_that_bypasses_the_walls_is_refused(empty, login, attribute) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        provision.ensure_roles(connection)
    execute(empty, f"ALTER ROLE {login} {attribute}")
    with refused(rf"« {login} ».*refuse de fonctionner"):
        provision.prepare(Database(as_role(empty, login), None), upgrade=False)


@pytest.mark.parametrize("role", ["tab_owner", "superman"])
def test_a_login_that_may_become_such_a_role_is_refused(empty, login, role) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        provision.ensure_roles(connection)
        if role == "superman":
            connection.execute("CREATE ROLE superman SUPERUSER")
        try:
            execute(empty, f"GRANT {role}, tab_web, tab_worker, tab_public TO {login}")
            with refused(role):
                provision.prepare(Database(as_role(empty, login), None), upgrade=False)
        finally:
            if role == "superman":
                connection.execute("DROP ROLE superman")


def test_the_embedded_superuser_is_refused_too(empty) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        provision.ensure_roles(connection)
    with refused("refuse de fonctionner"):
        provision.prepare(Database(empty, None), upgrade=False)


def test_a_login_that_is_no_member_is_told_what_to_grant(empty, login) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        provision.ensure_roles(connection)
    execute(empty, f"GRANT tab_web, tab_worker TO {login}")
    with refused(f"« {login} » n’a pas les droits du rôle « tab_app ».*GRANT tab_app TO {login};"):
        provision.prepare(Database(as_role(empty, login), None), upgrade=False)


def test_a_wrong_password_is_said(empty, login, tmp_path) -> None:
    found = settings(tmp_path, as_role(empty, login, "wrong"))
    with refused(f"refuse le compte « {login} ».*mot de passe"), open_database(found):
        pass


def test_a_missing_database_is_said(empty, tmp_path) -> None:
    url = empty.replace("tabellion_provision", "nowhere")
    with refused("« nowhere_.* » n’existe pas"), open_database(settings(tmp_path, url)):
        pass


def test_a_missing_database_of_the_same_name_as_its_account_is_said(database_server, login, tmp_path) -> None:
    url = database_server.of(login, login, "secret")
    with refused(f"« {login} » n’existe pas"), open_database(settings(tmp_path, url)):
        pass


def test_a_silent_server_is_said(tmp_path) -> None:
    url = "postgresql://a:b@127.0.0.1:1/x"
    with refused("port 1, ne répond pas"), open_database(settings(tmp_path, url)):
        pass


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://a:b@[::1/x", "n’importe quoi"])
def test_an_address_that_is_none_is_said(tmp_path, url) -> None:
    with (
        refused("L’adresse de la base de données n’est pas comprise"),
        open_database(settings(tmp_path, url)),
    ):
        pass


def test_an_old_server_is_said() -> None:
    old = SimpleNamespace(info=SimpleNamespace(server_version=140012))
    with refused("PostgreSQL 14 ; Tabellion demande PostgreSQL 15"):
        provision._check_server(old)  # type: ignore[arg-type]


def test_an_encoding_that_cannot_hold_french_names_is_said(
    database_server: Server, worker_name, tmp_path
) -> None:
    name = f"latin_{worker_name}"
    with psycopg.connect(database_server.url, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc"  # type: ignore[call-overload]
        )
    try:
        with refused("n’est pas en UTF-8"), open_database(settings(tmp_path, database_server.of(name))):
            pass
    finally:
        database_server.drop(name)


def test_a_role_creator_who_is_no_superuser_can_prepare_a_database(empty, login, tmp_path) -> None:
    """What hosts of PostgreSQL give: CREATEROLE, and the database, nothing more."""
    with psycopg.connect(empty, autocommit=True) as connection:
        database = connection.info.dbname
        connection.execute(sql.SQL("ALTER ROLE {} CREATEROLE INHERIT").format(sql.Identifier(login)))
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(login))
        )
        provision.ensure_roles(connection)
        for role in ("tab_owner", "tab_web", "tab_worker", "tab_public", "tab_app"):
            connection.execute(
                sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(
                    sql.Identifier(role), sql.Identifier(login)
                )
            )
    try:
        with open_database(settings(tmp_path, as_role(empty, login))) as found:
            assert found.admin_url is not None
    finally:
        execute(empty, f"ALTER DATABASE {database} OWNER TO CURRENT_USER")
        execute(empty, f"REVOKE tab_owner, tab_web, tab_worker, tab_public, tab_app FROM {login} CASCADE")


def test_the_statements_for_an_administrator_prepare_a_database(empty) -> None:
    script = provision.roles_script("x")
    for role in ("tab_owner", "tab_web", "tab_worker", "tab_public", "tab_app"):
        assert f"CREATE ROLE {role} " in script
    assert 'GRANT CREATE ON DATABASE "x" TO tab_owner;' in script
