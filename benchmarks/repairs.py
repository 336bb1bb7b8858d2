"""Repairs on the messy files of the corpus, and on damage done to known values.

Run: ``python benchmarks/repairs.py [--corpus FOLDER]``. Prints tables in Markdown. Of each file: the cells of the columns
that a person would match, how many are right as they stand, after the safe repairs are accepted, what more awaits an answer
or a look, and what stays « à corriger ». Then the valid cells of those very files, damaged as spreadsheets and people do:
what is undone exactly, what is asked or shown apart, what stays « à corriger », and what would be wrong, which must be nothing. Last, the time that columns of distinct texts take.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.table_source import open_records
from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.custom_checks import cog
from schema_loader.errors import TableUnreadable
from schema_loader.field import Field
from schema_loader.folding import fold_letters
from schema_loader.repair import mender, propose_column
from schema_loader.repair.rule import rule_of
from schema_loader.table_schema import TableSchema

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.schema_loader.repair.damage import DAMAGES, damaged, damages_for, judge, yes_no  # noqa: E402 (tests are no package)

HEADER_WITHIN = 12  # records; titles stand above the header of some workbooks
DISTINCT = 10_000  # texts of a column against the clock
MOST_VALUES = 300  # known values of a column that are damaged
# Columns of the model before 1.0, which a person matches by hand
OLDER_NAMES = {
    "collnom": "nomAttribuant", "collsiret": "idAttribuant", "actedate": "dateConvention", "acteref": "referenceDecision",
    "attribnom": "nomBeneficiaire", "attribsiret": "idBeneficiaire", "subobjet": "objet", "subobj": "objet",
    "submontant": "montant", "subnature": "nature", "subversement": "conditionsVersement", "notifeu": "notificationUE",
    "notificationalacommissioneuropeenne": "notificationUE",
}  # fmt: skip


@dataclass
class Tally:
    """What became of cells."""

    cells: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str, str, str]] = field(default_factory=list)


def squeezed(label: str) -> str:
    return re.sub(r"[\W_]+", "", fold_letters(label))


def table_of(path: Path, schema: TableSchema) -> tuple[list[Field | None], list[list[str]]]:
    """The fields of a file's columns, as a person would match them, and its rows below the header."""
    try:
        records = list(open_records(path, schema))
    except (
        TableUnreadable
    ):  # one file has the mark of UTF-8 and the letters of Windows: a person picks the latter
        records = list(open_records(path, schema, encoding="cp1252"))
        records[0][0] = records[0][0].removeprefix("ï»¿")
    by_label = {squeezed(one.name): one for one in schema.fields}
    by_label |= {old: schema.by_name[new] for old, new in OLDER_NAMES.items() if new in schema.by_name}
    matched = [[by_label.get(squeezed(label)) for label in record] for record in records[:HEADER_WITHIN]]
    best = max(range(len(matched)), key=lambda n: len({f for f in matched[n] if f}), default=0)
    columns: list[Field | None] = []
    for one in matched[best] if matched else []:
        columns.append(one if one not in columns else None)
    rows = [row for row in records[best + 1 :] if any(cell.strip() for cell in row)]
    return columns, rows


def columns_of(path: Path, schema: TableSchema) -> Iterator[tuple[Field, list[str]]]:
    columns, rows = table_of(path, schema)
    for number, one in enumerate(columns):
        if one is not None:
            yield one, [row[number] if number < len(row) else "" for row in rows]


def mend_file(path: Path, schema: TableSchema) -> Tally:
    tally = Tally()
    for one, texts in columns_of(path, schema):
        rule, counts = rule_of(one, schema), Counter(texts)
        groups = propose_column(one, counts, schema)
        mend = mender(one, [group for group in groups if group.status == "safe"], schema)
        after = {text: mend(text) for text in counts}
        waiting = {t for g in groups if g.status in ("ask", "near") for t in (*g.changes, *g.readings)}
        beyond = {t for g in groups if g.status == "beyond" for t in g.readings}
        for text, cells in counts.items():
            good = rule.accepts(text)
            tally.cells["all"] += cells
            tally.cells["before"] += cells * good
            tally.cells["after"] += cells * rule.accepts(after[text])
            tally.cells["waiting"] += cells * (text in waiting)
            tally.cells["beyond"] += cells * (text in beyond)
            tally.cells["empty"] += cells * (not good and not text.strip())
    return tally


def damage_file(path: Path, schema: TableSchema) -> Tally:
    """The valid values of a file, damaged in every way that changes them, and what repairs make of them."""
    tally = Tally()
    for one, texts in columns_of(path, schema):
        rule = rule_of(one, schema)
        values = [text for text in texts if text and text == text.strip() and rule.accepts(text)][
            :MOST_VALUES
        ]
        free = one.type.name in ("string", "any") and one.type.format_name == "default" and not rule.is_coded
        if not values or free:
            continue  # a text of no form is right whatever is done to it
        values = [one.normalise(text) for text in values]
        damages = {name: DAMAGES[name] for name in damages_for(rule)}
        if one.type.name == "boolean":
            damages["yes or no"] = yes_no(one)
        for name, damage in damages.items():
            broken = damaged(values, damage)
            outcome = judge(one, values, broken, schema)
            changed = sum(text != value for text, value in zip(broken, values, strict=True))
            tally.cells["damaged"] += changed
            tally.cells["undone"] += outcome.right - (len(values) - changed)
            for verdict in ("asked", "near", "left", "wrong"):
                tally.cells[verdict] += getattr(outcome, verdict)
            tally.faults += [(name, *fault) for fault in outcome.faults]
    return tally


def files_of(corpus: Path) -> Iterator[tuple[Path, TableSchema]]:
    """Each file once, under the newest schema that it is kept for."""
    seen: set[str] = set()
    for folder in sorted((corpus / "files").iterdir(), reverse=True):
        source = corpus / "schemas" / f"{folder.name}.json"
        if source.is_file():
            schema = compile_schema(source.read_bytes())
            for path in sorted(folder.iterdir()):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                if digest not in seen:
                    seen.add(digest)
                    yield path, schema


def number(value: int) -> str:
    return f"{value:,}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    corpus = parser.parse_args().corpus
    mended: list[tuple[str, Tally]] = []
    broken, faults, clean, unreadable = Tally(), [], 0, 0
    for path, schema in files_of(corpus):
        name = f"{path.parent.name}/{path.name}"
        try:
            tally, damage = mend_file(path, schema), damage_file(path, schema)
        except TableUnreadable as error:
            unreadable += 1
            print(f"{name}: {error.code}", file=sys.stderr)
            continue
        broken.cells += damage.cells
        faults += [(name, *fault) for fault in damage.faults]
        if tally.cells["before"] - tally.cells["all"] + tally.cells["empty"]:
            mended.append((name, tally))
        else:
            clean += 1
    print(
        "| file | cells | right | after safe repairs | await an answer or a look | beyond repair | à corriger | of them empty |"
    )
    print("|---|---|---|---|---|---|---|---|")
    total = Tally()
    for name, tally in sorted(mended):
        total.cells += tally.cells
        print(line(shown(name), tally))
    print(line("all", total))
    print(f"\n{clean} more files have no wrong cell but empty ones; {unreadable} cannot be read.\n")
    print(
        "| cells damaged | undone exactly | asked | shown apart | à corriger | wrong |\n|---|---|---|---|---|---|"
    )
    keys = ("damaged", "undone", "asked", "near", "left", "wrong")
    print("| " + " | ".join(number(broken.cells[key]) for key in keys) + " |")
    speed()
    for fault in faults[:40]:
        print("WRONG", *fault, sep="\t", file=sys.stderr)
    sys.exit(1 if faults else 0)


def speed() -> None:
    """Columns of as many distinct texts, all wrong: seconds of CPU for all their proposals."""
    random = Random(1)  # noqa: S311 (texts for a stopwatch)
    letters = "abcdefghijklmnopqrstuvwxyz"
    listed = ["".join(random.choices(letters + " ", k=random.randrange(5, 40))) for _ in range(110)]
    communes = sorted(cog.names("communes", cog.LATEST))

    def misspelt(name: str) -> str:
        at = random.randrange(len(name))
        return name[:at] + random.choice(letters) + name[at + 1 :]

    def day() -> str:
        return f"{date(1975, 1, 1) + timedelta(days=random.randrange(20_000)):%d/%m/%Y}"

    def amount() -> str:
        return f"{random.randrange(10**6, 10**9):,}".replace(",", "\u202f") + ",50 €"

    columns: tuple[tuple[str, dict[str, Any], str, Callable[[], str]], ...] = (
        ("dates JJ/MM/AAAA", {"type": "date"}, "", day),
        ("amounts with spaces, comma and €", {"type": "number"}, "", amount),
        ("SIRET without their zero", {}, "siret", lambda: str(random.randrange(10**12, 10**13))),
        (
            "a list of 110 values, misspelt",
            {"constraints": {"enum": listed}},
            "",
            lambda: misspelt(random.choice(listed)),
        ),
        ("names of communes in capitals", {}, "commune", lambda: random.choice(communes).upper()),
        ("names of communes, misspelt", {}, "commune", lambda: misspelt(random.choice(communes))),
    )
    print(f"\n| {number(DISTINCT)} distinct texts | s of CPU |\n|---|---|")
    for name, descriptor, check, make in columns:
        checks = [{"name": check, "params": {"column": "a"}}] if check else []
        schema = compile_descriptor({"fields": [{"name": "a", **descriptor}], "custom_checks": checks})
        texts: set[str] = set()
        while len(texts) < DISTINCT:
            texts.add(make())
        propose_column(schema.fields[0], {"x": 1}, schema)  # lists are read when they are first needed
        start = time.process_time()
        propose_column(schema.fields[0], dict.fromkeys(sorted(texts), 1), schema)
        print(f"| {name} | {time.process_time() - start:.2f} |")


def line(name: str, tally: Tally) -> str:
    cells = tally.cells
    left = cells["all"] - cells["after"]
    figures = (
        cells["all"],
        cells["before"],
        cells["after"],
        cells["waiting"],
        cells["beyond"],
        left,
        cells["empty"],
    )
    return f"| {name} | " + " | ".join(map(number, figures)) + " |"


def shown(name: str) -> str:
    stem, _, file = name.partition("/")
    short = file if len(file) <= 44 else f"{file[:30]}…{file[-13:]}"
    return f"{stem.replace('__', ' ')}: {short}"


if __name__ == "__main__":
    main()
