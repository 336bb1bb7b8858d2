"""Publishing many records: the reference against PostgreSQL's own COPY, what changes, the second judge, the other formats.

Run: ``python benchmarks/publications.py --source FOLDER [--records N] [--formats]``. FOLDER holds ``generate_subventions.py`` and
``subventions.json``. A database of its own (embedded PostgreSQL), in a folder thrown away at the end. The floor is a bare COPY
of the same rows, in turn with the reference.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
from psycopg import sql
from records import furnish, generated, load

from app import db
from app.datasets import service as datasets
from app.provision import open_database
from app.publications import cli, preview, queries, service, snapshots, store
from app.publications.describe import about
from app.publications.work import BESIDE
from app.settings import Settings, get_settings
from app.tenancy import Scope
from exporters import conformance
from exporters.formats import available

BOUND = 2.0  # times COPY
T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    made = act()
    return time.perf_counter() - begun, made


def cpu_of(act: Callable[[], T]) -> tuple[float, float, T]:
    """Seconds, seconds of CPU of this process, what it gives."""
    cpu = time.process_time()
    seconds, made = timed(act)
    return seconds, time.process_time() - cpu, made


def measure(folder: Path, chosen: argparse.Namespace) -> bool:
    os.environ["TABELLION_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    with open_database(Settings(data_dir=folder)) as database:
        assert database.admin_url
        db.connect(database.url)
        place, account, made = furnish(database, chosen.source)
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute("UPDATE establishment SET is_sandbox = false, siren = '217500016'")
        with psycopg.connect(database.admin_url) as admin:
            load(admin, generated(chosen.source, chosen.records, folder), place, made["aides"], account)
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE record")
        scope = Scope.job(place)  # as the worker: no statement is too long
        with db.in_transaction(scope) as session:
            view = datasets.find_by_id(session, place, made["aides"])
        return steps(database.admin_url, scope, view, chosen)


def floor(admin_url: str, view: datasets.DatasetView) -> int:
    names = sql.SQL(", ").join(
        sql.SQL("cells ->> {}").format(sql.Literal(n)) for n in view.schema.field_names
    )
    bare = sql.SQL(
        "COPY (SELECT {} FROM record WHERE dataset_id = {} ORDER BY number) TO STDOUT (FORMAT csv)"
    )
    statement = bare.format(names, sql.Literal(view.id))
    with psycopg.connect(admin_url) as one, one.cursor() as cursor, cursor.copy(statement) as copy:
        return sum(len(line) for line in copy)


def steps(admin_url: str, scope: Scope, view: datasets.DatasetView, chosen: argparse.Namespace) -> bool:
    process = psutil.Process()
    before = process.memory_info().rss

    def reference() -> snapshots.Snapshot:
        with db.in_transaction(scope, read_only=True) as session:
            snapshots.freeze(session)
            return snapshots.write(session, view, 999)

    theirs, ours, cpus = [], [], []
    for _ in range(3):
        theirs.append(timed(lambda: floor(admin_url, view))[0])
        seconds, cpu, snapshot = cpu_of(reference)
        ours.append(seconds)
        cpus.append(cpu)
    ratio = min(ours) / min(theirs)
    print(
        f"reference of {snapshot.rows} records, {snapshot.reference['size'] / 1e6:.0f} MB, hashed: {min(ours):.1f} s, "
        f"COPY {min(theirs):.1f} s: {ratio:.2f} × (bound {BOUND:.0f} ×); {min(cpus):.1f} s of CPU in Python; "
        f"each turn: {' '.join(f'{a:.1f}/{b:.1f}' for a, b in zip(ours, theirs, strict=True))}",
        flush=True,
    )
    store.erase(view.establishment, view.id, 999)

    def look() -> preview.Preview:
        with db.in_transaction(scope) as session:
            return preview.make(session, view)

    seconds, seen = timed(look)
    print(f"preview, nothing published yet: {seconds:.1f} s; asked about: {sorted(seen.personal)}")
    with db.in_transaction(scope) as session:
        answers = {
            name: {"kind": " ".join(one["kinds"]), "said": "none"} for name, one in seen.personal.items()
        }
        queries.say(session, view.establishment, view.id, answers=answers)
    seconds, told = timed(lambda: cli.publish_one(view.establishment, view.slug))
    print(f"published whole, its preview included: {seconds:.1f} s")
    with db.in_transaction(scope) as session:
        made = service.find(session, view, told["version"])
        facts = about(session, view, made)
    print(f"  of which the second judge: {made.verdict['seconds'] if made.verdict else 0} s")
    lines = store.lines_path(view.establishment, view.id, made.number)
    seconds, _ = timed(lambda: snapshots.compare(snapshots.read_lines(lines), snapshots.read_lines(lines)))
    print(f"two versions compared: {seconds:.2f} s")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(
            'UPDATE record SET cells = cells || \'{"objet": "autre"}\' WHERE dataset_id = %s AND number %% 1000 = 0',
            (view.id,),
        )
        admin.execute(
            "UPDATE record SET deleted_at = now() WHERE dataset_id = %s AND number %% 1000 = 1", (view.id,)
        )
        admin.execute("UPDATE dataset SET revision = revision + 1 WHERE id = %s", (view.id,))
    seconds, seen = timed(look)
    print(f"preview against it: {seconds:.1f} s: +{seen.added} ~{seen.changed} −{seen.removed}")
    seconds, _ = timed(lambda: preview.load(view))
    print(f"preview, kept: {seconds * 1000:.1f} ms")
    if chosen.formats:
        for form in available(view.schema):
            if form.name != store.REFERENCE:
                seconds, kept = timed(
                    lambda name=form.name: store.write_format(made, view.schema, name, facts)
                )
                beside = " (with the reference)" if form.name == BESIDE else ""
                print(f"  {form.name}{beside}: {seconds:.1f} s, {kept['size'] / 1e6:.0f} MB")
    reference_path = store.path_of(made)
    assert reference_path is not None
    seconds, _ = timed(lambda: conformance.judge(reference_path, view.schema))
    print(
        f"second judge again: {seconds:.1f} s; memory now {(process.memory_info().rss - before) / 1e6:.0f} MB more"
    )
    return ratio <= BOUND


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--formats", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as folder:
        return 0 if measure(Path(folder), chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
