"""One record entered by form, against the floor: saved over HTTP, checked and with its history, and the form rendered.

Run: ``python benchmarks/entry.py [--turns N]``. A service of its own with the embedded PostgreSQL, in a folder thrown away at the
end. The floor is a bare psycopg insert of the same row with its commit, in turn with the saves, on the same server.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import psutil
import psycopg
from service import free_port, start
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import auth, db
from app.datasets import service as datasets
from app.models import Account, Establishment, Membership
from app.provision import open_database
from app.settings import Settings, get_settings
from app.tenancy import Role, Scope
from forms.binding import posted, show
from forms.control import controls
from schema_loader import starter
from schema_loader.compile import compile_schema

RATIO_BOUND, CPU_BOUND = 12.0, 10.0  # times the floor, median; milliseconds of CPU
SCHEMA, PATH = "scdl/deliberations", "/e/commune/deliberations"


def furnish(folder: Path) -> tuple[str, str]:
    """An editor signed in, a dataset open: the cookie, and the address of the database's superuser."""
    os.environ["TABELLION_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    with open_database(Settings(data_dir=folder), upgrade=False) as database:
        assert database.admin_url
        engine = create_engine(db.sqlalchemy_url(database.admin_url))
        with Session(engine) as session:
            place = Establishment(slug="commune", name="Commune", is_sandbox=True)
            account = Account(email="personne@exemple.fr", name="Personne")
            session.add_all([place, account])
            session.flush()
            session.add(Membership(establishment_id=place.id, account_id=account.id, role="manager"))
            session.commit()
            ids = place.id, account.id
        engine.dispose()
        db.connect(database.url)
        with db.in_transaction(Scope.of(ids[0], Role.manager, account=ids[1])) as scoped:
            datasets.open_dataset(scoped, ids[0], SCHEMA, title="Délibérations", account=ids[1])
        with db.in_transaction(Scope("tab_web")) as scoped:
            token = auth.start_session(scoped, ids[1])
        db.disconnect()
        return token, database.admin_url


def form_of_examples() -> tuple[dict[str, str], dict[str, str]]:
    """A row of the schema's own examples, and what a browser posts for it."""
    schema = compile_schema(starter.read(SCHEMA.rpartition("/")[2]))
    row = {field.name: field.example or "" for field in schema.fields}
    pairs = [
        pair
        for control in controls(schema)
        for pair in posted(control, show(control, row[control.field.name]))
    ]
    return row, dict(pairs)


class Wire:
    """A client that costs next to nothing: what is measured is the service. httpx takes a millisecond for a form, twice the floor."""

    def __init__(self, base: str, token: str) -> None:
        self._connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
        self._headers = {
            "Cookie": f"{auth.COOKIE}={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def post(self, path: str, form: dict[str, str]) -> int:
        """The status of the answer."""
        self._connection.request("POST", path, urlencode(form), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def measure(base: str, web: psutil.Process, token: str, admin_url: str, turns: int) -> None:
    row, form = form_of_examples()
    cells = json.dumps(row)
    with (
        httpx.Client(base_url=base, cookies={auth.COOKIE: token}, timeout=60) as browser,
        psycopg.connect(admin_url, autocommit=True) as floor,
    ):
        floor.execute("CREATE TABLE bench_floor (id bigserial PRIMARY KEY, cells jsonb)")
        page = browser.get(f"{PATH}/saisir").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        form |= {"csrf_token": found[1], "acte": "ajouter"}
        wire = Wire(base, token)

        def insert() -> None:
            floor.execute("INSERT INTO bench_floor (cells) VALUES (%s)", (cells,))

        def save() -> None:
            assert wire.post(f"{PATH}/saisir", {**form, "envoi": secrets.token_urlsafe(9)}) == 303

        def refuse() -> None:
            assert browser.post(f"{PATH}/saisir", data={**form, "c4": "mars"}).status_code == 422

        def check() -> None:
            answer = browser.post(f"{PATH}/verifier?colonne=c4", data=form, headers={"HX-Request": "true"})
            assert answer.status_code == 200

        for act in (insert, save, refuse, check):
            for _ in range(20):
                act()
        floors, saves = [], []
        for _ in range(turns):
            floors.append(milliseconds(insert))
            saves.append(milliseconds(save))
        bottom, top = statistics.median(floors), statistics.median(saves)
        print(
            f"bare insert {bottom:.2f} ms, saved over HTTP {top:.2f} ms: {top / bottom:.1f} × (bound {RATIO_BOUND:.0f} ×)"
        )
        for name, act in (
            ("a form refused, rendered with its errors", refuse),
            ("a control checked", check),
            ("saved", save),
        ):
            before = sum(web.cpu_times()[:2])
            for _ in range(turns):
                act()
            spent = (sum(web.cpu_times()[:2]) - before) * 1000 / turns
            print(f"{name}: {spent:.1f} ms of CPU (bound {CPU_BOUND:.0f} ms)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=300)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as name:
        port = free_port()
        process = start(Path(name), port)
        try:
            token, admin_url = furnish(Path(name))
            measure(f"http://127.0.0.1:{port}", psutil.Process(process.pid), token, admin_url, turns)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


if __name__ == "__main__":
    main()
