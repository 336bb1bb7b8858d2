"""The settings of a dataset: what may be changed, and by whom."""

from __future__ import annotations

import pytest

from app.datasets import service as datasets
from app.records import service as records
from tests.app.records.conftest import DELIBERATION, Desk, desk, desk_on

__all__ = ["desk", "desk_on"]  # fixtures of the neighbours


def seen(desk: Desk) -> datasets.DatasetView:
    with desk.session() as session:
        return datasets.find(session, desk.establishment.id, desk.dataset.slug)


def test_title_and_constants_are_kept_as_they_are_stored(desk: Desk) -> None:
    sent = {
        "titre": "  Conseil   municipal ",
        "constante_nom": ["COLL_SIRET", "DELIB_DATE", "", ""],
        "constante_valeur": ["213 509 870 00019", "12/03/2024", "", ""],
    }
    answer = desk.browser.post(f"{desk.path}/reglages", data=sent)
    assert answer.status_code == 303, answer.text
    assert seen(desk).title == "Conseil municipal"
    assert seen(desk).constants == {"COLL_SIRET": "21350987000019", "DELIB_DATE": "2024-03-12"}
    assert 'value="12/03/2024"' in desk.get("/reglages")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"titre": ""}, "Donnez un titre"),
        ({"constante_nom": ["DELIB_DATE"], "constante_valeur": ["demain"]}, "demain"),
        ({"constante_nom": [""], "constante_valeur": ["x"]}, "n’a pas de colonne"),
        ({"constante_nom": ["PREF_ID", "PREF_ID"], "constante_valeur": ["PREF035", "PREF022"]}, "deux fois"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(desk: Desk, change: dict, told: str) -> None:
    answer = desk.browser.post(f"{desk.path}/reglages", data={"titre": "Titre", **change})
    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    for value in change.get("constante_valeur", ()):
        assert f'value="{value}"' in answer.text
    assert seen(desk).constants == {}


def test_a_dataset_is_put_away_and_taken_up_again_by_publishers(desk: Desk) -> None:
    assert desk.browser.post(f"{desk.path}/ranger").status_code == 403
    publisher = desk.someone("publisher")
    assert "Ranger" in publisher.get(f"{desk.path}/ranger").text
    assert publisher.post(f"{desk.path}/ranger").status_code == 303
    assert seen(desk).closed_at is not None
    page = desk.get("/")
    assert "Ce jeu de données est rangé" in page
    assert f'href="{desk.path}/saisir"' not in page
    assert desk.path in desk.browser.get(f"/e/{desk.establishment.slug}/jeux/ranges").text
    assert f'href="{desk.path}/"' not in desk.browser.get("/").text.partition("<main")[2]
    assert publisher.post(f"{desk.path}/rouvrir").status_code == 303
    assert seen(desk).closed_at is None


def test_only_what_is_empty_is_removed(desk: Desk) -> None:
    with desk.session() as session:
        number = records.create(session, desk.dataset, DELIBERATION, account=None).number
        records.trash(session, desk.dataset, [number], account=None)
    answer = desk.browser.post(f"{desk.path}/supprimer-le-jeu")
    assert answer.headers["location"] == f"{desk.path}/reglages"
    assert "il ne peut pas être supprimé" in desk.get("/reglages")


def test_an_empty_one_goes(desk: Desk) -> None:
    assert "Supprimer" in desk.get("/supprimer-le-jeu")
    with desk.session() as session:
        records.keep_draft(session, desk.dataset, {"DELIB_ID": "x"}, account=desk.account.id)
    assert desk.browser.post(f"{desk.path}/supprimer-le-jeu").status_code == 303
    assert desk.browser.get(f"{desk.path}/").status_code == 404


def test_a_reader_reads_the_settings_and_changes_none(desk: Desk) -> None:
    guest = desk.someone("reader")
    page = guest.get(f"{desk.path}/reglages").text
    assert "2.1.5" in page
    assert 'name="titre"' not in page
    assert guest.post(f"{desk.path}/reglages", data={"titre": "x"}).status_code == 403
