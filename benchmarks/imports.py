"""An import of a million rows, from file to kept records, beside a bare COPY of the same rows; and what real files become.

Run: ``python benchmarks/imports.py [ROWS]``, or ``python benchmarks/imports.py files`` for the table of the corpus. The floor is a COPY
of the very rows the import kept into the same columns, with the same primary key, without policies, from memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importers.table import Table
    from schema_loader.table_schema import TableSchema

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("TABELLION_CORPUS") or ROOT.parent / "shared" / "corpus")
BENCH = CORPUS.parent / "bench"
COLUMNS = (
    "establishment_id, dataset_id, number, cells, extra, state, faults, version, created_at, created_by, updated_at, "
    "updated_by, submission_id"
)


def speed(rows: int, folder: Path) -> None:
    """One import and its floor, in the same database of an embedded server."""
    os.environ["TABELLION_DATA_DIR"] = str(folder / "data")
    (folder / "data").mkdir(mode=0o700)
    (folder / "server").mkdir(mode=0o700)
    path = folder / "subventions.csv"
    subprocess.run(
        [sys.executable, str(BENCH / "generate_subventions.py"), str(rows), "0", str(path)], check=True
    )
    import psycopg
    import sqlalchemy as sa

    from app import db, provision
    from app.datasets import service as datasets
    from app.embedded_postgres import EmbeddedPostgres
    from app.models import Mode
    from app.submissions import accept, check, intake
    from app.tenancy import Scope
    from importers.detect import detect
    from importers.table import read_table
    from tests.factories import Make

    server = EmbeddedPostgres(folder / "server")
    server.start()
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE imports TEMPLATE template0 ENCODING 'UTF8'")
        database = provision.with_own_login(server.url("imports"), "of the benchmark" * 2, server)
        provision.prepare(database)
        db.connect(database.url, pool_size=4, name="benchmark")
        make = Make(sa.create_engine(db.sqlalchemy_url(database.admin_url)))
        place, account = make.establishment(), make.account()
        version = make.schema("bench/subventions", (BENCH / "subventions.json").read_bytes())
        held = make.dataset(place, version)
        scope = Scope.job(place.id)

        start = time.perf_counter()
        with db.in_transaction(scope) as session:
            dataset = datasets.find_by_id(session, place.id, held.id)
            table = read_table(path, detect(path, dataset.schema), dataset.schema)
            columns = {label: n for n, label in enumerate(table.labels) if label in dataset.schema.by_name}
            checked = check.check(dataset.schema, table, intake.Plan(columns=columns))
            accept.foresee(session, dataset, checked, accept.Wanted(Mode.add))
            accept.accept(
                session, dataset, checked, accept.Wanted(Mode.add), submission=1, account=account.id
            )
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        floor = _floor(database.admin_url)
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(
            f"{rows} rows: {took:.1f} s, bare COPY {floor:.1f} s, ratio {took / floor:.2f}, peak {peak:.0f} MiB",
            flush=True,
        )
        start = time.perf_counter()
        with db.in_transaction(scope) as session:
            dataset = datasets.find_by_id(session, place.id, held.id)
            again = accept.Wanted(Mode.add, columns=tuple(columns))
            counts, _ = accept.foresee(session, dataset, checked, again)
            session.rollback()
        print(
            f"the same file again, beside its records: {counts.twins} twins counted in {time.perf_counter() - start:.1f} s"
        )
    finally:
        db.disconnect()
        server.stop()


def _floor(url: str) -> float:
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT {COLUMNS} FROM record ORDER BY number) TO STDOUT") as copy:  # noqa: S608 (our own columns)
            data = [bytes(piece) for piece in copy]
        cursor.execute("CREATE TABLE bare (LIKE record INCLUDING DEFAULTS)")
        cursor.execute("ALTER TABLE bare ADD PRIMARY KEY (establishment_id, dataset_id, number)")
        connection.commit()
        start = time.perf_counter()
        with cursor.copy(f"COPY bare ({COLUMNS}) FROM STDIN") as copy:
            for n in range(0, len(data), 4096):
                copy.write(b"".join(data[n : n + 4096]))
        connection.commit()
        return time.perf_counter() - start


MESSY = ("scdl__subventions__1.1.0", "scdl__subventions__2.1.1")


def files() -> None:
    """For each messy file: rows, cells right at once, right after the safe repairs, rows « à corriger », rows lost."""
    from importers.detect import detect
    from importers.table import read_table
    from schema_loader.compile import compile_schema
    from schema_loader.errors import TableUnreadable

    print("| file | rows | cells right at once | after safe repairs | rows « à corriger » | lost |")
    print("|---|---|---|---|---|---|")
    for folder in MESSY:
        schema = compile_schema((CORPUS / "schemas" / f"{folder}.json").read_bytes())
        for path in sorted((CORPUS / "files" / folder).iterdir()):
            try:
                table = read_table(path, detect(path, schema), schema)
                print(_line(f"{folder.rpartition('__')[2]} {path.name}", schema, table))
            except TableUnreadable as refused:
                print(f"| {path.name} | refused: {refused.code} | | | | |")


def _line(name: str, schema: TableSchema, table: Table) -> str:
    from app.submissions import check, intake
    from app.submissions.work import _counted
    from importers.matching import match_table
    from schema_loader.repair import mender, propose_column, second_look

    matching = match_table(schema, table)
    columns = {match.field: match.column for match in matching.matches if match.column is not None}
    kept = [(n, matching.labels[n]) for n in matching.ignored]
    bare = intake.Plan(columns=columns, kept=kept)
    before = check.check(schema, table, bare)

    view: Any = type("View", (), {"schema": schema})
    counts = _counted(view, intake.read(schema, table, bare), bare, None)
    changes = {}
    for field in schema.fields:
        own = counts.get(field.name)
        if own:
            found = [*propose_column(field, own, schema), *second_look(field, own, schema)]
            mend = mender(field, [one for one in found if one.status == "safe"], schema)
            if mend is not None:
                changes[field.name] = mend
    after = check.check(schema, table, intake.Plan(columns=columns, kept=kept, changes=changes))
    blank = sum(errors[0].code == "blank-row" for errors in after.errors.values())
    taken = sum(len(batch.rows) for batch in after.batches())
    return (
        f"| {name} | {after.rows - blank} | {_share(before)} | {_share(after)} "
        f"| {len(after.errors) - blank} | {sum(1 for _ in table.rows()) - taken} |"
    )


def _share(checked: Any) -> str:
    return f"{100 * (checked.cells - checked.faulty_cells) / max(1, checked.cells):.1f} %"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:] == ["files"]:
        files()
    else:
        with tempfile.TemporaryDirectory() as made:
            speed(int(sys.argv[1]) if sys.argv[1:] else 1_000_000, Path(made))
