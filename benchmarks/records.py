"""Many records of one dataset: its index made, its list and search over HTTP, its CSV against PostgreSQL's own COPY.

Run: ``python benchmarks/records.py --source FOLDER [--records N] [--exported N] [--turns N]``. FOLDER holds
``generate_subventions.py`` and ``subventions.json``. A service of its own with the embedded PostgreSQL, in a folder thrown away
at the end. The floor of a page is a bare psycopg query of fifty records by primary key, in turn with the pages.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import httpx
import orjson
import psutil
import psycopg
from psycopg import sql
from service import free_port, start
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import auth, db
from app.catalog.service import add_schema
from app.datasets import service as datasets
from app.models import Account, Establishment, Membership
from app.provision import open_database
from app.records import bulk
from app.records.export import service as export
from app.settings import Settings, get_settings
from app.tenancy import Role, Scope

LIST_BOUND, SEARCH_BOUND, EXPORT_BOUND = 30.0, 60.0, 2.0  # milliseconds, 95 of 100; times COPY
PATH = "/e/commune/aides"
MADE = "sorted by a column without keys"
"""Its keys are made once somebody asks for them."""
PAGES = {
    "order of entry": {},
    "filter and sort": {"f.nature": "aide en nature", "tri": "-montant"},
    "range and sort": {"de.montant": "1000", "tri": "dateConvention"},
    MADE: {"tri": "conditionsVersement"},
    "the same, filtered": {"tri": "conditionsVersement", "f.nature": "aide en nature"},
}
SEARCHES = {"a common word": {"q": "association", "tri": "-montant"}, "a rare one": {"q": "zzzz"}}


def generated(source: Path, count: int, folder: Path) -> Path:
    file = folder / f"{count}.csv"
    command = [sys.executable, str(source / "generate_subventions.py"), str(count), "0", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return file


def load(admin: psycopg.Connection, file: Path, place: int, dataset: int, account: int) -> int:
    """Records from a file, without their index. Gives how many."""
    count = 0
    columns = "(establishment_id, dataset_id, number, cells, state, created_by, updated_by)"
    with file.open(encoding="utf-8", newline="") as lines, admin.cursor() as cursor:
        with cursor.copy(f"COPY record {columns} FROM STDIN") as copy:
            for count, row in enumerate(csv.DictReader(lines), 1):
                cells = orjson.dumps({name: text for name, text in row.items() if text}).decode()
                copy.write_row((place, dataset, count, cells, "valid", account, account))
        cursor.execute("UPDATE dataset SET next_number = %s WHERE id = %s", (count + 1, dataset))
    admin.commit()
    return count


def timed(act: Callable[[], object], turns: int) -> list[float]:
    found = []
    for _ in range(turns):
        begun = time.perf_counter()
        act()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def measure_pages(base: str, web: psutil.Process, token: str, admin_url: str, turns: int) -> bool:
    kept = True
    with (
        httpx.Client(base_url=base, cookies={auth.COOKIE: token}, timeout=60) as browser,
        psycopg.connect(admin_url, autocommit=True) as floor,
    ):
        floor.prepare_threshold = None
        statement = (
            "SELECT number, cells FROM record WHERE establishment_id = 1 AND number < 51 ORDER BY number"
        )
        bare = timed(lambda: floor.execute(statement).fetchall(), turns)
        print(f"floor, fifty records by key: median {statistics.median(bare):.1f} ms, p95 {p95(bare):.1f} ms")
        for bound, group in ((LIST_BOUND, PAGES), (SEARCH_BOUND, SEARCHES)):
            for name, asked in group.items():
                address = f"{PATH}/?{urlencode(asked)}"

                def page(address: str = address) -> None:
                    assert browser.get(address).status_code == 200

                first = timed(page, 1)
                if name == MADE:
                    begun = time.perf_counter()
                    while not floor.execute(
                        "SELECT orders <> '{}' FROM dataset WHERE slug = 'aides'"
                    ).fetchone()[0]:
                        time.sleep(0.05)
                    waited = time.perf_counter() - begun
                    print(f"{name}: the first time {first[0]:.0f} ms, its keys are made {waited:.1f} s later")
                timed(page, 5)
                before = sum(web.cpu_times()[:2])
                times = timed(page, turns)
                cpu = (sum(web.cpu_times()[:2]) - before) * 1000 / turns
                kept &= p95(times) <= bound
                print(
                    f"{name}: median {statistics.median(times):.1f} ms, p95 {p95(times):.1f} ms (bound {bound:.0f}), "
                    f"{cpu:.1f} ms of CPU of the web process"
                )
        for name in ("filtres", "nombre"):
            times = timed(lambda name=name: browser.get(f"{PATH}/{name}", headers={"HX-Request": "true"}), 10)
            print(f"/{name}, in a second request: median {statistics.median(times):.0f} ms")
    return kept


def measure_export(scope: Scope, view: datasets.DatasetView, admin_url: str, count: int) -> bool:
    """Both ways in turn, twice; memory is what this process holds at most beyond what it held before."""
    process = psutil.Process()
    ours, theirs, most = [], [], 0
    names = sql.SQL(", ").join(
        sql.SQL("cells ->> {}").format(sql.Literal(n)) for n in view.schema.field_names
    )
    bare = sql.SQL(
        "COPY (SELECT {} FROM record WHERE dataset_id = {} ORDER BY number) TO STDOUT (FORMAT csv)"
    ).format(names, sql.Literal(view.id))
    before = process.memory_info().rss
    for _ in range(2):
        begun, octets = time.perf_counter(), 0
        for chunk in export.csv_stream(scope, view):
            octets += len(chunk)
            most = max(most, process.memory_info().rss - before)
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with psycopg.connect(admin_url) as floor, floor.cursor() as cursor, cursor.copy(bare) as copy:
            for _line in copy:
                pass
        theirs.append(time.perf_counter() - begun)
    ratio = min(ours) / min(theirs)
    print(
        f"CSV of {count} records, {octets / 1e6:.0f} MB: {min(ours):.1f} s, COPY {min(theirs):.1f} s: {ratio:.2f} × "
        f"(bound {EXPORT_BOUND:.0f} ×), {most / 1e6:.0f} MB more memory at most"
    )
    return ratio <= EXPORT_BOUND


def furnish(database: object, source: Path) -> tuple[int, int, dict[str, int]]:
    """An editor and two datasets on the schema of the source: ids of the establishment, of the account, of each dataset."""
    engine = create_engine(db.sqlalchemy_url(database.admin_url))  # type: ignore[attr-defined]
    with Session(engine) as session:
        place = Establishment(slug="commune", name="Commune", is_sandbox=True)
        account = Account(email="personne@exemple.fr", name="Personne")
        session.add_all([place, account])
        session.flush()
        session.add(Membership(establishment_id=place.id, account_id=account.id, role="manager"))
        session.commit()
        ids = place.id, account.id
    engine.dispose()
    with db.in_transaction(Scope.instance()) as session:
        data = (source / "subventions.json").read_bytes()
        add_schema(session, data, source="benchmark", key="bench/aides", version="1.0.0")
    made = {}
    with db.in_transaction(Scope.of(ids[0], Role.manager, account=ids[1])) as session:
        for title in ("aides", "export"):
            found = datasets.open_dataset(session, ids[0], "bench/aides", title=title, account=ids[1])
            made[title] = found.id
    return *ids, made


def measure(folder: Path, base: str, web: psutil.Process, chosen: argparse.Namespace) -> bool:
    os.environ["TABELLION_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    with open_database(Settings(data_dir=folder), upgrade=False) as database:
        assert database.admin_url
        db.connect(database.url)
        place, account, made = furnish(database, chosen.source)
        scope = Scope.of(place, Role.editor, account=account)
        with psycopg.connect(database.admin_url) as admin:
            load(admin, generated(chosen.source, chosen.records, folder), place, made["aides"], account)
        begun, cpu, after = time.perf_counter(), time.process_time(), -1
        while after:
            with db.in_transaction(scope) as session:
                view = datasets.find_by_id(session, place, made["aides"])
                after, _ = bulk.index_missing(session, view, after=max(after, 0), limit=5000)
        print(
            f"index of {chosen.records} records: {time.perf_counter() - begun:.1f} s, "
            f"{time.process_time() - cpu:.1f} s of CPU in Python"
        )
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE record, record_index")
        with db.in_transaction(Scope("tab_web")) as session:
            token = auth.start_session(session, account)
        kept = measure_pages(base, web, token, database.admin_url, chosen.turns)
        with psycopg.connect(database.admin_url) as admin:
            file = generated(chosen.source, chosen.exported, folder)
            count = load(admin, file, place, made["export"], account)
        with db.in_transaction(scope) as session:
            view = datasets.find_by_id(session, place, made["export"])
        kept &= measure_export(scope, view, database.admin_url, count)
        db.disconnect()
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--exported", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=100)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as name:
        folder, port = Path(name) / "data", free_port()
        process = start(folder, port)
        try:
            kept = measure(folder, f"http://127.0.0.1:{port}", psutil.Process(process.pid), chosen)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    print("bounds kept" if kept else "A BOUND IS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
