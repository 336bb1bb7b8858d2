"""Shared by every test: the corpus, and how hypothesis searches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.corpus import CORPUS, MISSING

# a shared machine pauses at random: the deadline of one example would fail at random too
EXAMPLES = int(
    os.environ.get("TABELLION_EXAMPLES", "100")
)  # a long search: TABELLION_EXAMPLES=20000 make test
settings.register_profile("default", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=EXAMPLES, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_report_header() -> str:
    return f"corpus: {CORPUS}" if CORPUS.is_dir() else MISSING


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real schemas and files; skips where it is missing."""
    if not CORPUS.is_dir():
        pytest.skip(MISSING)
    return CORPUS
