"""One archive of all that the service keeps, database and file store, and its way back.

A tar of three kinds of members: ``manifest.json`` (what is there, with counts and checksums), ``database.dump`` (pg_dump's
custom format), ``files/<establishment>/<name>``. The database is read by a role that sees every row, in one snapshot of which
the rows are counted too; row-level security would leave rows out of the dump of any other. The archive is read again whole
once written. Restoring never writes over anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import IsolationLevel

from app import dump, migrate
from app.errors import CannotStart
from app.i18n import N_
from app.provision import Database, open_database
from app.settings import Settings

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
MANIFEST_LIMIT = 64_000_000  # octets: a million files
STORED = re.compile(r"[0-9]+/[a-z0-9][a-z0-9._-]{0,119}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. ``files``: ``<establishment>/<name>`` → SHA-256 of the content; ``dump``: that of the dump."""

    made_at: str
    service: str
    revision: str
    server: int
    dump: str
    rows: dict[str, int]
    files: dict[str, str]

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def backup(settings: Settings, target: Path) -> Manifest:
    """Write the archive, which must not exist yet, for its owner alone; then read it again and compare.

    Raises :class:`CannotStart` with what to do; no archive is left behind.
    """
    target = target.absolute()
    if target.exists():
        raise _taken(target)
    # as it is: a backup comes before an upgrade
    with open_database(settings, upgrade=False) as database, _draft_folder(target.parent) as draft:
        url, major = _all_seeing(database)
        folder = dump.tools(major)
        revision, rows = _dump(url, folder, draft / DUMP)
        archive = draft / "archive.tar"
        manifest = _write(archive, draft / DUMP, settings.files_dir, revision, major, rows)
        (draft / DUMP).unlink()
        check(archive, folder)
        try:
            os.link(archive, target)  # of two at once, one alone
        except FileExistsError as error:
            raise _taken(target) from error
        except OSError:  # a file system without hard links
            archive.replace(target)
    return manifest


def restore(settings: Settings, source: Path) -> Manifest:
    """Bring an archive back into an empty database and an empty file store, then up to this code's version.

    Raises :class:`CannotStart` with what to do: nothing has been restored then.
    """
    with open_database(settings, upgrade=False) as database:
        url, major = _all_seeing(database)
        folder = dump.tools(major)
        manifest = check(source, folder)
        if not migrate.known(manifest.revision):
            raise migrate.newer(manifest.revision)
        _refuse_overwriting(url, settings.files_dir)
        with _draft_folder(settings.ensure_data_dir()) as draft:
            files = draft / FILES
            _extract(source, manifest, files)
            with _member(source, DUMP) as content:
                dump.load(folder, url, content)
            with contextlib.suppress(FileNotFoundError):
                settings.files_dir.rmdir()  # empty, as we have seen
            files.rename(settings.files_dir)
        with psycopg.connect(url, autocommit=True) as connection:
            _compare(manifest.rows, dump.counts(connection))
        migrate.upgrade(url)
    return manifest


def check(source: Path, folder: Path | None = None) -> Manifest:
    """Read an archive whole: each file by its checksum, each table by its count of rows.

    ``folder``: of PostgreSQL's tools. Raises :class:`CannotStart` when something is missing, changed or added.
    """
    folder = dump.tools(dump.MAJOR) if folder is None else folder
    manifest = read_manifest(source)
    with _reading(source) as archive:
        found: dict[str, str] = {}
        for member in archive:
            if member.name.startswith(f"{FILES}/"):
                found[member.name.removeprefix(f"{FILES}/")] = _checksum(_content(archive, member))
    if found != manifest.files:
        raise _damaged(source, "files")
    with _member(source, DUMP) as content:
        if _checksum(content) != manifest.dump:
            raise _damaged(source, DUMP)
    with _member(source, DUMP) as content:
        _compare(manifest.rows, dump.rows(folder, content))
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What an archive says it holds. Raises :class:`CannotStart` when it is none of ours."""
    with _member(source, MANIFEST) as content:
        read = content.read(MANIFEST_LIMIT)
    try:
        values: dict[str, Any] = json.loads(read)
        found = values.pop("format")
        manifest = Manifest(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(source, MANIFEST) from error
    if found != FORMAT or not all(STORED.fullmatch(name) for name in manifest.files):
        raise _damaged(source, MANIFEST)
    return manifest


def _all_seeing(database: Database) -> tuple[str, int]:
    """The address as a role that row-level security does not hold, and the server's major version."""
    url = database.admin_url
    if url is not None:
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            if row is not None and row[0]:
                return url, connection.info.server_version // 10000
    raise CannotStart(
        N_(
            "Une sauvegarde lit les lignes de tous les établissements, ce que le compte PostgreSQL indiqué ne peut pas. "
            "Donnez avec TABELLION_DATABASE_ADMIN_URL l’adresse de la base avec un compte SUPERUSER ou BYPASSRLS."
        )
    )


def _dump(url: str, folder: Path, target: Path) -> tuple[str, dict[str, int]]:
    """Dump, and count in the same snapshot; gives the revision and the counts."""
    with psycopg.connect(url, prepare_threshold=None) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        revision = migrate.current(connection)
        if row is None or revision is None:
            raise CannotStart(
                N_("Cette base de données est vide : il n’y a rien à sauvegarder. Vérifiez DATABASE_URL.")
            )
        rows = dump.counts(connection)
        dump.write(folder, url, target, row[0])
        connection.rollback()
    return revision, rows


def _write(
    archive: Path, dumped: Path, store: Path, revision: str, major: int, rows: dict[str, int]
) -> Manifest:
    files: dict[str, str] = {}
    descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as output,
        tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        checksum = _add(tar, DUMP, dumped)
        for path in sorted(store.glob("*/*")):
            name = path.relative_to(store).as_posix()
            if STORED.fullmatch(name) and path.is_file() and not path.is_symlink():  # not one being written
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    files[name] = _add(tar, f"{FILES}/{name}", path)
        manifest = Manifest(
            datetime.now(UTC).isoformat(timespec="seconds"),
            version("tabellion"),
            revision,
            major,
            checksum,
            rows,
            files,
        )
        values = {"format": FORMAT, **{name: getattr(manifest, name) for name in Manifest.__slots__}}
        content = json.dumps(values, ensure_ascii=False, indent=1).encode()
        tar.addfile(_named(MANIFEST, len(content)), io.BytesIO(content))
        tar.close()  # its end is written now
        output.flush()
        os.fsync(output.fileno())
    return manifest


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file; gives its checksum. One file is replaced by another in one step, hence the same throughout."""
    with path.open("rb") as content:
        checksum = _checksum(content)
        content.seek(0)
        tar.addfile(_named(name, os.fstat(content.fileno()).st_size), content)
    return checksum


def _named(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _extract(source: Path, manifest: Manifest, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with _reading(source) as archive:
        for name, checksum in manifest.files.items():
            target = folder / name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as output:
                shutil.copyfileobj(_content(archive, archive.getmember(f"{FILES}/{name}")), output)
            with target.open("rb") as written:
                if _checksum(written) != checksum:
                    raise _damaged(source, name)


def _refuse_overwriting(url: str, store: Path) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            """
            SELECT to_regclass('public.alembic_version') IS NOT NULL OR to_regclass('public.account') IS NOT NULL
                OR to_regnamespace('app') IS NOT NULL OR to_regclass('public.procrastinate_jobs') IS NOT NULL
            """
        ).fetchone()
    if row is None or row[0]:
        raise CannotStart(
            N_(
                "La base de données contient déjà Tabellion : une restauration n’écrase rien. Donnez une base vide avec "
                "DATABASE_URL, ou un dossier de données neuf avec TABELLION_DATA_DIR."
            )
        )
    if store.exists() and any(store.iterdir()):
        raise CannotStart(
            N_(
                "Le dossier « {folder} » contient déjà des fichiers : une restauration n’écrase rien. Donnez un dossier de "
                "données neuf avec TABELLION_DATA_DIR."
            ),
            folder=str(store),
        )


def _compare(expected: dict[str, int], found: dict[str, int]) -> None:
    wrong = sorted(
        table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table)
    )
    if wrong:
        raise CannotStart(
            N_(
                "Les nombres de lignes ne correspondent pas : {table}, {expected} attendues, {found} trouvées. N’utilisez ni "
                "cette sauvegarde ni cette base, et recommencez."
            ),
            table=wrong[0],
            expected=expected.get(wrong[0], 0),
            found=found.get(wrong[0], 0),
        )


def _checksum(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except FileNotFoundError as error:
        raise CannotStart(
            N_("Le fichier « {file} » n’existe pas. Vérifiez son nom et son dossier."), file=str(source)
        ) from error
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise _damaged(source, type(error).__name__) from error


@contextlib.contextmanager
def _member(source: Path, name: str) -> Iterator[IO[bytes]]:
    with _reading(source) as archive:
        yield _content(archive, archive.getmember(name))


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        raise KeyError(member.name)
    return content


def _taken(target: Path) -> CannotStart:
    return CannotStart(
        N_("« {file} » existe déjà, et n’a pas été touché. Donnez un autre nom, ou déplacez-le d’abord."),
        file=str(target),
    )


def _damaged(source: Path, what: str) -> CannotStart:
    return CannotStart(
        N_(
            "« {file} » n’est pas une sauvegarde de Tabellion, ou elle est abîmée ({what}). Prenez une autre copie de cette "
            "sauvegarde, ou une sauvegarde plus ancienne."
        ),
        file=str(source),
        what=what,
    )


@contextlib.contextmanager
def _draft_folder(parent: Path) -> Iterator[Path]:
    """A folder of ours beside the final place, gone in the end."""
    folder = parent / f".tabellion-{secrets.token_hex(6)}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise CannotStart(
            N_("Le dossier « {folder} » n’est pas accessible en écriture. Choisissez-en un autre."),
            folder=str(parent),
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
