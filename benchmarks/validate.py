"""``tabellion validate`` as a whole process, beside pyarrow's bare parse and beside frictionless, in the same run.

Run: ``python benchmarks/validate.py [--rows N] [--rounds N] [--no-reference] [--sizes]``. The data is made by the
generator beside the checkout. The schema is the generator's own, then the same with a unique column, two SIRET checks and a
check across columns. What counts are the ratios, pair by pair; the errors found must be frictionless' own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("TABELLION_CORPUS") or ROOT.parent / "shared" / "corpus")
BENCH = CORPUS.parent / "bench"
TABELLION = (sys.executable, "-m", "app.cli")  # of this checkout, whatever is installed
CHECKS = ("custom-check-error", "one-of-required")  # what frictionless alone does not know

PARSE = """
import csv, sys, pyarrow as pa, pyarrow.csv as reader
path = sys.argv[1]
names = next(csv.reader(open(path, newline="", encoding="utf-8")))
rows = 0
batches = reader.open_csv(
    path,
    read_options=reader.ReadOptions(use_threads=False, block_size=4 << 20, column_names=names, skip_rows_after_names=1),
    parse_options=reader.ParseOptions(
        newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=lambda row: "skip"
    ),
    convert_options=reader.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
    ),
)
for batch in batches:
    rows += batch.num_rows
print(rows)
"""
REFERENCE = """
import json, sys, frictionless
from pathlib import Path
path, schema = Path(sys.argv[1]), Path(sys.argv[2])
rules = frictionless.Schema.from_descriptor(json.loads(schema.read_text("utf-8")))
resource = frictionless.Resource(name="table", path=path.name, basepath=str(path.parent), schema=rules)
errors = resource.validate(limit_errors=10**9).tasks[0].errors
json.dump([[getattr(e, "row_number", None), getattr(e, "field_name", "") or "", e.type] for e in errors], sys.stdout)
"""


class Run(NamedTuple):
    """A whole process: seconds of wall clock and of CPU, peak megabytes, standard output."""

    wall: float
    cpu: float
    peak: float
    output: str


def run(*command: object) -> Run:
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"{command[0]} failed")
        output.seek(0)
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read())


def generate(folder: Path, rows: int, percent: int) -> Path:
    path = folder / f"subventions-{rows}-{percent}-percent-wrong.csv"
    subprocess.run(
        [sys.executable, BENCH / "generate_subventions.py", str(rows), str(percent / 100), path], check=True
    )
    return path


def with_keys(folder: Path) -> Path:
    """The generator's schema with a unique column and declared checks."""
    described = json.loads((BENCH / "subventions.json").read_text("utf-8"))
    fields = {field["name"]: field for field in described["fields"]}
    fields["referenceDecision"]["constraints"]["unique"] = True
    described["custom_checks"] = [
        {"name": "siret", "params": {"column": "idAttribuant"}},
        {"name": "siret", "params": {"column": "idBeneficiaire"}},
        {"name": "one-of-required", "params": {"column1": "idBeneficiaire", "column2": "nomBeneficiaire"}},
    ]
    path = folder / "with-keys.json"
    path.write_text(json.dumps(described), "utf-8")
    return path


def beside_parse(path: Path, schema: Path, rounds: int, bound: float) -> float:
    """The median ratio to the bare parse; prints it with times and memory."""
    ours, theirs = [], []
    for _ in range(rounds + 1):  # the first round warms the page cache
        ours.append(run(*TABELLION, "validate", path, "--schema", schema))
        theirs.append(run(sys.executable, "-c", PARSE, path))
    pairs = list(zip(ours[1:], theirs[1:], strict=True))
    wall = statistics.median(a.wall / b.wall for a, b in pairs)
    cpu = statistics.median(a.cpu / b.cpu for a, b in pairs)
    seconds = statistics.median(r.wall for r in ours[1:])
    print(
        f"{path.stem}, {schema.stem}: {seconds:.2f} s, {wall:.2f} times pyarrow's parse of "
        f"{statistics.median(r.wall for r in theirs[1:]):.2f} s (bound {bound}), {cpu:.2f} times its CPU, "
        f"peak {max(r.peak for r in ours):.0f} MB"
    )
    return seconds


def beside_reference(path: Path, schema: Path, seconds: float, bound: float) -> None:
    """One run of frictionless without a limit, which must find the same errors (but for declared checks)."""
    theirs = run(sys.executable, "-c", REFERENCE, path, schema)
    ours = run(
        *TABELLION,
        "validate",
        path,
        "--schema",
        schema,
        "--header-profile",
        "frictionless",
        "--format",
        "json",
    )
    expected = Counter(tuple(error) for error in json.loads(theirs.output))
    errors = json.loads(ours.output)["errors"]
    found = Counter(
        (e["rowNumber"], e["fieldName"] or "", e["type"]) for e in errors if e["type"] not in CHECKS
    )
    assert found == expected, "the two judges disagree"
    print(
        f"{path.stem}, {schema.stem}: frictionless {theirs.wall:.1f} s, {theirs.wall / seconds:.0f} times as long (bound {bound:.0f}), "
        f"the same {sum(found.values()):,} errors"
    )


def main() -> None:
    if not BENCH.is_dir():
        sys.exit(f"NOT MEASURED: no generator at {BENCH}")
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-reference", action="store_true")
    parser.add_argument("--sizes", action="store_true", help="from 10,000 to 10,000,000 rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, keys = BENCH / "subventions.json", with_keys(folder)
        for rows in (10_000, 100_000, 1_000_000, 10_000_000) if options.sizes else (10_000,):
            path = generate(folder, rows, 0)
            spent = [run(*TABELLION, "validate", path, "--schema", plain) for _ in range(3)]
            seconds = statistics.median(r.wall for r in spent)
            print(
                f"{rows:,} rows: {seconds:.2f} s, {seconds / rows * 1e6:.2f} µs a row, peak {spent[0].peak:.0f} MB"
            )
            path.unlink()
        for percent, bound, reference_bound in ((0, 2.0, 18.0), (1, 3.0, 20.0)):
            path = generate(folder, options.rows, percent)
            seconds = beside_parse(path, plain, options.rounds, bound)
            with_all = beside_parse(path, keys, options.rounds, bound)
            if not options.no_reference:
                beside_reference(path, plain, seconds, reference_bound)
                beside_reference(path, keys, with_all, reference_bound)
            path.unlink()


if __name__ == "__main__":
    main()
