"""The whole service before a real portal: its database, its publications, its deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.publications.connections import kinds
from app.publications.deliveries import work
from app.settings import get_settings
from tests.app.publications.conftest import press, press_on  # noqa: F401 (fixtures of pytest)
from tests.conftest import application, client, make  # noqa: F401 (fixtures of pytest)
from tests.database import (  # noqa: F401 (fixtures of pytest)
    bound_database,
    database,
    database_server,
    file_store,
    made_database,
    owner_engine,
    worker_name,
)
from tests_portals.real_udata import PATIENT


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for the session, as the database is; portals of this machine may be asked."""
    folder = tmp_path_factory.mktemp("data")
    plain = kinds.open_portal
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TABELLION_DATA_DIR", str(folder))
        patch.setenv("TABELLION_ALLOW_PRIVATE_ADDRESSES", "true")
        patch.setattr(
            work,
            "open_portal",
            lambda kind, url, name, key, **options: plain(
                kind, url, name, key, **{**options, "patience": PATIENT}
            ),
        )
        get_settings.cache_clear()
        yield folder
    get_settings.cache_clear()
