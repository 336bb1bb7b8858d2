"""Units, where a schema says one and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forms.fields import control_of


@pytest.mark.parametrize(
    ("field", "unit"),
    [
        ({"title": "Montant (€)"}, "€"), ({"title": "Montant (en euros TTC)"}, "€"), ({"title": "Surface en m²"}, "m²"),
        ({"title": "Distance en kilomètres"}, "km"), ({"title": "Puissance [kW]"}, "kW"), ({"unit": "hectares"}, "ha"),
        ({"unit": "dB(A)"}, "dB(A)"), ({"description": "Longueur exprimée en mètres."}, "m"),
        ({"description": "La durée, indiquée en minutes"}, "min"), ({"title": "Taux (%)"}, "%"),
        ({"title": "Nombre de m de plus"}, ""), ({"title": "Date en mois"}, "mois"), ({"description": "Vendu en ligne"}, ""),
        ({"description": "Montants en euros dans un autre fichier"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_the_unit_beside_a_number(field: dict[str, Any], unit: str) -> None:
    assert control_of("number", **field).unit == unit
