"""PostgreSQL's own tools, pg_dump, pg_restore and psql: which ones fit a server, and what we ask of them.

Source: PostgreSQL's documentation, "pg_dump" and "pg_restore" (a newer pg_dump reads an older server, never the reverse).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.pq import Conninfo

from app.errors import CannotStart
from app.i18n import N_
from app.postgres_folder import MAJOR, binaries

TOOLS = ("pg_dump", "pg_restore", "psql")
NEWER_SETTINGS = (b"SET transaction_timeout = 0;\n",)
"""What the tools of PostgreSQL 17 and later write at the head of a dump, and older servers do not know."""

Counts = dict[str, int]
"""Table, as ``schema.table``, → rows."""


def tools(major: int) -> Path:
    """The folder of the tools for a server of this major version: the system's, else ours. Raises :class:`CannotStart`."""
    named = shutil.which("pg_dump")
    places = [
        Path(f"/usr/lib/postgresql/{major}/bin"),
        Path(f"/usr/pgsql-{major}/bin"),
        *((Path(named).parent,) if named else ()),
    ]
    if major != MAJOR:
        for place in places:
            if all((place / name).exists() for name in TOOLS) and _major(place) == major:
                return place
    if major <= MAJOR:
        return binaries()
    raise CannotStart(
        N_(
            "Ce serveur est PostgreSQL {major}, et les outils de sauvegarde de cette version manquent ici. Installez-les, par "
            "exemple : apt install postgresql-client-{major}."
        ),
        major=major,
    )


def counts(connection: psycopg.Connection[Any]) -> Counts:
    """The rows of every table that is not PostgreSQL's own, as the connection's role sees them."""
    tables = connection.execute(
        r"""
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname NOT LIKE 'pg\_%' AND schemaname <> 'information_schema'
        ORDER BY 1
        """
    ).fetchall()
    found: Counts = {}
    for (table,) in tables:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 (quoted by the server)
        found[table] = 0 if row is None else int(row[0])
    return found


def write(folder: Path, url: str, target: Path, snapshot: str) -> None:
    """Dump the database as a snapshot shows it. Raises :class:`CannotStart` with the tool's words."""
    # the filter of row-level security is off: what the role may not read is an error, never silently left out
    _run(
        [
            str(folder / "pg_dump"),
            "--format=custom",
            "--no-password",
            f"--snapshot={snapshot}",
            f"--file={target}",
        ],
        url,
    )


def rows(folder: Path, dump: IO[bytes]) -> Counts:
    """The rows a dump holds, table by table, by reading it whole. Raises :class:`CannotStart` when it cannot be read."""
    found: Counts = {}
    table: str | None = None
    for line in _sql(folder, dump, "--data-only"):
        if table is None:
            if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                table = line[5 : line.rindex(b" (")].decode()
                found[table] = 0
        elif line == b"\\.\n":
            table = None
        else:
            found[table] += 1
    return found


def load(folder: Path, url: str, dump: IO[bytes]) -> None:
    """Restore a dump into an empty database, in one transaction. Raises :class:`CannotStart`: nothing has changed then."""
    command = [str(folder / "psql"), "--no-psqlrc", "--quiet", "--no-password", "--single-transaction"]
    command += ["--set=ON_ERROR_STOP=1", "--file=-"]
    process = subprocess.Popen(  # noqa: S603 (a program of PostgreSQL, no shell)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(url),
    )
    assert process.stdin is not None  # noqa: S101 (asked for above)
    assert process.stderr is not None  # noqa: S101 (asked for above)
    errors = process.stderr
    said: list[bytes] = []
    reader = threading.Thread(target=lambda: said.append(errors.read()), daemon=True)
    reader.start()
    try:
        head = True  # before the first definition
        with contextlib.closing(_sql(folder, dump)) as lines:
            for line in lines:
                head = head and (line.startswith((b"SET ", b"--", b"\\restrict")) or not line.strip())
                if not (head and line in NEWER_SETTINGS):
                    process.stdin.write(line)
        process.stdin.close()
    except BrokenPipeError:  # psql has ended on an error, which it says
        pass
    except BaseException:
        process.kill()  # its transaction ends with it
        raise
    finally:
        code = process.wait()
        reader.join()
        errors.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    if code != 0:
        raise _refused("psql", b"".join(said))


def environment(url: str) -> dict[str, str]:
    """The address as libpq's variables: a password among the arguments of a program is anybody's to read."""
    found = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    for option in Conninfo.parse(url.encode()):
        if option.val is not None and option.envvar is not None:
            found[option.envvar.decode()] = option.val.decode()
    return found


def _sql(folder: Path, dump: IO[bytes], *arguments: str) -> Generator[bytes, None, None]:
    """The statements and rows of a dump, line by line."""
    process = subprocess.Popen(  # noqa: S603 (a program of PostgreSQL, no shell)
        [str(folder / "pg_restore"), "--file=-", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
    )
    said: list[bytes] = []
    failed: list[Exception] = []

    def feed(target: IO[bytes]) -> None:
        try:
            shutil.copyfileobj(dump, target, 1 << 20)
            target.close()
        except BrokenPipeError:  # it ended first, and its exit code says why
            with contextlib.suppress(BrokenPipeError):
                target.close()
        except Exception as error:  # noqa: BLE001 (raised again by whoever reads)
            failed.append(error)
            process.kill()

    assert process.stdin is not None  # noqa: S101 (asked for above)
    assert process.stdout is not None  # noqa: S101 (asked for above)
    assert process.stderr is not None  # noqa: S101 (asked for above)
    errors = process.stderr
    threads = [
        threading.Thread(target=feed, args=(process.stdin,), daemon=True),
        threading.Thread(target=lambda: said.append(errors.read()), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield from process.stdout
    except BaseException:
        process.kill()
        raise
    finally:
        process.stdout.close()
        code = process.wait()
        for thread in threads:
            thread.join()
        errors.close()
    if failed:
        raise failed[0]
    if code != 0:
        raise _refused("pg_restore", b"".join(said))


def _major(folder: Path) -> int:
    """The major version of the tools in a folder; 0 when they do not run."""
    try:
        said = subprocess.run(  # noqa: S603 (a program of PostgreSQL, no shell)
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(said.split(")")[-1].split()[0].partition(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
        return 0


def _run(command: list[str], url: str) -> None:
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, no shell)
        command, env=environment(url), capture_output=True, check=False
    )
    if done.returncode != 0:
        raise _refused(Path(command[0]).name, done.stderr)


def _refused(tool: str, said: bytes) -> CannotStart:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return CannotStart(
        N_("{tool} s’est arrêté, et rien n’a été changé. Sa réponse : {words}"),
        tool=tool,
        words=" ".join(lines[:3]) or "…",
    )
