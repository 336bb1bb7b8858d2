"""Readers of files against their floors: a CSV beside pyarrow's parse, an XLSX beside calamine with a pass over its styles.

Run: ``python benchmarks/readers.py [CSV_ROWS] [XLSX_ROWS]``. Processor time, median of three, each taken in turn in a process
of its own so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import csv
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

SHARED = Path(
    os.environ.get("TABELLION_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus"
).parent
ROUNDS = 3
STYLED = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="([0-9]+)")?')


def pyarrow_parse(path: Path) -> int:
    from pyarrow import csv as arrow_csv
    from pyarrow import string

    with path.open(newline="", encoding="utf-8") as file:
        labels = next(csv.reader(file))
    reader = arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(block_size=4 << 20, use_threads=False),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(labels, string()), strings_can_be_null=False
        ),
    )
    return sum(batch.num_rows for batch in reader)


def our_batches(path: Path) -> int:
    from importers.batches import batches
    from importers.detect import detect
    from importers.table import read_table

    return sum(len(batch.numbers) for batch in batches(read_table(path, detect(path))))


def calamine(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) - 1


def style_pass(path: Path) -> int:
    """The style of each cell, found by the cheapest means there is."""
    count = 0
    with zipfile.ZipFile(path) as archive, archive.open("xl/worksheets/sheet1.xml") as part:
        while piece := part.read(1 << 20):
            count += len(STYLED.findall(piece))
    return count


def our_rows(path: Path) -> int:
    from importers.detect import detect
    from importers.table import read_table

    return sum(1 for _ in read_table(path, detect(path)))


READERS: dict[str, Callable[[Path], int]] = {
    reader.__name__: reader for reader in (pyarrow_parse, our_batches, calamine, style_pass, our_rows)
}


def taken(readers: list[str], path: Path) -> dict[str, float]:
    """Seconds of processor time of each reader."""
    seconds: dict[str, list[float]] = {reader: [] for reader in readers}
    for _ in range(ROUNDS):
        for reader in readers:
            command = [sys.executable, __file__, "--one", reader, str(path)]
            seconds[reader].append(float(subprocess.run(command, check=True, capture_output=True).stdout))
    return {reader: statistics.median(each) for reader, each in seconds.items()}


def as_workbook(source: Path, target: Path) -> Path:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Données")
    formats = {
        1: (int, "0" * 14),
        2: (date.fromisoformat, "dd/mm/yyyy"),
        8: (float, "#,##0.00 €"),
        14: (float, "0%"),
    }
    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        sheet.append(next(rows))
        for row in rows:
            cells: list[object] = list(row)
            for column, (cast, code) in formats.items():
                cells[column] = WriteOnlyCell(sheet, cast(row[column]))
                cells[column].number_format = code  # type: ignore[attr-defined]
            sheet.append(cells)
    book.save(target)
    return target


def main() -> None:
    csv_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    xlsx_rows = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        generator = [sys.executable, SHARED / "bench" / "generate_subventions.py"]
        text, small = Path(folder) / "a.csv", Path(folder) / "b.csv"
        subprocess.run([*generator, str(csv_rows), "0", text], check=True)
        subprocess.run([*generator, str(xlsx_rows), "0", small], check=True)
        found = taken(["pyarrow_parse", "our_batches"], text)
        ratio = found["our_batches"] / found["pyarrow_parse"]
        print(
            f"CSV, {csv_rows:,} rows: pyarrow {found['pyarrow_parse']:.2f} s, ours with detection {found['our_batches']:.2f} s ({ratio:.1f}×)"
        )
        book = as_workbook(small, Path(folder) / "b.xlsx")
        found = taken(["calamine", "style_pass", "our_rows"], book)
        floor = found["calamine"] + found["style_pass"]
        print(
            f"XLSX, {xlsx_rows:,} rows: calamine {found['calamine']:.2f} s + styles {found['style_pass']:.2f} s, "
            f"ours {found['our_rows']:.2f} s ({found['our_rows'] / floor:.1f}× their sum, bound 2)"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        READERS[sys.argv[2]](Path(sys.argv[3]))
        print(time.process_time())
    else:
        main()
