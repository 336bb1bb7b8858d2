"""Links to choose a password, and one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from starlette.testclient import TestClient

from app import auth, mail
from app.accounts import passwords
from app.models import Account, JournalEntry, LoginSession, PasswordReset
from tests.browser import with_csrf
from tests.factories import Make

GOOD, OTHER = "cheval orange pluie douce", "une autre phrase de passe"


@pytest.fixture(scope="module")
def good_hash() -> str:
    return passwords.hash_of(GOOD)


@pytest.fixture
def ada(make: Make, good_hash: str) -> Account:
    return make.account(name="Ada Martin", email="ada@ville.fr", password_hash=good_hash)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[mail.Letter]:
    """What leaves by mail."""
    found: list[mail.Letter] = []
    monkeypatch.setattr(mail, "deliver", lambda letter: found.append(letter))
    return found


@pytest.fixture
def rows(make: Make) -> Callable:
    def found(statement):
        with make.engine.connect() as connection:
            return connection.execute(statement).all()

    return found


def ask(browser: TestClient, email: str = "ada@ville.fr") -> str:
    answer = browser.post("/mot-de-passe/oublie", data={"email": email})
    assert answer.status_code == 200
    return re.sub(r'value="[^"]*"|[\w-]{16}\.[0-9a-f]{64}', "", answer.text).replace(email, "@")


def path_of(link: str) -> str:
    return link[link.index("/mot-de-passe") :]


# --- links ------------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whoever_has_an_account(client, ada, make, letters) -> None:
    make.account(email="closed@ville.fr", is_active=False)
    answers = {ask(client, email) for email in ("ada@ville.fr", "personne@ville.fr", "closed@ville.fr")}
    assert len(answers) == 1
    assert [letter.to for letter in letters] == ["ada@ville.fr"]


def test_the_letter_is_in_the_language_of_the_person(client, make, letters) -> None:
    make.account(email="ada@ville.fr", lang="en")
    ask(client)
    (letter,) = letters
    assert letter.subject == "Choose a new password for Tabellion"
    assert letter.link.startswith("http://127.0.0.1:8000/mot-de-passe/")


def test_a_link_opens_once_and_ends_every_session(client, ada, make, letters, rows) -> None:
    elsewhere = make.signed_in(ada)
    ask(client)
    ask(client)
    first, second = (path_of(letter.link) for letter in letters)
    assert "ada@ville.fr" in client.get(second).text
    answer = client.post(second, data={"mot_de_passe": "ada.martin2024"})
    assert answer.status_code == 422
    assert "reprend votre nom" in answer.text
    assert client.post(second, data={"mot_de_passe": OTHER}).status_code == 303
    assert client.get("/mon-compte").status_code == 200
    for path in (first, second):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"mot_de_passe": "encore une autre phrase"}).status_code == 404
    ((stored,),) = rows(select(LoginSession.token_hash))
    assert stored != auth.token_hash(elsewhere)
    assert passwords.matches(rows(select(Account.password_hash))[0][0], OTHER)
    assert letters[-1].subject == "Votre mot de passe Tabellion a été changé"
    noted = [act for (act,) in rows(select(JournalEntry.act).order_by(JournalEntry.id))]
    assert noted == [
        "account.reset-asked",
        "account.reset-asked",
        "account.password-changed",
        "account.signed-in",
    ]


def test_a_link_is_kept_as_its_hash_for_two_hours(client, ada, make, letters, rows) -> None:
    ask(client)
    ((stored, expires),) = rows(select(PasswordReset.token_hash, PasswordReset.expires_at))
    token = letters[0].link.rpartition("/")[2]
    assert stored == auth.token_hash(token)
    assert timedelta(minutes=119) < expires - datetime.now(UTC) <= timedelta(hours=2)
    with make.engine.begin() as connection:
        connection.execute(update(PasswordReset).values(expires_at=datetime.now(UTC)))
    assert client.get(path_of(letters[0].link)).status_code == 404


def test_of_two_who_open_a_link_at_once_one_chooses(application, client, ada, letters) -> None:
    ask(client)
    path = path_of(letters[0].link)

    def choose(n: int) -> int:
        with TestClient(application, follow_redirects=False) as browser:
            return with_csrf(browser).post(path, data={"mot_de_passe": f"{OTHER} {n}"}).status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(choose, range(5))) == [303, 404, 404, 404, 404]


def test_a_mailbox_is_not_flooded_and_its_owner_not_kept_out(client, ada, letters) -> None:
    for _ in range(7):
        ask(client)
    assert len(letters) == 3
    assert client.get(path_of(letters[0].link)).status_code == 200


def test_many_requests_from_one_network_wait(client, ada, letters) -> None:
    for _ in range(8):
        ask(client)
    answer = client.post("/mot-de-passe/oublie", data={"email": "ada@ville.fr"})
    assert answer.status_code == 422
    assert "Trop de tentatives" in answer.text


def test_an_address_that_is_none_is_said(client) -> None:
    answer = client.post("/mot-de-passe/oublie", data={"email": "ada"})
    assert answer.status_code == 422
    assert "n’est pas complète" in answer.text


def test_without_a_mail_server_an_administrator_hands_the_link_over(client, ada, make, sign_in, rows) -> None:
    ask(client)
    boss = make.account(is_administrator=True)
    browser = sign_in(boss)
    page = browser.get("/administration/liens").text
    assert "Ada Martin" in page
    assert "Aucun serveur de messagerie" in page
    answer = browser.post(f"/administration/liens/{ada.id}")
    assert answer.headers["cache-control"] == "no-store"
    link = re.search(r"http://127\.0\.0\.1:8000(/mot-de-passe/[\w-]+)", answer.text)
    assert link
    assert client.get(link[1]).status_code == 200
    assert len(rows(select(PasswordReset.id).where(PasswordReset.used_at.is_(None)))) == 1
    assert browser.post("/administration/liens/99999").status_code == 404


# --- one's own account ------------------------------------------------------------------------------------------------


def test_name_and_language_are_changed(client, ada, sign_in, rows) -> None:
    browser = sign_in(ada)
    assert browser.post("/mon-compte", data={"nom": "", "langue": "fr"}).status_code == 422
    assert browser.post("/mon-compte", data={"nom": "a\u200fb" * 60, "langue": "fr"}).status_code == 422
    answer = browser.post("/mon-compte", data={"nom": " Ada   Byron ", "langue": "en"})
    assert answer.status_code == 303
    assert rows(select(Account.name, Account.lang)) == [("Ada Byron", "en")]
    assert "Your account" in browser.get("/mon-compte").text


def test_a_new_password_asks_for_the_former_and_renews_the_session(
    client, ada, sign_in, make, rows, letters
) -> None:
    make.signed_in(ada)
    browser = sign_in(ada)
    before = browser.cookies[auth.cookie_name()]
    wrong = browser.post(
        "/mon-compte/mot-de-passe", data={"mot_de_passe_actuel": "faux", "mot_de_passe": OTHER}
    )
    assert wrong.status_code == 422
    assert "pas votre mot de passe actuel" in wrong.text
    weak = browser.post(
        "/mon-compte/mot-de-passe", data={"mot_de_passe_actuel": GOOD, "mot_de_passe": "court"}
    )
    assert weak.status_code == 422
    good = browser.post("/mon-compte/mot-de-passe", data={"mot_de_passe_actuel": GOOD, "mot_de_passe": OTHER})
    assert good.status_code == 303
    after = [cookie.value for cookie in browser.cookies.jar if cookie.name == auth.cookie_name()][-1]
    assert after != before
    assert rows(select(LoginSession.token_hash)) == [(auth.token_hash(after),)]
    assert len(letters) == 1


def test_a_stolen_session_does_not_guess_the_password(client, ada, sign_in) -> None:
    browser = sign_in(ada)
    for _ in range(8):
        browser.post("/mon-compte/mot-de-passe", data={"mot_de_passe_actuel": "faux", "mot_de_passe": OTHER})
    answer = browser.post(
        "/mon-compte/mot-de-passe", data={"mot_de_passe_actuel": GOOD, "mot_de_passe": OTHER}
    )
    assert answer.status_code == 422
    assert "Trop de tentatives" in answer.text


def test_one_s_own_sessions_are_closed_and_nobody_else_s(client, ada, sign_in, make, rows) -> None:
    bob = make.account()
    make.signed_in(bob)
    for _ in range(3):
        make.signed_in(ada)
    browser = sign_in(ada)
    ids = {
        owner: [one for (one,) in rows(select(LoginSession.id).where(LoginSession.account_id == owner))]
        for owner in (ada.id, bob.id)
    }
    assert browser.post(f"/mon-compte/sessions/{ids[bob.id][0]}/fermer").status_code == 404
    assert browser.post(f"/mon-compte/sessions/{ids[ada.id][0]}/fermer").status_code == 303
    assert browser.post("/mon-compte/sessions/fermer").status_code == 303
    assert browser.get("/mon-compte").status_code == 200
    assert [
        owner for (owner,) in rows(select(LoginSession.account_id).order_by(LoginSession.account_id))
    ] == sorted([ada.id, bob.id])


def test_a_page_of_one_s_own_names_browsers_and_roles(client, ada, make, good_hash) -> None:
    make.member(ada, make.establishment(name="Saint-Rémi"), "publisher")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    client.post(
        "/connexion", data={"email": "ada@ville.fr", "mot_de_passe": GOOD}, headers={"User-Agent": agent}
    )
    page = client.get("/mon-compte").text
    assert "Firefox, Linux" in page
    assert "Publication" in page


def test_what_expired_is_forgotten_at_night(client, ada, letters, make, rows) -> None:
    from app.jobs import tidy

    ask(client)
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE password_reset SET expires_at = now() - interval '3 days'"))
    tidy()
    assert rows(select(PasswordReset.id)) == []
