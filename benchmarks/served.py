"""What the public addresses cost: the file against a plain static server, and the page of a large version with its facets.

Run: ``python benchmarks/served.py [--rows N] [--runs N]``. It starts a service of its own, as ``tabellion serve`` does, in a
folder thrown away at the end, and nginx on the same file where it is installed (``apt install nginx-light``), else
``python -m http.server``. One after the other, by turns, with the same client (curl). Bounds: half of the static server's
speed; a page of a version of a million rows within a second.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app import db
from app.models import CatalogueSchema, Dataset, Establishment, SchemaVersion
from app.provision import open_database
from app.publications.public import beside
from app.settings import Settings, get_settings
from benchmarks.service import free_port, start
from schema_loader.compile import compile_schema
from tests.app.publications.made import publish
from tests.factories import Make

LEAST, PAGE_BOUND = 0.5, 1.0
PATH = "/donnees/ville/deliberations"
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


def rows(count: int, names: tuple[str, ...]) -> list[list[str | None]]:
    """Deliberations that look like some: few subjects, many words."""
    choose = random.Random(7)  # noqa: S311 (made-up rows)
    words = (
        "travaux",
        "école",
        "voirie",
        "marché",
        "convention",
        "subvention",
        "budget",
        "tarif",
        "éclairage",
        "piscine",
    )
    subjects = [(f"{n}.{m}", f"Matière {n} sous {m}") for n in range(1, 10) for m in range(1, 6)]
    made = []
    for n in range(count):
        code, subject = choose.choice(subjects)
        cells = {
            "COLL_NOM": "Ville de Valbrune",
            "COLL_SIRET": "21230999100017",
            "DELIB_ID": f"{2015 + n % 11}-{n:07d}",
            "DELIB_DATE": f"{2015 + n % 11}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
            "DELIB_MATIERE_CODE": code,
            "DELIB_MATIERE_NOM": subject,
            "DELIB_OBJET": " ".join(choose.choices(words, k=8)) + f" n° {n}",
            "VOTE_EFFECTIF": "35",
            "VOTE_REEL": str(25 + n % 11),
            "VOTE_POUR": str(20 + n % 11),
        }
        made.append([cells.get(name) for name in names])
    return made


def fill(folder: Path, count: int) -> tuple[Path, dict[str, Any]]:
    """Publish a version of so many rows; gives the reference file."""
    os.environ["TABELLION_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    with open_database(Settings(data_dir=folder), upgrade=False) as database:
        assert database.admin_url
        engine = create_engine(db.sqlalchemy_url(database.admin_url))
        make = Make(engine)
        with Session(engine, expire_on_commit=False) as session:
            version = session.scalars(
                select(SchemaVersion)
                .join(CatalogueSchema, CatalogueSchema.id == SchemaVersion.schema_id)
                .where(CatalogueSchema.key == "scdl/deliberations")
            ).first()
            assert version is not None
            session.expunge_all()
        other = make.establishment(slug="village", name="Village")
        small = make.dataset(other, version, slug="deliberations", title="Délibérations")
        publish(make, other, small, version, rows(30, compile_schema(version.descriptor).field_names))
        place: Establishment = make.establishment(slug="ville", name="Ville de Valbrune")
        dataset: Dataset = make.dataset(place, version, slug="deliberations", title="Délibérations")
        made = rows(count, compile_schema(version.descriptor).field_names)
        one = publish(make, place, dataset, version, made, formats=("csv", "parquet"))
        stored = one.files["csv"]["stored"]
        begun = time.perf_counter()
        for form in ("csv", "parquet"):
            beside.prepare(place.id, one.files[form]["stored"], form, compile_schema(version.descriptor))
        print(f"compressed beside in {time.perf_counter() - begun:.1f} s")
        engine.dispose()
        return folder / "files" / str(place.id) / stored, one.files


@contextmanager
def static(folder: Path, port: int) -> Iterator[str]:
    """The plainest server there is, on the same files."""
    nginx = shutil.which("nginx")
    if nginx:
        conf = folder / "nginx.conf"
        conf.write_text(NGINX.format(folder=folder, port=port))
        command = [nginx, "-c", str(conf), "-e", str(folder / "nginx.log")]
    else:
        command = [
            sys.executable,
            "-m",
            "http.server",
            str(port),
            "--bind",
            "127.0.0.1",
            "--directory",
            str(folder),
        ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{port}/nothing")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield "nginx" if nginx else "http.server"
    finally:
        process.terminate()
        process.wait()


def fetch(address: str, *options: str) -> tuple[float, int]:
    """Seconds and octets of one download."""
    told = subprocess.run(
        ["curl", "-sf", "-o", "/dev/null", "-w", "%{time_total} %{size_download}", *options, address],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return float(told[0]), int(told[1])


def compare(ours: str, theirs: str, name: str, runs: int) -> None:
    """The file by turns from both."""
    times: dict[str, list[float]] = {"ours": [], name: []}
    size = 0
    for _ in range(runs):
        for who, address in (("ours", ours), (name, theirs)):
            seconds, size = fetch(address)
            times[who].append(seconds)
    speeds = {who: size / statistics.median(seconds) / 1e6 for who, seconds in times.items()}
    ratio = speeds["ours"] / speeds[name]
    print(
        f"file of {size / 1e6:.0f} MB: {speeds['ours']:.0f} MB/s, {name} {speeds[name]:.0f} MB/s: × {ratio:.2f} (at least {LEAST})"
    )
    assert ratio >= LEAST


def pages(base: str, runs: int) -> None:
    """The page in several views; the first of each, then the median of those that follow."""
    views = {
        "first page": "", "facet": "?DELIB_MATIERE_CODE=3.2", "two facets": "?DELIB_MATIERE_CODE=3.2&DELIB_DATE=2019",
        "search": "?q=piscine+eclairage", "rare word": "?q=0999999", "far page": "?page=900", "sorted": "?tri=-DELIB_DATE",
    }  # fmt: skip
    slowest = 0.0
    with httpx.Client(base_url=base, timeout=60) as browser:
        browser.get(
            "/donnees/village/deliberations"
        )  # the templates and the schema are read; the version is not
        for name, view in views.items():
            times = []
            for _ in range(runs + 1):
                begun = time.perf_counter()
                answer = browser.get(PATH + view)
                times.append(time.perf_counter() - begun)
                assert answer.status_code == 200, answer.text[:500]
            print(
                f"{name:11} first {times[0] * 1000:5.0f} ms, then {statistics.median(times[1:]) * 1000:5.0f} ms"
            )
            slowest = max(slowest, times[0])
    assert slowest < PAGE_BOUND


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=9)
    options.add_argument("--no-pages", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        service = start(folder, port)
        try:
            path, _ = fill(folder, asked.rows)
            base = f"http://127.0.0.1:{port}"
            other = free_port()
            with static(path.parent, other) as server:
                compare(
                    f"{base}{PATH}/latest.csv", f"http://127.0.0.1:{other}/{path.name}", server, asked.runs
                )
            if not asked.no_pages:
                pages(base, asked.runs)
        finally:
            service.terminate()
            service.wait()


if __name__ == "__main__":
    main()
