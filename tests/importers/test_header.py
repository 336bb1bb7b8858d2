"""Where the header stands in sheets as people draw them."""

from __future__ import annotations

import pytest

from importers.header import KnownLabels, find_header, name_columns

KNOWN = KnownLabels(["nomBeneficiaire", "Nom du bénéficiaire", "montant", "dateConvention", "objet"])


def header(*rows: list[str], known: KnownLabels | None = None) -> int | None:
    return find_header(list(enumerate(rows, start=1)), known or KnownLabels()).row


DATA = [["Club", "12", "2024-01-01"], ["Amis", "13,50", "2024-01-02"]]


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([["nom", "montant", "jour"], *DATA], 1),
        ([["Subventions 2023"], [], ["nom", "montant", "jour"], *DATA], 3),
        ([["Aide", "", ""], ["Qui", "", "Combien"], ["nom", "montant", "jour"], *DATA], 3),
        ([["nom", "2022", "2023"], ["Club", "1", "2"]], 1),
        (DATA, None),
        ([["21340172201787", "Cantine", "700"]], None),
        ([["nom"], ["Club"], ["Amis"]], 1),
        ([["12"], ["13"]], None),
        ([["nom", "nom"], ["a", "b"]], 1),
        ([], None),
    ],
)
def test_by_shape(rows: list[list[str]], at: int | None) -> None:
    assert header(*rows) == at


def test_known_labels_decide() -> None:
    rows = [["Informations", "sur", "la", "subvention"], ["NOM BÉNÉFICIAIRE", "Montant (€)", "Objet", "Date"], ["Club", "12", "sport", "x"]]  # fmt: skip
    assert header(*rows, known=KNOWN) == 2
    legend = [["montant", "le montant accordé"], ["objet", "ce que la subvention finance"]]
    assert header(*legend, ["Montant", "Objet", "dateConvention"], ["1", "a", "b"], known=KNOWN) == 3


def test_data_made_of_known_words_is_no_header() -> None:
    assert header(["Club", "12"], ["objet", "13"], known=KNOWN) is None


def test_one_known_label_is_enough_for_a_schema_of_one_field() -> None:
    assert header(["Liste des élus"], ["titre", "siège"], ["nom"], known=KnownLabels(["nom"])) == 3


def test_columns_are_what_is_labelled_or_filled() -> None:
    body = [["", "", "a", "", "1", "", "loin"], ["", "", "b", "", "2", "", ""]] * 10
    columns = name_columns(["", "", "Nom", "", "Montant", "", ""], body)
    assert [(c.letter, c.label, c.name, c.empty) for c in columns] == [
        ("C", "Nom", "Nom", False), ("D", "", "D", True), ("E", "Montant", "Montant", False), ("F", "", "F", True), ("G", "", "G", False),
    ]  # fmt: skip
    stray = [["", "", "a", "", "1", "", "loin"], *([["", "", "b", "", "2", "", ""]] * 30)]
    assert [c.letter for c in name_columns(["", "", "Nom", "", "Montant"], stray)] == ["C", "D", "E"]


def test_a_label_that_comes_twice_in_any_spelling_is_named_by_its_letter_too() -> None:
    columns = name_columns(["Nom", "NOM ", "nom\nd’usage", "€", "€"], [["a"] * 5])
    assert [c.name for c in columns] == ["Nom (A)", "NOM (B)", "nom d’usage", "€ (D)", "€ (E)"]


def test_without_a_header_every_filled_column_counts() -> None:
    columns = name_columns([], [["", "a", "b"], ["", "c"]], has_header=False)
    assert [(c.index, c.name, c.label) for c in columns] == [(1, "B", ""), (2, "C", "")]
    assert name_columns([], [], has_header=False) == ()
