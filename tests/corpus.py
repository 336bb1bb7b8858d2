"""The corpus of real schemas and files: read where it lies, beside the checkout, and never copied into the project.

It is ``../shared/corpus`` seen from the top of the repository, or the folder that ``TABELLION_CORPUS`` names. Tests that
need it skip, and say so, where it is missing; the first line of a test run tells which it is.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("TABELLION_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()
MISSING = f"NOT CHECKED against real schemas and files: no corpus at {CORPUS} (set TABELLION_CORPUS)"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=MISSING)


def corpus_files(pattern: str) -> list[Path]:
    """The files of the corpus that match a glob, sorted; none where the corpus is missing. For ``parametrize``."""
    return sorted(CORPUS.glob(pattern))
