"""How the rows of a file meet the records that are there, and the way back."""

from __future__ import annotations

import copy
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from app import db
from app.records import service as records
from app.submissions import accept
from app.tenancy import Scope
from tests.app.submissions.conftest import PLACES, Desk, form_of
from tests.app.submissions.test_steps import GOOD, said


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Two places that a file has brought."""
    desk.accept(desk.bring(GOOD))
    return desk


def test_a_row_updates_the_record_of_its_key_and_blank_erases_nothing(held: Desk) -> None:
    before = held.everything()
    number = held.bring(
        "code,nom,genre,jour\nA1,École Neuve,,\nA2,Stade Vert,stade,2025-02-28\nA3,Mairie,mairie,\n"
    )
    assert held.counts(number) == {"added": 1, "changed": 1, "unchanged": 1, "records": 2}
    page = said(held.get(held.at(number, "resume")))
    assert "École des Lilas" in page and "École Neuve" in page and "1 ligne inchangée" in page
    held.accept(number)
    assert held.counts(number) == {"added": 1, "changed": 1, "unchanged": 1, "records": 2}
    first = {"code": "A1", "nom": "École Neuve", "genre": "école", "jour": "2025-01-31", "rang": "1"}
    assert held.records()[0] == first
    assert held.records()[2] == {"code": "A3", "nom": "Mairie", "genre": "mairie"}
    assert f"import n° {number}" in said(held.get(f"{held.path}/lignes/1/historique"))
    assert "École Neuve" in held.get(f"{held.path}/?q=neuve")
    held.undo(number)
    assert held.everything() == before


def test_rows_may_be_added_beside_and_twins_are_marked(held: Desk) -> None:
    before = held.everything()
    number = held.bring("code,nom\nA1,Autre\nA9,Neuf\n")
    held.mode(number, "add", twins="ajouter")
    assert held.counts(number)["added"] == 2
    assert "1 ligne est déjà là : elle s’ajoute une seconde fois" in said(held.get(held.at(number, "resume")))
    held.accept(number)
    assert held.records("cells ->> 'nom'", "state") == [
        ("École des Lilas", "valid"),
        ("Stade Vert", "valid"),
        ("Autre", "to_fix"),
        ("Neuf", "valid"),
    ]
    assert held.counts(number)["to_fix"] == 1
    assert "Autre" in held.get(f"{held.path}/?etat=a-corriger")
    held.undo(number)
    assert held.everything() == before


def test_rows_that_are_there_already_are_left_aside_unless_somebody_says_so(held: Desk) -> None:
    before = held.everything()
    # the very rows again in other columns' order, one under the key of a record, a new one, and one with less in it
    number = held.bring(
        "nom,code,genre,jour,rang\nÉcole des Lilas,A1,école,2025-01-31,1\nAutre,A2,,,\nNeuf,A9,,,\n"
    )
    held.mode(number, "add")
    assert held.counts(number) == {"added": 1, "twins": 2, "differing": 1, "records": 2}
    page = said(held.get(held.at(number, "resume")))
    assert "2 lignes sont déjà là : elles sont laissées de côté" in page
    assert "dont 1 avec d’autres valeurs, sous la même clé" in page
    assert "Importer 1 ligne" in page
    assert form_of(page, "/mode")["jumelles"] == [""]
    held.accept(number)
    assert held.counts(number) == {"added": 1, "twins": 2, "differing": 1, "records": 2}
    assert [cells["code"] for cells in held.records()] == ["A1", "A2", "A9"]
    held.undo(number)
    assert held.everything() == before


def test_a_file_with_fewer_columns_finds_its_twins_too(desk: Desk) -> None:
    """Without a key, rows are the same where all that the file has is the same."""
    desk.accept(desk.bring("code,nom,genre\nA1,École,école\n,Halle,\n"))
    number = desk.bring("nom\nÉcole\nHalle\nHalle\nGare\n")
    desk.mode(number, "add")
    assert desk.counts(number)["twins"] == 3
    desk.mode(number, "add", twins="ajouter")
    assert (desk.counts(number)["added"], desk.counts(number)["twins"]) == (4, 3)
    desk.accept(number)
    assert len(desk.records()) == 6


def test_a_replacement_says_what_goes_and_asks_again_past_half(held: Desk) -> None:
    before = held.everything()
    number = held.bring("code,nom,genre\nA3,Mairie,mairie\n")
    held.mode(number, "replace", ["code"])
    assert held.counts(number) == {"added": 1, "trashed": 2, "records": 2}
    assert "2 lignes mises à la corbeille" in said(held.get(held.at(number, "resume")))
    answer = held.browser.post(held.at(number, "accepter"))
    assert answer.status_code == 409
    assert "plus de la moitié" in said(answer.text)
    assert held.everything() == before
    held.accept(number, sur="oui")
    assert [cells["code"] for cells in held.records()] == ["A3"]
    assert "Supprimée" in said(held.get(f"{held.path}/lignes/1/historique"))
    held.undo(number)
    assert held.everything() == before


def test_a_replacement_with_a_key_changes_what_it_finds(held: Desk) -> None:
    before = held.everything()
    number = held.bring("code,nom\nA1,École Neuve\nA3,Mairie\n")
    held.mode(number, "replace", ["code"])
    assert held.counts(number) == {"added": 1, "changed": 1, "trashed": 1, "records": 2}
    held.accept(number, sur="oui")
    assert [(c["code"], c["nom"]) for c in held.records()] == [("A1", "École Neuve"), ("A3", "Mairie")]
    held.undo(number)
    assert held.everything() == before


def test_a_replacement_without_a_key_takes_all(held: Desk) -> None:
    before = held.everything()
    number = held.bring("code,nom\nA1,École Neuve\n")
    held.mode(number, "replace", [])
    assert held.counts(number) == {"added": 1, "trashed": 2, "records": 2}
    held.accept(number, sur="oui")
    assert held.records("number", "cells ->> 'nom'", "state") == [(3, "École Neuve", "valid")]
    held.undo(number)
    assert held.everything() == before


def test_another_key_may_be_chosen_and_an_update_needs_one(held: Desk) -> None:
    number = held.bring("code,nom,rang\nB1,Stade Vert,7\n")
    held.mode(number, "update", ["nom"])
    assert held.counts(number) == {"changed": 1, "records": 2}
    answer = held.browser.post(held.at(number, "mode"), data={"mode": "update"})
    assert answer.status_code == 422
    assert "Pour mettre à jour" in said(answer.text)
    held.accept(number)
    assert held.records()[1] == {
        "code": "B1",
        "nom": "Stade Vert",
        "genre": "stade",
        "jour": "2025-02-28",
        "rang": "7",
    }


def test_a_key_that_comes_twice_is_left_out_and_said(held: Desk) -> None:
    before = held.everything()
    number = held.bring("code,nom\nA1,Un\nA1,Deux\n", said="refuse")
    assert held.counts(number) == {"clashing": 2, "records": 2}
    page = said(held.get(held.at(number, "resume")))
    assert "2 lignes laissées de côté : leur identifiant vient plusieurs fois, dans le fichier ou" in page
    held.accept(number)
    assert held.everything() == before


def test_a_replacement_never_trashes_the_records_of_a_key_that_clashes(held: Desk) -> None:
    twin = held.bring("code,nom\nA1,Jumelle\n")
    held.mode(twin, "add", twins="ajouter")
    held.accept(twin)
    number = held.bring("code,nom\nA1,Laquelle ?\nA2,Stade Vert\n")
    held.mode(number, "replace", ["code"])
    assert held.counts(number) == {"clashing": 1, "unchanged": 1, "records": 3}
    held.accept(number)
    assert len(held.records()) == 3


def test_faulty_rows_enter_to_be_mended_or_stay_out(held: Desk) -> None:
    content = "code,nom,rang\nA1,École Neuve,dix\nA4,,4\nA5,Gymnase,5\n"
    number = held.bring(content, said="refuse")
    assert held.counts(number) == {"added": 2, "changed": 1, "to_fix": 2, "records": 2}
    held.mode(number, "update", ["code"], "laisser")
    assert held.counts(number) == {"added": 1, "left_out": 2, "records": 2}
    held.accept(number)
    assert held.counts(number) == {"added": 1, "left_out": 2, "records": 2}
    assert held.records()[0]["nom"] == "École des Lilas"
    held.undo(number)
    number = held.bring(content, said="refuse")
    held.accept(number)
    assert held.counts(number) == {"added": 2, "changed": 1, "to_fix": 2, "records": 2}
    assert held.records("cells ->> 'code'", "state") == [
        ("A1", "to_fix"),
        ("A2", "valid"),
        ("A4", "to_fix"),
        ("A5", "valid"),
    ]


def test_faulty_rows_of_a_first_file_stay_out_where_asked(desk: Desk) -> None:
    number = desk.bring("code,nom,rang\nA1,École,dix\n,,\nA2,Stade,2\n", said="refuse")
    desk.mode(number, "add", [], "laisser")
    assert desk.counts(number) == {"added": 1, "left_out": 1}
    desk.accept(number)
    assert [cells["code"] for cells in desk.records()] == ["A2"]


def test_what_was_changed_since_is_shown_and_stays(held: Desk) -> None:
    number = held.bring("code,nom,genre\nA1,École Neuve,\nA3,Mairie,mairie\nA4,Halle,\n")
    held.accept(number)
    held.change(1, nom="École Refaite")
    held.change(3, nom="Mairie Annexe")
    page = said(held.get(held.at(number, "fin")))
    assert "2 lignes de cet import ont été modifiées depuis" in page
    answer = held.browser.post(held.at(number, "annuler"))
    assert answer.headers["location"].endswith("/fin")  # asked again
    held.undo(number, **form_of(page, "annuler"))
    assert [(c["code"], c["nom"]) for c in held.records()] == [
        ("A1", "École Refaite"),
        ("A2", "Stade Vert"),
        ("A3", "Mairie Annexe"),
    ]
    assert held.held(number).summary["undone"]["conflicts"] == [1, 3]


def test_an_import_taken_back_twice_is_a_conflict(held: Desk) -> None:
    number = held.bring("code,nom\nA3,Mairie\n")
    held.accept(number)
    held.undo(number)
    answer = held.browser.post(held.at(number, "annuler"))
    assert answer.status_code == 409
    assert len(held.records()) == 2


def test_undone_records_leave_no_twin_marked(desk_on) -> None:
    """A record marked for its twin's sake is right again once an import that changed the twin's key is over, or taken back."""
    fields = copy.deepcopy(PLACES)
    fields["fields"][1]["constraints"]["unique"] = True
    desk = desk_on(fields)
    desk.accept(desk.bring(GOOD))
    number = desk.bring("code,nom\nA2,École des Lilas\n")
    desk.accept(number)
    assert "to_fix" in desk.records("state")
    desk.undo(number)
    assert desk.records("state") == ["valid", "valid"]


def test_two_imports_into_one_dataset_wait_for_each_other(desk: Desk) -> None:
    scope = Scope.job(desk.establishment.id)
    from sqlalchemy import text

    with db.in_transaction(scope) as one, db.in_transaction(scope) as other:
        accept.lock(one, desk.dataset)
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            accept.lock(other, desk.dataset)
        other.rollback()
        one.rollback()


def test_where_nothing_would_change_nothing_is_offered(held: Desk) -> None:
    number = held.bring(GOOD)
    held.mode(number, "add")
    page = said(held.get(held.at(number, "resume")))
    assert "Il n’y a rien à importer" in page
    assert "/accepter" not in page


def test_what_somebody_saves_while_rows_are_written_is_not_undone(
    held: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for the end of the import, and are then shown both values."""
    number = held.bring("code,nom\nA1,École Neuve\nA2,Stade Neuf\n")
    held.mode(number, "update", ["code"])
    really = accept._change

    def save() -> None:
        with held.session() as session:
            row = {**before, "rang": "9"}
            records.change(session, held.dataset, 2, row, base_version=1, account=None)

    before = held.records()[1]
    with ThreadPoolExecutor(1) as threads:
        saving: list[Future[None]] = []

        def slowly(*arguments: Any, **more: Any) -> Any:
            saving.append(threads.submit(save))
            time.sleep(0.4)
            assert not saving[0].done()
            return really(*arguments, **more)

        monkeypatch.setattr(accept, "_change", slowly)
        held.accept(number)
        with pytest.raises(records.Stale):
            saving[0].result(10)
    assert [cells["nom"] for cells in held.records()] == ["École Neuve", "Stade Neuf"]


def test_counting_again_comes_back_to_the_summary(held: Desk) -> None:
    """And not to the rows with errors, which one has seen."""
    number = held.bring("code,nom,jour\nA3,Mairie,demain\n")
    assert held.browser.get(held.at(number, "attente")).headers["location"].endswith("/erreurs")
    form = {"mode": "add", "cle": [], "fautives": "laisser", "jumelles": ""}
    answer = held.browser.post(held.at(number, "mode"), data=form)
    assert "vers=resume" in held.get(answer.headers["location"])
    held.work()
    there = held.browser.get(answer.headers["location"]).headers["location"]
    assert there == held.at(number, "resume")
    assert "1 ligne laissée de côté" in said(held.get(there))


def test_the_button_of_a_replacement_says_what_goes(held: Desk) -> None:
    number = held.bring("code,nom,genre\nA3,Mairie,mairie\n")
    held.mode(number, "replace", ["code"])
    assert "Importer 1 ligne et en mettre 2 à la corbeille" in said(held.get(held.at(number, "resume")))
    number = held.bring(GOOD.splitlines()[0] + "\n" + GOOD.splitlines()[1] + "\n")
    held.mode(number, "replace", ["code"])
    assert "Mettre 1 ligne à la corbeille" in said(held.get(held.at(number, "resume")))
