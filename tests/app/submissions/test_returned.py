"""A template goes out, is filled in or changed in a spreadsheet, and comes back by the pages of an import."""

from __future__ import annotations

import io
import time

from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from tests.app.submissions.conftest import Desk, form_of
from tests.app.submissions.test_steps import GOOD, said

XLSX = "gabarit.xlsx"


def template(desk: Desk, *, filled: bool = True) -> bytes:
    """The template of the dataset; filled, it is as if it had been made a second before whatever comes next."""
    answer = desk.browser.get(f"{desk.path}/gabarit.xlsx{'?lignes=1' if filled else ''}")
    assert answer.status_code == 200
    if filled:
        time.sleep(1.1)  # its time is in whole seconds
    return answer.content


def edited(data: bytes, *changes: tuple[int, int, object]) -> bytes:
    """A workbook with cells changed: row, column, value."""
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    for row, column, value in changes:
        sheet.cell(row, column).value = value  # type: ignore[union-attr]
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def with_rows(desk: Desk) -> None:
    """Two records, that were written long before any file."""
    desk.accept(desk.bring(GOOD))
    with desk.make.engine.begin() as connection:
        connection.execute(text("UPDATE record SET updated_at = now() - interval '1 day'"))
        connection.execute(text("UPDATE record_change SET at = now() - interval '1 day'"))


def test_an_empty_template_filled_in_brings_its_rows_alone(desk: Desk) -> None:
    data = edited(template(desk, filled=False), (4, 2, "B1"), (4, 3, "Mairie"), (5, 2, "B2"), (5, 3, "Halle"))
    number = desk.bring(data, XLSX)
    assert desk.counts(number) == {"added": 2}
    desk.accept(number)
    assert desk.records() == [{"code": "B1", "nom": "Mairie"}, {"code": "B2", "nom": "Halle"}]
    assert desk.records("extra") == [None, None], "the column of numbers is nothing to keep"


def test_a_row_of_a_filled_template_finds_its_record_whatever_its_key(desk: Desk) -> None:
    with_rows(desk)
    data = edited(template(desk), (4, 2, "A9"), (6, 2, "B1"), (6, 3, "Mairie"))
    number = desk.bring(data, XLSX)
    held = desk.held(number)
    assert held.mode == "update"
    page = said(desk.get(desk.at(number, "resume")))
    assert "chaque ligne retrouve la sienne par son N° interne" in page
    assert "Colonnes gardées à côté" not in page
    assert {k: v for k, v in desk.counts(number).items() if k != "records"} == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
    }
    desk.accept(number)
    assert [cells["code"] for cells in desk.records()] == ["A9", "A2", "B1"]


def test_a_filled_template_that_replaces_keeps_the_records_of_its_rows(desk: Desk) -> None:
    with_rows(desk)
    desk.accept(desk.bring("code,nom\nA3,Halle\nA4,Gymnase\n"))
    before, names = desk.everything(), [cells["nom"] for cells in desk.records()]
    book = load_workbook(io.BytesIO(edited(template(desk), (4, 3, "École Neuve"))))
    sheet = book.worksheets[0]
    sheet.delete_rows(6, 2)  # type: ignore[union-attr]
    made = io.BytesIO()
    book.save(made)
    number = desk.bring(made.getvalue(), XLSX)
    desk.mode(number, "replace", [])
    assert desk.counts(number) == {"changed": 1, "unchanged": 1, "trashed": 2, "records": 4}
    desk.accept(number, sur="oui")
    assert desk.counts(number) == {"changed": 1, "unchanged": 1, "trashed": 2, "records": 4}
    assert [(cells["code"], cells["nom"]) for cells in desk.records()] == [
        ("A1", "École Neuve"),
        ("A2", names[1]),
    ]
    desk.undo(number)
    assert desk.everything() == before


def test_cells_emptied_in_a_filled_template_are_asked_about(desk: Desk) -> None:
    with_rows(desk)
    before = desk.everything()
    first, second = desk.records()
    data = template(desk)
    desk.change(2, jour="2025-03-01")  # changed here meanwhile: emptying it there says nothing of that
    number = desk.bring(edited(data, (4, 3, "École Neuve"), (4, 5, None), (4, 6, ""), (5, 5, None)), XLSX)
    assert desk.counts(number) == {"changed": 1, "unchanged": 1, "emptied": 2, "records": 2}
    address = desk.at(number, "resume")
    page = said(desk.get(address))
    assert "2 cases ont été vidées : les effacer ?" in page
    assert "Elles gardent leur valeur" in page
    assert form_of(page, "/vides")["vides"] == ["garder"]
    assert ">2025-01-31<" not in page and "31/01/2025" not in page, "nothing is to be erased yet"
    desk.post(desk.at(number, "vides"), {"vides": "effacer"}, leads="attente")
    desk.work()
    page = said(desk.get(address))
    assert "Elles seront effacées" in page
    assert "<td>vide</td>" in page, "what they become is among the changes"
    desk.mode(number, "update", ["code"])  # another decision leaves this one
    assert desk.counts(number)["emptied"] == 2
    desk.accept(number)
    assert desk.records() == [{"code": "A1", "nom": "École Neuve", "genre": first["genre"]},
                              {**second, "jour": "2025-03-01"}]  # fmt: skip
    desk.undo(number)
    assert desk.records() == [first, {**second, "jour": "2025-03-01"}]
    assert before


def test_emptied_cells_are_kept_unless_somebody_says_so(desk: Desk) -> None:
    with_rows(desk)
    kept = desk.records()
    number = desk.bring(edited(template(desk), (4, 5, None), (5, 4, None)), XLSX)
    assert desk.counts(number)["emptied"] == 2
    desk.accept(number)
    assert desk.records() == kept
    erased = desk.bring(edited(template(desk), (4, 3, None)), XLSX)
    desk.post(desk.at(erased, "vides"), {"vides": "effacer"}, leads="attente")
    desk.work()
    assert desk.counts(erased)["to_fix"] == 1, "the name is due"
    ordinary = desk.bring("code,nom,jour\nA1,École des Lilas,\n")
    assert "emptied" not in desk.counts(ordinary)
    assert "vidée" not in desk.get(desk.at(ordinary, "resume"))
    assert desk.browser.post(desk.at(ordinary, "vides"), data={"vides": "effacer"}).status_code == 404


def test_what_changed_on_one_side_stands_and_on_both_is_asked(desk: Desk) -> None:
    with_rows(desk)
    data = template(desk)
    desk.change(1, rang="7")  # here only
    desk.change(2, nom="Stade Bleu")  # here, and otherwise there
    data = edited(data, (4, 3, "École des Tilleuls"), (5, 3, "Stade Rouge"))
    number = desk.bring(data, XLSX)
    counts = desk.counts(number)
    assert (counts["changed"], counts["both"]) == (1, 1)
    page = said(desk.get(desk.at(number, "resume")))
    assert "1 ligne laissée de côté : elle a changé ici aussi" in page
    assert "Lignes changées des deux côtés" in page
    first, second = desk.records()
    form = {"mode": "update", "cle": ["code"], "fautives": "garder", "fichier": "oui"}
    desk.post(desk.at(number, "mode"), form, leads="attente")
    desk.work()
    assert "both" not in desk.counts(number)
    assert desk.counts(number)["changed"] == 2
    desk.mode(number, "update", ["code"])  # and back
    desk.accept(number)
    assert desk.records() == [{**first, "nom": "École des Tilleuls", "rang": "7"}, second]
    assert second["nom"] == "Stade Bleu"


def test_a_number_that_is_no_record_leaves_its_row_out(desk: Desk) -> None:
    with_rows(desk)
    data = edited(template(desk), (6, 1, 99), (6, 2, "B1"), (6, 3, "Mairie"), (7, 1, 1), (7, 2, "B2"))
    number = desk.bring(data, XLSX)
    counts = desk.counts(number)
    assert (counts["unknown"], counts["clashing"], counts["unchanged"]) == (1, 2, 1)
    assert "son N° interne n’est celui d’aucune ligne" in said(desk.get(desk.at(number, "resume")))


def test_numbers_of_another_dataset_are_not_believed(desk: Desk) -> None:
    with_rows(desk)
    data = template(desk)
    book = load_workbook(io.BytesIO(data))
    for one in book.custom_doc_props:  # type: ignore[attr-defined]
        if one.name == "Tabellion dataset":
            one.value = "ailleurs"
    made = io.BytesIO()
    book.save(made)
    number = desk.bring(edited(made.getvalue(), (4, 2, "A9")), XLSX)
    assert desk.counts(number)["added"] == 1, "A9 is a new place"
    assert desk.counts(number)["unchanged"] == 1


WRONG = (
    "Mon code;nom;genre;jour;rang\nA1;École;école;2025-01-31;un\nA2;Stade;stade;2025-02-28;2\nA3;;mairie;;3\n"
)


def test_the_correction_file_of_an_import_changes_its_own_rows_alone(desk: Desk) -> None:
    number = desk.send(WRONG)
    desk.columns(number)
    desk.values(number, "refuse")
    assert desk.held(number).summary["faulty"] == 2
    assert "correction.xlsx?seulement=fautives" in desk.get(desk.at(number, "erreurs"))
    data = desk.browser.get(desk.at(number, "correction.xlsx")).content
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [cell.value for cell in sheet[1]][:2] == ["Mon code", "nom"], "the person's own layout"
    assert sheet["E2"].comment is not None
    assert sheet["B4"].comment is not None
    only = desk.browser.get(desk.at(number, "correction.xlsx") + "?seulement=fautives").content
    answer = desk.upload(edited(only, (2, 5, 1), (3, 2, "Mairie"), (4, 1, "ZZ"), (4, 2, "intruse")), "c.xlsx")
    assert answer.status_code == 303, answer.text
    assert f"/importer/{number}/" in answer.headers["location"]
    desk.work()
    held = desk.held(number)
    assert held.fixes == {"2": {"rang": "1"}, "4": {"nom": "Mairie"}}
    assert held.summary["faulty"] == 0
    desk.accept(number)
    assert [cells["nom"] for cells in desk.records()] == ["École", "Stade", "Mairie"]
    late = desk.upload(only, "c.xlsx")
    assert late.status_code == 422
    assert "un import qui est terminé" in said(late.text)


def test_the_correction_file_of_an_import_keeps_the_persons_sheet(desk: Desk) -> None:
    book = Workbook()
    sheet = book.active
    sheet["B1"] = "Lieux de la commune"
    for column, label in enumerate(("Mon code", "nom", "genre", "jour", "rang"), 2):
        sheet.cell(3, column, label)
    for row, cells in (
        (4, ("A1", "École", "école", "2025-01-31", "un")),
        (6, ("A2", "Stade", "stade", "2025-02-28", "2")),
    ):
        for column, typed in enumerate(cells, 2):
            sheet.cell(row, column, typed)
    kept = io.BytesIO()
    book.save(kept)
    number = desk.send(kept.getvalue(), "lieux.xlsx")
    desk.columns(number)
    desk.values(number, "refuse")
    data = desk.browser.get(desk.at(number, "correction.xlsx")).content
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["B1"].value == "Lieux de la commune"
    assert [cell.value for cell in sheet[3]][:3] == [None, "Mon code", "nom"]
    assert (sheet["B4"].value, sheet["B6"].value) == ("A1", "A2")
    assert sheet["F4"].comment is not None
    answer = desk.upload(edited(data, (4, 6, 1)), "lieux.xlsx")
    assert answer.status_code == 303, answer.text
    desk.work()
    assert desk.held(number).fixes == {"4": {"rang": "1"}}
    assert desk.held(number).summary["faulty"] == 0


def test_the_correction_file_of_a_dataset_finds_its_records(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,un\nA2,Stade,2\nA3,Halle,trois\n", said="refuse")
    desk.accept(number)
    assert desk.records("state") == ["to_fix", "valid", "to_fix"]
    time.sleep(1.1)
    assert "/correction.xlsx" in desk.get(f"{desk.path}/telecharger")
    assert "/correction.xlsx" in desk.get(f"{desk.path}/?etat=a-corriger")
    assert "/correction.xlsx" not in desk.get(f"{desk.path}/")
    data = desk.browser.get(f"{desk.path}/correction.xlsx").content
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["A1", "A3"]
    intruse = ((4, 1, "A2"), (4, 2, "intruse"), (5, 1, "A9"), (5, 2, "nouvelle"))
    number = desk.bring(edited(data, (2, 5, 1), (3, 1, "A4"), (3, 5, 3), *intruse), "c.xlsx")
    counts = desk.counts(number)
    assert (counts["changed"], counts["unknown"], counts.get("added")) == (2, 2, None), "its own rows alone"
    desk.accept(number)
    assert [(cells["code"], cells["rang"]) for cells in desk.records()] == [
        ("A1", "1"),
        ("A2", "2"),
        ("A4", "3"),
    ]
    assert desk.records("state") == ["valid"] * 3
