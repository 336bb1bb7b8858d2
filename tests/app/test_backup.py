"""A backup holds every establishment's rows and files, comes back whole, and writes over nothing."""

from __future__ import annotations

import json
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app import backup, db, dump, files, provision, settings
from app.cli import main
from app.db import in_transaction
from app.errors import CannotStart
from app.models import Establishment, JobProgress, JournalEntry
from app.provision import Database
from app.settings import Settings
from app.tenancy import Role, Scope
from tests.database import SECRET, Server
from tests.factories import Make


def of(database: Database, folder: Path) -> Settings:
    """The settings of a service on a database of the tests."""
    folder.mkdir(exist_ok=True)
    return Settings(database_url=database.admin_url, data_dir=folder, secret_key=SECRET)


@pytest.fixture
def filled(make: Make, file_store: Path) -> list[Establishment]:
    """Two establishments with rows behind the walls, and a file each."""
    places = [make.establishment(), make.establishment(name="Saint-Œil « d’à côté »\t\\N")]
    for place in places:
        make.member(make.account(), place, "manager")
        make.add(JournalEntry(establishment_id=place.id, act="t", details={"line": "one\ntwo\\."}))
        files.write(place.id, "logo.png", f"of {place.slug}".encode())
        for _ in range(3):
            make.add(JobProgress(establishment_id=place.id, task="t"))
    return places


@pytest.fixture
def empty(database_server: Server, worker_name: str) -> Iterator[Database]:
    """A database without anything of ours."""
    name = f"tabellion_restored_{worker_name}_{os.getpid()}"
    yield provision.with_own_login(database_server.create_empty(name), SECRET)
    database_server.drop(name)


@pytest.fixture
def archive(filled, database: Database, data_dir: Path, tmp_path: Path) -> Path:
    target = tmp_path / "sauvegarde.tar"
    backup.backup(of(database, data_dir), target)
    return target


def counts(database: Database) -> dict[str, int]:
    assert database.admin_url
    with psycopg.connect(database.admin_url) as connection:
        return dump.counts(connection)


def test_everything_comes_back_behind_its_walls(
    filled, archive: Path, database: Database, empty: Database, tmp_path: Path
) -> None:
    before = counts(database)
    assert before["public.job_progress"] == 6
    there = of(empty, tmp_path / "there")
    backup.restore(there, archive)
    assert counts(empty) == before
    for place in filled:
        stored = there.files_dir / str(place.id) / "logo.png"
        assert stored.read_bytes() == f"of {place.slug}".encode()
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600

    engine = db.make_engine(empty.url, pool_size=1, overflow=0)
    try:
        ours = Scope.of(filled[0].id, Role.manager, account=None)
        with in_transaction(ours, bind=engine) as session:
            assert set(session.scalars(text("SELECT establishment_id FROM job_progress"))) == {filled[0].id}
            assert session.scalar(text("SELECT details ->> 'line' FROM journal_entry")) == "one\ntwo\\."
        with in_transaction(Scope(), bind=engine) as session:
            assert session.scalar(text("SELECT count(*) FROM job_progress")) == 0
        with in_transaction(ours, bind=engine) as session:  # numbers go on where they were
            session.add(JobProgress(establishment_id=filled[0].id, task="after"))
            session.flush()
        with in_transaction(Scope.instance(), bind=engine) as session:
            names = set(session.scalars(text("SELECT name FROM establishment")))
        assert names == {place.name for place in filled}
    finally:
        engine.dispose()


def test_tables_are_forced_behind_walls_after_a_restoration(
    archive: Path, database: Database, empty: Database, tmp_path: Path
) -> None:
    def walls(of_database: Database) -> list[tuple]:
        assert of_database.admin_url
        with psycopg.connect(of_database.admin_url) as connection:
            return connection.execute(
                """
                SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), relacl::text,
                  (SELECT array_agg(polname ORDER BY polname) FROM pg_policy WHERE polrelid = pg_class.oid)
                FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
                """
            ).fetchall()

    backup.restore(of(empty, tmp_path / "there"), archive)
    assert walls(empty) == walls(database)


def test_an_archive_is_for_its_owner_alone_and_leaves_nothing_beside_it(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) & 0o077 == 0
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_nothing_is_written_over(
    archive: Path, database: Database, empty: Database, data_dir, tmp_path
) -> None:
    content = archive.read_bytes()
    with pytest.raises(CannotStart, match="existe déjà"):
        backup.backup(of(database, data_dir), archive)
    assert archive.read_bytes() == content

    before = counts(database)
    with pytest.raises(CannotStart, match="n’écrase rien"):
        backup.restore(of(database, tmp_path / "new"), archive)
    assert counts(database) == before

    occupied = of(empty, tmp_path / "occupied")
    (occupied.files_dir / "7").mkdir(parents=True)
    with pytest.raises(CannotStart, match="contient déjà des fichiers"):
        backup.restore(occupied, archive)
    assert counts(empty) == {}


@pytest.mark.parametrize("what", ["dump", "file", "count", "missing", "added", "outside", "cut", "other"])
def test_a_damaged_archive_restores_nothing(
    what: str, archive: Path, empty: Database, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.tar"
    members: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            members[member.name] = tar.extractfile(member).read()
    name = next(name for name in members if name.startswith("files/"))
    manifest = json.loads(members["manifest.json"])
    if what == "dump":
        members["database.dump"] = members["database.dump"][:-40] + b"\0" * 40
    elif what == "file":
        members[name] = b"of somebody else"
    elif what == "count":
        manifest["rows"]["public.job_progress"] += 1
    elif what == "missing":
        del members[name]
    elif what == "added":
        members["files/9/logo.png"] = b""
    elif what == "outside":
        members["files/../../outside"] = b""
        manifest["files"]["../../outside"] = "0" * 64
    members["manifest.json"] = json.dumps(manifest).encode()
    backup_of(damaged, members)
    if what == "cut":
        damaged.write_bytes(damaged.read_bytes()[: archive.stat().st_size // 2])
    elif what == "other":
        damaged.write_bytes(b"a letter, no archive")
    with pytest.raises(CannotStart):
        backup.restore(of(empty, tmp_path / "there"), damaged)
    assert counts(empty) == {}
    assert not (tmp_path / "there" / "files").exists()
    assert not (tmp_path / "outside").exists()


def backup_of(target: Path, members: dict[str, bytes]) -> None:
    """An archive of these members."""
    import io

    with tarfile.open(target, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_a_newer_archive_is_refused(archive: Path, empty: Database, tmp_path: Path) -> None:
    members: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            members[member.name] = tar.extractfile(member).read()
    manifest = json.loads(members["manifest.json"])
    manifest["revision"] = "of_tomorrow"
    members["manifest.json"] = json.dumps(manifest).encode()
    backup_of(tmp_path / "newer.tar", members)
    with pytest.raises(CannotStart, match="plus récente"):
        backup.restore(of(empty, tmp_path / "there"), tmp_path / "newer.tar")
    assert counts(empty) == {}


def test_a_role_that_the_walls_hold_back_makes_no_backup(filled, database: Database, tmp_path: Path) -> None:
    chosen = Settings(database_url=database.url, data_dir=tmp_path, secret_key=SECRET)
    with pytest.raises(CannotStart, match="BYPASSRLS"):
        backup.backup(chosen, tmp_path / "partial.tar")
    assert not (tmp_path / "partial.tar").exists()


def test_the_password_is_no_argument_of_a_program() -> None:
    found = dump.environment("postgresql://ada:s%20ecret@/base?host=%2Frun%2Fx&port=5433")
    assert (found["PGUSER"], found["PGPASSWORD"]) == ("ada", "s ecret")
    assert (found["PGHOST"], found["PGPORT"], found["PGDATABASE"]) == ("/run/x", "5433", "base")


def test_the_commands_say_what_they_did(filled, database, empty, data_dir, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TABELLION_SECRET_KEY", SECRET)
    monkeypatch.setenv("TABELLION_LANG", "fr")
    target = tmp_path / "s.tar"
    try:
        for url, folder, command in (
            (database.admin_url, data_dir, "backup"),
            (empty.admin_url, tmp_path / "there", "restore"),
        ):
            monkeypatch.setenv("DATABASE_URL", url)
            monkeypatch.setenv("TABELLION_DATA_DIR", str(folder))
            settings.get_settings.cache_clear()
            done = CliRunner().invoke(main, ["db", command, str(target)])
            assert done.exit_code == 0, done.output
            assert re.search(r"fichiers\s: 2\b", done.output)
        settings.get_settings.cache_clear()
        again = CliRunner().invoke(main, ["db", "restore", str(tmp_path / "absent.tar")])
        assert again.exit_code == 2
    finally:
        monkeypatch.undo()
        settings.get_settings.cache_clear()
