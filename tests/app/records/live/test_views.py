"""What is answered while a form is being typed: the places of errors alone."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import unquote

from tests.app.records.conftest import DELIBERATION, Desk
from tests.app.sentences import plain

HTMX = {"HX-Request": "true"}


def left(desk: Desk, name: str, row: dict[str, str], **more: str) -> dict[str, str]:
    """What is said at each control when the one of a column is left: its input's name → words."""
    answer = desk.browser.post(
        f"{desk.path}/verifier?colonne={desk.control(name).name}", data=desk.form(row, **more), headers=HTMX
    )
    assert answer.status_code == 200, answer.text
    assert "<input" not in answer.text and "<select" not in answer.text and "<html" not in answer.text
    found = re.findall(r'<div class="field-errors" id="(c\d+)-error"(.*?)</div>', answer.text, re.DOTALL)
    assert "hx-swap-oob" not in found[0][1].partition(">")[0]
    assert all('hx-swap-oob="outerHTML"' in rest for _, rest in found[1:])
    return {name: plain(html.unescape(re.sub(r"<[^>]*>", "", f"<{rest}"))).strip() for name, rest in found}


def test_an_error_is_said_as_it_would_be_when_saved(desk: Desk) -> None:
    row = {**DELIBERATION, "DELIB_DATE": "31/02/2025"}
    name = desk.control("DELIB_DATE").name
    said = left(desk, "DELIB_DATE", row)[name]
    assert "n’existe pas dans le calendrier" in said
    saved = plain(html.unescape(re.sub(r"<[^>]*>", "", desk.post("/saisir", row).text)))
    assert said.partition(" : ")[2] in " ".join(saved.split())


def test_a_good_value_leaves_its_place_empty(desk: Desk) -> None:
    assert left(desk, "DELIB_OBJET", DELIBERATION) == {desk.control("DELIB_OBJET").name: ""}


def test_what_was_not_come_to_yet_is_not_blamed(desk: Desk) -> None:
    said = left(desk, "VOTE_EFFECTIF", {"VOTE_EFFECTIF": "27"})
    assert set(said.values()) == {""}


def test_an_emptied_required_column_is_said(desk: Desk) -> None:
    assert (
        "Il manque une valeur"
        in left(desk, "DELIB_OBJET", {"COLL_NOM": "x"})[desk.control("DELIB_OBJET").name]
    )


def test_columns_that_are_checked_together_are_answered_together(desk: Desk) -> None:
    both = {desk.control(name).name for name in ("PREF_DATE", "DELIB_DATE")}
    said = left(desk, "PREF_DATE", {**DELIBERATION, "PREF_DATE": "2025-03-01"})
    assert both == set(said)
    assert all("doit être postérieure ou égale" in words for words in said.values())
    mended = left(desk, "DELIB_DATE", {**DELIBERATION, "DELIB_DATE": "2025-02-24", "PREF_DATE": "2025-03-01"})
    assert both == set(mended) and set(mended.values()) == {""}


def test_once_refused_everything_is_said_of_the_columns_concerned(desk: Desk) -> None:
    said = left(desk, "VOTE_EFFECTIF", {"COLL_NOM": "x", "VOTE_EFFECTIF": "27"}, essai="oui")
    assert "vont ensemble" in said[desk.control("VOTE_REEL").name]


def test_a_key_that_is_taken_is_said_at_all_its_columns(desk_on) -> None:
    descriptor = (
        b'{"fields": [{"name": "rue", "type": "string"}, {"name": "numero", "type": "integer"}, {"name": "x", "type": "string"}],'
        b' "primaryKey": ["rue", "numero"]}'
    )
    desk = desk_on("essai/cle", descriptor)
    row = {"rue": "des Lilas", "numero": "4"}
    assert desk.post("/saisir", row).status_code == 303
    said = left(desk, "numero", row)
    assert set(said) == {"c1", "c2"}
    assert all("les mêmes valeurs que la ligne 1" in words for words in said.values())
    assert set(left(desk, "numero", row, ligne="1").values()) == {""}


def test_a_proposal_comes_with_the_error(desk_on) -> None:
    desk = desk_on("essai/date", b'{"fields": [{"name": "jour", "type": "date"}]}')
    answer = desk.browser.post(f"{desk.path}/verifier?colonne=c1", data={"c1": "12/03/24"}, headers=HTMX)
    assert 'value="c1=2024-03-12"' in answer.text
    assert 'data-fill="c1" data-value="12/03/2024"' in answer.text


def test_the_state_of_a_part_comes_too(desk_on) -> None:
    fields = [{"name": f"colonne {n}", "type": "integer"} for n in range(40)]
    desk = desk_on("essai/long", json.dumps({"fields": fields}).encode())
    answer = desk.browser.post(f"{desk.path}/verifier?colonne=c1", data={"c1": "x"}, headers=HTMX)
    assert re.search(r'class="toc-state toc-bad" id="[\w-]+-state" hx-swap-oob="true"', answer.text)
    assert answer.text.count("toc-state") == 1


def test_a_flash_message_is_left_for_the_next_page(desk: Desk) -> None:
    desk.post("/saisir", DELIBERATION)
    left(desk, "DELIB_OBJET", DELIBERATION)
    assert "La ligne n° 1 est enregistrée." in plain(desk.get("/saisir"))


def test_a_control_that_is_not_there_is_an_address_that_does_not_exist(desk: Desk) -> None:
    for name in ("", "c0", "c999", "c1;x", "csrf_token"):
        assert desk.browser.post(f"{desk.path}/verifier?colonne={name}", headers=HTMX).status_code == 404


def test_a_draft_of_somebody_else_s_page_is_refused(desk: Desk) -> None:
    own = f"{desk.path}/brouillon?de={desk.account.id}"
    other = f"{desk.path}/brouillon?de={desk.account.id + 1}"
    assert desk.browser.post(own, data={"c7": "Objet"}).status_code == 200
    answer = desk.browser.post(other, data={"c7": "Autre"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "Une autre personne" in unquote(answer.json()["message"])
    assert "Autre" not in desk.get("/saisir?brouillon=reprendre").partition("<form method")[2].partition(
        "</form>"
    )[0].replace("Autres", "")
