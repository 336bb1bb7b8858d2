"""Lines taken out and back, one, several, or all those of a list."""

from __future__ import annotations

import html
import re

import pytest

from app.records import service as records
from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.records.listing.test_views import plain, shown


@pytest.fixture
def three(desk: Desk) -> Desk:
    with desk.session() as session:
        for n in range(3):
            row = {**DELIBERATION, "DELIB_ID": f"2025-{n}", "VOTE_POUR": "20" if n else "24"}
            records.create(session, desk.dataset, row, account=desk.account.id)
    return desk


def undo_of(page: str) -> str:
    found = re.search(r'action="([^"]+/retablir\?[^"]*instant=\d+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_chosen_lines_go_and_come_back_by_one_click(three: Desk) -> None:
    view = "?tri=DELIB_ID&colonnes=DELIB_OBJET"
    answer = three.browser.post(f"{three.path}/supprimer{view}", data={"ligne": ["1", "3"]})
    assert answer.headers["location"] == f"{three.path}/{view}"
    page = three.get(f"/{view}")
    assert "2 lignes sont dans la corbeille" in plain(page)
    assert shown(page) == [2]
    assert three.browser.post(undo_of(page)).headers["location"] == f"{three.path}/{view}"
    after = three.get("/")
    assert "2 lignes sont rétablies" in plain(after)
    assert shown(after) == [3, 2, 1]


def test_a_view_too_long_to_be_kept_leaves_the_way_back(three: Desk) -> None:
    many = "&".join(f"f.BUDGET_NOM={n:0150d}" for n in range(20))
    three.browser.post(f"{three.path}/supprimer?{many}", data={"ligne": "1"})
    assert three.browser.post(undo_of(three.get("/"))).headers["location"] == f"{three.path}/"
    assert shown(three.get("/")) == [3, 2, 1]


def test_what_a_colleague_took_out_is_not_undone(three: Desk) -> None:
    three.browser.post(f"{three.path}/supprimer", data={"ligne": "1"})
    undo = undo_of(three.get("/"))
    colleague = three.someone()
    colleague.post(undo)
    assert shown(three.get("/")) == [3, 2]


def test_all_the_lines_of_a_list_are_asked_about_first(three: Desk) -> None:
    asked = three.browser.post(f"{three.path}/supprimer?etat=valide", data={"toutes": "oui", "ligne": "1"})
    assert asked.status_code == 200
    assert "2 lignes iront dans la corbeille" in plain(asked.text)
    assert shown(three.get("/")) == [3, 2, 1]
    sent = {"toutes": "oui", "confirme": "oui"}
    assert three.browser.post(f"{three.path}/supprimer?etat=valide", data=sent).status_code == 303
    assert shown(three.get("/")) == [1]


def test_nothing_chosen_is_said(three: Desk) -> None:
    assert three.browser.post(f"{three.path}/supprimer", data={}).status_code == 303
    assert "Aucune ligne n’est choisie" in three.get("/")


def test_the_trash_shows_what_went_and_gives_it_back(three: Desk) -> None:
    assert "La corbeille est vide" in three.get("/corbeille")
    three.browser.post(f"{three.path}/supprimer", data={"ligne": ["1", "2"]})
    page = three.get("/corbeille")
    assert sorted(shown(page)) == [1, 1, 2, 2]  # a box and a button for each
    assert "Ada Martin" in page
    answer = three.browser.post(f"{three.path}/retablir", data={"ligne": "2"})
    assert answer.headers["location"] == f"{three.path}/corbeille"
    assert shown(three.get("/")) == [3, 2]
    three.browser.post(f"{three.path}/retablir", data={"ligne": "2"})
    assert "Aucune ligne n’a été rétablie" in three.get("/corbeille")


@pytest.mark.parametrize("instant", ["x", "-1", "9" * 30, "1", "٣"])
def test_an_instant_of_nothing_gives_nothing_back(three: Desk, instant: str) -> None:
    three.browser.post(f"{three.path}/supprimer", data={"ligne": "1"})
    assert three.browser.post(f"{three.path}/retablir?instant={instant}").status_code == 303
    assert shown(three.get("/")) == [3, 2]


def test_a_reader_takes_nothing_out_and_nothing_back(three: Desk) -> None:
    guest = three.someone("reader")
    assert guest.post(f"{three.path}/supprimer", data={"ligne": "1"}).status_code == 403
    assert guest.post(f"{three.path}/retablir", data={"ligne": "1"}).status_code == 403
    assert guest.get(f"{three.path}/corbeille").status_code == 200
