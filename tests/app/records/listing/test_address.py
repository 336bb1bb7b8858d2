"""The address of a list says the whole view, and means nothing else than what it says."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.datasets.service import DatasetView, choose_keys
from app.records.listing import address
from app.records.listing.address import View
from schema_loader.compile import compile_schema
from tests.app.records.rows import descriptor

SCHEMA = compile_schema(descriptor())
DATASET = DatasetView(
    1, 1, "lieux", "Lieux", 1, "test/lieux", "Lieux", "1", "1", choose_keys(SCHEMA), (), 0, {}, {}, True, 0, None, None, None, None, None, SCHEMA  # type: ignore[arg-type]
)  # fmt: skip
NAMES = [
    "q", "tri", "colonnes", "etat", "annee", "utilisateur", "import", "apres", "avant", "rang", "f.genre", "f.ouvert", "f.nom",
    "de.prix", "a.prix", "de.jour", "a.jour", "autre",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "nom",
            "-prix",
            ".numero",
            "-.numero",
            "a-corriger",
            "valide",
            "2024",
            "12/03/2024",
            "1 234,50",
            "oui",
            "école",
            "7",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


def read(query: str) -> View:
    return address.read(DATASET, parse_qsl(query, keep_blank_values=True))


@given(st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=12))
def test_an_address_made_of_a_view_is_read_as_that_view(pairs: list[tuple[str, str]]) -> None:
    view = address.without_place(address.read(DATASET, pairs))
    again = address.without_place(read(view.query().removeprefix("?")))
    assert again == view


def test_the_plain_list_has_a_plain_address() -> None:
    assert read("").query() == ""
    assert read("q=&etat=&annee=&de.prix=&tri=&utilisateur=").query() == ""


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("de.jour=12/03/2024", "2024-03-12", ""),
        ("de.jour=2024&a.jour=2024", "2024-01-01", "2024-12-31"),
        ("a.jour=12 mars 2024", "", "2024-03-12"),
    ],
)
def test_days_are_typed_as_people_do(query: str, low: str, high: str) -> None:
    assert read(query).asked.ranges["jour"] == (low, high)


def test_amounts_are_typed_as_people_do_and_shown_as_they_were_typed() -> None:
    view = read("de.prix=1 234,50")
    assert view.asked.ranges["prix"] == ("1234.50", "")
    assert dict(view.pairs())["de.prix"] == "1 234,50"


def test_a_bound_that_is_no_value_is_told_and_keeps_nothing_out() -> None:
    view = read("de.prix=beaucoup&a.prix=10")
    assert view.asked.ranges["prix"] == ("", "10")
    assert "beaucoup" in view.faults["de.prix"].problem
    assert view.typed["de.prix"] == "beaucoup"


def test_bounds_the_wrong_way_round_are_told_and_keep_nothing_out() -> None:
    for query in ("de.prix=2000&a.prix=1 000,50", "de.jour=2025&a.jour=2024"):
        view = read(query)
        assert not view.asked.ranges
        assert [message.remedy for message in view.faults.values()] == ["Échangez-les."]
    assert "2000" in read("de.prix=2000&a.prix=1000").faults["a.prix"].problem
    assert not read("de.prix=9&a.prix=10").faults and not read("de.jour=2025&a.jour=2025").faults


def test_a_bound_that_is_no_value_is_told_in_the_words_of_the_form() -> None:
    view = read("de.prix=beaucoup&de.jour=31/02/2020")
    assert "point" not in view.faults["de.prix"].remedy
    assert "le jour, le mois puis l’année" in view.faults["de.jour"].remedy


def test_what_is_unknown_is_passed_over() -> None:
    view = read("tri=inconnu&colonnes=inconnu&f.nom=x&etat=x&annee=20&utilisateur=x&import=-1&autre=1")
    assert view == read("")


def test_an_empty_value_of_a_column_is_a_value() -> None:
    view = read("f.genre=&f.genre=école")
    assert view.asked.equals == {"genre": ("", "école")}
    assert read(view.query().removeprefix("?")).asked.equals == view.asked.equals


def test_another_order_begins_at_the_beginning() -> None:
    view = read("q=eau&apres=abc&rang=51&tri=nom")
    assert view.rank == 51
    assert view.sorted_by("-nom") == "?q=eau&tri=-nom"
    assert address.placed(view, after="xyz", rank=101) == "?q=eau&tri=nom&apres=xyz&rang=101"
