"""Separators and quotation marks found out on several lines, titles and decimal commas notwithstanding."""

from __future__ import annotations

import pytest

from importers.dialect import detect_layout, line_end, sample_records

LABELS = ("nom", "Montant", "date de la convention")


def layout(text: str, labels: tuple[str, ...] = LABELS, **known: str) -> tuple[str, str]:
    found = detect_layout(text, "utf-8", labels, whole=True, **known)
    return found.separator, found.quote


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("nom;montant\na;1,5\nb;2,5\n", ";"),
        ("nom,montant\na,1\n", ","),
        ("nom\tmontant\nDupont, Jean\t1,5\n", "\t"),
        ("nom|montant\na|1;2\n", "|"),
        ("Subventions, aides et dons, exercice 2023\n\nnom;montant\na;1\nb;2\n", ";"),
        ("Liste ; version 2 ; provisoire\nnom,montant\na,1\nb,2\n", ","),
        ("NOM;Date de la convention\na;12,5\n", ";"),
        ("nom\na\nb\n", ","),
    ],
)
def test_the_separator_is_the_one_of_the_header(text: str, separator: str) -> None:
    assert layout(text)[0] == separator


def test_without_known_labels_the_separator_is_the_one_that_makes_a_table() -> None:
    rows = "Liste des aides, 2023\n" + "".join(f"Club {n}, section {n};{n},50;2024\n" for n in range(9))
    assert layout(rows, ())[0] == ";"
    assert layout("a;b\n" + '"x, y, z";1\n' * 5, ())[0] == ";"


def test_apostrophes_that_stand_around_cells_are_quotation_marks_and_others_are_not() -> None:
    assert layout("'nom';'montant'\n'a;b';'1'\n'c';'2'\n") == (";", "'")
    assert layout("nom;montant\nl'école d'été;1\n'quoted' once;2\n") == (";", '"')


def test_what_a_person_says_is_kept() -> None:
    assert layout("nom;montant\na;1\n", separator=",") == (",", '"')
    assert layout('nom;montant\n"a;1\n', quote="") == (";", "")


def test_a_lone_quotation_mark_is_a_letter_where_none_has_a_meaning() -> None:
    assert sample_records('nom;montant\n"a;1\n', ";", True, "") == [["nom", "montant"], ['"a', "1"]]


@pytest.mark.parametrize(
    ("text", "end"),
    [("a\r\nb\r\n", "\r\n"), ("a\nb\n", "\n"), ("a\rb\r", "\r"), ("a", ""), ("a\r\nb\r\nc\n", "\r\n")],
)
def test_line_ends_are_told(text: str, end: str) -> None:
    assert line_end(text) == end
