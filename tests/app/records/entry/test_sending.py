"""A form that is sent twice: by a button pressed twice, or from a page of the browser's history."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.sentences import plain


def sending_of(page: str) -> str:
    return re.search(r'name="envoi" value="([^"]+)"', page)[1]


def numbers(desk: Desk) -> list[int]:
    with desk.session() as session:
        return [row[0] for row in session.execute(text("SELECT number FROM record ORDER BY number"))]


def test_a_form_that_comes_twice_makes_one_row(desk: Desk) -> None:
    """Without a script nothing keeps a button from being pressed twice."""
    sending = sending_of(desk.get("/saisir"))
    for _ in range(2):
        answer = desk.post("/saisir", DELIBERATION, acte="enregistrer", envoi=sending)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{desk.path}/")
        assert "La ligne n° 1 est enregistrée." in plain(desk.get("/"))
    assert numbers(desk) == [1]


def test_two_that_come_at_once_make_one_row(desk: Desk) -> None:
    sending = sending_of(desk.get("/saisir"))
    browsers = [desk.someone(), desk.someone()]
    browsers[1].cookies = browsers[0].cookies
    with ThreadPoolExecutor(2) as both:
        answers = list(
            both.map(
                lambda browser: desk.post(
                    "/saisir", DELIBERATION, browser, acte="enregistrer", envoi=sending
                ),
                browsers,
            )
        )
    assert [answer.status_code for answer in answers] == [303, 303]
    assert numbers(desk) == [1]


def test_another_row_typed_into_a_page_of_the_history_is_another_row(desk: Desk) -> None:
    sending = sending_of(desk.get("/saisir"))
    desk.post("/saisir", DELIBERATION, acte="enregistrer", envoi=sending)
    desk.post("/saisir", {**DELIBERATION, "DELIB_ID": "2025-043"}, acte="enregistrer", envoi=sending)
    assert numbers(desk) == [1, 2]


def test_the_same_row_typed_into_another_form_is_another_row(desk: Desk) -> None:
    for _ in range(2):
        desk.post("/saisir", DELIBERATION, acte="enregistrer", envoi=sending_of(desk.get("/saisir")))
    assert numbers(desk) == [1, 2]


def test_a_form_that_comes_twice_is_no_twin_of_itself(desk_on) -> None:
    """Where a column must not hold a text twice, the second sending finds the row of the first."""
    keyed = {"name": "lieux", "fields": [{"name": "code", "type": "string"}], "primaryKey": "code"}
    desk = desk_on("essai/lieux", json.dumps(keyed).encode())
    sending = sending_of(desk.get("/saisir"))
    for _ in range(2):
        assert desk.post("/saisir", {"code": "a"}, acte="enregistrer", envoi=sending).status_code == 303
        assert "La ligne n° 1 est enregistrée." in plain(desk.get("/"))
    assert numbers(desk) == [1]


def test_a_row_that_was_deleted_is_made_again(desk: Desk) -> None:
    sending = sending_of(desk.get("/saisir"))
    desk.post("/saisir", DELIBERATION, acte="enregistrer", envoi=sending)
    desk.post("/lignes/1/supprimer", {})
    desk.post("/saisir", DELIBERATION, acte="enregistrer", envoi=sending)
    assert numbers(desk) == [1, 2]
