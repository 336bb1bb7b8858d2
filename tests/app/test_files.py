"""The file store."""

from __future__ import annotations

import os
import stat
import time

import pytest

from app import files

pytestmark = pytest.mark.usefixtures("file_store")


def test_a_file_is_kept_replaced_and_forgotten() -> None:
    path = files.write(3, "logo-a.png", b"one")
    files.write(3, "logo-a.png", b"two")
    assert files.read(3, "logo-a.png") == b"two"
    assert files.read(4, "logo-a.png") is None
    assert list(files.names(3, "logo-")) == ["logo-a.png"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    files.remove(3, "logo-a.png")
    files.remove(3, "logo-a.png")
    assert files.read(3, "logo-a.png") is None


@pytest.mark.parametrize("name", ["../secret-key", "a/b", "", ".hidden", "A", "a\0b", "x" * 121, "..", "é"])
def test_a_name_leads_nowhere_else(name: str) -> None:
    assert files.read(1, name) is None
    with pytest.raises(ValueError, match="not a name"):
        files.write(1, name, b"")


def test_what_was_left_waiting_goes() -> None:
    old, new = files.write(0, "attente-1", b""), files.write(0, "attente-2", b"")
    past = time.time() - 100
    os.utime(old, (past, past))
    files.remove_older(0, "attente-", 50)
    assert not old.exists()
    assert new.exists()
