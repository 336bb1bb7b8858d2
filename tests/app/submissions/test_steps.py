"""The six steps by the pages: a file is brought, seen, decided upon, accepted, and taken back."""

from __future__ import annotations

import html
import re

from sqlalchemy import text

from tests.app.submissions.conftest import Desk, form_of

GOOD = "code,nom,genre,jour,rang\nA1,École des Lilas,école,2025-01-31,1\nA2,Stade Vert,stade,2025-02-28,2\n"


def said(page: str) -> str:
    """The words of a page, with plain spaces."""
    return html.unescape(page).replace("\xa0", " ").replace("\u202f", " ")


def test_a_file_walks_through_six_steps_and_back(desk: Desk) -> None:
    number = desk.send(GOOD)
    page = said(desk.get(desk.at(number, "colonnes")))
    assert "même nom" in page
    desk.columns(number)
    assert desk.counts(number) == {"added": 2}, desk.held(number).summary
    assert desk.records() == []  # nothing enters before it is accepted
    page = said(desk.get(desk.at(number, "resume")))
    assert "2 lignes ajoutées" in page
    desk.accept(number)
    assert desk.records()[0] == {
        "code": "A1",
        "nom": "École des Lilas",
        "genre": "école",
        "jour": "2025-01-31",
        "rang": "1",
    }
    assert "2 lignes ajoutées" in said(desk.get(desk.at(number, "fin")))
    assert "École des Lilas" in desk.get(f"{desk.path}/?import={number}")
    assert f"import n° {number}" in said(desk.get(f"{desk.path}/lignes/1/historique"))
    assert "2 lignes ajoutées" in said(desk.get(f"{desk.path}/imports"))
    desk.undo(number)
    assert desk.everything() == [[], []]
    assert "2 lignes retirées" in said(desk.get(desk.at(number, "fin")))
    with desk.make.engine.connect() as connection:
        acts = connection.execute(text("SELECT act FROM journal_entry ORDER BY id")).scalars().all()
    assert acts == ["submission.accepted", "submission.undone"]


def test_each_step_sends_on_to_where_the_import_is(desk: Desk) -> None:
    number = desk.send(GOOD)
    go = f"{desk.path}/importer/{number}"
    assert desk.browser.get(go).headers["location"].endswith("/feuille")
    assert desk.browser.get(desk.at(number, "resume")).status_code == 404  # not yet
    desk.columns(number)
    assert desk.browser.get(go).headers["location"].endswith("/resume")
    desk.accept(number)
    for step in ("feuille", "colonnes", "valeurs", "erreurs", "resume", "attente"):
        assert desk.browser.get(desk.at(number, step)).headers["location"].endswith("/fin")
    assert desk.browser.post(desk.at(number, "colonnes"), data={}).status_code == 409
    assert len(desk.records()) == 2


def test_a_reader_sees_imports_and_brings_none(desk: Desk, client) -> None:
    from app import auth

    number = desk.bring(GOOD)
    desk.accept(number)
    reader = desk.make.account()
    desk.make.member(reader, desk.establishment, "reader")
    client.cookies.set(auth.cookie_name(), desk.make.signed_in(reader))
    assert "lieux.csv" in desk.get(f"{desk.path}/imports")
    assert "Annuler cet import" not in desk.get(desk.at(number, "fin"))
    assert desk.upload(GOOD).status_code == 403
    assert desk.browser.post(desk.at(number, "annuler")).status_code == 403


def test_without_a_file_a_sentence(desk: Desk) -> None:
    answer = desk.browser.post(f"{desk.path}/importer/", files={"x": ("", b"")})
    assert answer.status_code == 422
    assert "Aucun fichier n’est choisi" in said(answer.text)


def test_the_same_file_twice_is_noticed(desk: Desk) -> None:
    desk.accept(desk.bring(GOOD))
    number = desk.send(GOOD, "copie.csv")
    page = said(desk.get(desk.at(number, "feuille")))
    assert "Ce même fichier est déjà connu ici" in page
    assert "Il a été importé" in page


def test_what_was_detected_is_shown_and_can_be_overridden(desk: Desk) -> None:
    number = desk.send("code|nom\nA1|Écolé\n".encode("cp1252"))
    address = desk.at(number, "feuille")
    form = form_of(desk.get(address))
    assert (form["encodage"], form["separateur"], form["entete"]) == (["cp1252"], ["|"], ["1"])
    assert "Écolé" in desk.get(address)
    desk.post(address, form | {"encodage": "mac-roman", "voir": "1"}, leads="feuille")
    assert "Écolé" not in desk.get(address)
    desk.post(address, form | {"entete": "0", "voir": "1"}, leads="feuille")
    assert form_of(desk.get(address))["entete"] == ["0"]
    desk.post(address, form | {"entete": "0"}, leads="colonnes")


def test_another_header_row_and_a_title_line_that_fills_a_column(desk: Desk) -> None:
    number = desk.send(
        "Liste des lieux;;\nGenre :;stade;\n\nCode du lieu;NOM;Remarque\n007;Stade Vert;à repeindre\n"
    )
    assert "à repeindre" in desk.get(desk.at(number, "colonnes"))  # a sample
    desk.columns(number, **{"c3-valeur": "stade"})
    desk.values(number)
    desk.accept(number)
    assert desk.records("cells", "extra") == [
        ({"code": "007", "nom": "Stade Vert", "genre": "stade"}, {"Remarque": "à repeindre"})
    ]


def test_a_column_that_was_mapped_is_proposed_the_next_time(desk: Desk) -> None:
    content = "Identifiant maison,nom\nA1,École\n"
    number = desk.send(content)
    desk.columns(number, **{"c1-colonne": "0"})
    other = desk.send("nom,Identifiant maison\nStade,A2\n")
    page = said(desk.get(desk.at(other, "colonnes")))
    assert form_of(page)["c1-colonne"] == ["1"]
    assert "comme la dernière fois" in page


def test_repairs_are_proposed_and_nothing_changes_without_assent(desk: Desk) -> None:
    content = "code,nom,jour,rang\nA1,École,31/01/2025,1\nA2,Stade,28/02/2025,2\n"
    refused = desk.bring(content, said="refuse")
    assert desk.counts(refused)["to_fix"] == 2
    accepted = desk.bring(content, said="accept")
    assert desk.counts(accepted) == {"added": 2}
    page = said(desk.get(desk.at(accepted, "resume")))
    assert "façon d’écrire acceptée" in page
    desk.accept(accepted)
    assert [cells["jour"] for cells in desk.records()] == ["2025-01-31", "2025-02-28"]
    desk.post(f"{desk.path}/importer/{refused}/abandonner", leads="imports")
    assert desk.browser.get(f"{desk.path}/importer/{refused}").status_code == 404


def test_an_error_is_corrected_in_place_and_all_alike_at_once(desk: Desk) -> None:
    rows = "".join(f"B{n},Lieu {n},piscine,2025-01-01,1\n" for n in range(4))
    number = desk.bring(f"code,nom,genre,jour,rang\n{rows}B9,,stade,2025-01-01,1\n", said="refuse")
    assert desk.counts(number) == {"added": 5, "to_fix": 5}
    page = desk.get(desk.at(number, "erreurs"))
    assert said(page).count("de votre fichier</h2>") == 5
    form = form_of(page, "erreurs/6")
    desk.post(desk.at(number, "erreurs/6"), form | {"c2": "Stade Vert"}, leads="erreurs")
    form = form_of(page, "erreurs/3")
    desk.post(desk.at(number, "erreurs/3"), form | {"c3": "stade", "pareils": "genre"}, leads="erreurs")
    assert said(desk.get(desk.at(number, "erreurs"))).count("de votre fichier</h2>") == 0
    desk.post(desk.at(number, "verifier"), leads="attente")
    desk.work()
    assert desk.counts(number) == {"added": 5}
    desk.accept(number)
    assert [cells["genre"] for cells in desk.records()] == ["stade"] * 5
    assert desk.records()[4]["nom"] == "Stade Vert"


def test_faults_are_chosen_by_kind(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,beaucoup\nA2,,3\n", said="refuse")
    kinds = desk.held(number).summary["kinds"]
    assert {kind["field"] for kind in kinds} == {"nom", "rang"}
    for kind in kinds:
        page = desk.get(f"{desk.at(number, 'erreurs')}?sorte={kind['code']}:{kind['field']}")
        assert said(page).count("de votre fichier</h2>") == 1
    assert (
        said(desk.get(f"{desk.at(number, 'erreurs')}?sorte=no-code:nom")).count("de votre fichier</h2>") == 0
    )


def test_corrected_rows_are_right_without_checking_all_again(desk: Desk) -> None:
    """What was corrected is what is kept, even where the person goes straight on."""
    number = desk.bring("code,nom,rang\nA1,École,beaucoup\n", said="refuse")
    form = form_of(desk.get(desk.at(number, "erreurs")), "erreurs/2")
    desk.post(desk.at(number, "erreurs/2"), form | {"c5": "7"}, leads="erreurs")
    desk.accept(number)
    assert desk.records("cells ->> 'rang'", "state") == [("7", "valid")]
    assert desk.counts(number) == {"added": 1}


def test_the_page_that_waits_says_how_far_and_goes_on(desk: Desk) -> None:
    number = desk.send(GOOD)
    address = desk.at(number, "colonnes")
    desk.post(address, form_of(desk.get(address)), leads="attente")
    page = said(desk.get(desk.at(number, "attente")))
    assert "en attente de son tour" in page and "continue" in page
    assert desk.browser.get(desk.at(number, "valeurs")).headers["location"].endswith("attente")
    part = desk.browser.get(desk.at(number, "attente"), headers={"HX-Request": "true"})
    assert "<html" not in part.text
    desk.work()
    done = desk.browser.get(desk.at(number, "attente"), headers={"HX-Request": "true"})
    assert done.headers["hx-redirect"].endswith("/resume")


def test_an_import_under_way_waits_on_the_first_page(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,beaucoup\n", said="refuse")
    page = said(desk.get("/"))
    assert "lieux.csv" in page
    assert f'href="{desk.path}/importer/{number}"' in page
    desk.accept(number)
    assert "lieux.csv" not in desk.get("/")


def test_points_changed_about_in_two_columns_are_proposed_and_mended(desk_on) -> None:
    descriptor = {
        "name": "bornes",
        "fields": [
            {"name": "nom", "type": "string"},
            {"name": "latitude", "type": "number"},
            {"name": "longitude", "type": "number"},
        ],
    }
    desk = desk_on(descriptor)
    number = desk.send("nom;Latitude;Longitude\nA;48,85;2,35\nB;2,35;48,85\nC;2,29;48,80\n")
    desk.columns(number)
    page = said(desk.get(desk.at(number, "valeurs")))
    assert "2 lignes dont la latitude et la longitude sont inversées" in page
    assert "Latitude · Longitude" in page
    assert "2,35 ; 48,85" in page
    desk.values(number, "accept")
    desk.accept(number)
    assert [(cells["latitude"], cells["longitude"]) for cells in desk.records()] == [
        ("48.85", "2.35"),
        ("48.85", "2.35"),
        ("48.80", "2.29"),
    ]


def test_a_question_is_asked_in_words_and_its_answer_gives_the_proposal(desk) -> None:
    number = desk.send("code,nom,jour\nA1,École,03/04/2025\nA2,Stade,05/06/2025\n")
    desk.columns(number)
    page = said(desk.get(desk.at(number, "valeurs")))
    assert "Dans ces dates, qu’est-ce qui vient en premier ?" in page
    assert "Le jour" in page and "Le mois" in page
    form = form_of(page)
    form["reparation-0"] = ["dmy"]
    desk.post(desk.at(number, "valeurs"), form, leads="attente")
    desk.work()
    desk.accept(number)
    assert [cells["jour"] for cells in desk.records()] == ["2025-04-03", "2025-06-05"]


def test_all_alike_are_counted_as_rows_and_offered_where_there_are_any(desk: Desk) -> None:
    rows = "".join(f"B{n},Lieu {n},piscine,2025-01-01,beaucoup\n" for n in range(4))
    number = desk.bring(f"code,nom,genre,jour,rang\n{rows}B9,Seul,port,2025-01-01,peu\n", said="refuse")
    address = desk.at(number, "erreurs")
    page = said(desk.get(address))
    assert page.count("Corriger aussi les 3 autres lignes qui ont « piscine »") == 4
    assert "« port »</label>" not in page and "« peu »</label>" not in page  # nothing is like them
    form = form_of(page, "erreurs/2") | {"c3": "stade", "c5": "7", "pareils": ["genre", "rang"]}
    desk.post(f"{address}/2", form)
    told = said(desk.get(address))
    assert (
        "Ligne 2 corrigée. 3 autres lignes ont reçu la même correction. Il reste 1 ligne à corriger." in told
    )


def test_all_alike_of_a_text_that_is_right_elsewhere_are_not_counted(desk_on) -> None:
    """By a rule of several columns a row is wrong whose texts are right: others without an error have them too."""
    descriptor = {
        "name": "bornes",
        "fields": [{"name": "debut", "type": "date"}, {"name": "fin", "type": "date"}],
        "custom_checks": [
            {"name": "compare-columns-value", "params": {"column": "fin", "op": ">=", "column2": "debut"}}
        ],
    }
    desk = desk_on(descriptor)
    number = desk.bring("debut,fin\n2025-02-01,2025-01-01\n2024-02-01,2025-01-01\n", said="refuse")
    page = said(desk.get(desk.at(number, "erreurs")))
    assert "Corriger aussi toutes les lignes qui ont « 2025-01-01 »" in page
    form = form_of(page, "erreurs/2") | {"c2": "2025-01-02", "pareils": "fin"}
    desk.post(desk.at(number, "erreurs/2"), form)
    assert "La ligne 2 est encore à corriger." in said(desk.get(desk.at(number, "erreurs")))


def test_spaces_that_go_are_seen_before_they_do(desk: Desk) -> None:
    number = desk.send(
        'code,nom,genre,jour,rang\nA1,École, stade ,2025-01-31,1\nA2,Stade,"stade\u00a0",2025-01-31,1\n'
    )
    desk.columns(number)
    page = said(desk.get(desk.at(number, "valeurs")))
    space = (
        '<span class="odd-space" aria-hidden="true">␣</span><span class="visually-hidden"> (1 espace) </span>'
    )
    before, after = f'<code class="spaced">{space}stade{space}</code>', '<code class="spaced">stade</code>'
    assert before in page and after in page


def test_the_rows_to_correct_of_an_import_are_its_own(desk: Desk) -> None:
    desk.accept(desk.bring("code,nom,rang\nA1,Ancien,beaucoup\n", said="refuse"))
    number = desk.bring("code,nom,rang\nA2,Récent,peu\nA3,Juste,3\n", said="refuse")
    desk.accept(number)
    page = desk.get(desk.at(number, "fin"))
    (address,) = [
        one for one in re.findall(r'href="([^"]*)"', html.unescape(page)) if "&etat=a-corriger" in one
    ]
    rows = desk.get(address)
    assert "Récent" in rows
    assert "Ancien" not in rows and "Juste" not in rows


def test_rows_to_correct_that_an_import_changed_are_shown_among_all(desk: Desk) -> None:
    """They came with the import that added them, and would not be found under this one."""
    desk.accept(desk.bring("code,nom,rang\nA1,Ancien,1\n"))
    number = desk.bring("code,nom,rang\nA1,Ancien,peu\n", said="refuse")
    desk.accept(number)
    page = said(desk.get(desk.at(number, "fin")))
    assert f'href="{desk.path}/?etat=a-corriger">Voir toutes les lignes à corriger' in page
    assert "Ancien" in desk.get(f"{desk.path}/?etat=a-corriger")


def test_samples_of_a_column_are_told_apart_and_cut_visibly(desk: Desk) -> None:
    long = "x" * 70
    number = desk.send(f'code,nom\nA1,"28/11/2017\n08/12/2017"\nA2,Solde en 2018\nA3,{long}\n')
    page = said(desk.get(desk.at(number, "colonnes")))
    assert (
        '<ul class="samples"><li><code>28/11/2017↵08/12/2017</code></li><li><code>Solde en 2018</code></li>'
        f"<li><code>{'x' * 59}…</code></li></ul>"
    ) in page


def test_what_is_accepted_beforehand_is_said_to_be(desk: Desk) -> None:
    number = desk.send("code,nom,jour\nA1,École,31/01/2025\n")
    desk.columns(number)
    page = said(desk.get(desk.at(number, "valeurs")))
    assert form_of(page)["reparation-0"] == ["accept"]
    assert "Ce qui est sûr est déjà accepté" in page and "sans votre accord" not in page
