"""The real portals, each started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.publications.portals.cases import CASES, Case
from tests_portals import real_ckan, real_udata

pytest.register_assert_rewrite("tests.app.publications.portals.test_send")

# in place of the local portals, before the tests of the sequence are read: they run once for each
CASES.clear()
CASES["udata"] = real_udata.real
if real_ckan.IS_THERE:
    CASES["ckan"] = real_ckan.real


def pytest_report_header() -> str:
    return (
        "portals: " + ", ".join(CASES) + ("" if real_ckan.IS_THERE else " (CKAN is not installed: left out)")
    )


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings of a folder of its own."""
    from app.settings import get_settings

    monkeypatch.setenv("TABELLION_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    yield tmp_path / "data"
    get_settings.cache_clear()


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """Each real portal."""
    made = CASES[request.param]()
    yield made
    made.site.stop()
