"""The pages of one record, as a browser without JavaScript meets them."""

from __future__ import annotations

import html
import re

import pytest

from app.datasets import queries as dataset_queries
from app.records import service as records
from tests.app.records.conftest import DELIBERATION, Desk, values_of
from tests.app.sentences import plain

WRONG = {**DELIBERATION, "DELIB_DATE": "31/02/2025", "VOTE_POUR": "beaucoup"}


def create(desk: Desk, row: dict[str, str] = DELIBERATION) -> int:
    with desk.session() as session:
        return records.create(session, desk.dataset, row, account=desk.account.id).number


def title_of(page: str) -> str:
    return html.unescape(re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]).strip()


# --- a new record ---------------------------------------------------------------------------------------------------


def test_a_new_form_has_a_control_for_each_column_and_what_is_always_the_same(desk: Desk) -> None:
    page = desk.get("/saisir")
    for control in (desk.control(name) for name in desk.dataset.schema.field_names):
        assert f'id="{control.name}"' in page
        assert html.escape(control.label, quote=False) in html.unescape(page).replace(
            "&", "&amp;"
        ) or control.label in html.unescape(page)
    assert values_of(page, desk.control("COLL_NOM").name) == ["Commune de Valbrune"]
    assert title_of(page).startswith("Nouvelle ligne")


def test_a_valid_row_is_kept_and_said_with_a_way_back(desk: Desk) -> None:
    answer = desk.post("/saisir", DELIBERATION, acte="enregistrer")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{desk.path}/")
    assert desk.cells(1) == DELIBERATION
    page = desk.get("/saisir")
    assert "La ligne n° 1 est enregistrée." in plain(page)
    assert f'action="{desk.path}/lignes/1/supprimer"' in page


def test_save_and_add_leads_to_another_form(desk: Desk) -> None:
    answer = desk.post("/saisir", DELIBERATION, acte="ajouter")
    assert answer.headers["location"] == f"{desk.path}/saisir"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    answer = desk.post("/saisir", WRONG, acte="enregistrer")
    page = plain(html.unescape(answer.text))
    assert answer.status_code == 422
    assert title_of(answer.text).startswith("Erreur")
    date, votes = desk.control("DELIB_DATE"), desk.control("VOTE_POUR")
    assert f'href="#{date.name}"' in page
    assert values_of(answer.text, date.name) == ["31/02/2025"]
    assert values_of(answer.text, votes.name) == ["beaucoup"]
    assert values_of(answer.text, desk.control("DELIB_ID").name) == ["2025-042"]
    # the same words in the summary and at the control
    words = re.search(
        rf'id="{votes.name}-error".*?<span class="visually-hidden">.*?</span>(.*?)</span>\s*</p>', page, re.S
    )[1]
    assert page.count(words.strip()) == 2
    with desk.session() as session:
        assert dataset_queries.by_id(session, desk.establishment.id, desk.dataset.id).revision == 0


def test_an_error_across_columns_leads_to_each_of_them(desk: Desk) -> None:
    answer = desk.post("/saisir", {**DELIBERATION, "PREF_DATE": "2025-03-01"}, acte="enregistrer")
    page = plain(html.unescape(answer.text))
    first, second = desk.control("PREF_DATE"), desk.control("DELIB_DATE")
    summary = page[page.index('class="error-summary"') : page.index('class="sheet-form')]
    assert f'href="#{first.name}"' in summary and f'href="#{second.name}"' in summary
    assert f"« {first.label} »" in summary and f"« {second.label} »" in summary
    for control in (first, second):
        assert re.search(rf'id="{control.name}-error"[^>]*>\s*<p class="field-error"', page)


def summary_of(desk: Desk, row: dict[str, str]) -> str:
    """What the summary of a refused form says, in plain words."""
    page = plain(html.unescape(desk.post("/saisir", row, acte="enregistrer").text))
    start = page.index('class="error-summary"')
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page[start : page.index('class="sheet-form', start)]))


def test_a_wrong_value_is_not_called_empty_by_the_columns_it_goes_with(desk: Desk) -> None:
    said = summary_of(desk, {**DELIBERATION, "VOTE_EFFECTIF": "quinze"})
    assert "Un point est à corriger" in said and "« quinze » n’est pas un nombre" in said
    said = summary_of(desk, {**DELIBERATION, "VOTE_EFFECTIF": "quinze", "VOTE_ABSTENTION": ""})
    assert "« Abstentions » est vide" in said
    assert "« Votes pour », « Votes contre » et « Abstentions » vont ensemble" in said


def test_what_is_wrong_with_a_year_is_said_once_and_2026_is_proposed(desk: Desk) -> None:
    said = summary_of(desk, {**DELIBERATION, "BUDGET_ANNEE": "26", "BUDGET_NOM": "Budget principal"})
    assert "Un point est à corriger" in said and "« 26 » n’est ni une année" in said
    page = plain(desk.post("/saisir", {**DELIBERATION, "BUDGET_ANNEE": "26"}, acte="enregistrer").text)
    assert "0026" not in page and "Écrire 2026" in re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_a_key_that_is_left_out_is_said_once(desk_on) -> None:
    descriptor = b'{"fields": [{"name": "id", "constraints": {"required": true}}, {"name": "nom"}], "primaryKey": "id"}'
    said = summary_of(desk_on("essai/cle", descriptor), {"nom": "x"})
    assert "Un point est à corriger" in said and "Il manque une valeur" in said


def test_a_row_with_errors_may_be_kept_all_the_same(desk: Desk) -> None:
    assert "Enregistrer quand même" not in desk.get("/saisir")
    refused = desk.post("/saisir", WRONG, acte="enregistrer")
    assert "Enregistrer quand même (à corriger)" in html.unescape(plain(refused.text))
    answer = desk.post("/saisir", WRONG, acte="malgre")
    assert answer.status_code == 303
    assert desk.cells(1)["DELIB_DATE"] == "31/02/2025"
    page = plain(html.unescape(desk.get("/lignes/1")))
    assert "Elle est à corriger" in page
    assert "Cette ligne est à corriger : " in page
    assert not title_of(page).startswith("Erreur")


def test_an_empty_form_is_not_kept(desk: Desk) -> None:
    for act in ("enregistrer", "malgre"):
        answer = desk.post("/saisir", {}, acte=act)
        assert answer.status_code == 422
        assert "Cette ligne est vide." in plain(answer.text)


def test_values_that_come_again_are_taken_over_and_what_was_typed_stays(desk: Desk) -> None:
    for number in ("1", "2"):
        create(desk, {**DELIBERATION, "DELIB_ID": number, "DELIB_OBJET": f"Objet {number}"})
    assert "Reprendre les valeurs de la dernière ligne" in html.unescape(desk.get("/saisir"))
    answer = desk.post("/saisir", {"COLL_NOM": "Autre nom", "VOTE_REEL": "pas un nombre"}, acte="reprendre")
    assert answer.status_code == 200
    shown = {
        name: values_of(answer.text, desk.control(name).name) for name in desk.dataset.schema.field_names
    }
    assert shown["COLL_NOM"] == ["Autre nom"]
    assert shown["COLL_SIRET"] == ["213 509 870 00019"]
    assert shown["VOTE_REEL"] == ["pas un nombre"]
    assert shown["DELIB_ID"] == [""] and shown["DELIB_OBJET"] == [""]
    assert "Repris de la ligne n° 2" in plain(html.unescape(answer.text))


def test_where_nothing_is_taken_over_nothing_is_said_to_be_done(desk: Desk) -> None:
    create(desk)
    once = desk.post("/saisir", {"COLL_NOM": "Autre"}, acte="reprendre").text
    filled = {name: (values_of(once, desk.control(name).name) or [""])[0] for name in DELIBERATION}
    page = desk.post(
        "/saisir", {**DELIBERATION, **{k: v for k, v in filled.items() if v}}, acte="reprendre"
    ).text
    said = page.index("Rien à reprendre")
    assert "banner-info" in page[page.rindex('<div class="banner ', 0, said) : said]


def test_a_proposal_is_put_in_without_a_script_and_nothing_is_saved(desk: Desk) -> None:
    code = desk.control("COLL_SIRET")
    answer = desk.post(
        "/saisir", {**DELIBERATION, "COLL_SIRET": "21350987"}, proposer=f"{code.name}=21350987000019"
    )
    assert answer.status_code == 200
    assert values_of(answer.text, code.name) == ["213 509 870 00019"]
    with desk.session() as session:
        assert dataset_queries.by_id(session, desk.establishment.id, desk.dataset.id).revision == 0


def test_the_list_is_come_back_to_as_it_was(desk: Desk) -> None:
    there = f"{desk.path}/?tri=-DELIB_DATE&etat=to_fix"
    page = desk.browser.get(f"{desk.path}/saisir", headers={"Referer": f"http://testserver{there}"}).text
    assert html.escape(there) in values_of(page, "retour")
    answer = desk.post("/saisir", DELIBERATION, retour=there)
    assert answer.headers["location"] == there


@pytest.mark.parametrize(
    "there", ["//ailleurs.example/", "/e/autre/jeu/", "https://ailleurs.example", "/\\x"]
)
def test_a_form_leads_nowhere_else(desk: Desk, there: str) -> None:
    assert desk.post("/saisir", DELIBERATION, retour=there).headers["location"] == f"{desk.path}/"


# --- a record that is there -----------------------------------------------------------------------------------------


def test_a_record_is_corrected_and_the_change_can_be_taken_back(desk: Desk) -> None:
    number = create(desk)
    page = desk.get(f"/lignes/{number}")
    assert values_of(page, "version") == ["1"]
    answer = desk.post(f"/lignes/{number}", {**DELIBERATION, "DELIB_OBJET": "Autre objet"}, version="1")
    assert answer.status_code == 303
    assert desk.cells(number)["DELIB_OBJET"] == "Autre objet"
    page = desk.get(f"/lignes/{number}")
    undo = re.search(rf'action="({desk.path}/lignes/{number}/annuler[^"]*)"', page)[1]
    assert desk.browser.post(html.unescape(undo)).status_code == 303
    assert desk.cells(number) == DELIBERATION


def test_nothing_changed_is_said_and_is_no_history(desk: Desk) -> None:
    number = create(desk)
    answer = desk.post(f"/lignes/{number}", DELIBERATION, version="1")
    assert answer.status_code == 303
    assert "Rien n’a changé" in plain(desk.get("/saisir"))
    with desk.session() as session:
        assert len(records.history(session, desk.dataset, number)) == 1


def test_readers_see_the_record_and_no_form(desk: Desk) -> None:
    number = create(desk)
    reader = desk.someone("reader")
    page = reader.get(f"{desk.path}/lignes/{number}").text
    assert "Travaux de l’école" in page
    assert "24/03/2025" in page
    assert "<textarea" not in page and 'name="acte"' not in page
    assert reader.get(f"{desk.path}/saisir").status_code == 403
    assert desk.post(f"/lignes/{number}", DELIBERATION, reader).status_code == 403


def test_a_record_goes_to_the_trash_and_comes_back(desk: Desk) -> None:
    number = create(desk)
    assert desk.browser.post(f"{desk.path}/lignes/{number}/supprimer").status_code == 303
    page = desk.get(f"/lignes/{number}")
    assert "Cette ligne est dans la corbeille" in page
    assert 'name="acte"' not in page
    assert f'action="{desk.path}/lignes/{number}/retablir"' in page
    assert desk.browser.post(f"{desk.path}/lignes/{number}/retablir").status_code == 303
    assert 'name="acte"' in desk.get(f"/lignes/{number}")


def test_neighbours_lead_from_record_to_record(desk: Desk) -> None:
    first, second, third = (create(desk) for _ in range(3))
    page = desk.get(f"/lignes/{second}")
    assert f'rel="prev" href="{desk.path}/lignes/{first}"' in page
    assert f'rel="next" href="{desk.path}/lignes/{third}"' in page
    desk.browser.post(f"{desk.path}/lignes/{third}/supprimer")
    assert 'rel="next"' not in desk.get(f"/lignes/{second}")


def test_a_copy_is_a_new_record_without_what_is_each_one_s_own(desk_on) -> None:
    descriptor = b'{"fields": [{"name": "id", "type": "string"}, {"name": "nom", "type": "string"}], "primaryKey": "id"}'
    desk = desk_on("essai/cle", descriptor)
    number = create(desk, {"id": "a", "nom": "Un nom"})
    page = desk.get(f"/lignes/{number}/dupliquer")
    assert values_of(page, "c1") == [""]
    assert values_of(page, "c2") == ["Un nom"]
    assert f'action="{desk.path}/saisir"' in page
    assert "Copie de la ligne n° 1" in plain(page)


def test_a_key_that_is_taken_is_said_at_once_and_names_the_record(desk_on) -> None:
    descriptor = b'{"fields": [{"name": "id", "type": "string"}, {"name": "nom", "type": "string"}], "primaryKey": "id"}'
    desk = desk_on("essai/cle", descriptor)
    create(desk, {"id": "a", "nom": "Un nom"})
    answer = desk.post("/saisir", {"id": "a", "nom": "Un autre"})
    assert answer.status_code == 422
    assert "la ligne 1" in plain(answer.text)


# --- two people at once ---------------------------------------------------------------------------------------------


def changed_by_another(desk: Desk, number: int, **cells: str) -> None:
    other = desk.someone()
    assert desk.post(f"/lignes/{number}", {**DELIBERATION, **cells}, other, version="1").status_code == 303


def test_a_stale_change_shows_both_values_and_saves_what_is_chosen(desk: Desk) -> None:
    number = create(desk)
    changed_by_another(desk, number, DELIB_OBJET="Leur objet", DELIB_ID="2025-043")
    mine = {**DELIBERATION, "DELIB_OBJET": "Mon objet", "BUDGET_ANNEE": "2025", "BUDGET_NOM": "Principal"}
    answer = desk.post(f"/lignes/{number}", mine, version="1")
    page = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "Mon objet" in page and "Leur objet" in page and "Travaux de l’école" in page
    objet, numero, budget = (desk.control(name).name for name in ("DELIB_OBJET", "DELIB_ID", "BUDGET_NOM"))
    assert re.search(rf'name="choix-{numero}" value="leur" checked', page)
    assert re.search(rf'name="choix-{budget}" value="mien" checked', page)
    assert not re.search(rf'name="choix-{objet}" value="\w+" checked', page)
    assert f'name="choix-{desk.control("COLL_NOM").name}"' not in page
    # no choice: asked again; then kept on the version that was seen
    merge = {"acte": "fusionner", "version": "2", "origine": "1"}
    asked = desk.post(f"/lignes/{number}", mine, **merge)
    assert asked.status_code == 422
    assert "Un choix reste à faire" in plain(asked.text)
    kept = desk.post(f"/lignes/{number}", mine, **merge, **{f"choix-{objet}": "leur"})
    assert kept.status_code == 303
    assert desk.cells(number) == {**mine, "DELIB_OBJET": "Leur objet", "DELIB_ID": "2025-043"}


def test_a_third_change_during_the_choice_is_shown_too(desk: Desk) -> None:
    number = create(desk)
    changed_by_another(desk, number, DELIB_OBJET="Leur objet")
    with desk.session() as session:
        records.change(
            session,
            desk.dataset,
            number,
            {**DELIBERATION, "DELIB_OBJET": "Encore"},
            base_version=2,
            account=None,
        )
    mine = {**DELIBERATION, "DELIB_OBJET": "Mon objet"}
    choice = f"choix-{desk.control('DELIB_OBJET').name}"
    answer = desk.post(
        f"/lignes/{number}", mine, acte="fusionner", version="2", origine="1", **{choice: "leur"}
    )
    assert answer.status_code == 409
    assert "Encore" in answer.text and "Mon objet" in answer.text


def test_a_record_that_was_trashed_and_restored_meanwhile_is_no_conflict(desk: Desk) -> None:
    number = create(desk)
    desk.browser.post(f"{desk.path}/lignes/{number}/supprimer")
    desk.browser.post(f"{desk.path}/lignes/{number}/retablir")
    assert (
        desk.post(f"/lignes/{number}", {**DELIBERATION, "DELIB_OBJET": "Autre"}, version="1").status_code
        == 303
    )
    assert desk.cells(number)["DELIB_OBJET"] == "Autre"


@pytest.mark.parametrize(("act", "kept"), [("retablir", 1), ("nouvelle", 2)])
def test_a_record_trashed_meanwhile_loses_nothing_of_what_was_typed(desk: Desk, act: str, kept: int) -> None:
    number = create(desk)
    desk.browser.post(f"{desk.path}/lignes/{number}/supprimer")
    mine = {**DELIBERATION, "DELIB_OBJET": "Mon objet"}
    answer = desk.post(f"/lignes/{number}", mine, version="1")
    assert answer.status_code == 409
    assert "a été supprimée pendant votre saisie" in html.unescape(answer.text)
    assert "Mon objet" in answer.text
    assert desk.post(f"/lignes/{number}", mine, version="1", acte=act).status_code == 303
    assert desk.cells(kept) == mine


def test_a_dataset_put_away_meanwhile_loses_nothing_of_what_was_typed(desk: Desk) -> None:
    from app.datasets import service as datasets
    from app.tenancy import Role

    with desk.session(Role.manager) as session:
        datasets.set_closed(session, desk.dataset, True, account=None)
    answer = desk.post("/saisir", DELIBERATION)
    assert answer.status_code == 409
    assert "Ce jeu de données est rangé" in plain(html.unescape(answer.text))
    assert values_of(answer.text, desk.control("DELIB_ID").name) == ["2025-042"]
    assert desk.browser.get(f"{desk.path}/saisir").status_code == 409


def test_a_form_of_another_version_of_the_schema_is_read_by_that_one(desk_on, make) -> None:
    one = b'{"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}'
    two = b'{"fields": [{"name": "b", "type": "string"}, {"name": "c", "type": "string"}]}'
    former = make.schema("essai/former", one)
    desk = desk_on("essai/nouveau", two)
    answer = desk.browser.post(
        f"{desk.path}/saisir", data={"c1": "valeur de a", "c2": "valeur de b", "modele": str(former.id)}
    )
    assert answer.status_code == 422
    assert values_of(answer.text, "c1") == ["valeur de b"]
    assert "Le modèle de ce jeu de données a changé" in plain(html.unescape(answer.text))


# --- drafts ---------------------------------------------------------------------------------------------------------


def keep_draft(desk: Desk, row: dict[str, str], **more: str) -> None:
    answer = desk.post("/brouillon", row, **more)
    assert answer.status_code == 200
    assert re.fullmatch(r"Brouillon enregistré à \d{1,2} h \d\d", plain(answer.json()["message"]))


def test_a_draft_is_found_again_and_ends_when_the_record_is_kept(desk: Desk) -> None:
    keep_draft(desk, {"DELIB_OBJET": "À moitié", "DELIB_DATE": "12/0"})
    page = plain(html.unescape(desk.get("/saisir")))
    assert "Vous aviez commencé une ligne" in page
    assert "À moitié" in page and 'name="acte"' not in page
    page = desk.get("/saisir?brouillon=reprendre")
    assert values_of(page, desk.control("DELIB_DATE").name) == ["12/0"]
    assert desk.post("/saisir", DELIBERATION).status_code == 303
    assert 'name="acte"' in desk.get("/saisir")


def test_beginning_again_keeps_the_draft_until_something_is_typed(desk: Desk) -> None:
    keep_draft(desk, {"DELIB_OBJET": "À moitié"})
    page = desk.get("/saisir?brouillon=neuf")
    assert "À moitié" not in page
    assert f'href="{desk.path}/saisir?brouillon=reprendre"' in page


def test_a_draft_is_erased_once_confirmed(desk: Desk) -> None:
    keep_draft(desk, {"DELIB_OBJET": "À moitié"})
    assert 'name="ligne" value="0"' in desk.get("/brouillon/effacer")
    assert desk.browser.post(f"{desk.path}/brouillon/effacer", data={"ligne": "0"}).status_code == 303
    assert 'name="acte"' in desk.get("/saisir")


def test_a_draft_is_its_author_s_alone(desk: Desk) -> None:
    keep_draft(desk, {"DELIB_OBJET": "À moitié"})
    assert "À moitié" not in desk.someone().get(f"{desk.path}/saisir").text


def test_a_draft_of_an_older_state_says_so_and_ends_in_the_choice(desk: Desk) -> None:
    number = create(desk)
    mine = {**DELIBERATION, "DELIB_OBJET": "Mon objet"}
    keep_draft(desk, mine, ligne=str(number), version="1")
    changed_by_another(desk, number, DELIB_OBJET="Leur objet")
    assert "La ligne a été modifiée depuis" in html.unescape(desk.get(f"/lignes/{number}"))
    page = desk.get(f"/lignes/{number}?brouillon=reprendre")
    assert values_of(page, "version") == ["1"]
    assert desk.post(f"/lignes/{number}", mine, version="1").status_code == 409


def test_a_draft_that_arrives_after_its_record_is_forgotten(desk: Desk) -> None:
    desk.post("/saisir", DELIBERATION)
    keep_draft(desk, DELIBERATION)
    assert 'name="acte"' in desk.get("/saisir")


def test_what_was_refused_is_a_draft_too(desk: Desk) -> None:
    desk.post("/saisir", WRONG)
    page = desk.get("/saisir?brouillon=reprendre")
    assert values_of(page, desk.control("DELIB_DATE").name) == ["31/02/2025"]


def test_a_draft_beyond_bounds_is_refused_in_words(desk: Desk) -> None:
    answer = desk.browser.post(
        f"{desk.path}/brouillon",
        data={desk.control("DELIB_OBJET").name: "x" * 1_000_001},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 413
    assert "trop long" in answer.json()["message"]


def test_the_draft_of_a_copy_does_not_replace_another_in_silence(desk: Desk) -> None:
    number = create(desk)
    keep_draft(desk, {"DELIB_OBJET": "À moitié"})
    page = plain(html.unescape(desk.get(f"/lignes/{number}/dupliquer")))
    assert "Vous aviez commencé une ligne" in page
    assert "Continuer avec la copie de la ligne n° 1" in page


def test_a_form_with_nothing_but_its_constants_is_no_draft(desk: Desk) -> None:
    assert desk.post("/saisir", {"COLL_NOM": "Commune de Valbrune"}).status_code == 422
    keep_draft(desk, {"COLL_NOM": "Commune de Valbrune"})
    assert 'name="acte"' in desk.get("/saisir")
