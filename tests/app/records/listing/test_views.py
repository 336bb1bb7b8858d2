"""The pages of the list."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from app import db
from app.records import service as records
from tests.app.records.conftest import Desk
from tests.app.records.rows import descriptor

ROW = {
    "code": "A",
    "nom": "École du Lac",
    "genre": "école",
    "ouvert": "oui",
    "jour": "2024-03-12",
    "prix": "12.50",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def places(desk_on: Callable[..., Desk]) -> Desk:
    """Three lines: a school, a stadium of 2023, one « à corriger »."""
    desk = desk_on("test/lieux", descriptor())
    with desk.session() as session:
        for change in (
            {},
            {"code": "B", "nom": "Stade <b>", "genre": "stade", "jour": "2023-01-01", "prix": "1200"},
            {"code": "C", "nom": "Mairie", "genre": "mairie", "prix": "cher", "ouvert": ""},
        ):
            records.create(session, desk.dataset, {**ROW, **change}, account=desk.account.id)
    return desk


def plain(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))).replace("\u00a0", " ")


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="ligne" value="(\d+)"', page)]


def fill(desk: Desk, count: int) -> None:
    with desk.session() as session:
        for n in range(count):
            row = {**ROW, "code": f"N{n}", "nom": f"Lieu {n}"}
            records.create(session, desk.dataset, row, account=desk.account.id)


def test_the_latest_line_comes_first_with_its_values_as_people_write_them(places: Desk) -> None:
    page = places.get("/")
    assert shown(page) == [3, 2, 1]
    words = plain(page)
    for expected in ("12/03/2024", "12,50", "Stade <b>", "3 lignes"):
        assert expected in words, expected
    assert "Stade <b>" not in page
    assert f'href="{places.path}/lignes/2"' in page


def test_a_line_to_mend_says_why(places: Desk) -> None:
    page = places.get("/?etat=a-corriger")
    assert shown(page) == [3]
    assert "« cher »" in plain(page)
    assert 'aria-current="page">À corriger' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=ecole", [1]),
        ("q=LAC+École", [1]),
        ("f.genre=stade&f.genre=mairie", [3, 2]),
        ("f.ouvert=", [3]),
        ("annee=2023", [2]),
        ("de.prix=13", [2]),
        ("a.prix=12,5", [1]),
        ("de.jour=01/01/2024&etat=valide", [1]),
        ("tri=prix", [1, 2, 3]),
        ("tri=-nom", [2, 3, 1]),
        ("tri=.numero", [1, 2, 3]),
        ("utilisateur=999", []),
        ("q=zzz", []),
    ],
)
def test_the_address_holds_the_view(places: Desk, query: str, expected: list[int]) -> None:
    assert shown(places.get(f"/?{query}")) == expected


def test_a_bound_that_is_no_value_is_told_beside_it(places: Desk) -> None:
    page = places.get("/?de.prix=beaucoup")
    assert 'value="beaucoup"' in page
    assert 'aria-invalid="true"' in page
    assert shown(page) == [3, 2, 1]


def test_above_the_list_it_is_said_which_filters_are_left_out(places: Desk) -> None:
    assert "appliqué" not in plain(places.get("/?de.prix=1"))
    page = places.get("/?de.prix=beaucoup&a.jour=31/02/2024")
    above = page[page.index('id="liste"') : page.index('id="nombre"')]
    assert "2 filtres ne sont pas appliqués." in plain(above)
    assert "filter-used" not in page
    for label in ("Prix", "Jour"):
        link = re.search(rf'<a href="#([^"]+)">{label}', above)
        assert link is not None and f'<input class="control" type="text" id="{link[1]}"' in page
    page = places.get("/?de.prix=20&a.prix=10")
    assert shown(page) == [3, 2, 1]
    assert "De 20 à 10, il n’y a aucune valeur" in plain(page)
    said = places.browser.get(f"{places.path}/?de.prix=x", headers=HTMX).headers["HX-Trigger"]
    assert "Un filtre n’est pas appliqué. 3 lignes" in plain(json.loads(said)["tabellion:say"]["text"])


def test_a_value_as_a_spreadsheet_writes_it_is_mended_as_the_form_proposes(places: Desk) -> None:
    with places.session() as session:
        row = {**ROW, "code": "D", "prix": "1234,50", "jour": "12/03/2024"}
        records.create(session, places.dataset, row, account=places.account.id)
    said = plain(places.get("/?etat=a-corriger")).replace("\u202f", " ")
    assert "choisissez « Écrire 1234,50" in said and "choisissez « Écrire 12/03/2024 »" in said
    assert "1234.50" not in said and "2024-03-12" not in said


def test_columns_are_chosen(places: Desk) -> None:
    page = places.get("/?colonnes=.numero&colonnes=.utilisateur&colonnes=rang")
    heads = plain(page.partition("<thead>")[2].partition("</thead>")[0])
    assert re.search(r"N° interne.*Par.*Rang", heads)
    assert "Nom" not in heads
    assert "Ada Martin" in page
    assert "Colonnes habituelles" in page


def test_pages_follow_each_other_both_ways_and_are_counted(places: Desk) -> None:
    fill(places, 60)
    first = places.get("/?tri=nom")
    assert len(shown(first)) == 50
    following = html.unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    second = places.browser.get(following).text
    assert len(shown(second)) == 13
    assert not set(shown(first)) & set(shown(second))
    before = html.unescape(re.search(r'rel="prev" href="([^"]+)"', second)[1])
    assert shown(places.browser.get(before).text) == shown(first)
    counting = html.unescape(re.search(r'id="nombre" hx-get="([^"]+)"', second)[1])
    assert places.browser.get(counting, headers=HTMX).text.strip() == "51–63 sur 63"
    plainly = places.browser.get(f"{places.path}/nombre")
    assert "1–50 sur 63" in plain(places.browser.get(plainly.headers["location"]).text)


def test_more_than_ten_thousand_is_said_so(places: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.records.listing import service

    monkeypatch.setattr(service, "COUNTED", 3)
    fill(places, 55)
    answer = places.browser.get(f"{places.path}/nombre?vues=50", headers=HTMX)
    assert plain(answer.text).strip() in ("1–50 sur plus de 2", "plus de 2 lignes", "3 lignes")


def test_filters_come_with_counts_and_work_without_a_script(places: Desk) -> None:
    block = places.browser.get(f"{places.path}/filtres", headers=HTMX).text
    assert "<html" not in block
    assert re.search(r"stade <span class=\"count\">1</span>", block)
    assert "2024 (2)" in block
    assert "Ada Martin (3)" in block
    page = places.browser.get(f"{places.path}/filtres?f.genre=stade").text
    assert "<html" in page
    assert "Ada Martin (1)" in page
    assert re.search(r"école <span class=\"count\">1</span>", page), "each counts what the others keep"
    assert 'name="f.genre" value="stade"' in places.get("/"), "before they are counted too"


def test_htmx_gets_the_list_alone_and_its_address(places: Desk) -> None:
    answer = places.browser.get(f"{places.path}/?q=&f.genre=stade&etat=", headers=HTMX)
    assert "<html" not in answer.text
    assert shown(answer.text) == [2]
    assert answer.headers["hx-push-url"] == f"{places.path}/?f.genre=stade"
    assert 'hx-target="#filtres"' in answer.text


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    page = desk.get("/")
    assert "Aucune ligne pour l’instant" in page
    assert f'href="{desk.path}/saisir"' in page
    assert "Rien à corriger" in desk.get("/?etat=a-corriger")
    assert "Aucune ligne ne correspond" in desk.get("/?q=zzz")


def test_a_reader_sees_the_lines_and_no_way_to_change_them(places: Desk) -> None:
    page = places.someone("reader").get(f"{places.path}/").text
    assert "École du Lac" in page
    assert 'name="ligne"' not in page
    assert "/saisir" not in page


def test_while_the_index_is_being_made_it_is_said(places: Desk) -> None:
    with places.session() as session:
        session.execute(text("UPDATE dataset SET is_indexed = false"))
        session.execute(text("DELETE FROM record_index"))
    page = places.get("/")
    assert "en préparation" in page
    assert shown(page) == [3, 2, 1]
    assert shown(places.get("/?etat=a-corriger")) == [3]
    assert places.browser.get(f"{places.path}/filtres", headers=HTMX).status_code == 200


def test_names_come_for_the_people_of_the_page_alone(places: Desk) -> None:
    stranger = places.make.account(name="Quelqu’un d’ailleurs")
    page = places.get(f"/?colonnes=.utilisateur&utilisateur={stranger.id}")
    assert "ailleurs" not in page
    block = places.browser.get(f"{places.path}/filtres?utilisateur={stranger.id}", headers=HTMX).text
    assert "ailleurs" not in block


def test_a_page_asks_few_questions_however_many_lines(places: Desk) -> None:
    fill(places, 52)
    places.get("/")
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        places.get("/?tri=nom&f.genre=école")
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert len(seen) <= 14, seen


def test_the_address_without_its_slash_leads_to_it(places: Desk) -> None:
    answer = places.browser.get(places.path)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{places.path}/")


def test_another_establishments_dataset_is_not_there(places: Desk) -> None:
    stranger = places.make.account()
    elsewhere = places.make.establishment()
    places.make.member(stranger, elsewhere, "manager")
    from app import auth

    places.browser.cookies.set(auth.cookie_name(), places.make.signed_in(stranger))
    assert places.browser.get(f"{places.path}/").status_code == 404
    assert places.browser.get(f"/e/{elsewhere.slug}/{places.dataset.slug}/").status_code == 404
