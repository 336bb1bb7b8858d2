"""What looks like personal data is found in any line, and nothing else is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publications import personal
from app.publications.personal import Kind, Scan, kinds_of_cell
from schema_loader.compile import compile_descriptor


def scan_of(*fields: dict) -> Scan:
    return Scan(compile_descriptor({"fields": list(fields)}))


NOTE = {"name": "note", "type": "string"}


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("Écrire à ada@exemple.fr", {Kind.EMAIL}),
        ("06 12 34 56 78", {Kind.PHONE}),
        ("+33 6 12 34 56 78", {Kind.PHONE}),
        ("0612345678", {Kind.PHONE}),
        ("FR14 2004 1010 0505 0001 3M02 606", {Kind.IBAN}),
        ("FR1420041010050500013M02606", {Kind.IBAN}),
        ("Mme Durand, ada@exemple.fr", {Kind.NAME, Kind.EMAIL}),
        ("Monsieur Élie", {Kind.NAME}),
        ("FR15 2004 1010 0505 0001 3M02 606", set()),  # its check digits are wrong
        ("21350987000019", set()),  # a SIRET
        ("2026-03-12", set()),
        ("Monsieur le maire", set()),
        ("Travaux de l’école", set()),
        ("0,5 @ 3", set()),
    ],
)
def test_what_a_cell_holds(cell: str, kinds: set[Kind]) -> None:
    assert kinds_of_cell(cell) == kinds


@pytest.mark.parametrize(
    ("name", "title", "kinds"),
    [
        ("prenom", "", {Kind.NAME}),
        ("nomBeneficiaire", "", {Kind.NAME}),
        ("x", "Nom de naissance", {Kind.NAME}),
        ("contact_email", "", {Kind.EMAIL}),
        ("tel", "Téléphone", {Kind.PHONE}),
        ("nom", "Nom du lieu", set()),
        ("COLL_NOM", "Nom de la collectivité", set()),
        ("nomAttribuant", "", set()),
    ],
)
def test_what_the_name_of_a_column_says(name: str, title: str, kinds: set[Kind]) -> None:
    found = scan_of({"name": name, "title": title, "type": "string"}).to_json()
    assert {Kind(kind) for one in found.values() for kind in one["kinds"]} == kinds


def test_a_date_a_number_and_a_choice_are_not_looked_at() -> None:
    scan = scan_of(
        {"name": "tel", "type": "integer"},
        {"name": "prenom", "type": "string", "constraints": {"enum": ["Ada", "Léa"]}},
    )
    scan.batch(b"0612345678,Ada\r\n", [b"0612345678,Ada"])
    assert scan.to_json() == {}


def test_one_line_among_many_is_found() -> None:
    scan = scan_of({"name": "code", "type": "string"}, NOTE)
    plain = [b"A%d,rien" % n for n in range(4000)]
    for _ in range(20):
        scan.batch(b"\r\n".join(plain), plain)
    assert scan.to_json() == {}
    odd = [*plain, b'A9,"sur, deux\nlignes : ada@exemple.fr"', b""]
    scan.batch(b"\r\n".join(odd), odd)
    assert scan.to_json() == {"note": {"kinds": ["email"], "example": "sur, deux\nlignes : ada@exemple.fr"}}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=80))
def test_the_quick_look_never_hides_what_a_cell_holds(text: str) -> None:
    """What the fast search over octets lets go by, no detector would have found."""
    if kinds_of_cell(text):
        assert personal._ANY.search(text.encode()) is not None


@given(
    st.sampled_from(["06 12 34 56 78", "a@b.fr", "Mme Ève", "FR1420041010050500013M02606"]),
    st.text(max_size=9),
)
def test_the_quick_look_sees_each_kind(held: str, around: str) -> None:
    text = f"{around} {held} {around}".replace("\0", "")
    if kinds_of_cell(text):
        assert personal._ANY.search(text.encode("utf-8", "ignore")) is not None


def test_a_question_is_open_until_each_kind_is_answered() -> None:
    found = {"note": {"kinds": ["email", "phone"], "example": ""}}
    assert personal.open_questions(found, {}) == ["note"]
    assert personal.open_questions(found, {"note": {"kind": "email", "said": "none"}}) == ["note"]
    answered = {"note": {"kind": "email name phone", "said": "none"}}
    assert personal.open_questions(found, answered) == []
    assert personal.refused(found, answered) == []
    assert personal.refused(found, {"note": {"kind": "email phone", "said": "no"}}) == ["note"]
