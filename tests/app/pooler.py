"""Debian's pgbouncer in transaction mode, in front of a database of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from app import unprivileged

PORT = 6432


@contextmanager
def pgbouncer(url: str, *, server_connections: int) -> Iterator[str]:
    """The address of the same database through pgbouncer. Skips where it is not installed; in CI that fails."""
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        message = "pgbouncer is missing: apt install pgbouncer"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    (folder / "users").write_text(f'"{parts["user"]}" "{parts["password"]}"\n')
    (folder / "ini").write_text(
        "[databases]\n"
        f"pooled = host={parts['host']} port={parts.get('port', 5432)} dbname={parts['dbname']}\n"
        "[pgbouncer]\n"
        f"listen_port = {PORT}\nunix_socket_dir = {folder}\nunix_socket_mode = 0700\n"
        "auth_type = scram-sha-256\n"
        f"auth_file = {folder}/users\nlogfile = {folder}/log\n"
        f"pool_mode = transaction\ndefault_pool_size = {server_connections}\nmax_client_conn = 100\n"
    )
    command = [program, "--quiet", str(folder / "ini")]
    if os.geteuid() == 0:  # it refuses root, as PostgreSQL does
        account = pwd.getpwnam("tabellion")
        for path in (folder, folder / "users", folder / "ini"):
            os.chown(path, account.pw_uid, account.pw_gid)
        reach = [path for path in (str(folder), parts["host"]) if path.startswith("/")]
        command = unprivileged.command(account.pw_uid, account.pw_gid, reach, command)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pooled = (
        f"postgresql://{quote(parts['user'], safe='')}:{quote(parts['password'], safe='')}@/pooled"
        f"?host={quote(str(folder), safe='')}&port={PORT}"
    )
    try:
        for _attempt in range(100):
            try:
                psycopg.connect(pooled, prepare_threshold=None).close()
                break
            except psycopg.OperationalError as error:
                refused = error
                time.sleep(0.05)
        else:
            pytest.fail(f"pgbouncer does not answer: {refused}")
        yield pooled
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)
