"""The pages of publication, by their forms, as a browser without scripts sends them."""

from __future__ import annotations

import re

import pytest

from app import mail
from app.publications import preview, queries
from tests.app.publications.conftest import Press
from tests.app.submissions.conftest import form_of

PEOPLE = {
    "name": "agents",
    "title": "Agents",
    "fields": [
        {"name": "prenom", "title": "Prénom", "type": "string"},
        {"name": "note", "title": "Note", "type": "string"},
    ],
}


def publish(press: Press, **changes: str) -> str:
    form = form_of(press.get("/publier"), "/publier") | changes | {"acte": "publier"}
    return press.post("/publier", form)


def test_what_changes_is_shown_then_published(press: Press) -> None:
    page = press.get("/publier")
    assert "3 lignes ajoutées" in page.replace("\xa0", " ")
    assert "Publier 3 lignes" in page.replace("\xa0", " ")
    leads = publish(press)
    assert leads.endswith("/publications/1")
    assert "Préparation de la version 1" in press.get("/publications/1").replace("\xa0", " ")
    press.work()
    assert "version en cours" in press.get("/publications/1")
    press.change(2, nom="Hôtel de ville")
    page = press.get("/publier").replace("\xa0", " ")
    assert "1 ligne modifiée" in page
    assert "Hôtel de ville" in page
    assert "Mairie" in page
    assert "ajoutée" not in page


def test_the_information_is_kept_and_scored(press: Press) -> None:
    form = form_of(press.get("/publier"), "/publier")
    form |= {
        "resume": "x" * 101,
        "fichier": "Une ligne pour chaque lieu",
        "frequence": "quarterly",
        "debut": "01/01/2025",
        "fin": "31/12/2025",
        "granularite": "fr:commune",
        "zones": "44109",
        "mots": "école, travaux",
    }
    answer = press.browser.post(f"{press.path}/publier/qualite", data=form)
    assert answer.status_code == 200
    assert "9 sur 9" in answer.text.replace("\xa0", " ")
    press.post("/publier", form | {"acte": "enregistrer"})
    with press.session() as session:
        said = queries.publishing(session, press.establishment.id, press.view.id)
        assert said is not None
        assert (said.frequency, said.zones, said.tags) == (
            "quarterly",
            ["fr:commune:44109"],
            ["école", "travaux"],
        )
    leads = publish(press)
    press.work()
    made = press.held(int(leads.rpartition("/")[2]))
    assert made.description["coverage"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert made.description["slug"] == press.view.slug
    with press.session() as session:
        said = queries.publishing(session, press.establishment.id, press.view.id)
        assert said is not None
        assert said.due_on is not None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"debut": "31/12/2025", "fin": "01/01/2025"}, "avant le premier"),
        ({"debut": "31/12/2025", "fin": ""}, "Il manque un des deux jours"),
        ({"echeance": "bientôt"}, "n’est pas un jour"),
        ({"zones": "44109", "granularite": ""}, "sorte de territoire"),
        ({"zones": "nantes", "granularite": "fr:commune"}, "n’est pas le code"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_leaves(
    press: Press, typed: dict[str, str], told: str
) -> None:
    form = form_of(press.get("/publier"), "/publier") | typed | {"acte": "publier"}
    page = press.post("/publier", form, status=422)
    assert told in page.replace("\xa0", " ")
    assert all(value in page for value in typed.values())
    assert press.current is None


def test_personal_data_is_asked_about_once_and_again_when_it_is_of_another_kind(press_on) -> None:
    press = press_on(PEOPLE)
    with press.session() as session:
        from app.records import service as records

        records.create(session, press.dataset, {"prenom": "Ada", "note": "rien"}, account=press.account.id)
    form = form_of(press.get("/publier"), "/publier") | {"acte": "publier"}
    assert "donnees-1" not in form  # nothing is answered for anybody
    page = press.post("/publier", form, status=422)
    assert "Il manque une réponse" in page
    refused = press.post("/publier", form | {"donnees-1": "no"}, status=422)
    assert "ne doivent pas être publiées" in refused
    press.post("/publier", form | {"donnees-1": "allowed"})
    press.work()
    assert press.held(1).state == "published"
    with press.session() as session:
        said = queries.publishing(session, press.establishment.id, press.view.id)
        assert said is not None
        assert said.answers["prenom"]["said"] == "allowed"
        assert said.answers["prenom"]["by"] == press.account.id
    press.change(1, note="ada@exemple.fr")
    page = press.get("/publier")
    assert "des adresses électroniques" in page
    form = form_of(page, "/publier") | {"acte": "publier"}
    assert form["donnees-1"] == ["allowed"]
    press.post("/publier", form, status=422)
    press.post("/publier", form | {"donnees-2": "none"})


def test_more_than_half_removed_asks_again(press: Press) -> None:
    press.publish()
    press.trash(1, 2)
    form = form_of(press.get("/publier"), "/publier") | {"acte": "publier"}
    page = press.post("/publier", form, status=422)
    assert "Plus de la moitié" in page
    press.post("/publier", form | {"sur": "oui"})


def test_lines_that_changed_since_are_shown_again(press: Press) -> None:
    form = form_of(press.get("/publier"), "/publier") | {"acte": "publier"}
    press.add("Z9")
    page = press.post("/publier", form, status=422)
    assert "Les lignes ont changé" in page
    assert "Publier 4 lignes" in page.replace("\xa0", " ")


def test_an_editor_proposes_and_a_publisher_decides(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[mail.Letter] = []
    monkeypatch.setattr(mail, "deliver", lambda letter, settings=None: sent.append(letter) or True)
    editor = press.sign_in("editor")
    page = press.get("/publier").replace("\xa0", " ")
    assert "Proposer 3 lignes à la publication" in page
    publish(press)
    press.work()
    assert press.held(1).state == "proposed"
    assert [letter.to for letter in sent] == [press.account.email]
    assert "/publications/1" in sent[0].link
    press.post("/publications/1/publier", status=403)
    press.sign_in("publisher", "Noé")
    press.post("/publications/1/refuser", {"motif": ""}, status=422)
    press.post("/publications/1/refuser", {"motif": "Il manque mai"})
    assert [letter.to for letter in sent[1:]] == [editor.email]
    assert "Il manque mai" in " ".join(sent[1].lines)
    assert "Il manque mai" in press.get("/publications/1")
    publish(press)
    press.work()
    assert press.current == 2


def test_back_withdrawn_and_nothing(press: Press) -> None:
    press.publish()
    press.change(2, nom="Hôtel de ville")
    press.publish()
    page = press.get("/publications")
    assert re.findall(r"publications/(\d)/revenir", page) == ["1"]
    press.post("/publications/1/revenir")
    assert press.current == 1
    press.post("/publications/1/retirer", {"motif": ""}, status=422)
    press.post("/publications/1/retirer", {"motif": "Adresses personnelles"})
    assert press.current == 2
    press.work()
    press.get("/publications/1/fichiers/csv", status=404)
    assert "Adresses personnelles" in press.get("/publications")
    press.post("/publications/neant", {"periode": ""}, status=422)
    press.post("/publications/neant", {"periode": "2e trimestre"})
    press.work()
    assert press.held(3).is_empty
    assert "2e trimestre" in press.get("/publications")


def test_a_file_is_downloaded_under_its_name(press: Press) -> None:
    press.publish()
    answer = press.browser.get(f"{press.path}/publications/1/fichiers/csv")
    assert answer.content == press.reference(1)
    assert re.search(r'filename="\d{8}_\d{9}_lieux\.csv"', answer.headers["content-disposition"])
    press.get("/publications/1/fichiers/nothing", status=404)


def test_a_sandbox_says_that_it_publishes_nothing(press_on) -> None:
    press = press_on(is_sandbox=True)
    press.add("A1")
    assert "ne publie rien" in press.get("/publier").replace("\xa0", " ")
    assert "ne publie rien" in press.get("/publications").replace("\xa0", " ")
    press.post("/publier", {"acte": "publier"}, status=409)


def test_a_large_dataset_is_compared_by_a_job(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "SMALL", 2)
    page = press.get("/publier")
    assert "Comparaison" in page
    press.work()
    page = press.get("/publier").replace("\xa0", " ")
    assert "3 lignes ajoutées" in page
    publish(press)
    press.work()
    assert press.current == 1
