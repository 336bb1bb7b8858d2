"""What may be chosen, and the secrets made once."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from app import settings
from app.settings import Settings, secret_in
from tests.app.sentences import refused


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("TABELLION_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_one_machine_needs_no_setting(tmp_path: Path) -> None:
    found = Settings()
    assert (found.data_dir, found.host, found.port) == (tmp_path / "data", "127.0.0.1", 8000)
    assert found.database_url is None
    assert not found.demo
    assert not found.allow_private_addresses
    assert found.public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("url", "pooled", "prepares"),
    [
        ("", "", True),
        ("postgresql://h/d", "", False),
        ("postgresql://h/d", "yes", False),
        ("postgresql://h/d", "no", True),
    ],
)
def test_statements_are_prepared_where_no_pooler_can_stand(
    monkeypatch: pytest.MonkeyPatch, url: str, pooled: str, prepares: bool
) -> None:
    for name, value in (("DATABASE_URL", url), ("TABELLION_DATABASE_POOLED", pooled)):
        if value:
            monkeypatch.setenv(name, value)
    assert Settings().prepares is prepares


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABELLION_PORT", "9000")
    monkeypatch.setenv("TABELLION_BASE_URL", "https://saisie.exemple.fr/")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@h/d")
    found = Settings()
    assert (found.port, found.public_url) == (9000, "https://saisie.exemple.fr")
    assert "hunter2" not in repr(found)


def test_a_value_that_is_not_understood_is_named_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABELLION_SECRET_KEY", "too-short-to-keep")
    settings.get_settings.cache_clear()
    with refused("TABELLION_SECRET_KEY") as _:
        settings.get_settings()
    with pytest.raises(ValueError, match="at least 32") as error:
        Settings()
    assert "too-short" not in str(error.value)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    found = Settings(data_dir=tmp_path / "a" / "b")
    secret = found.secret()
    assert len(secret) >= 32
    assert Settings(data_dir=tmp_path / "a" / "b").secret() == secret
    assert Settings(data_dir=tmp_path / "c").secret() != secret
    assert stat.S_IMODE((tmp_path / "a" / "b" / settings.SECRET_FILE).stat().st_mode) == 0o600


def test_two_processes_agree_on_a_secret(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(secret_in(tmp_path / "s"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_secret_cut_short_by_a_crash_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("")
    assert len(secret_in(tmp_path / "s")) >= 32


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o2775)
    Settings(data_dir=folder).ensure_data_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775


def test_a_new_data_folder_is_read_by_nobody_else(tmp_path: Path) -> None:
    made = Settings(data_dir=tmp_path / "new").ensure_data_dir()
    assert stat.S_IMODE(made.stat().st_mode) & 0o066 == 0


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with refused("« .*file/data » n’est pas accessible en écriture.*TABELLION_DATA_DIR"):
        Settings(data_dir=tmp_path / "file" / "data").ensure_data_dir()
