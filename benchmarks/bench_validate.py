"""``tabellion validate`` as a whole process, beside pyarrow's bare parse and beside frictionless, in the same run.

Run: ``python benchmarks/bench_validate.py [--rows N] [--rounds N] [--no-reference] [--sizes]``. The data is made by the
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

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
BENCH = SHARED / "bench"
TABELLION = Path(sys.executable).with_name("tabellion")

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
Run = tuple[float, float, str]


def run(*command: object) -> Run:
    """Seconds of wall clock, peak megabytes and standard output of a whole process."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"{command[0]} failed")
        output.seek(0)
        return seconds, usage.ru_maxrss / 1024, output.read()


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
        ours.append(run(TABELLION, "validate", path, "--schema", schema))
        theirs.append(run(sys.executable, "-c", PARSE, path))
    ratios = [a[0] / b[0] for a, b in zip(ours[1:], theirs[1:], strict=True)]
    seconds = statistics.median(r[0] for r in ours[1:])
    print(
        f"{path.stem}, {schema.stem}: {seconds:.2f} s, {statistics.median(ratios):.2f} times pyarrow's parse of "
        f"{statistics.median(r[0] for r in theirs[1:]):.2f} s (bound {bound}), peak {max(r[1] for r in ours):.0f} MB"
    )
    return seconds


def beside_reference(path: Path, schema: Path, seconds: float, bound: float) -> None:
    """One run of frictionless without a limit, which must find the same errors."""
    theirs = run(sys.executable, "-c", REFERENCE, path, schema)
    ours = run(
        TABELLION,
        "validate",
        path,
        "--schema",
        schema,
        "--header-profile",
        "frictionless",
        "--format",
        "json",
    )
    expected = Counter(tuple(error) for error in json.loads(theirs[2]))
    found = Counter((e["rowNumber"], e["fieldName"] or "", e["type"]) for e in json.loads(ours[2])["errors"])
    assert found == expected, "the two judges disagree"
    print(
        f"{path.stem}: frictionless {theirs[0]:.1f} s, {theirs[0] / seconds:.0f} times as long (bound {bound:.0f}), "
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
        for percent, bound, reference_bound in ((0, 2.0, 18.0), (1, 3.0, 20.0)):
            path = generate(folder, options.rows, percent)
            seconds = beside_parse(path, plain, options.rounds, bound)
            beside_parse(path, keys, options.rounds, bound)
            if not options.no_reference:
                beside_reference(path, plain, seconds, reference_bound)
            path.unlink()
        for rows in (10_000, 100_000, 1_000_000, 10_000_000) if options.sizes else (10_000,):
            path = generate(folder, rows, 0)
            spent = [run(TABELLION, "validate", path, "--schema", plain) for _ in range(3)]
            seconds = statistics.median(r[0] for r in spent)
            print(
                f"{rows:,} rows: {seconds:.2f} s, {seconds / rows * 1e6:.2f} µs a row, peak {spent[0][1]:.0f} MB"
            )
            path.unlink()


if __name__ == "__main__":
    main()
