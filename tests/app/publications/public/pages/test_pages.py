"""The public pages, as anybody reads them."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from app import auth, db
from tests.app.publications.public.conftest import Town, some


def text_of(page: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@pytest.fixture
def page(client: TestClient) -> Any:
    def opened(path: str, status: int = 200, **headers: str) -> str:
        answer = client.get(path, headers=headers)
        assert answer.status_code == status, answer.text[:2000]
        assert "set-cookie" not in answer.headers
        return answer.text

    return opened


def test_a_dataset_says_who_when_under_which_licence(page: Any, town: Town) -> None:
    town.publish(some(30), left_out=2, added=30)
    shown = text_of(page(town.path))
    for words in (
        "Délibérations",
        "Commune de Rezé",
        "version 1 du 12 mars 2026",
        "30 lignes",
        "votées en séance publique",
        "Licence Ouverte 2.0",
        "Tous les trois mois",
        "du 1er janvier 2025 au 31 décembre 2025",
        "Rezé",
        "conseil municipal, délibérations",
        "assemblees@mairie.example",
        "2 lignes à corriger ne sont pas dans le fichier",
        "points sur 9",
        "Lignes 1 à 25 sur 30",
    ):
        assert words in shown.replace("\u202f", " ").replace("\xa0", " "), words
    assert "**" not in shown


def test_markdown_of_a_producer_runs_nothing(page: Any, town: Town) -> None:
    from tests.app.publications.made import DESCRIPTION

    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>[clic](javascript:alert(1)) </script>"
    town.publish(description={**DESCRIPTION, "summary": hostile})
    shown = page(town.path)
    assert "<script>alert" not in shown
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", shown)
    assert 'href="javascript' not in shown


def test_rows_are_searched_filtered_and_paged_by_the_address(page: Any, town: Town) -> None:
    town.publish(
        [*some(30), *some(2, DELIB_MATIERE_CODE="9.1", DELIB_MATIERE_NOM="Divers", DELIB_OBJET="Vœux")]
    )
    second = text_of(page(f"{town.path}?page=2"))
    assert "Lignes 26 à 32 sur 32" in second
    assert "Nombre de lignes par valeur" in second
    assert "Lignes 1 à 2 sur 2" in text_of(page(f"{town.path}?q=voeux"))
    assert "Lignes 1 à 2 sur 2" in text_of(page(f"{town.path}?DELIB_MATIERE_CODE=9.1"))
    both = page(f"{town.path}?f.DELIB_MATIERE_CODE=9.1&f.DELIB_MATIERE_CODE=1.1&q=ecole")
    assert "Lignes 1 à 25 sur 30" in text_of(both)
    assert "q=ecole&amp;f.DELIB_MATIERE_CODE=9.1&amp;f.DELIB_MATIERE_CODE=1.1&amp;tri=" in both
    assert "Aucune ligne ne correspond" in text_of(page(f"{town.path}?q=introuvable"))
    assert 'name="robots" content="noindex"' in page(f"{town.path}?q=voeux")
    assert 'name="robots"' not in page(town.path)


def test_htmx_is_answered_by_the_view_alone(page: Any, client: TestClient, town: Town) -> None:
    town.publish(some(30))
    part = page(f"{town.path}?page=2", **{"HX-Request": "true"})
    assert "<html" not in part
    kept = client.get(town.path).headers[
        "vary"
    ]  # nor is it given for the page, when somebody comes back to it
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(kept.split(", "))
    assert "Lignes 26 à 30 sur 30" in text_of(part)


def test_figures_and_dates_are_written_as_people_read_them(page: Any, town: Town) -> None:
    town.publish(some(2, VOTE_POUR="1234"))
    shown = text_of(page(f"{town.path}?colonnes=toutes")).replace("\u202f", " ")
    assert "12/02/2025" in shown or "12 février 2025" in shown or "12 févr. 2025" in shown
    assert "1 234" in shown


def test_each_format_and_each_version_has_its_link(page: Any, town: Town) -> None:
    town.publish()
    town.publish(some(4), added=1, formats=("csv", "parquet", "json", "xlsx"))
    shown = page(town.path)
    for form in ("csv", "json", "xlsx", "parquet"):
        assert f'href="{town.path}/latest.{form}"' in shown
    assert f'href="{town.path}/versions/1.csv"' in shown
    assert "1 ajoutée" in text_of(shown)


def test_a_withdrawn_version_is_listed_with_its_reason(page: Any, town: Town) -> None:
    town.publish(state="withdrawn", is_current=False, reason="Noms de <personnes>.")
    gone = page(town.path, status=410)
    assert "Noms de <personnes>." in text_of(gone)
    assert "Noms de &lt;personnes&gt;." in gone
    town.publish()
    shown = page(town.path)
    assert "Noms de &lt;personnes&gt;." in shown
    assert f"{town.path}/versions/1.csv" not in shown


def test_nothing_to_publish_is_said(page: Any, town: Town) -> None:
    town.publish([], is_empty=True, period="2e trimestre 2026")
    shown = text_of(page(town.path))
    assert "Néant" in shown
    assert "2e trimestre 2026" in shown


def test_every_version_has_a_line_on_its_own_page(page: Any, town: Town) -> None:
    for _ in range(7):
        town.publish(some(1))
    assert "Voir les 7 versions" in text_of(page(town.path))
    assert page(f"{town.path}/versions").count("/latest.csv") == 0
    assert len(re.findall(r"/versions/\d+\.csv", page(f"{town.path}/versions"))) == 7


def test_lists_find_datasets_and_producers(page: Any, town: Town, make: Any) -> None:
    town.publish()
    other = make.establishment(slug="valbrune", name="Ville de Valbrune")
    prenoms = make.schema("scdl/prenoms")
    from tests.app.publications import made

    names = make.dataset(other, prenoms, slug="prenoms", title="Prénoms")
    made.publish(make, other, names, prenoms, [], description={})
    shown = text_of(page("/donnees/"))
    assert "Délibérations" in shown
    assert "Prénoms" in shown
    assert "Prénoms" not in text_of(page("/donnees/?q=deliberation"))
    assert "Prénoms" in text_of(page("/donnees/?q=valbrune"))
    producers = page("/donnees/?vue=producteurs")
    assert 'href="/donnees/reze"' in producers
    assert 'href="/donnees/valbrune"' in producers
    assert "Rien pour « licorne »" in text_of(page("/donnees/?q=licorne"))
    assert "Délibérations" in text_of(page("/donnees/reze"))
    assert "Prénoms" not in text_of(page("/donnees/reze"))
    assert "Rien pour « prenoms »" in text_of(page("/donnees/reze?q=prenoms"))


@pytest.mark.parametrize("state", ["preparing", "failed", "proposed", "refused"])
def test_nothing_shows_of_what_is_not_published(
    page: Any, client: TestClient, town: Town, make: Any, state: str
) -> None:
    town.publish(state=state)
    boss = make.account(is_administrator=True)
    make.member(boss, town.place, "manager")
    client.cookies.set(auth.cookie_name(), make.signed_in(boss))
    for path in (town.path, f"{town.path}/versions", f"{town.path}/integrer", "/donnees/reze"):
        page(path, status=404)
    assert "Délibérations" not in text_of(page("/donnees/"))
    town.publish()
    assert text_of(page(f"{town.path}/versions")).count("12/03/2026") == 1


def test_a_sandbox_is_not_there(page: Any, town: Town, make: Any) -> None:
    town.place = make.establishment(slug="bac", name="Bac à sable", siren=None, is_sandbox=True)
    town.dataset = make.dataset(town.place, town.version, slug="essai", title="Essai")
    town.publish()
    for path in ("/donnees/bac", "/donnees/bac/essai", "/donnees/bac/essai/integrer"):
        page(path, status=404)
    assert "Essai" not in text_of(page("/donnees/"))
    assert "Bac" not in text_of(page("/donnees/?vue=producteurs"))


def test_a_page_is_the_same_for_who_is_signed_in(client: TestClient, town: Town, make: Any) -> None:
    town.publish()
    for path in (town.path, "/donnees/", "/donnees/reze"):
        client.cookies.clear()
        before = client.get(path)
        account = make.account(name="Ada Lovelace")
        make.member(account, town.place, "manager")
        client.cookies.set(auth.cookie_name(), make.signed_in(account))
        after = client.get(path)
        assert before.text == after.text
        for answer in (before, after):
            assert answer.headers["cache-control"] == "public, max-age=60"
            assert "set-cookie" not in answer.headers
            assert "csrf" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/donnees/zz", 404),
        ("/donnees/zz/yy/integrer", 404),
        ("/donnees/reze/deliberations/versions/1.csv", 410),
        ("/donnees/reze/deliberations/versions/99999999999999999999.csv", 404),
        ("/donnees/reze/logo/logo-0123456789abcdef.png", 404),
        ("/donnees/une/adresse/de/trop", 404),
        ("/api/v1/donnees/zz/yy", 404),
        ("/api/v1/donnees/une/adresse/de/trop", 404),
    ],
)
def test_an_error_is_the_same_for_everybody_too(
    client: TestClient, town: Town, make: Any, path: str, status: int
) -> None:
    town.publish(state="withdrawn", is_current=False, reason="Essai.")
    town.publish()
    client.cookies.clear()  # the browser of the tests comes with one
    before = client.get(path, headers={"accept": "text/html"})
    client.cookies.set(auth.cookie_name(), make.signed_in(make.account(is_administrator=True)))
    after = client.get(path, headers={"accept": "text/html"})
    for answer in (before, after):
        assert answer.status_code == status
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "public, no-cache"
        assert {"Accept", "Accept-Language", "Cookie"} <= set(answer.headers["vary"].split(", "))
        assert "<h1>" in answer.text
        assert "<form" not in answer.text
        assert "csrf" not in answer.text
    assert before.text == after.text


def test_the_wrong_verb_is_the_same_for_everybody_too(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.delete("/donnees/", headers={"accept": "text/html"})
    assert answer.status_code == 405
    assert "set-cookie" not in answer.headers
    assert "csrf" not in answer.text


def test_a_refusal_may_be_framed_by_no_site(client: TestClient, town: Town) -> None:
    missing = client.get("/donnees/zz/yy/integrer", headers={"accept": "text/html"})
    town.publish(state="withdrawn", is_current=False, reason="Essai.")
    gone = client.get(f"{town.path}/integrer", headers={"accept": "text/html"})
    assert (missing.status_code, gone.status_code) == (404, 410)
    for answer in (missing, gone):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


def test_only_the_frame_may_be_framed(client: TestClient, town: Town) -> None:
    town.publish(some(20))
    framed = client.get(f"{town.path}/integrer")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers
    assert "Lignes 1 à 15 sur 20" in text_of(framed.text)
    plain = client.get(town.path)
    assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
    assert plain.headers["x-frame-options"] == "DENY"


def test_search_engines_are_told_in_a_block_that_nothing_leaves(page: Any, town: Town) -> None:
    from tests.app.publications.made import DESCRIPTION

    town.publish(description={**DESCRIPTION, "tags": ["</script><b>"]})
    shown = page(town.path)
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', shown, re.DOTALL)
    assert block
    told = json.loads(block[1])
    assert told["@type"] == "Dataset"
    assert told["keywords"] == ["</script><b>"]
    assert told["license"].startswith("https://www.etalab.gouv.fr/")
    assert told["distribution"][0]["contentUrl"].endswith(f"{town.path}/latest.csv")
    assert told["temporalCoverage"] == "2025-01-01/2025-12-31"


def test_the_logo_is_for_everybody(client: TestClient, town: Town, make: Any) -> None:
    from sqlalchemy import text

    from app import files

    name = "logo-0123456789abcdef.png"
    files.write(town.place.id, name, b"\x89PNG")
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE establishment SET logo = :name"), {"name": name})
    assert client.get(f"/donnees/reze/logo/{name}").status_code == 404
    town.publish()
    answer = client.get(f"/donnees/reze/logo/{name}")
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert f"/donnees/reze/logo/{name}" in client.get(town.path).text
    assert client.get("/donnees/reze/logo/publication-1-1.csv").status_code == 404


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/donnees", "/donnees/"),
        ("/donnees/reze/", "/donnees/reze"),
        ("/donnees/reze/deliberations/?q=a", "/donnees/reze/deliberations?q=a"),
        ("/donnees//exemple.fr/", None),
    ],
)
def test_a_slash_too_many_leads_there(client: TestClient, town: Town, path: str, to: str | None) -> None:
    answer = client.get(path)
    assert answer.headers.get("location") == to
    assert answer.status_code == (308 if to else 404)


def test_a_page_asks_few_questions(client: TestClient, town: Town) -> None:
    town.publish(some(30))
    client.get(town.path)
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        client.get(town.path)
        page, counted = len(statements), len(statements)
        client.get(f"{town.path}/latest.csv")
        counted = len(statements) - page
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert (page, counted) == (3, 1), statements
