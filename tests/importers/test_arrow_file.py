"""Batches hold what ``csv.reader`` reads, row for row, or the reader says that it cannot."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importers import arrow_file
from importers.arrow_file import NotVectorised, can_read, read_batches
from importers.csv_file import read_records
from importers.dialect import TextLayout

LAYOUT = TextLayout("utf-8", ",")


def rows_of(path: Path, layout: TextLayout, width: int) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for batch in read_batches(path, layout, width):
        columns = [column.to_pylist() for column in batch.columns]
        found += [(int(number), list(cells)) for number, *cells in zip(batch.rows, *columns, strict=True)]
        found += [(row.row_number, row.cells) for row in batch.ragged]
    return sorted(found)


def expected(path: Path, layout: TextLayout) -> list[tuple[int, list[str]]]:
    """What the exact reader reads; it must not be the one that finds the file broken."""
    return list(enumerate(read_records(path, layout), start=1))[1:]


def same(ours: list[tuple[int, list[str]]], theirs: list[tuple[int, list[str]]]) -> bool:
    # a blank line is no cell to one reader, empty cells to the other; the check sees a blank row in both
    def told(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        return [(number, cells if any(cells) or len(cells) > 2 else []) for number, cells in rows]

    return told(ours) == told(theirs)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_file, "BLOCK_BYTES", 120)


cell = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6
) | st.sampled_from(['"', '""', "a,b", "l1\nl2", "x\r\ny", "é", " ", ""])


@given(st.lists(st.lists(cell, min_size=1, max_size=5), max_size=30), st.sampled_from([",", ";", "\t", "|"]))
def test_written_rows_are_read_as_csv_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text.getvalue().encode())
    layout = TextLayout("utf-8", separator)
    try:
        ours = rows_of(path, layout, 3)
    except NotVectorised:
        return  # a row larger than these tiny blocks: the exact reader takes over
    assert same(ours, expected(path, layout))


@given(st.text(st.sampled_from('ab,"\n\r;é'), max_size=60))
@example("\r").via("a blank line of an old Macintosh")
@example('"\r').via("a quotation mark left open, then cut off")
@example(',"').via("a quotation mark left open before nothing")
@example(',;","').via("one quotation mark that is text, one left open")
def test_any_text_is_read_as_csv_reads_it_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-text.csv"
    path.write_bytes(b"a,b\n" + text.encode())
    try:
        ours = rows_of(path, LAYOUT, 2)
    except NotVectorised:
        return
    assert same(ours, expected(path, LAYOUT))


@pytest.mark.parametrize("block", range(100, 140))
def test_a_line_end_in_a_cell_survives_the_edge_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(arrow_file, "BLOCK_BYTES", block)
    path = tmp_path / "edge.csv"
    path.write_bytes(b"a,b\r\n" + b"1234567890,1234567890\r\n" * 4 + b'"x\r\ny","z\r\n"\r\n' + b"1,2\r\n")
    assert rows_of(path, LAYOUT, 2) == expected(path, LAYOUT)


def test_ragged_rows_keep_their_numbers_across_batches(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    lines = ["a,b"] + [f"{n},x" if n % 7 else f"{n},x,y" if n % 2 else f"{n}" for n in range(2, 400)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert rows_of(path, LAYOUT, 2) == expected(path, LAYOUT)


def test_windows_1252_is_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("a,b\né,€\n".encode("cp1252"))
    assert rows_of(path, TextLayout("cp1252", ","), 2) == [(2, ["é", "€"])]


@pytest.mark.parametrize("data", [b"a,b\nx,\xff\n", b"a,b\nx," + b"y" * 500 + b"\n"])
def test_what_it_cannot_read_is_handed_back(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(data)
    with pytest.raises(NotVectorised):
        rows_of(path, LAYOUT, 2)


def test_a_reader_that_is_left_early_ends_its_thread(tmp_path: Path) -> None:
    import threading

    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,2\n" * 5_000, "utf-8")
    batches = read_batches(path, LAYOUT, 2)
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "read-batches"]


def test_single_columns_and_odd_layouts_go_to_the_exact_reader() -> None:
    assert can_read(LAYOUT, 2)
    assert not can_read(LAYOUT, 1)
    assert not can_read(TextLayout("utf-8", ",", space_after=True), 2)
    assert not can_read(TextLayout("utf-16", ","), 2)
