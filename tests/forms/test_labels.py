"""Names made readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.labels import readable


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nomBeneficiaire", "Nom beneficiaire"), ("COLL_SIRET", "Coll SIRET"), ("date-convention", "Date convention"),
        ("nbBusM2Bio", "Nb bus M2 bio"), ("nbCarsXTL", "Nb cars XTL"), ("note_A_c1.2", "Note A c1.2"), ("id", "ID"),
        ("siret", "SIRET"), ("Montant TTC", "Montant TTC"), ("idBeneficiaire", "ID beneficiaire"), ("x\u200dlong", "Xlong"),
        ("ISO4217-currency_name", "ISO4217 currency name"), ("a.b.c", "A b c"), ("clé_de_voûte", "Clé de voûte"),
        ("NOM", "Nom"), ("CODE_INSEE", "Code INSEE"), ("__", "__"), ("\u200d", "\u200d"), ("2020", "2020"),
        ("émissionsCO2", "Émissions CO2"), ("HTTPServer", "HTTP server"),
    ],
)  # fmt: skip
def test_a_name_in_words(name: str, words: str) -> None:
    assert readable(name) == words


@given(st.text(min_size=1, max_size=40))
def test_any_name_has_a_label_that_can_be_seen(name: str) -> None:
    assert readable(name)
    if any(character.isalnum() for character in name):
        assert any(character.isalnum() for character in readable(name))
