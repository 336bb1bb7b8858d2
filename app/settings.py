"""The only reader of the environment: what the person who installs the service may choose.

Each setting is an environment variable ``TABELLION_<NAME>``, but for ``DATABASE_URL``, whose name is common to many tools.
A file ``.env`` in the current folder is read too; the environment wins.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import CannotStart
from app.i18n import N_

KILO, MEGA = 1024, 1024 * 1024
SECRET_FILE = "secret-key"  # noqa: S105 (the name of a file, not a secret)


class Settings(BaseSettings):
    """What may be chosen; every value has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="TABELLION_",
        env_file=".env",
        extra="ignore",
        validate_default=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Path("data")
    """Folder of what the service keeps: embedded database, files, secret key."""
    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    """A PostgreSQL server of yours (15 or later); without it, the embedded one."""
    database_admin_url: SecretStr | None = None
    """The same database as a role that may create roles, for ``tabellion db upgrade`` when ``DATABASE_URL`` may not."""
    database_pooled: bool = False
    """``DATABASE_URL`` passes through a pooler in transaction mode (pgbouncer): jobs poll instead of listening.
    Said to be false, statements of every request are planned once for each connection; while nobody has said it, they are not."""
    pool_size: int = Field(default=10, ge=1, le=200)
    """Connections kept open to the database by a process; as many again, twice, may be opened at need."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    base_url: str | None = None
    """Address at which people reach the service, for the links in e-mails; without it ``http://host:port``."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses of the reverse proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    worker: bool = True
    """``serve`` runs the jobs too, in a child process; without it, run ``tabellion worker`` beside."""
    shutdown_seconds: float = Field(default=20, gt=0)
    """How long requests and jobs under way may take to end when the service stops."""

    demo: bool = False
    """Demonstration: made-up establishments and accounts, named on the sign-in page."""
    lang: Literal["fr", "en"] = "fr"
    """Language of what the commands say, and of people who have not chosen."""
    secret_key: SecretStr | None = None
    """At least 32 characters, the same on every server of one service; without it, made once in the data folder."""
    previous_secret_key: SecretStr | None = None
    """The secret key of before a change: it still opens the keys of portals that it sealed."""
    session_days: int = Field(default=14, ge=1)
    """How long a sign-in lasts without use."""
    session_max_days: int = Field(default=60, ge=1)
    """How long a sign-in lasts in all: then the password is asked again."""

    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = "tabellion@localhost"

    max_body: int = Field(default=2 * MEGA, ge=KILO)
    """Octets of a form; files have :attr:`max_upload`."""
    max_upload: int = Field(default=200 * MEGA, ge=KILO)
    """Octets of a file that a person sends."""
    max_import_rows: int = Field(default=2_000_000, ge=1)
    """Filled rows of a file that a person imports."""
    max_import_cells: int = Field(default=60_000_000, ge=1)
    """Filled cells of such a file."""
    max_import_sheets: int = Field(default=200, ge=1)
    """Sheets of a workbook."""
    max_import_ratio: int = Field(default=200, ge=2)
    """How many times larger a part of a workbook may unpack, beyond 64 MiB: spreadsheets reach 10 to 60."""
    max_check: int = Field(default=20 * MEGA, ge=KILO)
    """Octets of a file that anybody may have checked (« Vérifier un fichier », ``POST /api/v1/validate``)."""
    check_hours: int = Field(default=72, ge=1)
    """How long the report of a signed-in person may be looked at; one hour for others."""
    checks_per_quarter: int = Field(default=40, ge=1)
    """Files that one network may have checked in fifteen minutes, by each process."""
    fetch_seconds: float = Field(default=20, gt=0)
    """How long another site may take to answer."""
    allow_private_addresses: bool = False
    """Schemas may be fetched from private networks (an intranet's catalogue), and portals may be there."""

    datagouv_url: str = "https://www.data.gouv.fr"
    """The data.gouv.fr that establishments are connected to; https://demo.data.gouv.fr to try."""
    datagouv_client_id: str = ""
    """Of this service at data.gouv.fr: people then connect there without pasting a key. Without it they paste one."""
    datagouv_client_secret: SecretStr | None = None

    max_attachment: int = Field(default=20 * MEGA, ge=KILO)
    """Octets of a document (PDF) that a line names."""

    operator_name: str = ""
    """Who runs this installation, for the legal notices (law of 21 June 2004, article 1-1): the public body's name."""
    operator_director: str = ""
    """Its director of publication."""
    operator_contact: str = ""
    """How to reach it: an e-mail address, a telephone number, a postal address."""
    operator_hosting: str = ""
    """Who hosts the service: name, address, telephone."""

    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    @field_validator("datagouv_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("secret_key", "previous_secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("at least 32 characters")
        return value

    @property
    def public_url(self) -> str:
        """Where people reach the service, without a slash at the end."""
        if self.base_url:
            return self.base_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def prepares(self) -> bool:
        """Whether statements may be prepared: no pooler stands before the database, as far as we were told."""
        if self.database_url is None:
            return True
        return "database_pooled" in self.model_fields_set and not self.database_pooled

    @property
    def threads(self) -> int:
        """Requests that a process works on at one time. Each holds a connection while it works: no more than these."""
        return max(8, 3 * self.pool_size)

    @property
    def files_dir(self) -> Path:
        """Folder of the files people sent (logos, submissions, publications)."""
        return self.data_dir / "files"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"

    def ensure_data_dir(self) -> Path:
        """Make the data folder, whose content is for the current user alone; a folder that exists keeps its mode.

        Raises :class:`CannotStart` when it can be neither made nor written to.
        """
        try:
            if not self.data_dir.is_dir():
                self.data_dir.parent.mkdir(parents=True, exist_ok=True)
                # run by root, PostgreSQL has an account of its own, which passes through here to what is its own
                self.data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
            if not os.access(self.data_dir, os.W_OK | os.X_OK):
                raise PermissionError
        except OSError as error:
            raise CannotStart(
                N_(
                    "Le dossier des données « {folder} » n’est pas accessible en écriture. Donnez-en le droit au compte "
                    "« {user} », ou choisissez un autre dossier avec TABELLION_DATA_DIR, par exemple "
                    "TABELLION_DATA_DIR=/var/lib/tabellion."
                ),
                folder=str(self.data_dir),
                user=_user_name(),
            ) from error
        return self.data_dir

    def secret(self) -> str:
        """The key that signs what leaves in people's hands; made once, readable by its owner alone.

        Raises :class:`CannotStart` when the data folder cannot be written to.
        """
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return secret_in(self.ensure_data_dir() / SECRET_FILE)


def secret_in(path: Path) -> str:
    """The secret kept in a file of mode 0600, made at the first call; of two processes at once, one makes it."""
    for _attempt in range(2):
        try:
            if content := path.read_text("ascii").strip():
                return content
            path.unlink()  # a crash between making and writing
        except FileNotFoundError:
            pass
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()


def _user_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises :class:`CannotStart` naming the first setting that cannot be understood.
    """
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        variable = name if name == "DATABASE_URL" else f"TABELLION_{name.upper()}"
        raise CannotStart(
            N_("Le réglage {name} n’est pas compris : {reason}."), name=variable, reason=first["msg"]
        ) from error
