"""The errors of a file by kind: each in a whole sentence that is true of its rows, with how many there are now."""

from __future__ import annotations

import re
from typing import Any

from tests.app.submissions.conftest import Desk, form_of
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


def lead(page: str) -> str:
    return " ".join(
        re.sub("<[^>]+>", " ", said(page).partition('class="lead">')[2].partition("</p>")[0]).split()
    )


def test_what_is_corrected_counts_no_more_at_once(desk: Desk) -> None:
    rows = "".join(f"B{n},Lieu {n},piscine,2025-01-01,1\n" for n in range(12))
    number = desk.bring(f"code,nom,genre,jour,rang\n{rows}B99,,stade,2025-01-01,beaucoup\n", said="refuse")
    address = desk.at(number, "erreurs")
    page = desk.get(address)
    assert lead(page).startswith("13 lignes sur 13 sont à corriger.")
    assert any(line.startswith("Genre : ") and " 12 lignes 2, 3, 4, 5, 6" in line for line in kinds(page))
    desk.post(f"{address}/3", form_of(page, "erreurs/3") | {"c3": "stade"})
    page = desk.get(address)
    assert lead(page).startswith("12 lignes sur 13 sont à corriger.")
    assert any(line.startswith("Genre : ") and " 11 lignes 2, 4, 5, 6, 7" in line for line in kinds(page))
    desk.post(f"{address}/2", form_of(page, "erreurs/2") | {"c3": "stade", "pareils": "genre"})
    page = desk.get(address)
    assert lead(page).startswith("1 ligne sur 13 est à corriger.")
    assert [line.partition(" : ")[0] for line in kinds(page)] == ["Toutes", "Nom", "Rang"]
    desk.post(f"{address}/14", form_of(page, "erreurs/14") | {"c2": "Stade", "c5": "7"})
    assert "Toutes les lignes fautives sont corrigées." in said(desk.get(address))


def test_rows_to_correct_stay_within_reach_when_others_are_corrected(desk: Desk) -> None:
    rows = "".join(f"B{n},Lieu {n},{'piscine' if n < 4 else 'port'},,1\n" for n in range(13))
    number = desk.bring(f"code,nom,genre,jour,rang\n{rows}", said="refuse")
    address = desk.at(number, "erreurs")
    desk.post(f"{address}/2", form_of(desk.get(address), "erreurs/2") | {"c3": "stade", "pareils": "genre"})
    assert said(desk.get(address)).count("de votre fichier</h2>") == 9


def test_a_kind_is_told_by_a_row_that_still_has_it(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,beaucoup\nA2,Stade,peu\n", said="refuse")
    address = desk.at(number, "erreurs")
    assert any("« beaucoup »" in line for line in kinds(desk.get(address)))
    desk.post(f"{address}/2", form_of(desk.get(address), "erreurs/2") | {"c5": "7"})
    assert any("« peu »" in line and line.endswith(" 1 ligne 3") for line in kinds(desk.get(address)))


def test_the_summary_counts_what_was_corrected(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,beaucoup\nA2,Stade,peu\n", said="refuse")
    address, summary = desk.at(number, "erreurs"), desk.at(number, "resume")
    assert "depuis que ceci a été compté" not in said(desk.get(summary))
    onward = form_of(desk.get(address), "verifier")
    desk.post(desk.at(number, "verifier"), onward, leads="resume")  # nothing to count again
    desk.post(f"{address}/2", form_of(desk.get(address), "erreurs/2") | {"c5": "7"})
    assert "Vous avez corrigé des lignes depuis que ceci a été compté" in said(desk.get(summary))
    waiting = desk.post(desk.at(number, "verifier"), onward)
    assert "attente?vers=resume" in desk.get(waiting)
    desk.work()
    assert desk.browser.get(waiting).headers["location"].endswith("/resume")
    page = said(desk.get(summary))
    assert "dont 1 « à corriger »" in page and "depuis que ceci a été compté" not in page


def test_the_summary_says_that_the_dataset_has_moved(desk: Desk) -> None:
    first = desk.bring("code,nom\nA1,École\nA2,Stade\n")
    desk.accept(first)
    second = desk.bring("code,nom\nA3,Mairie\n")
    summary = desk.at(second, "resume")
    assert "compte aujourd’hui 2 lignes" in said(desk.get(summary))
    desk.undo(first)
    assert "Le jeu de données a changé depuis que ceci a été compté." in said(desk.get(summary))
    desk.post(desk.at(second, "verifier"), form_of(desk.get(summary), "verifier"), leads="attente")
    desk.work()
    page = said(desk.get(summary))
    assert "compte aujourd’hui" not in page and "a changé depuis" not in page


def test_a_number_that_a_check_refuses_is_alone_where_no_other_row_has_it(desk_on) -> None:
    desk: Desk = desk_on(GRANTS)
    wrong = "2025-01-01,2025-02-01,a@exemple.fr,,1810086080001,x\n"
    address = desk.at(desk.bring(FILE.partition("\n")[0] + "\n" + wrong, said="refuse"), "erreurs")
    assert 'name="pareils"' not in desk.get(address)
    address = desk.at(desk.bring(FILE.partition("\n")[0] + "\n" + wrong * 2, said="refuse"), "erreurs")
    assert said(desk.get(address)).count("Corriger aussi l’autre ligne qui a « 1810086080001 »") == 2
