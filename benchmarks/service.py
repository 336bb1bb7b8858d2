"""The service against its bounds: CPU of a page, a hundred people at once, weight of the first page.

Run: ``python benchmarks/service.py [--people N] [--seconds N] [--requests N]``. It starts a service of its own, as
``tabellion serve`` does, with its embedded PostgreSQL, in a folder thrown away at the end; it listens on the loopback alone,
and so does the load. CPU is that of the web process, user and system, read from the operating system before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx
import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app import auth, db
from app.models import Account, Establishment, Membership
from app.provision import open_database
from app.settings import Settings, get_settings
from app.tenancy import Scope

ROOT = Path(__file__).resolve().parents[1]
TABELLION = (sys.executable, "-m", "app.cli")  # of this checkout, whatever is installed
CPU_BOUND, WEIGHT_BOUND = 15.0, 200_000  # milliseconds; octets
PAUSE = (1.0, 3.0)  # seconds between two pages of one person
START_SECONDS = 120
TRUSTED = ssl.create_default_context()
"""One for all: a hundred take two seconds to make, in which nobody is answered."""


@dataclass(slots=True)
class Load:
    """What the people met."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A service on a port, once it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TABELLION_")}
    environment.pop("DATABASE_URL", None)
    environment |= {
        "TABELLION_DATA_DIR": str(folder),
        "TABELLION_PORT": str(port),
        "TABELLION_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen([*TABELLION, "serve", "--no-demo"], env=environment, cwd=ROOT)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return process
        time.sleep(0.2)
    process.kill()
    raise SystemExit("the service did not start")


def people(folder: Path, count: int) -> list[str]:
    """Sign people in, each with three establishments; gives their cookies."""
    os.environ["TABELLION_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    with open_database(Settings(data_dir=folder), upgrade=False) as database:
        assert database.admin_url
        engine = create_engine(db.sqlalchemy_url(database.admin_url))
        with Session(engine) as session:
            places = [
                Establishment(slug=f"commune-{n}", name=f"Commune {n}", is_sandbox=True)
                for n in range(count + 2)
            ]
            accounts = [Account(email=f"personne{n}@exemple.fr", name=f"Personne {n}") for n in range(count)]
            session.add_all([*places, *accounts])
            session.flush()
            for n, account in enumerate(accounts):
                for place in places[n : n + 3]:
                    session.add(Membership(establishment_id=place.id, account_id=account.id, role="manager"))
            session.commit()
            ids = [account.id for account in accounts]
            schemas = session.execute(text("SELECT count(*) FROM catalogue_schema")).scalar_one()
        engine.dispose()
        db.connect(database.url)
        with db.in_transaction(Scope("tab_web")) as scoped:
            tokens = [auth.start_session(scoped, account) for account in ids]
        db.disconnect()
    print(f"{count} people signed in, {len(places)} establishments, {schemas} schemas in the catalogue")
    return tokens


def cpu_of_a_page(base: str, path: str, cookie: str | None, web: psutil.Process, requests: int) -> float:
    """Milliseconds of CPU of the web process for one page."""
    cookies = {} if cookie is None else {auth.COOKIE: cookie}
    with httpx.Client(base_url=base, cookies=cookies) as browser:
        for _ in range(10):
            assert browser.get(path).status_code == 200, path
        before = sum(web.cpu_times()[:2])
        for _ in range(requests):
            browser.get(path)
        return (sum(web.cpu_times()[:2]) - before) * 1000 / requests


async def one_person(base: str, cookie: str, paths: list[str], until: float, load: Load) -> None:
    choose = random.Random(cookie)  # noqa: S311 (which page comes next is no secret)
    async with httpx.AsyncClient(
        base_url=base, cookies={auth.COOKIE: cookie}, timeout=30, verify=TRUSTED
    ) as browser:
        await asyncio.sleep(choose.uniform(0, PAUSE[1]))
        while time.monotonic() < until:
            path = choose.choice(paths)
            begun = time.perf_counter()
            try:
                answer = await browser.get(path)
                if answer.status_code != 200:
                    load.errors.append(f"{answer.status_code} {path}")
            except httpx.HTTPError as error:
                load.errors.append(f"{type(error).__name__} {path}")
            load.seconds.append(time.perf_counter() - begun)
            await asyncio.sleep(choose.uniform(*PAUSE))


async def everybody(base: str, tokens: list[str], paths: list[str], seconds: float) -> Load:
    load, until = Load(), time.monotonic() + seconds
    await asyncio.gather(*(one_person(base, token, paths, until, load) for token in tokens))
    return load


def weight(base: str, path: str) -> dict[str, int]:
    """Octets on the wire of a page and of what it loads: style sheets and what they name, scripts and their imports, images."""
    found: dict[str, int] = {}
    waiting = [path]
    with httpx.Client(base_url=base, headers={"Accept-Encoding": "gzip"}) as browser:
        while waiting:
            address = waiting.pop().partition("#")[0]
            if address in found or not address.startswith("/"):
                continue
            with browser.stream("GET", address) as answer:
                content = answer.read().decode("utf-8", "replace")
                found[address] = answer.num_bytes_downloaded
            kind = answer.headers.get("content-type", "")
            named: list[str] = []
            if kind.startswith("text/html"):
                named += re.findall(
                    r"<link\b[^>]*\brel=\"(?:stylesheet|icon|modulepreload|preload)\"[^>]*>", content
                )
                named = [href for tag in named for href in re.findall(r'href="([^"]+)"', tag)]
                named += re.findall(r'<(?:script|img)\b[^>]*\bsrc="([^"]+)"', content)
            elif kind.startswith("text/css"):
                named += re.findall(r"url\([\"']?(?!data:)([^\"')]+\.woff2)", content)
                named += re.findall(r"@import\s+[\"']([^\"']+)", content)
            elif "javascript" in kind:
                named += re.findall(r"(?:from|import)\s*[\"']([./][^\"']+)", content)
            waiting += [urljoin(address, name) for name in named]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--requests", type=int, default=200)
    chosen = parser.parse_args()
    kept = True
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as name:
        folder, port = Path(name) / "data", free_port()
        base = f"http://127.0.0.1:{port}"
        begun = time.perf_counter()
        service = start(folder, port)
        try:
            print(f"ready from nothing in {time.perf_counter() - begun:.1f} s")
            tokens = people(folder, chosen.people)
            web = psutil.Process(service.pid)
            for path, cookie, words in (
                ("/", None, "home, nobody signed in"),
                ("/", tokens[0], "home"),
                ("/modeles", tokens[0], "catalogue"),
                ("/modeles?q=subventions", tokens[0], "catalogue, a search"),
            ):
                used = cpu_of_a_page(base, path, cookie, web, chosen.requests)
                kept &= used <= CPU_BOUND
                print(f"{words}: {used:.1f} ms of CPU (bound {CPU_BOUND:.0f})")
            parts = weight(base, "/")
            kept &= sum(parts.values()) <= WEIGHT_BOUND
            heaviest = ", ".join(
                f"{part} {size / 1000:.0f}" for part, size in sorted(parts.items(), key=lambda p: -p[1])[:4]
            )
            print(
                f"first page: {sum(parts.values()) / 1000:.0f} kB in {len(parts)} files "
                f"(bound {WEIGHT_BOUND // 1000}; heaviest: {heaviest})"
            )
            before = sum(web.cpu_times()[:2])
            load = asyncio.run(
                everybody(base, tokens, ["/", "/modeles", "/modeles?q=eau", "/aide"], chosen.seconds)
            )
            busy = (sum(web.cpu_times()[:2]) - before) / chosen.seconds
            kept &= not load.errors
            cuts = statistics.quantiles(load.seconds, n=100)
            print(
                f"{chosen.people} people for {chosen.seconds:.0f} s: {len(load.seconds)} pages, {len(load.errors)} errors; "
                f"median {cuts[49] * 1000:.0f} ms, 95 % under {cuts[94] * 1000:.0f} ms; the web process used {busy:.0%} of a core"
            )
            for error in sorted(set(load.errors))[:5]:
                print(f"  {error}")
        finally:
            service.send_signal(signal.SIGINT)
            service.wait(60)
    print("bounds kept" if kept else "A BOUND IS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
