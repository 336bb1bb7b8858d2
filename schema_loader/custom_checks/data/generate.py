"""Writes the lists of this folder from unpacked packages ``@etalab/decoupage-administratif``, one for each year.

Usage: ``python -m schema_loader.custom_checks.data.generate 2023=FOLDER 2024=FOLDER …`` where a folder holds ``data/``.
The newest year is written whole, each other as what differs from it. Nothing is fetched; the same packages always give
the same bytes. README.md names the packages of the lists at hand.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLES = ("communes", "departements", "regions")

Row = tuple[str, str]
"""Code, name."""

# The official code's spelling of a name that the package spells otherwise.
SPELT = {("departements", "986"): "Wallis-et-Futuna"}


def read_package(folder: Path) -> tuple[dict[str, set[Row]], set[str]]:
    """The rows of each table, and the postal codes, of one unpacked package.

    Delegated and associated communes and the arrondissements of Paris, Lyon and Marseille stand with the communes; the
    overseas collectivities with the départements, not with the regions, of which they are none. Raises :class:`OSError`
    or :class:`ValueError` for a folder that is not such a package.
    """
    tables: dict[str, set[Row]] = {}
    postal: set[str] = set()
    for table in TABLES:
        places: list[dict[str, Any]] = json.loads((folder / "data" / f"{table}.json").read_text("utf-8"))
        tables[table] = {
            (place["code"], SPELT.get((table, place["code"]), place["nom"]))
            for place in places
            if table != "regions" or place["zone"] != "com"
        }
        postal.update(code for place in places for code in place.get("codesPostaux", ()))
    if any(set(",\r\n") & set(text) for rows in tables.values() for row in rows for text in row):
        raise ValueError("a code or a name holds a comma or a line break")
    return tables, postal


def write(packages: Mapping[str, Path], folder: Path) -> None:
    """Write the lists of these years (year → package) into a folder."""
    read = {year: read_package(package) for year, package in packages.items()}
    newest = max(read)
    tables, postal = read[newest]
    for table in TABLES:
        _write_lines(folder / f"{table}.csv", (f"{code},{name}" for code, name in sorted(tables[table])))
    _write_lines(folder / "postal-codes.csv", sorted(postal))
    for year in sorted(set(read) - {newest}):
        lines = []
        for table in TABLES:
            here, there = read[year][0][table], tables[table]
            lines += [f"{table},-,{code},{name}" for code, name in sorted(there - here)]
            lines += [f"{table},+,{code},{name}" for code, name in sorted(here - there)]
        _write_lines(folder / f"changes-{year}.csv", lines)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write the lists of places from unpacked packages.")
    parser.add_argument("packages", nargs="+", metavar="YEAR=FOLDER")
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER")
    options = parser.parse_args(arguments)
    packages = {}
    for package in options.packages:
        year, given, folder = package.partition("=")
        if not (given and len(year) == 4 and year.isdecimal()):
            parser.error(f"{package}: write YEAR=FOLDER")
        packages[year] = Path(folder)
    write(packages, options.to)


if __name__ == "__main__":
    main()
