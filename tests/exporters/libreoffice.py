"""LibreOffice without a screen, to see what an office makes of a file. Where it is missing tests skip and say so; in CI it is due."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
IN_CI = os.environ.get("CI") == "true"
needs_libreoffice = pytest.mark.skipif(
    SOFFICE is None and not IN_CI, reason="NOT CHECKED with LibreOffice: soffice is not installed"
)
FILTERS = {"csv": "csv:Text - txt - csv (StarCalc):44,34,76"}  # commas, UTF-8, cells as shown


def converted(path: Path, extension: str) -> Path:
    """The file as LibreOffice writes it, beside the original in a folder of its own."""
    assert SOFFICE, "CI needs LibreOffice (apt install libreoffice-calc)"
    folder = path.parent / f"as-{extension}"
    with tempfile.TemporaryDirectory() as profile:  # tests run side by side, a profile serves one office
        subprocess.run(
            [
                SOFFICE, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--convert-to",
                FILTERS.get(extension, extension), "--outdir", folder, path,
            ],
            check=True, capture_output=True, timeout=110,
        )  # fmt: skip
    return folder / f"{path.stem}.{extension}"
