"""The history of one record: who, when, before, after; and the way back."""

from __future__ import annotations

import html
import re

from sqlalchemy import text

from app.records import service as records
from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.sentences import plain


def changed(desk: Desk) -> int:
    """A record that was entered, then changed."""
    with desk.session() as session:
        number = records.create(session, desk.dataset, DELIBERATION, account=desk.account.id).number
    after = {**DELIBERATION, "DELIB_OBJET": "Autre objet", "DELIB_DATE": "2025-03-25", "PREF_DATE": ""}
    assert desk.post(f"/lignes/{number}", after, version="1").status_code == 303
    return number


def words_of(page: str) -> str:
    return " ".join(plain(html.unescape(re.sub(r"<[^>]*>", " ", page))).split())


def test_each_act_says_who_did_what_when(desk: Desk) -> None:
    number = changed(desk)
    desk.browser.post(f"{desk.path}/lignes/{number}/supprimer")
    desk.browser.post(f"{desk.path}/lignes/{number}/retablir")
    said = words_of(desk.get(f"/lignes/{number}/historique"))
    acts = ["Rétablie", "Supprimée", "Modifiée", "Saisie"]
    assert [said.index(act) for act in acts] == sorted(said.index(act) for act in acts)
    assert said.count("par Ada Martin") >= 4


def test_columns_are_shown_before_and_after_as_people_write_them(desk: Desk) -> None:
    number = changed(desk)
    page = desk.get(f"/lignes/{number}/historique")
    said = words_of(page)
    assert "Date du vote 24/03/2025 25/03/2025" in said
    assert "Objet Travaux de l’école Autre objet" in said
    assert "Date de réception en préfecture 27/03/2025 non renseigné" in said
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.count("<tr>") == 3


def test_values_are_brought_back_after_a_question_and_that_can_be_undone(desk: Desk) -> None:
    number = changed(desk)
    ask = re.search(
        rf'href="({desk.path}/lignes/{number}/historique/\d+/retablir)"',
        desk.get(f"/lignes/{number}/historique"),
    )[1]
    page = desk.browser.get(ask).text
    assert "3 colonnes de la ligne n° 1 changent" in words_of(page)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert desk.browser.post(ask, data={"version": version}).status_code == 303
    assert desk.cells(number) == DELIBERATION
    page = desk.get(f"/lignes/{number}/historique")
    assert "Valeurs rétablies" in words_of(page)
    undo = html.unescape(re.search(r'action="([^"]*/annuler\?[^"]*)"', page)[1])
    assert desk.browser.post(undo).status_code == 303
    assert desk.cells(number)["DELIB_OBJET"] == "Autre objet"


def test_nothing_is_brought_back_over_a_change_that_was_not_seen(desk: Desk) -> None:
    number = changed(desk)
    ask = re.search(r'href="([^"]*/retablir)"', desk.get(f"/lignes/{number}/historique"))[1]
    desk.post(f"/lignes/{number}", {**DELIBERATION, "DELIB_OBJET": "Encore un"}, version="2")
    for late, sent in ((ask, {"version": "2"}), (f"{desk.path}/lignes/{number}/annuler?version=2", {})):
        answer = desk.browser.post(late, data=sent)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"{desk.path}/lignes/{number}/historique",
        )
        page = desk.get(f"/lignes/{number}/historique")
        assert "a été modifiée depuis : rien n’a été rétabli" in words_of(page)
        assert f'href="{desk.path}/lignes/{number}"' in page
        assert desk.cells(number)["DELIB_OBJET"] == "Encore un"


def test_what_was_not_changed_cannot_be_undone(desk: Desk) -> None:
    number = changed(desk)
    for version in ("", "1", "99", "x"):
        assert desk.browser.post(f"{desk.path}/lignes/{number}/annuler?version={version}").status_code == 404
    other = f"{desk.path}/lignes/{number}/historique/999999/retablir"
    assert desk.browser.get(other).status_code == 404
    assert desk.browser.post(other).status_code == 404


def test_a_reader_reads_the_history_and_brings_nothing_back(desk: Desk) -> None:
    number = changed(desk)
    reader = desk.someone("reader")
    page = reader.get(f"{desk.path}/lignes/{number}/historique")
    assert page.status_code == 200
    assert "/retablir" not in page.text
    ask = re.search(r'href="([^"]*/retablir)"', desk.get(f"/lignes/{number}/historique"))[1]
    assert reader.get(ask).status_code == 403


def test_a_long_history_comes_in_pages(desk: Desk) -> None:
    number = changed(desk)
    with desk.session() as session:
        for version in range(2, 25):
            row = {**DELIBERATION, "DELIB_OBJET": f"Objet {version}"}
            records.change(session, desk.dataset, number, row, base_version=version, account=None)
    first, second = desk.get(f"/lignes/{number}/historique"), desk.get(f"/lignes/{number}/historique?page=2")
    assert "Objet 24" in first and "Objet 2<" not in first
    assert 'rel="next"' in first and 'rel="next"' not in second
    assert "Saisie" in words_of(second)


def test_an_imported_record_says_so(desk: Desk) -> None:
    number = changed(desk)
    with desk.make.engine.begin() as connection:
        connection.execute(text("UPDATE record SET submission_id = 7"))
        connection.execute(text("DELETE FROM record_change WHERE act = 'created'"))
    said = words_of(desk.get(f"/lignes/{number}/historique"))
    assert "Importée par Ada Martin" in said and "import n° 7" in said
    assert "Importée" in words_of(desk.get(f"/lignes/{number}"))
