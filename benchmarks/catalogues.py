"""How long the catalogues of 10,000 published datasets take from the database: at most a second each, as they are streamed.

Run: ``python benchmarks/catalogues.py [--datasets N]``, with an embedded PostgreSQL in a folder thrown away at the end.
``benchmarks/feeds.py`` measures the writers alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import create_engine, text

from app import db
from app.first_content import fill
from app.provision import open_database
from app.publications.public.catalogue import service
from app.publications.public.catalogue.service import CatalogueForm
from app.settings import get_settings
from app.tenancy import Scope
from tests.app.publications.made import DESCRIPTION

RUNS, MOST, PLACES = 5, 1.0, 200
FILES = {
    name: {"stored": f"publication-1-1.{name}", "size": 12_345, "sha256": "ab" * 32}
    for name in ("csv", "csv-excel", "xlsx", "json", "ndjson", "parquet", "datapackage")
}
FILL = f"""
INSERT INTO establishment (slug, name, siren, siret, contact_email)
  SELECT 'commune-' || n, 'Commune ' || n, (200000000 + n)::text, (200000000 + n)::text || '00012', 'mairie@exemple.fr'
  FROM generate_series(1, {PLACES}) n;
INSERT INTO dataset (establishment_id, slug, title, version_id, published_at)
  SELECT e.id, 'jeu-' || n, 'Jeu de données ' || n, (SELECT min(id) FROM schema_version), now() - interval '1 year'
  FROM establishment e, generate_series(1, :each) n;
INSERT INTO publication (establishment_id, dataset_id, number, version_id, title, state, is_current, rows, sha256, size, files,
                         description, published_at)
  SELECT establishment_id, id, 1, version_id, title, 'published', true, 120, '{"ab" * 32}', 12345, CAST(:files AS jsonb),
         CAST(:description AS jsonb), now() - id * interval '1 minute'
  FROM dataset;
"""  # noqa: S608 (our own numbers)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--datasets", type=int, default=10_000)
    count = options.parse_args().datasets
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TABELLION_DATA_DIR"] = folder
        get_settings.cache_clear()
        with open_database(get_settings()) as database:
            db.connect(database.url)
            fill(get_settings())
            assert database.admin_url
            engine = create_engine(db.sqlalchemy_url(database.admin_url))
            told = {
                "each": count // PLACES,
                "files": json.dumps(FILES),
                "description": json.dumps(DESCRIPTION),
            }
            with engine.begin() as connection:
                for statement in FILL.split(";\n")[:-1]:
                    connection.execute(
                        text(statement), {name: told[name] for name in told if f":{name}" in statement}
                    )
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("ANALYZE"))
            engine.dispose()
            try:
                measure(count)
            finally:
                db.disconnect()


def measure(count: int) -> None:
    with db.in_transaction(Scope("tab_public")) as session:
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            state = service.state(session, None)
            times.append(time.perf_counter() - began)
    print(f"what has changed, asked of the database: {min(times) * 1000:.0f} ms")
    slowest = 0.0
    for form in CatalogueForm:
        best, cpu, first, size = MOST * 100, MOST * 100, 0.0, 0
        for _ in range(RUNS):
            began, used, size = time.perf_counter(), time.process_time(), 0
            for piece in service.write(form, None, state.modified):
                first = first if size else time.perf_counter() - began
                size += len(piece)
            best = min(best, time.perf_counter() - began)
            cpu = min(cpu, time.process_time() - used)
        print(
            f"{form:7} {count} datasets, {size / 1e6:.1f} MB: {best:.2f} s (at most {MOST:.0f} s), {cpu:.2f} s of CPU, first octets after {first * 1000:.0f} ms"
        )
        slowest = max(slowest, best)
    assert slowest <= MOST


if __name__ == "__main__":
    main()
