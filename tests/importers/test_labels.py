"""Labels in the spellings that people give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.labels import alike, keys, letters, likeness, same_words, visible, weights, words


@pytest.mark.parametrize(
    "label",
    ["nomBeneficiaire", "Nom bénéficiaire", "NOM_BENEFICIAIRE", "nom-beneficiaire", " nom  bénéficiaire\n", "Nom\u200dBénéficiaire", "Nom béné\u00adficiaire",
     "\ufeffnom.beneficiaire", "Nom bénéficiaire *", "NOM BENEFICIAIRE"],
)  # fmt: skip
def test_spellings_of_one_label_have_the_same_letters(label: str) -> None:
    assert letters(label) == "nombeneficiaire"


@pytest.mark.parametrize(
    "label",
    [
        "nomBeneficiaire",
        "Nom du bénéficiaire",
        "Noms des bénéficiaires",
        "NOM DU BÉNÉFICIAIRE (obligatoire)",
        "nom_benef",
        "Nom - bénéficiaire :",
    ],
)
def test_what_changes_nothing_to_the_sense_is_dropped(label: str) -> None:
    assert words(label) == ("nom", "beneficiaire")


@pytest.mark.parametrize(
    ("label", "found"),
    [("Montant (€)", ("montant",)), ("Montant TTC", ("montant",)), ("montants en euros", ("montant",)), ("N° SIRET", ("numero", "siret")),
     ("codeINSEE", ("code", "insee")), ("SIRET_ORG", ("siret", "organisme")), ("Œuvre d’art", ("oeuvre", "art")), ("ŒUVRE", ("oeuvre",)), ("", ()), ("***", ())],
)  # fmt: skip
def test_words(label: str, found: tuple[str, ...]) -> None:
    assert words(label) == found


def test_a_label_without_letters_has_no_key() -> None:
    assert keys(" * ") == ()
    assert keys("") == ()
    assert keys("Dates de versement") == ("datesdeversement", "dateversement")


def test_words_are_alike_by_their_beginning_their_stem_or_their_letters() -> None:
    assert alike("ref", "ref") == 1
    assert alike("localisation", "loc") > 0.8
    assert alike("notifie", "notification") > 0.7
    assert alike("beneficaire", "beneficiaire") > 0.7
    assert alike("nom", "montant") == 0
    assert alike("2022", "2023") == 0


def test_likeness_weighs_words_by_what_they_tell() -> None:
    weight = weights(["nomAttribuant", "nomBeneficiaire", "nomContact"])
    assert likeness(words("bénéficiaire"), words("nomBeneficiaire"), weight) > likeness(
        words("nom"), words("nomBeneficiaire"), weight
    )
    assert likeness((), ("nom",), weight) == 0


texts = st.text(max_size=40)


@given(texts)
def test_folding_is_stable(text: str) -> None:
    assert letters(letters(text)) == letters(text)
    assert visible(visible(text)) == visible(text)
    assert same_words(words(text), words(text)) == bool(words(text))


@given(texts, texts)
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= likeness(words(one), words(other), {}) <= 1
    if words(one):
        assert likeness(words(one), words(one), {}) == pytest.approx(1)
