"""What the commands that fill the catalogue say of a file that they cannot read."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main


@pytest.mark.parametrize("command", [("schema", "add"), ("schema", "sync")])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("absent.json", "n’existe pas"),
        ("", "est un dossier"),
        ("canal", "pas un fichier"),
        ("prise", "pas un fichier"),
        ("/dev/zero", "pas un fichier"),
    ],
)
def test_why_a_schema_does_not_open_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str], name: str, why: str
) -> None:
    os.mkfifo(tmp_path / "canal")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("prise")  # a short name: an address of this kind is
        done = CliRunner().invoke(main, [*command, str(tmp_path / name), "--data-dir", str(tmp_path / "d")])
    assert done.exit_code == 2, done.output
    assert why in done.stderr
    assert "?" not in done.stderr
