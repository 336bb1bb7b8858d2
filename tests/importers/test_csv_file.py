"""Text files as they are found in town halls: encodings, separators, odd records; a fault always has a place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers import encodings
from importers.csv_file import detect, read_records
from importers.dialect import SEPARATORS, TextLayout, detect_separator
from importers.limits import DEFAULT, Limits
from schema_loader.errors import TableUnreadable

LABELS = ("Nom", "Montant", "Décidé le")


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [list(LABELS), ["École", "1 234,50 €", "12/03/2024"], ["Théâtre, « le petit »", "10", ""]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    path = written(tmp_path, text.getvalue().encode(encoding))
    layout = detect(path, LABELS)
    assert layout.encoding == encoding
    assert layout.separator == separator
    assert list(read_records(path, layout)) == rows


def test_a_label_full_of_commas_does_not_mislead(tmp_path: Path) -> None:
    header = "nom, prénom, surnom;montant;date\n"
    assert detect_separator(header + "a;1;2024-01-01\n" * 3, ["montant", "date"]) == ";"


def test_a_space_after_each_separator_belongs_to_the_layout(tmp_path: Path) -> None:
    path = written(tmp_path, b'a, b, c\n1, "x, y", 3\n')
    layout = detect(path)
    assert layout.space_after
    assert list(read_records(path, layout)) == [["a", "b", "c"], ["1", "x, y", "3"]]


def test_one_bad_byte_in_a_utf8_file_is_named_not_guessed_around(tmp_path: Path) -> None:
    path = written(tmp_path, "é\n".encode() * 70_000 + b"\xe9\n" + "é\n".encode() * 3)
    with pytest.raises(TableUnreadable) as caught:
        detect(path)
    assert caught.value.code == "file-bad-byte"
    assert (caught.value.params["line"], caught.value.params["byte"]) == (70_001, "E9")


def test_a_bad_byte_on_the_edge_of_two_blocks_is_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "CHUNK", 4)
    path = written(tmp_path, "éé\né".encode() + b"\xc3" + b"a\n")
    with pytest.raises(TableUnreadable) as caught:
        detect(path, encoding="utf-8")
    assert caught.value.params["offset"] == 7
    assert caught.value.params["line"] == 2


def test_bytes_of_no_encoding_are_refused_with_their_place(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n\x81\xe9,\x8d\n")
    with pytest.raises(TableUnreadable) as caught:
        detect(path)
    assert caught.value.params["line"] == 2


def test_an_encoding_asked_for_is_checked(tmp_path: Path) -> None:
    path = written(tmp_path, "é".encode("cp1252"))
    assert detect(path, encoding="cp1252").encoding == "cp1252"
    for encoding, code in (("utf-8", "file-bad-byte"), ("nonsense", "file-unknown-encoding")):
        with pytest.raises(TableUnreadable) as caught:
            detect(path, encoding=encoding)
        assert caught.value.code == code


def test_a_cell_beyond_reason_is_refused_with_its_row(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n3," + b"x" * (DEFAULT.cell_length + 1) + b"\n")
    with pytest.raises(TableUnreadable) as caught:
        list(read_records(path, TextLayout("utf-8", ",")))
    assert (caught.value.code, caught.value.params["row"]) == ("file-cell-too-long", 3)


def test_a_line_beyond_reason_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n" + b"x," * 2_000 + b"\n")
    with pytest.raises(TableUnreadable) as caught:
        list(read_records(path, TextLayout("utf-8", ","), Limits(line_length=1_000)))
    assert (caught.value.code, caught.value.params["line"]) == ("file-cell-too-long", 3)


@pytest.mark.parametrize("data", [b'a,b\n1,2\n3,"open\n4,5\n', b'a,b\n1,2\n3,"open'])
def test_a_quotation_mark_that_is_never_closed_is_named_where_it_opens(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    reader = read_records(path, TextLayout("utf-8", ","))
    records = [next(reader) for _ in range(3)]  # what comes before the fault is read all the same
    with pytest.raises(TableUnreadable) as caught:
        next(reader)
    assert len(records) == 3
    assert caught.value.code == "file-unclosed-quote"
    assert (caught.value.params["row"], caught.value.params["line"]) == (3, 3)


@pytest.mark.parametrize(
    "data", [b'a,b\n1,5" pipe', b'a,b\n1,"x ""y"""\n', b'a,b\n1,"x\ny"', b'a,b\n1,"x"y\n']
)
def test_other_quotation_marks_are_none_of_our_business(tmp_path: Path, data: bytes) -> None:
    assert len(list(read_records(written(tmp_path, data), TextLayout("utf-8", ",")))) == 2


def test_more_columns_than_a_spreadsheet_has_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"," * 20_000)
    with pytest.raises(TableUnreadable) as caught:
        list(read_records(path, TextLayout("utf-8", ",")))
    assert caught.value.code == "file-too-many-columns"


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(
    st.lists(st.lists(cell, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(SEPARATORS),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_bytes(text.getvalue().encode())
    # a record of one empty cell is written as "" in quotes, so nothing is lost on the way
    assert list(read_records(path, TextLayout("utf-8", separator))) == rows


@given(st.binary(max_size=300))
def test_no_bytes_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        records = list(read_records(path, detect(path, LABELS)))
    except TableUnreadable as fault:
        assert fault.code.startswith("file-")
        return
    assert all(isinstance(text, str) for record in records for text in record)
