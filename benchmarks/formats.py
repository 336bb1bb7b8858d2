"""The formats: rows a second and peak memory of each, every one in a process of its own, on rows that come from a file.

Run: ``python benchmarks/formats.py [ROWS]``. The data is made by the generator that lies beside the checkout.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from exporters.about import About
from exporters.formats import FORMATS, available
from exporters.marks import Marks
from exporters.template import write_template
from schema_loader.compile import compile_schema

SHARED = Path(
    os.environ.get("TABELLION_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus"
).parent
BENCH = SHARED / "bench"


def rows_of(path: Path) -> Iterator[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def measure(name: str, path: Path, bench: Path) -> None:
    schema = compile_schema((bench / "subventions.json").read_bytes())
    rows = rows_of(path)
    start = time.perf_counter()
    if name == "reading":
        octets, count = 0, sum(1 for _ in rows)
    elif name == "template":
        marks = Marks("template", schema.name, schema.version, schema.content_hash)
        octets, count = sum(map(len, write_template(schema, marks, enumerate(rows, start=1)))), 0
    elif name == "second judge":
        from exporters.conformance import judge

        verdict = judge(path, schema, seed=1)
        assert verdict.agrees and verdict.valid, verdict
        octets, count = 0, verdict.judged
    else:
        octets, count = sum(map(len, FORMATS[name].write(schema, rows, About()))), 0
    taken = time.perf_counter() - start
    count = count or sum(1 for _ in rows_of(path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:14} {count / taken:10,.0f} rows/s  {taken:6.1f} s  {peak:5} MB  {octets:12,} octets",
        flush=True,
    )


def main() -> None:
    if len(sys.argv) == 5:
        measure(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    schema = compile_schema((BENCH / "subventions.json").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        subprocess.run([sys.executable, BENCH / "generate_subventions.py", str(count), "0", path], check=True)
        for name in ("reading", *(form.name for form in available(schema)), "template", "second judge"):
            subprocess.run([sys.executable, __file__, str(count), name, path, BENCH], check=True)


if __name__ == "__main__":
    main()
