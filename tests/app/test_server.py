"""The service as a person starts and stops it: a process, its children, its sentences."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from app.embedded_postgres import EmbeddedPostgres
from tests.app.pooler import pgbouncer
from tests.app.sentences import plain
from tests.corpus import ROOT
from tests.database import Server


class Service:
    """``tabellion serve`` on a free port."""

    def __init__(self, folder: Path, *options: str, **more: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / f"serve-{self.port}.log"
        self.begun = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port), *options],
                cwd=ROOT, stderr=log, stdin=subprocess.DEVNULL, env=environment(folder, **more), start_new_session=True,
            )  # fmt: skip

    def wait_ready(self) -> float:
        """Seconds from its start until it can work."""
        while self.process.poll() is None and time.monotonic() - self.begun < 60:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return time.monotonic() - self.begun
            except (URLError, OSError):
                time.sleep(0.05)
        pytest.fail(self.log.read_text())

    def wait_worker(self) -> psutil.Process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if '"worker started"' in self.log.read_text():
                return next(child for child in self.children() if "worker" in child.cmdline())
            time.sleep(0.05)
        pytest.fail(self.log.read_text())

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)

    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def faults(service: Service) -> list[object]:
    """What the log calls a warning or an error, but for the code that the first visitor is asked for."""
    bad = (event for event in service.events() if event["level"] in {"error", "warning"})
    return [event for event in bad if not str(event.get("event", "")).startswith("no account yet")]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TABELLION_", "DATABASE_"))
    }
    return kept | {"TABELLION_DATA_DIR": str(folder), **more}


def said(*arguments: str, folder: Path, **more: str) -> tuple[int, str]:
    """Exit code and what a command writes for the person, with plain spaces."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT, env=environment(folder, **more), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, plain(done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever a failed test left running in it is stopped."""
    yield tmp_path
    server = EmbeddedPostgres(tmp_path)
    if server.pid is not None:
        os.kill(server.pid, signal.SIGQUIT)


def test_it_starts_works_and_stops_all_that_it_started(folder: Path, database_server: Server) -> None:
    other = subprocess.Popen(["sleep", "60"])
    service = Service(folder)
    first = service.wait_ready()
    worker = service.wait_worker()
    started = service.children()
    assert worker in started
    assert any(child.name().startswith("postgres") for child in started)
    assert service.stop(signal.SIGINT) == 0
    _, alive = psutil.wait_procs(started, 1)
    assert alive == []
    assert other.poll() is None
    other.kill()
    other.wait()
    with psycopg.connect(database_server.url) as connection:  # another PostgreSQL, of the same programs
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not faults(service)
    second = Service(folder)
    assert second.wait_ready() < max(
        5, first
    )  # the database is made and up to date: seconds, whatever else the machine does
    assert second.stop() == 0


def test_a_signal_during_the_start_stops_it_too(folder: Path) -> None:
    service = Service(folder)
    while not (folder / "postgresql").exists():
        time.sleep(0.01)
    assert service.stop(signal.SIGINT) == 0
    server = EmbeddedPostgres(folder)
    assert server.pid is None
    again = Service(folder, "--no-worker")
    again.wait_ready()
    assert again.stop() == 0


def test_when_the_server_is_killed_nothing_is_left_running(folder: Path) -> None:
    """The worker notices that it is alone, and as the last to use the database stops it."""
    service = Service(folder)
    service.wait_ready()
    service.wait_worker()
    left = service.children()
    service.process.kill()
    service.process.wait()
    assert psutil.wait_procs(left, 20)[1] == []


def test_after_a_crash_of_everything_the_next_start_has_the_data(folder: Path) -> None:
    service = Service(folder)
    service.wait_ready()
    service.wait_worker()
    with psycopg.connect(admin_url(folder), autocommit=True) as connection:
        connection.execute("INSERT INTO account (email, name) VALUES ('ada@exemple.fr', 'Ada')")
    left = service.children()
    for process in [psutil.Process(service.process.pid), *left]:
        with contextlib.suppress(psutil.NoSuchProcess):  # a short-lived process of the database's own
            process.kill()
    service.process.wait()
    psutil.wait_procs(left, 10)
    again = Service(folder, "--no-worker")
    again.wait_ready()
    with psycopg.connect(admin_url(folder)) as connection:
        assert connection.execute("SELECT name FROM account").fetchall() == [("Ada",)]
    assert again.stop() == 0


def admin_url(folder: Path) -> str:
    server = EmbeddedPostgres(folder)
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.socket_dir = Path(lines[4])
    return server.url("tabellion")


def test_a_worker_that_dies_is_started_again(folder: Path) -> None:
    service = Service(folder)
    service.wait_ready()
    first = service.wait_worker()
    first.kill()
    deadline = time.monotonic() + 30
    while service.log.read_text().count('"worker started"') < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert service.log.read_text().count('"worker started"') == 2
    assert service.stop() == 0


def test_a_taken_port_is_said_before_anything_starts(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, words = said("serve", "--port", str(port), folder=folder)
        _, english = said("serve", "--port", str(port), folder=folder, TABELLION_LANG="en")
    assert code == 2
    assert f"Le port {port} est déjà pris sur 127.0.0.1" in words
    assert f"--port {port + 1}" in words
    assert not (folder / "postgresql").exists()
    assert f"Port {port} is already taken on 127.0.0.1" in english
    assert "Traceback" not in words + english


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, words = said("serve", "--port", "0", folder=tmp_path / "file" / "data")
    assert code == 2
    assert "n’est pas accessible en écriture" in words
    assert "TABELLION_DATA_DIR" in words


def test_a_wrong_password_is_said(folder: Path, database_server: Server) -> None:
    url = database_server.of("postgres", "postgres", "faux")
    code, words = said("serve", "--port", "0", folder=folder, DATABASE_URL=url)
    assert code == 2
    assert "PostgreSQL refuse le compte « postgres »" in words


def test_it_serves_on_a_database_of_one_s_own(
    folder: Path, database_server: Server, worker_name: str
) -> None:
    name = f"tabellion_served_{worker_name}"
    service = Service(folder, DATABASE_URL=database_server.create_empty(name))
    try:
        service.wait_ready()
        service.wait_worker()
        assert not (folder / "postgresql").exists()
        assert service.stop() == 0
        with psycopg.connect(database_server.of(name)) as connection:
            assert connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)
    finally:
        database_server.drop(name)


def test_it_serves_through_a_pooler(folder: Path, database_server: Server, worker_name: str) -> None:
    """Requests and jobs pass through pgbouncer, upgrades go straight to the server."""
    name = f"tabellion_pooled_{worker_name}"
    database = database_server.create(name)
    try:
        with pgbouncer(database.url, server_connections=4) as pooled:
            service = Service(
                folder,
                DATABASE_URL=pooled,
                TABELLION_DATABASE_ADMIN_URL=database.admin_url or "",
                TABELLION_DATABASE_POOLED="true",
            )
            service.wait_ready()
            service.wait_worker()
            time.sleep(1.5)  # the worker has asked for jobs, more than once
            assert service.stop() == 0
        assert not faults(service)
    finally:
        database_server.drop(name)


def test_a_setting_that_is_not_understood_is_said(folder: Path) -> None:
    code, words = said("serve", folder=folder, TABELLION_POOL_SIZE="beaucoup")
    assert code == 2
    assert "TABELLION_POOL_SIZE" in words
    assert "Traceback" not in words


def test_the_upgrade_command_prepares_and_says_so(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "db", "upgrade"],
        cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "à jour" in done.stdout
    assert EmbeddedPostgres(folder).pid is None


def test_the_roles_command_writes_sql(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "db", "roles", "ma base"],
        cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert 'ON DATABASE "ma base"' in done.stdout


def test_requests_under_way_end_before_it_stops(folder: Path) -> None:
    """A request that waits for a lock when the signal comes is answered."""
    service = Service(folder, "--no-worker")
    service.wait_ready()
    with psycopg.connect(admin_url(folder)) as busy:
        busy.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            client.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            time.sleep(0.5)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            busy.rollback()
            answer = client.makefile("rb").readline()
    assert b" 200 " in answer
    assert service.process.wait(40) == 0
