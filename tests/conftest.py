"""Shared by every test: the corpus, the database, the application, and how hypothesis searches."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.corpus import CORPUS, MISSING

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Engine
    from starlette.testclient import TestClient

    from app.models import Account
    from app.provision import Database
    from tests.factories import Make

pytest_plugins = ["tests.database"]

# a shared machine pauses at random: the deadline of one example would fail at random too
EXAMPLES = int(
    os.environ.get("TABELLION_EXAMPLES", "100")
)  # a long search: TABELLION_EXAMPLES=20000 make test
settings.register_profile("default", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=EXAMPLES, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores: a third of the time is spent waiting for browsers, servers and slow portals."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_report_header() -> str:
    return f"corpus: {CORPUS}" if CORPUS.is_dir() else MISSING


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real schemas and files; skips where it is missing."""
    if not CORPUS.is_dir():
        pytest.skip(MISSING)
    return CORPUS


@pytest.fixture
def make(database: Database, owner_engine: Engine) -> Make:
    """Writes rows past the walls: ``make.account()``, ``make.establishment()``, ``make.member(…)``."""
    from tests.factories import Make

    return Make(owner_engine)


@pytest.fixture(scope="session")
def application(bound_database: Database) -> FastAPI:
    """The web application, on the database of this process."""
    from app.main import create_app

    return create_app()


@pytest.fixture
def client(application: FastAPI, database: Database) -> Iterator[TestClient]:
    """A browser that nobody has signed in with; it follows no redirect, and sends its CSRF token with each unsafe request."""
    from starlette.testclient import TestClient

    from tests.browser import with_csrf

    with TestClient(application, follow_redirects=False) as browser:
        yield with_csrf(browser)


@pytest.fixture
def sign_in(client: TestClient, make: Make) -> Callable[[Account], TestClient]:
    """``sign_in(account)``: the same browser, signed in."""
    from app import auth

    def signed_in(account: Account) -> TestClient:
        client.cookies.set(auth.cookie_name(), make.signed_in(account))
        return client

    return signed_in


@pytest.fixture(autouse=True)
def _logs_end_with_the_test() -> Iterator[None]:
    """A command called in this process writes its logs to the standard error of its test, which is closed afterwards."""
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if type(one) is logging.StreamHandler]:
        root.removeHandler(handler)
