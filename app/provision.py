"""From settings to a database that can be used: the server, the roles, the migrations, and the refusal of roles that bypass.

Roles belong to a whole PostgreSQL server, so they are made here and not in a migration. Two addresses come out: as
``tab_app`` for requests and jobs, and as a role that may change tables, for upgrades and backups, where we have one.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from app.embedded_postgres import EmbeddedPostgres
from app.errors import CannotStart
from app.i18n import N_
from app.settings import Settings
from app.tenancy import SCOPE_ROLES

log = logging.getLogger(__name__)

LOGIN, OWNER = "tab_app", "tab_owner"
DATABASE = "tabellion"
OLDEST = 15

ROLES: tuple[LiteralString, ...] = (
    "CREATE ROLE tab_owner NOLOGIN",
    "CREATE ROLE tab_web NOLOGIN",
    "CREATE ROLE tab_worker NOLOGIN",
    "CREATE ROLE tab_public NOLOGIN",
    "CREATE ROLE tab_app LOGIN NOINHERIT",
)
GRANTS: tuple[LiteralString, ...] = (
    "GRANT tab_web, tab_worker, tab_public TO tab_app",
    "GRANT CREATE ON DATABASE {database} TO tab_owner",
    "GRANT CONNECT ON DATABASE {database} TO tab_app",
    "GRANT TEMPORARY ON DATABASE {database} TO tab_web, tab_worker",
    "GRANT USAGE, CREATE ON SCHEMA public TO tab_owner",
    "GRANT USAGE ON SCHEMA public TO tab_app, tab_web, tab_worker, tab_public",
)


@dataclass(frozen=True, slots=True)
class Database:
    """Addresses of one database: ``url`` as the login of requests and jobs; ``admin_url`` as who may upgrade it, None when nobody
    told us. ``own_login``: the login is ours, made and given its password here."""

    url: str
    admin_url: str | None
    own_login: bool = False
    embedded: EmbeddedPostgres | None = None


def with_own_login(admin_url: str, secret: str, embedded: EmbeddedPostgres | None = None) -> Database:
    """A database known by its administrator's address alone. ``secret``: the service's, from which the password is derived, so
    that every server of the service knows it.

    Logins belong to the whole PostgreSQL server: a database with another name than ours has a login of its own, member of
    ``tab_app``, and two services on one server do not change each other's password.
    """
    parts = conninfo_to_dict(admin_url)
    name = str(parts.get("dbname") or parts.get("user") or "")
    login = LOGIN if name == DATABASE else f"{LOGIN}_{name}"
    if len(login.encode()) > 63:
        login = f"{LOGIN}_{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    password = hmac.new(secret.encode(), b"database login " + name.encode(), "sha256").hexdigest()
    return Database(as_login(admin_url, login, password), admin_url, own_login=True, embedded=embedded)


@contextlib.contextmanager
def open_database(settings: Settings, *, upgrade: bool = True) -> Iterator[Database]:
    """The database of the settings, started where it is ours, with its roles made and, unless told not to, its tables up to date.

    Raises :class:`CannotStart` with what to do.
    """
    if settings.database_url is not None:
        database = _external(settings, settings.database_url.get_secret_value())
        prepare(database, upgrade=upgrade)
        yield database
        return
    folder = settings.ensure_data_dir()
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        _make_database(server.url("postgres"))
        database = with_own_login(server.url(DATABASE), settings.secret(), server)
        prepare(database, upgrade=upgrade)
        yield database
    finally:
        server.stop()


def _make_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def prepare(database: Database, *, upgrade: bool = True) -> None:
    """Make the roles, bring the tables up to date, and refuse what must not run.

    Raises :class:`CannotStart`.
    """
    from app import migrate

    if database.admin_url is not None:
        with connect(database.admin_url) as connection:
            _check_server(connection)
            try:
                ensure_roles(connection)
                ensure_login(connection, database)
            except errors.InsufficientPrivilege as error:
                raise CannotStart(
                    N_(
                        "Le compte PostgreSQL « {user} » ne peut pas créer les rôles de Tabellion. Demandez à la personne qui "
                        "administre PostgreSQL d’exécuter les instructions que donne « tabellion db roles », ou indiquez un "
                        "compte qui le peut avec TABELLION_DATABASE_ADMIN_URL."
                    ),
                    user=connection.info.user,
                ) from error
        if upgrade:
            migrate.upgrade(database.admin_url)
    with connect(database.url) as connection:
        _check_server(connection)
        check_login(connection)
        if upgrade:
            migrate.check_at_head(connection)


def ensure_roles(connection: psycopg.Connection[Any]) -> None:
    """Make the roles that are missing, and give them this database. Raises InsufficientPrivilege when that is not allowed."""
    database = connection.info.dbname
    missing = _missing_roles(connection)
    for statement in ROLES:
        if statement.split()[2] in missing:
            with _made_elsewhere():
                connection.execute(statement)
    if _can_use(connection):
        return
    for _attempt in range(5):
        with _made_elsewhere():
            for grant in GRANTS:
                connection.execute(sql.SQL(grant).format(database=sql.Identifier(database)))
            if not _is_superuser(connection):
                connection.execute("GRANT tab_owner TO CURRENT_USER")
            return


def ensure_login(connection: psycopg.Connection[Any], database: Database) -> None:
    """Make the login of the address where it is missing; one of ours gets our password again where it has another.

    Raises InsufficientPrivilege when that is not allowed.
    """
    wanted = conninfo_to_dict(database.url)
    user, password = str(wanted.get("user") or ""), str(wanted.get("password") or "")
    login, verifier = sql.Identifier(user), sql.Literal(_scram(connection, user, password))
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,)).fetchone() is None:
        with _made_elsewhere():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(login, verifier))
    row = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (user, LOGIN)).fetchone()
    if database.own_login and row is not None and not row[0]:
        with _made_elsewhere():
            connection.execute(sql.SQL("GRANT tab_app TO {}").format(login))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(connection.info.dbname), login
                )
            )
    if database.own_login:
        try:
            psycopg.connect(database.url, connect_timeout=10).close()
        except psycopg.OperationalError:
            with _made_elsewhere():
                connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, verifier))


@contextlib.contextmanager
def _made_elsewhere() -> Iterator[None]:
    """Roles are the whole server's: preparing another database at the same moment may have done the same."""
    with contextlib.suppress(errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_):
        yield


def check_login(connection: psycopg.Connection[Any]) -> None:
    """Refuse a login, or a role requests run as, that row-level security would not hold.

    Raises :class:`CannotStart`.
    """
    if missing := _missing_roles(connection):
        raise CannotStart(
            N_(
                "La base de données n’est pas préparée : il manque les rôles {roles}. Lancez « tabellion db upgrade » avec "
                "TABELLION_DATABASE_ADMIN_URL, l’adresse de la même base avec un compte qui peut créer des rôles."
            ),
            roles=", ".join(sorted(missing)),
        )
    bypassing = connection.execute(
        """
        SELECT rolname FROM pg_roles
        WHERE (rolname IN (session_user, current_user) OR rolname = ANY(%s) OR pg_has_role(session_user, oid, 'MEMBER'))
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolname = %s)
        ORDER BY rolname = session_user DESC, rolname
        """,
        (list(SCOPE_ROLES), OWNER),
    ).fetchone()
    if bypassing is not None:
        raise CannotStart(
            N_(
                "Le compte PostgreSQL « {user} » (rôle « {role} ») passe outre les cloisons entre établissements : Tabellion "
                "refuse de fonctionner ainsi. Indiquez dans DATABASE_URL le compte « tab_app », qui ne le peut pas."
            ),
            user=connection.info.user,
            role=bypassing[0],
        )
    for role, kind in ((LOGIN, "USAGE"), *((role, "MEMBER") for role in SCOPE_ROLES)):
        row = connection.execute("SELECT pg_has_role(session_user, %s, %s)", (role, kind)).fetchone()
        if row is None or not row[0]:
            raise CannotStart(
                N_(
                    "Le compte PostgreSQL « {user} » n’a pas les droits du rôle « {role} ». Un compte qui administre PostgreSQL les "
                    "lui donne par : {statements}"
                ),
                user=connection.info.user,
                role=role,
                statements=f"ALTER ROLE {connection.info.user} INHERIT; GRANT {LOGIN} TO {connection.info.user};",
            )


@contextlib.contextmanager
def connect(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, each statement committed; a refusal becomes :class:`CannotStart`, in words."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10, prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise refusal(url, error) from error
    except psycopg.ProgrammingError as error:
        raise CannotStart(
            N_(
                "L’adresse de la base de données n’est pas comprise. Exemple : "
                "DATABASE_URL=postgresql://tabellion:mot-de-passe@serveur:5432/tabellion."
            )
        ) from error
    with connection:
        yield connection


def refusal(url: str, error: psycopg.OperationalError) -> CannotStart:
    """Why a server did not let us in, and what to do; its own words at the end, which may be in its own language."""
    named = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    words = " ".join(str(error).split())
    params = {
        "user": named.get("user", ""),
        "host": named.get("host", "localhost"),
        "port": named.get("port", "5432"),
        "database": named.get("dbname", ""),
        "words": words,
    }
    code = error.sqlstate or ""
    connection = error.pgconn
    asked = connection is not None and (connection.used_password or connection.needs_password)
    # libpq gives no code for what happens before the session; a server may speak French
    missing = re.search(
        rf"(database|base de données)\W+{re.escape(params['database'])}\W", words.rpartition("FATAL")[2]
    )
    if code == "3D000" or (params["database"] and missing):
        return CannotStart(
            N_(
                "La base de données « {database} » n’existe pas sur « {host} ». Créez-la (createdb {database}), ou corrigez "
                "DATABASE_URL. Réponse du serveur : {words}"
            ),
            **params,
        )
    if code.startswith("28") or asked:
        return CannotStart(
            N_(
                "PostgreSQL refuse le compte « {user} » sur « {host} » : vérifiez le nom et le mot de passe dans DATABASE_URL "
                "(les caractères spéciaux du mot de passe s’écrivent %XX). Réponse du serveur : {words}"
            ),
            **params,
        )
    return CannotStart(
        N_(
            "Le serveur PostgreSQL « {host} », port {port}, ne répond pas. Vérifiez qu’il est démarré et que DATABASE_URL donne "
            "la bonne adresse. Réponse : {words}"
        ),
        **params,
    )


def roles_script(database: str) -> str:
    """The statements by which an administrator of PostgreSQL prepares a database."""
    name = '"' + database.replace('"', '""') + '"'
    lines = [*ROLES, *(grant.format(database=name) for grant in GRANTS)]
    return "\n".join(f"{line};" for line in lines) + "\n\\password tab_app\n"


def _external(settings: Settings, given: str) -> Database:
    """The addresses for a server of the person's own: theirs serves as administrator's when it may create roles."""
    assert settings.database_url is not None  # noqa: S101 (the caller looked)
    url = _plain(given)
    if settings.database_admin_url is not None:
        return Database(url, _plain(settings.database_admin_url.get_secret_value()))
    with connect(url) as connection:
        _check_server(connection)
        row = connection.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user"
        ).fetchone()
        if row is None or not row[0]:
            return Database(url, None)
    return with_own_login(url, settings.secret())


def _plain(url: str) -> str:
    """libpq's form of an address that may have been written for SQLAlchemy."""
    scheme, colon, rest = url.partition(":")
    return f"postgresql{colon}{rest}" if scheme.startswith(("postgresql", "postgres")) else url


def as_login(url: str, user: str, password: str) -> str:
    """The same database as another login."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    name = parts.pop("dbname", "") or parts.get("user", "")
    parts.pop("user", None)
    parts.pop("password", None)
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(name, safe='')}?{urlencode(parts)}"


def _check_server(connection: psycopg.Connection[Any]) -> None:
    found = connection.info.server_version // 10000
    if found < OLDEST:
        raise CannotStart(
            N_(
                "Ce serveur est PostgreSQL {found} ; Tabellion demande PostgreSQL {oldest} ou plus récent. Mettez-le à jour."
            ),
            found=found,
            oldest=OLDEST,
        )
    row = connection.execute("SHOW server_encoding").fetchone()
    if row is None or row[0] != "UTF8":
        raise CannotStart(
            N_(
                "La base de données « {database} » n’est pas en UTF-8. Créez-la par : createdb --encoding=UTF8 {database}."
            ),
            database=connection.info.dbname,
        )


def _missing_roles(connection: psycopg.Connection[Any]) -> set[str]:
    wanted = {statement.split()[2] for statement in ROLES}
    found = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(wanted),)
    ).fetchall()
    return wanted - {name for (name,) in found}


def _can_use(connection: psycopg.Connection[Any]) -> bool:
    """Whether the grants are there: asking is free, granting takes locks and needs rights."""
    row = connection.execute(
        """
        SELECT pg_has_role('tab_app', 'tab_web', 'MEMBER') AND pg_has_role('tab_app', 'tab_worker', 'MEMBER')
           AND pg_has_role('tab_app', 'tab_public', 'MEMBER')
           AND has_database_privilege('tab_owner', current_database(), 'CREATE')
           AND has_schema_privilege('tab_owner', 'public', 'CREATE')
           AND has_database_privilege('tab_app', current_database(), 'CONNECT')
           AND has_database_privilege('tab_worker', current_database(), 'TEMPORARY')
           AND has_schema_privilege('tab_web', 'public', 'USAGE')
           AND pg_has_role(current_user, 'tab_owner', 'MEMBER')
        """
    ).fetchone()
    return row is not None and bool(row[0])


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])


def _scram(connection: psycopg.Connection[Any], user: str, password: str) -> str:
    """The password as its verifier: it travels and is logged in no other form."""
    return connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
