"""The core against its bounds: one row, every real schema, and 100,000 rows beside frictionless in the same run.

Run: ``python benchmarks/core.py [ROWS]``. The data is made by the generator that lies beside the checkout
(``../shared/bench``). Figures are medians; what counts is the ratio, measured in turn so that a busy machine slows both.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app.file_check import FileReport, check_records
from importers.csv_file import detect, read_records
from schema_loader import compile as compiler
from schema_loader.check import check_row
from schema_loader.table_schema import TableSchema

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("TABELLION_CORPUS") or ROOT.parent / "shared" / "corpus")
BENCH = CORPUS.parent / "bench"
ROUNDS = 3


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def generate(folder: Path, rows: int, rate: float) -> Path:
    path = folder / f"subventions-{rows}-{round(rate * 100)}-percent-wrong.csv"
    subprocess.run(
        [sys.executable, BENCH / "generate_subventions.py", str(rows), str(rate), path], check=True
    )
    return path


def bench_row(schema: TableSchema, path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    per_row = [
        timed(lambda: [check_row(schema, row) for row in rows]) / len(rows) * 1e6 for _ in range(ROUNDS)
    ]
    print(f"one row of {len(schema.fields)} fields: {statistics.median(per_row):.1f} µs (bound 30)")


def bench_compile() -> None:
    sources = [path.read_bytes() for path in sorted((CORPUS / "schemas").glob("*.json"))]

    def work() -> None:
        compiler._compiled.clear()
        for data in sources:
            compiler.compile_schema(data)

    seconds = timed(work)  # the first time, with every import and every pattern: what a start pays
    print(f"{len(sources)} real schemas compiled: {seconds:.2f} s (bound 2)")


def reference(path: Path, schema: Path) -> Counter[tuple[int | None, str, str]]:
    import frictionless

    rules = frictionless.Schema.from_descriptor(json.loads(schema.read_text("utf-8")))
    resource = frictionless.Resource(name="table", path=path.name, basepath=str(path.parent), schema=rules)
    report = resource.validate(limit_errors=10**9)
    return Counter(
        (getattr(error, "row_number", None), getattr(error, "field_name", "") or "", error.type)
        for error in report.tasks[0].errors
    )


def plain(path: Path, schema: TableSchema) -> FileReport:
    """The check row by row, whatever the file's size."""
    return check_records(read_records(path, detect(path, schema.field_names)), schema, profile="frictionless")


def bench_table(schema: TableSchema, path: Path, rows: int) -> None:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: plain(path, schema)))
        theirs.append(timed(lambda: reference(path, BENCH / "subventions.json")))
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    report = plain(path, schema)
    found = Counter((error.row_number, error.field_name, error.type) for error in report.errors)
    assert found == reference(path, BENCH / "subventions.json"), "the two judges disagree"
    print(
        f"{path.name}: {rows / statistics.median(ours):,.0f} rows/s, frictionless {rows / statistics.median(theirs):,.0f}, "
        f"{ratio:.1f} times as fast (bound 3), same {sum(found.values()):,} errors"
    )


def main() -> None:
    if not BENCH.is_dir():
        sys.exit(f"NOT MEASURED: no generator at {BENCH}")
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    schema = compiler.compile_schema((BENCH / "subventions.json").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        bench_compile()
        bench_row(schema, generate(Path(folder), 20_000, 0))
        for rate in (0.0, 0.01):
            bench_table(schema, generate(Path(folder), rows, rate), rows)


if __name__ == "__main__":
    main()
