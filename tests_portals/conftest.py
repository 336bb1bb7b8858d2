"""The real portals, each started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.publications.portals.cases import CASES, Case

pytest.register_assert_rewrite("tests.app.publications.portals.test_send")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings of a folder of its own."""
    from app.settings import get_settings

    monkeypatch.setenv("TABELLION_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    yield tmp_path / "data"
    get_settings.cache_clear()


@pytest.fixture(params=["real"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The real portal that the module put in place of the local ones."""
    made = CASES[request.param]()
    yield made
    made.site.stop()
