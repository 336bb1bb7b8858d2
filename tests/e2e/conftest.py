"""The whole service in a real browser: the application on a port of this machine, Debian's Chromium by playwright.

A page that logs an error, is refused a resource by the content policy or asks another site for one fails its test.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from app.models import Account
    from app.provision import Database
    from tests.factories import Make

PLACES = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""Debian's; the first is the same engine without its windows, and takes half the time."""
CHROMIUM = Path(
    os.environ.get("TABELLION_TEST_CHROMIUM")
    or next((place for place in PLACES if Path(place).exists()), PLACES[-1])
)
Visit = Callable[..., "Page"]


@pytest.fixture(scope="session")
def demo_application(bound_database: Database) -> FastAPI:
    """The application in demonstration mode: it serves the gallery of components too."""
    from app.main import create_app
    from app.settings import get_settings

    return create_app(get_settings().model_copy(update={"demo": True}))


@contextmanager
def serving(application: FastAPI) -> Iterator[str]:
    """The address where an application listens, on this machine alone, for the time of the block."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="e2e server", daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < limit, "the application did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def address(demo_application: FastAPI) -> Iterator[str]:
    """Where the application listens."""
    with serving(demo_application) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all the tests of this process."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        message = f"NO BROWSER: {CHROMIUM} is missing (apt install chromium); the tests of pages did not run"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, address: str, database: Database, make: Make) -> Iterator[Visit]:
    """``visit("/aide", width=320, scheme="dark", js=False, account=ada)``: the page, once its scripts are ready.

    ``expect``: the status the page must have; ``refusals``: statuses that the test itself brings about later;
    ``is_cut_off``: it will take the network away. Each call is a browser of its own, with its own cookies.
    """
    from app import auth

    contexts = []
    faults: list[str] = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        js: bool = True,
        lang: str = "fr-FR",
        account: Account | None = None,
        expect: int = 200,
        refusals: tuple[int, ...] = (),
        is_cut_off: bool = False,
    ) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=js,
            locale=lang,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if account is not None:
            cookie = {"name": auth.cookie_name(), "value": make.signed_in(account), "url": address}
            context.add_cookies([cookie])
        page = context.new_page()
        page.set_default_timeout(10_000)

        def said(message: ConsoleMessage) -> None:
            expected = f"status of {expect}" in message.text and message.location.get("url", "").endswith(
                path
            )
            expected = expected or any(f"status of {status}" in message.text for status in refusals)
            expected = expected or (
                is_cut_off and re.search(r"net::ERR_|^htmx:\w+", message.text) is not None
            )
            if message.type in {"error", "warning"} and not expected:
                faults.append(f"{path}: {message.text}")

        def asked(request: Request) -> None:
            if not request.url.startswith((address, "data:", "blob:")):
                faults.append(f"{path} asks another site: {request.url}")

        page.on("console", said)
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on("request", asked)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == expect
        if js:
            page.wait_for_selector("html[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
