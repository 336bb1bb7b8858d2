"""The rows of a version: found as a plain reading of all of them would find them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.folding import fold
from app.publications.public.rows import columns, lines, service
from app.publications.public.rows.memory import Memory
from app.publications.public.rows.service import Asked, Source, look
from exporters.formats import FORMATS
from schema_loader.compile import compile_schema
from schema_loader.table_schema import TableSchema

SCHEMA = compile_schema(
    json.dumps(
        {
            "name": "essai",
            "fields": [
                {"name": "id", "type": "string", "constraints": {"unique": True}},
                {"name": "nature", "type": "string", "constraints": {"enum": ["eau", "voirie", "école"]}},
                {"name": "jour", "type": "date"},
                {"name": "montant", "type": "number"},
                {"name": "voté", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
                {"name": "texte", "type": "string"},
                {"name": "an", "type": "year"},
            ],
        }
    ).encode()
)
NAMES = SCHEMA.field_names
ROWS = [
    ["a1", "eau", "2024-03-12", "10.5", "oui", "Cœur de ville, « été »", "2024"],
    ["a2", "voirie", "2025-01-02", "2", "non", 'Rue "Haute"\net basse', "2024"],
    ["a3", "eau", "2025-07-14", "", "oui", "Noël à l’École", "2025"],
    ["a4", None, None, "-3", None, None, None],
    ["a5", "école", "2025-07-15", "10", "oui", "PISCINE", "2025"],
]


def source(tmp_path: Path, rows: list[list[str | None]], schema: TableSchema = SCHEMA) -> Source:
    paths = {}
    for name in ("csv", "parquet"):
        paths[name] = tmp_path / f"table.{name}"
        with paths[name].open("wb") as file:
            for piece in FORMATS[name].write(schema, rows, None):  # type: ignore[arg-type]
                file.write(piece)
    return Source((str(tmp_path), "h"), paths["csv"], paths["parquet"], len(rows), schema)


def ids(found: service.Found) -> list[str]:
    return [row[0] for row in found.rows]


@pytest.fixture
def few(tmp_path: Path) -> Source:
    return source(tmp_path, ROWS)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), ["a1", "a2", "a3", "a4", "a5"]),
        (Asked(sought="ete"), ["a1"]),
        (Asked(sought="coeur ville"), ["a1"]),
        (Asked(sought="COEUR école"), []),
        (Asked(sought="ecole"), ["a3", "a5"]),
        (Asked(sought="basse haute"), ["a2"]),
        (Asked(sought="piscine"), ["a5"]),
        (Asked(sought="…"), ["a1", "a2", "a3", "a4", "a5"]),
        (Asked(equals={"nature": ("eau",)}), ["a1", "a3"]),
        (Asked(equals={"nature": ("eau", "école")}), ["a1", "a3", "a5"]),
        (Asked(equals={"nature": ("ailleurs",)}), []),
        (Asked(equals={"nature": ("eau",), "jour": ("2025",)}), ["a3"]),
        (Asked(equals={"jour": ("2025-07",)}), ["a3", "a5"]),
        (Asked(equals={"jour": ("2025-07-14", "2024")}), ["a1", "a3"]),
        (Asked(equals={"jour": ("hier",)}), []),
        (Asked(equals={"jour": ("2025-13",)}), []),
        (Asked(equals={"voté": ("oui",)}), ["a1", "a3", "a5"]),
        (Asked(equals={"montant": ("10",)}), ["a5"]),
        (Asked(equals={"montant": ("10.50",)}), ["a1"]),
        (Asked(equals={"montant": ("beaucoup",)}), []),
        (Asked(equals={"id": ("a4",)}), ["a4"]),
        (Asked(equals={"an": ("2025",)}), ["a3", "a5"]),
        (Asked(equals={"absent": ("1",)}), []),
        (Asked(ranges={"montant": ("2", "10")}), ["a2", "a5"]),
        (Asked(ranges={"montant": ("", "2")}), ["a2", "a4"]),
        (Asked(ranges={"jour": ("2025", "")}), ["a2", "a3", "a5"]),
        (Asked(ranges={"jour": ("", "2025-07-14")}), ["a1", "a2", "a3"]),
        (Asked(ranges={"montant": ("x", "")}), []),
        (Asked(sort="montant"), ["a4", "a2", "a5", "a1", "a3"]),
        (Asked(sort="montant", descending=True), ["a1", "a5", "a2", "a4", "a3"]),
        (Asked(sort="texte"), ["a1", "a3", "a5", "a2", "a4"]),
        (Asked(sort="jour", equals={"nature": ("eau",)}, descending=True), ["a3", "a1"]),
        (Asked(sort="absent"), ["a1", "a2", "a3", "a4", "a5"]),
        (Asked(size=2, page="2"), ["a3", "a4"]),
        (Asked(size=2, page="99"), ["a5"]),
        (Asked(size=2, page="x", equals={"nature": ("eau",)}), ["a1", "a3"]),
    ],
)
def test_the_rows_that_are_asked_for(few: Source, asked: Asked, found: list[str]) -> None:
    assert ids(look(few, asked)) == found


def test_cells_are_read_as_they_were_written(few: Source) -> None:
    found = look(few, Asked(sought="haute"))
    assert found.rows == [ROWS[1]]
    assert look(few, Asked(equals={"id": ("a4",)})).rows == [[cell or "" for cell in ROWS[3]]]


def test_filters_count_what_each_value_would_keep(few: Source) -> None:
    plain = {one.facet.name: dict(one.counts) for one in look(few, Asked()).facets}
    assert plain["nature"] == {"eau": 2, "voirie": 1, "école": 1}
    assert plain["jour"] == {"2025": 3, "2024": 1}
    assert plain["voté"] == {"oui": 3, "non": 1}
    assert plain["an"] == {"2025": 2, "2024": 2}
    found = look(few, Asked(equals={"nature": ("eau",), "jour": ("2025",)}))
    asked = {one.facet.name: dict(one.counts) for one in found.facets}
    assert asked["nature"] == {"eau": 1, "voirie": 1, "école": 1}  # beside its own choice
    assert asked["jour"] == {"2025": 1, "2024": 1}
    assert asked["voté"] == {"oui": 1}


def test_a_version_without_rows_has_nothing_to_filter(tmp_path: Path) -> None:
    none = source(tmp_path, [])
    found = look(none, Asked(sought="eau", equals={"nature": ("eau",)}, sort="jour"))
    assert (found.rows, found.facets, found.page.total) == ([], (), 0)


def test_a_column_of_too_many_values_is_no_filter(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [[f"i{n}", None, None, None, None, f"texte {n}", None] for n in range(400)]
    found = look(source(tmp_path, rows), Asked(sort="texte"))
    assert found.facets == ()
    assert found.is_sorted


def test_texts_that_are_too_many_are_not_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SORTED_TEXTS", 10)
    rows: list[list[str | None]] = [
        [f"i{n:05d}" * 20, None, None, None, None, None, None] for n in range(2000)
    ]
    found = look(source(tmp_path, rows), Asked(sort="id", descending=True))
    assert not found.is_sorted
    assert found.rows[0] == [cell or "" for cell in rows[0]]


CELL = st.text(st.sampled_from('abÉœ0,"\n\r ;'), max_size=6)


@given(
    st.lists(st.tuples(*[CELL] * 3), min_size=1, max_size=30), st.text(st.sampled_from("abeo0 "), max_size=4)
)
def test_lines_and_words_are_found_whatever_is_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], sought: str
) -> None:
    path = tmp_path_factory.mktemp("lines") / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows([("x", "y", "z"), *rows])
    begins = lines.find_offsets(path)
    assert len(begins) == len(rows) + 2
    assert lines.read(path, begins, range(len(rows))) == [list(row) for row in rows]
    assert lines.read_first(path, 5) == [list(row) for row in rows[:5]]
    wanted = lines.words(sought)
    expected = [all(any(word in fold(cell) for cell in row) for word in wanted) for row in rows]
    assert lines.search(path, begins, wanted).tolist() == expected


def test_a_cell_may_be_longer_than_the_csv_module_takes(tmp_path: Path) -> None:
    long = 'très "long", ' * 20_000
    assert len(long) > csv.field_size_limit() or csv.field_size_limit() > 131_072
    found = look(source(tmp_path, [["a1", None, None, None, None, long, None]]), Asked(sought="long"))
    assert found.rows[0][5] == long


def test_where_lines_begin_is_kept_beside_the_file(few: Source) -> None:
    lines.write_offsets(few.csv)
    assert (lines.offsets(few.csv) == lines.find_offsets(few.csv)).all()
    assert ids(look(few, Asked(page="2", size=2))) == ["a3", "a4"]


def test_filters_are_kept_beside_the_file(few: Source) -> None:
    before = [(one.facet.name, one.counts) for one in look(few, Asked()).facets]
    assert few.parquet is not None
    columns.write_facets(few.parquet, SCHEMA)
    again = Source(("again", "h"), few.csv, few.parquet, few.rows, SCHEMA)
    assert [(one.facet.name, one.counts) for one in look(again, Asked()).facets] == before
    assert ids(look(again, Asked(equals={"nature": ("eau",), "an": ("2025",)}))) == ["a3"]
    other = compile_schema(json.dumps({"fields": [{"name": "id", "type": "string"}]}).encode())
    assert columns.kept_facets(few.parquet, other) == []


def test_a_quote_at_the_border_of_two_pieces(few: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lines.find_offsets(few.csv).tolist()
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(lines, "PIECE", size)
        assert lines.find_offsets(few.csv).tolist() == whole


def test_memory_is_bounded_and_makes_each_thing_once() -> None:
    made: list[int] = []
    memory = Memory(most=100)

    def ask(n: int) -> int:
        return memory.get(n, lambda: (made.append(n) or n, 40))

    assert [ask(1), ask(2), ask(1), ask(3), ask(1), ask(2)] == [1, 2, 1, 3, 1, 2]
    assert made == [1, 2, 3, 2]
    assert memory.size <= 100


def test_a_file_is_written_as_it_is_read(few: Source) -> None:
    assert next(csv.reader(io.StringIO(few.csv.read_text("utf-8"), newline=""))) == list(NAMES)
