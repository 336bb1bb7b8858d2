"""The errors of a file by kind: each in a whole sentence that is true of its rows, with how many there are now."""

from __future__ import annotations

import re
from typing import Any

from tests.app.submissions.conftest import Desk
from tests.app.submissions.test_steps import said

GRANTS: dict[str, Any] = {
    "name": "aides",
    "fields": [
        {"name": "decision", "title": "Date de la décision", "type": "date"},
        {"name": "versement", "title": "Date du versement", "type": "date"},
        {"name": "mel", "title": "Courriel", "type": "string"},
        {"name": "tel", "title": "Téléphone", "type": "string"},
        {"name": "siret", "title": "SIRET", "type": "string"},
        {"name": "objet", "title": "Objet", "type": "string", "constraints": {"maxLength": 250}},
    ],
    "custom_checks": [
        {
            "name": "compare-columns-value",
            "params": {"column": "versement", "op": ">=", "column2": "decision"},
        },
        {"name": "one-of-required", "params": {"column1": "mel", "column2": "tel"}},
        {"name": "french-siret-value", "params": {"column": "siret"}},
    ],
}
FILE = (
    "decision,versement,mel,tel,siret,objet\n"
    "2025-03-01,2025-02-01,a@exemple.fr,,21750001600019,x\n"
    f"2025-01-01,2025-02-01,,,1810086080001,{'x' * 300}\n"
    "2025-01-01,2025-02-01,,,21750001600019,x\n"
)


def kinds(page: str) -> list[str]:
    """The lines of the list of kinds, as they are read."""
    nav = re.search(r'<nav aria-label="Sortes d’erreurs">(.*?)</nav>', said(page), re.S)
    assert nav is not None
    lines = re.findall(r"<li>(.*?)</li>", nav[1], re.S)
    return [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in lines]


def test_a_kind_is_told_in_the_sentence_of_its_rows(desk_on) -> None:
    desk: Desk = desk_on(GRANTS)
    number = desk.bring(FILE, said="refuse")
    told = "\n".join(kinds(desk.get(desk.at(number, "erreurs"))))
    assert "« Date du versement »" in told and "« Date de la décision »" in told, told
    assert "« Courriel »" in told and "« Téléphone »" in told, told
    assert "compte 13 chiffres ; il en faut 14" in told, told
    assert "chiffre de contrôle" not in told
    assert "Ce texte compte 300 caractères" in told  # of the whole text, not of what is kept of it
    assert "«  »" not in told and "valeur de ," not in told


def test_one_row_is_a_row_and_several_are_rows(desk_on) -> None:
    desk: Desk = desk_on(GRANTS)
    number = desk.bring(FILE, said="refuse")
    lines = kinds(desk.get(desk.at(number, "erreurs")))
    assert any(line.endswith(" 1 ligne 3") for line in lines), lines
    assert any(line.endswith(" 2 lignes 3, 4") for line in lines), lines
